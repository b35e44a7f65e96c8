#pragma once
// What a crawl is full of, planted with known truth.
#include <cstdint>
#include <string>
#include <vector>

namespace surefoot::examples {

struct Planted {
  std::string path, kind, original;  // below the folder; `kind` is the issue that `surefoot clean` should report
};

/// Adds to FOLDER/train/<shape>/ what a crawl is full of: exact and edited copies, one picture under many marks, wrong
/// labels (a tenth of the pictures is moved to another class), blank, cut and wrong files, enlarged pictures. Pure in
/// (folder's pictures, seed).
/// @param classes, per_class as they were drawn
std::vector<Planted> plant_rubbish(const std::string& folder, uint64_t classes, uint64_t per_class, uint64_t seed);

}  // namespace surefoot::examples
