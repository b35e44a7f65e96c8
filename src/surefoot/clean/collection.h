#pragma once
// All pictures of a cleaning run, as detectors see them.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "surefoot/index/picture_facts.h"

namespace surefoot::clean {

enum class Part : uint8_t { kTrain, kValidation, kTest };
const char* part_name(Part part);  // "train", "val", "test"

/// One file. The order of a collection is by path bytes, reference pictures last.
struct Picture {
  std::string path;    // relative to the data folder; a reference picture: its path as given
  int32_t label = -1;  // -1: outside of any class folder
  Part part = Part::kTrain;
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;
  std::string content;        // XXH3-128 of the bytes, hex; empty where the file could not be read
  bool reference = false;     // of --reference: compared with, never listed, never touched
  bool named_picture = true;  // the name has a picture's extension
  index::PictureFacts facts;
};

/// Immutable while detectors run; thread-safe for reading. A million pictures take about 700 MB.
struct Collection {
  std::string root;
  std::vector<std::string> classes;  // sorted by bytes
  bool has_parts = false;            // train/ and val/ folders, or a list that says so
  std::vector<Picture> pictures;
  /// Features and thumbnail of pictures[i], read from the store. Thread-safe. Empty view where nothing was measured.
  std::function<index::PictureView(size_t i)> view;
};

}  // namespace surefoot::clean
