#include "surefoot/data/picture_source.h"

#include <algorithm>
#include <cstdio>

#include "surefoot/base/error.h"
#include "surefoot/base/philox.h"

namespace surefoot::data {
namespace {

constexpr uint64_t kLargestFile = uint64_t{1} << 30;  // a "picture" above this is not read into memory
constexpr double kRetryPause = 0.05;                  // seconds before the first retry; doubles
constexpr uint32_t kRandomRedraws = 8;                // then the class is tried in order
constexpr uint64_t kFewestBad = 8;                    // below this many bad files a rate says nothing

std::string percent(double fraction) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g %%", fraction * 100);
  return text;
}

bool is_gone(Files& files, const std::string& folder) {
  try {
    return !files.exists(folder);
  } catch (const Error&) {  // a mount that went stale
    return true;
  }
}

}  // namespace

PictureSource::PictureSource(Files& files,
                             const Manifest& manifest,
                             Split split,
                             const Sampler& sampler,
                             const LoaderOptions& options,
                             const Clock& clock)
    : files_(files),
      manifest_(manifest),
      sampler_(sampler),
      options_(options),
      clock_(clock),
      states_(std::make_unique<std::atomic<uint8_t>[]>(manifest.size())) {
  std::vector<uint32_t> part = manifest.indices(split);
  if (!options_.training) {
    const auto first =
        std::min<uint64_t>(static_cast<uint64_t>(std::max<int64_t>(options_.first_picture, 0)), part.size());
    evaluation_order_.assign(part.begin() + static_cast<std::ptrdiff_t>(first), part.end());
    size_ = evaluation_order_.size();
    return;
  }
  size_ = sampler_.size();
  first_member_.assign(manifest.classes().size() + 1, 0);
  for (const uint32_t picture : part) ++first_member_[static_cast<size_t>(manifest.label(picture)) + 1];
  for (size_t i = 1; i < first_member_.size(); ++i) first_member_[i] += first_member_[i - 1];
  std::vector<uint32_t> next(first_member_.begin(), first_member_.end() - 1);
  members_.resize(part.size());
  for (const uint32_t picture : part) members_[next[static_cast<size_t>(manifest.label(picture))]++] = picture;
}

Sample PictureSource::sample(uint64_t epoch, uint64_t position, uint8_t* target) {
  Sample sample;
  if (!options_.training) {
    sample = evaluate(position, target);
  } else {
    sample.picture = sampler_.at(epoch, position);
    if (!try_train(sample.picture, epoch, position, 0, target))
      sample = redraw(sample.picture, epoch, position, target);
  }
  pictures_.fetch_add(1, std::memory_order_relaxed);
  return sample;
}

bool PictureSource::try_train(uint32_t picture, uint64_t epoch, uint64_t position, uint32_t attempt, uint8_t* target) {
  std::string bytes, reason;
  if (read(picture, bytes, reason)) {
    Philox random(options_.seed, Purpose::kAugment, epoch, position, attempt);
    image::StageTimes times;
    const image::Outcome outcome = image::train_transform(bytes, options_.transform, random, target, &times);
    add_times(times);
    if (outcome.ok()) {
      note_good(picture);
      return true;
    }
    reason = std::string(image::status_name(outcome.status)) + ": " + outcome.detail;
  }
  note_bad(picture, reason);
  return false;
}

Sample PictureSource::redraw(uint32_t picture, uint64_t epoch, uint64_t position, uint8_t* target) {
  const auto label = static_cast<size_t>(manifest_.label(picture));
  const uint32_t* members = members_.data() + first_member_[label];
  const uint32_t count = first_member_[label + 1] - first_member_[label];
  uint32_t attempt = 1;
  for (; attempt <= kRandomRedraws && count > 0; ++attempt) {
    const uint32_t other = members[Philox(options_.seed, Purpose::kRedraw, epoch, position, attempt).below(count)];
    if (try_train(other, epoch, position, attempt, target)) return {other, false};
  }
  for (uint32_t i = 0; i < count; ++i, ++attempt) {
    if (try_train(members[i], epoch, position, attempt, target)) return {members[i], false};
  }
  throw Error(ErrorCode::kDataTooManyBad, "class '" + manifest_.classes()[label] + "' has no picture that can be read",
              std::to_string(count) + " of its " + std::to_string(count) + " training pictures under " +
                  manifest_.root() + " are broken",
              "check that the folder is still there and readable; replace the pictures, or leave the class out");
}

Sample PictureSource::evaluate(uint64_t position, uint8_t* target) {
  const uint32_t picture = evaluation_order_[position];
  std::string bytes, reason;
  if (read(picture, bytes, reason)) {
    image::StageTimes times;
    const image::Outcome outcome = image::eval_transform(bytes, options_.transform, target, &times);
    add_times(times);
    if (outcome.ok()) {
      note_good(picture);
      return {picture, false};
    }
    reason = std::string(image::status_name(outcome.status)) + ": " + outcome.detail;
  }
  const auto side = static_cast<size_t>(options_.transform.image_size);
  std::fill_n(target, side * side * 3, uint8_t{0});
  note_bad(picture, reason);
  return {picture, true};
}

bool PictureSource::read(uint32_t picture, std::string& bytes, std::string& reason) {
  const std::string path = manifest_.full_path(picture);
  // A file that is known to be broken is tried again (the batch must not depend on what came before) but not waited
  // for.
  const int retries = states_[picture].load(std::memory_order_relaxed) == kBad ? 0 : options_.read_retries;
  const double start = clock_.now();
  bool ok = false;
  for (int attempt = 0; attempt <= retries && !ok; ++attempt) {
    if (attempt > 0) clock_.sleep(kRetryPause * static_cast<double>(1 << std::min(attempt - 1, 6)));
    try {
      bytes = files_.read(path, kLargestFile);
      ok = true;
    } catch (const Error& error) {
      reason = error.why();
    }
  }
  read_ns_.fetch_add(static_cast<uint64_t>((clock_.now() - start) * 1e9), std::memory_order_relaxed);
  bytes_read_.fetch_add(bytes.size(), std::memory_order_relaxed);
  return ok;
}

void PictureSource::add_times(const image::StageTimes& times) {
  decode_ns_.fetch_add(times.decode_ns, std::memory_order_relaxed);
  augment_ns_.fetch_add(times.augment_ns, std::memory_order_relaxed);
}

void PictureSource::note_good(uint32_t picture) {
  uint8_t expected = kUntried;
  if (states_[picture].compare_exchange_strong(expected, kGood, std::memory_order_relaxed))
    tried_.fetch_add(1, std::memory_order_relaxed);
}

void PictureSource::note_bad(uint32_t picture, const std::string& reason) {
  const uint8_t before = states_[picture].exchange(kBad, std::memory_order_relaxed);
  if (before == kBad) return;
  if (before == kUntried) tried_.fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(report_mutex_);
  const uint64_t bad = bad_.fetch_add(1, std::memory_order_relaxed) + 1;
  const std::string path(manifest_.path(picture));
  if (options_.on_bad) options_.on_bad(path, reason);
  check_rate(bad, path + " (" + reason + ")");
}

void PictureSource::check_rate(uint64_t bad, const std::string& last) {
  const uint64_t tried = tried_.load(std::memory_order_relaxed);
  const double fraction = static_cast<double>(bad) / static_cast<double>(std::max<uint64_t>(tried, 1));
  if (bad < kFewestBad || fraction <= options_.max_bad_fraction) return;
  const bool gone = is_gone(files_, manifest_.root());
  throw Error(ErrorCode::kDataTooManyBad, "too many pictures under " + manifest_.root() + " cannot be read",
              std::to_string(bad) + " of the " + std::to_string(tried) + " tried so far (" + percent(fraction) +
                  ", allowed are " + percent(options_.max_bad_fraction) + "); the last was " + last,
              gone ? "the folder is gone: bring it back or mount it again, then run the same command again"
                   : "repair or remove the pictures (`surefoot clean` finds them), or allow more with a higher "
                     "data.max_bad_fraction");
}

LoaderCounters PictureSource::counters() const {
  LoaderCounters counters;
  counters.pictures = pictures_.load(std::memory_order_relaxed);
  counters.bytes_read = bytes_read_.load(std::memory_order_relaxed);
  counters.read_ns = read_ns_.load(std::memory_order_relaxed);
  counters.decode_ns = decode_ns_.load(std::memory_order_relaxed);
  counters.augment_ns = augment_ns_.load(std::memory_order_relaxed);
  counters.bad_pictures = bad_.load(std::memory_order_relaxed);
  return counters;
}

}  // namespace surefoot::data
