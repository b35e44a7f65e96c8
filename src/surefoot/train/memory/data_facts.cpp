#include "surefoot/train/memory/data_facts.h"

#include <algorithm>
#include <vector>

#include "surefoot/base/error.h"
#include "surefoot/image/decode.h"

namespace surefoot::train {
namespace {

/// Pixels of the largest among the pictures with the longest files; only headers are looked at.
int64_t largest_picture_pixels(Files& files, const data::Manifest& manifest, uint64_t max_pixels) {
  constexpr size_t kLooked = 4;            // files are read whole, and a run that starts waits for it
  constexpr uint64_t kLongest = 64 << 20;  // bytes of a file that is worth the look
  std::vector<uint64_t> numbers(manifest.size());
  for (uint64_t i = 0; i < numbers.size(); ++i) numbers[i] = i;
  const size_t looked = std::min(kLooked, numbers.size());
  std::ranges::partial_sort(numbers, numbers.begin() + static_cast<ptrdiff_t>(looked),
                            [&](uint64_t a, uint64_t b) { return manifest.size_bytes(a) > manifest.size_bytes(b); });
  int64_t most = 0;
  for (size_t i = 0; i < looked; ++i) {
    if (manifest.size_bytes(numbers[i]) > kLongest) continue;
    try {
      image::Header header;
      if (image::read_header(files.read(manifest.full_path(numbers[i])), max_pixels, header).ok())
        most = std::max(most, static_cast<int64_t>(header.stored.width) * header.stored.height);
    } catch (const Error&) {  // a file that cannot be read has no pixels
    }
  }
  return most;
}

}  // namespace

plan::DataFacts data_facts(Files& files,
                           const data::Manifest& manifest,
                           const std::string& cache_folder,
                           uint64_t max_pixels) {
  plan::DataFacts facts{.classes = static_cast<int64_t>(manifest.classes().size())};
  for (uint64_t i = 0; i < manifest.size(); ++i) {
    ++(manifest.split(i) == data::Split::kTrain ? facts.train_pictures : facts.val_pictures);
    facts.largest_file_bytes = std::max(facts.largest_file_bytes, static_cast<int64_t>(manifest.size_bytes(i)));
  }
  if (const auto status = files.status(data::manifest_path(cache_folder)))
    facts.manifest_bytes = static_cast<int64_t>(status->size_bytes);
  facts.largest_picture_pixels = largest_picture_pixels(files, manifest, max_pixels);
  return facts;
}

}  // namespace surefoot::train
