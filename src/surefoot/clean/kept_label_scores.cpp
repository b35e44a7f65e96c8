#include "surefoot/clean/kept_label_scores.h"

#include <bit>
#include <cstring>
#include <span>

#include "surefoot/base/files.h"
#include "surefoot/base/hash.h"
#include "surefoot/version.h"

namespace surefoot::clean {
namespace {

/// Embeddings alone and label scores are kept side by side.
const char* key_of(const LabelTask& task) { return task.classes == 0 ? "embeddings" : "label scores"; }
constexpr size_t kMostKept = size_t{512} << 20;  // bytes; SQLite takes values up to 1 GB

std::string fingerprint(const LabelTask& task) {
  Hasher hasher;
  hasher.add_field(kVersion);
  hasher.add_number(static_cast<uint64_t>(task.side));
  hasher.add_number(task.pictures.size());
  hasher.add(std::as_bytes(std::span(task.pictures)));
  hasher.add(std::as_bytes(std::span(task.labels)));
  hasher.add(std::as_bytes(std::span(task.folds)));
  hasher.add_number(static_cast<uint64_t>(task.classes));
  hasher.add_number(static_cast<uint64_t>(task.fold_count));
  hasher.add_number(task.seed);
  hasher.add_number(std::bit_cast<uint64_t>(task.seconds_budget));
  hasher.add_field(task.weights);
  if (const auto status = task.weights.empty() ? std::nullopt : real_files().status(task.weights)) {
    hasher.add_number(status->size_bytes);
    hasher.add_number(static_cast<uint64_t>(status->mtime_ns));
  }
  return hasher.hex();
}

template <class T>
void put(std::string& bytes, const T* values, size_t count) {
  bytes.append(reinterpret_cast<const char*>(values), count * sizeof(T));
}

/// Takes values off the front; false where there are too few.
template <class T>
bool take(std::string_view& bytes, T* values, size_t count) {
  if (count > bytes.size() / sizeof(T)) return false;
  std::memcpy(values, bytes.data(), count * sizeof(T));
  bytes.remove_prefix(count * sizeof(T));
  return true;
}

std::string pack(const std::string& task, const LabelScores& scores) {
  std::string bytes = task;
  const uint64_t sizes[] = {static_cast<uint64_t>(scores.classes), static_cast<uint64_t>(scores.dimensions),
                            scores.probabilities.size(), scores.embeddings.size(), scores.method.size()};
  put(bytes, sizes, std::size(sizes));
  put(bytes, &scores.accuracy, 1);
  put(bytes, scores.probabilities.data(), scores.probabilities.size());
  put(bytes, scores.embeddings.data(), scores.embeddings.size());
  return bytes += scores.method;
}

bool unpack(std::string_view bytes, const std::string& task, LabelScores& scores) {
  if (!bytes.starts_with(task)) return false;
  bytes.remove_prefix(task.size());
  uint64_t sizes[5];
  if (!take(bytes, sizes, std::size(sizes)) || !take(bytes, &scores.accuracy, 1)) return false;
  if (sizes[2] > bytes.size() || sizes[3] > bytes.size()) return false;
  scores.classes = static_cast<int>(sizes[0]);
  scores.dimensions = static_cast<int>(sizes[1]);
  scores.probabilities.resize(sizes[2]);
  scores.embeddings.resize(sizes[3]);
  if (!take(bytes, scores.probabilities.data(), sizes[2]) || !take(bytes, scores.embeddings.data(), sizes[3]))
    return false;
  scores.method = bytes;
  return bytes.size() == sizes[4];
}

}  // namespace

LabelScores KeptLabelScores::score(const LabelTask& task, const std::function<void(double share)>& progress) {
  const std::string print = fingerprint(task);
  LabelScores scores;
  const auto kept = store_.value(key_of(task));
  if (kept && unpack(*kept, print, scores)) return scores;
  scores = scorer_.score(task, progress);
  if ((scores.probabilities.size() + scores.embeddings.size()) * sizeof(float) < kMostKept) {
    store_.put_value(key_of(task), pack(print, scores));
    store_.flush();
  }
  return scores;
}

}  // namespace surefoot::clean
