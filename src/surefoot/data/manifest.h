#pragma once
// The list of pictures: one flat, memory-mapped file (docs/formats/manifest.md); a million pictures in < 200 MB.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "surefoot/base/files.h"

namespace surefoot::data {

enum class Split : uint8_t { kTrain = 0, kValidation = 1 };

/// Immutable; thread-safe. Pictures are sorted by (split, path bytes), so order does not depend on the file system.
class Manifest {
 public:
  virtual ~Manifest() = default;
  virtual uint64_t size() const = 0;
  /// Relative to root().
  virtual std::string_view path(uint64_t index) const = 0;
  virtual int32_t label(uint64_t index) const = 0;
  virtual Split split(uint64_t index) const = 0;
  virtual uint64_t size_bytes(uint64_t index) const = 0;
  /// Sorted by bytes (C locale).
  virtual const std::vector<std::string>& classes() const = 0;
  virtual const std::string& root() const = 0;
  /// Over (path, label, split, size) of every picture and the classes; not over times, so a copy of the data has the
  /// same one.
  virtual const std::string& fingerprint() const = 0;
  /// Picture numbers of one part, ascending.
  virtual std::vector<uint32_t> indices(Split split) const = 0;
  /// True where the data had no validation part and a fixed fraction was split off.
  virtual bool split_was_made() const = 0;
  std::string full_path(uint64_t index) const { return join_path(root(), path(index)); }
};

struct ScanOptions {
  double val_fraction = 0.1;
  uint64_t seed = 0;
  /// Where manifest and scan cache lie, those of one data set a folder (the run folder or the user's cache folder,
  /// never the data folder).
  std::string cache_folder;
  bool allow_one_class = false;
  /// Evaluation of data without a validation part: everything becomes kValidation, nothing is split off; parts that
  /// exist stay what they are.
  bool all_validation = false;
  std::function<void(uint64_t pictures)> progress;  // called now and then; may throw to stop
};

struct ScanReport {
  uint64_t pictures = 0, skipped_not_pictures = 0, reused_folders = 0;
  std::vector<std::string>
      warnings;  // e.g. numeric class names sort differently in timm, an empty class, links that loop
};

/// Reads a folder of class folders, a folder with train/ and val|validation|test/ (in this order of preference for
/// validation), or a CSV list `path,label[,split]` and writes the manifest. A scan that was killed goes on where it was
/// (scan_cache.h). If val and test exist, test is left alone; if only test exists it is the validation part; both are
/// said in the warnings. "train" is a class rather than a part where it stands beside folders that are no parts. Part
/// words in any case of letters. Throws kDataMissing, kDataEmpty, kDataLayout, kDataOneClass, kDataList. Skips
/// dot-files, editor droppings and loops.
std::unique_ptr<Manifest> scan(Files& files,
                               const std::string& data_path,
                               const ScanOptions& options,
                               ScanReport& report);

/// The manifest's file in a cache folder. A scan replaces it by rename: one opened before stays valid, for
/// `describe_changes`.
std::string manifest_path(const std::string& cache_folder);

/// Opens a manifest file written by `scan`. Throws kDataManifest where it is damaged.
std::unique_ptr<Manifest> open_manifest(const std::string& manifest_file);

/// Names what changed between two manifests, at most `limit` lines ("added cat/1.jpg", "size of dog/2.jpg 1042 ->
/// 999").
std::vector<std::string> describe_changes(const Manifest& before, const Manifest& after, size_t limit = 10);

}  // namespace surefoot::data
