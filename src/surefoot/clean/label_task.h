#pragma once
// The pictures of a collection whose labels can be judged, as a task for a LabelScorer.
#include <string>
#include <vector>

#include "surefoot/clean/detector.h"

namespace surefoot::clean {

/// One row of the task stands for a group of copies; every judged picture knows its row.
struct JudgedPicture {
  uint32_t picture = 0;  // position in the collection
  uint32_t row = 0;      // of the task
  int32_t label = 0;     // among `classes`; of a copy it may differ from that of its row
};

struct JudgedSet {
  LabelTask task;
  std::vector<JudgedPicture> pictures;  // by position in the collection
  std::vector<std::string> classes;     // of the task, by name
  std::vector<std::string> notes;       // which classes could not be judged
};

constexpr int kLabelFolds = 10;
constexpr size_t kFewestOfClass = 4, kFewestPictures = 40;

/// Left out: reference pictures, pictures outside of class folders, what could not be decoded wholly, what other checks
/// found to be blank or no picture, classes of fewer than `kFewestOfClass` pictures. Folds are drawn class by class
/// (Philox), so that they hold as many of each. A task without rows: nothing can be judged, `notes` says why.
JudgedSet judged_set(const Collection& collection, const DetectorContext& context);

/// Side of the squares in which a network looks at these pictures (positions in the collection), px: small ones are not
/// enlarged, and a large set is looked at in less detail, so that memory stays bounded.
int square_side(const Collection& collection, const std::vector<uint32_t>& positions);

/// The largest square in the middle of a picture's thumbnail, `side` px; empty where it cannot be decoded. [side, side,
/// 3] RGB
std::vector<uint8_t> middle_square(const index::PictureView& view, int side);

}  // namespace surefoot::clean
