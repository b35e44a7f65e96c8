#include "surefoot/clean/embedding_codes.h"

#include <algorithm>

#include "surefoot/base/philox.h"
#include "surefoot/clean/label_task.h"
#include "surefoot/clean/parallel.h"

namespace surefoot::clean {
namespace {

constexpr size_t kBits = 256;

/// [kBits, dimensions], normal
std::vector<float> projections(size_t dimensions, uint64_t seed) {
  std::vector<float> directions(kBits * dimensions);
  for (size_t bit = 0; bit < kBits; ++bit) {
    Philox random(seed, Purpose::kProjection, 0, bit);
    for (size_t d = 0; d < dimensions; ++d) directions[bit * dimensions + d] = static_cast<float>(random.normal());
  }
  return directions;
}

std::vector<float> mean_of(std::span<const float> embeddings, size_t dimensions) {
  std::vector<double> sum(dimensions);
  for (size_t i = 0; i < embeddings.size(); ++i) sum[i % dimensions] += embeddings[i];
  std::vector<float> mean(dimensions);
  const double count = std::max<double>(1, static_cast<double>(embeddings.size() / dimensions));
  for (size_t d = 0; d < dimensions; ++d) mean[d] = static_cast<float>(sum[d] / count);
  return mean;
}

}  // namespace

std::vector<index::Hash256> embedding_codes(std::span<const float> embeddings,
                                            int dimensions,
                                            uint64_t seed,
                                            int threads) {
  const auto width = static_cast<size_t>(dimensions);
  const std::vector<float> directions = projections(width, seed), mean = mean_of(embeddings, width);
  std::vector<float> offsets(kBits);  // projections of the mean
  for (size_t bit = 0; bit < kBits; ++bit)
    for (size_t d = 0; d < width; ++d) offsets[bit] += directions[bit * width + d] * mean[d];
  std::vector<index::Hash256> codes(embeddings.size() / width);
  for_each_parallel(codes.size(), threads, [&](size_t i) {
    const float* row = embeddings.data() + i * width;
    for (size_t bit = 0; bit < kBits; ++bit) {
      const float* direction = directions.data() + bit * width;
      float sum = -offsets[bit];
      for (size_t d = 0; d < width; ++d) sum += direction[d] * row[d];
      if (sum > 0) codes[i].words[bit / 64] |= uint64_t{1} << (bit % 64);
    }
  });
  return codes;
}

PictureCodes picture_codes(const Collection& collection,
                           const std::string& weights,
                           LabelScorer& scorer,
                           uint64_t seed,
                           int threads,
                           const std::function<void(double share)>& progress) {
  const size_t count = collection.pictures.size();
  PictureCodes result{.codes = std::vector<index::Hash256>(count), .known = std::vector<bool>(count)};
  std::vector<uint32_t> measured;
  for (uint32_t i = 0; i < count; ++i) {
    if (collection.pictures[i].facts.measured) measured.push_back(i);
  }
  if (measured.size() < 2) return result;
  LabelTask task{.side = square_side(collection, measured),
                 .pictures = {},
                 .labels = {},
                 .folds = {},
                 .seed = seed,
                 .weights = weights};
  std::vector<uint32_t> rows;  // those of `measured` that could be seen
  for (const uint32_t i : measured) {
    if (rows.size() % 64 == 0) progress(0);  // may stop it
    const std::vector<uint8_t> square = middle_square(collection.view(i), task.side);
    if (square.empty()) continue;
    task.pictures.insert(task.pictures.end(), square.begin(), square.end());
    rows.push_back(i);
  }
  if (rows.size() < 2) return result;
  task.labels.resize(rows.size());
  task.folds.resize(rows.size());
  const LabelScores scores = scorer.score(task, progress);
  const std::vector<index::Hash256> codes = embedding_codes(scores.embeddings, scores.dimensions, seed, threads);
  for (size_t row = 0; row < rows.size(); ++row) {
    result.codes[rows[row]] = codes[row];
    result.known[rows[row]] = true;
  }
  return result;
}

}  // namespace surefoot::clean
