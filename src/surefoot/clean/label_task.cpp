#include "surefoot/clean/label_task.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "surefoot/base/escape.h"
#include "surefoot/base/philox.h"
#include "surefoot/image/decode.h"
#include "surefoot/image/resize.h"

namespace surefoot::clean {
namespace {

/// Findings that say that there is nothing to judge.
bool speaks_against(const std::string& issue) {
  constexpr std::string_view kIssues[] = {"blank", "corrupt", "not-an-image", "unsupported"};
  return std::ranges::find(kIssues, issue) != std::end(kIssues);
}

std::vector<uint32_t> candidates(const Collection& collection, const CleanResults& results) {
  std::set<std::string_view> rubbish;
  for (const Finding& finding : results.findings) {
    if (speaks_against(finding.issue)) rubbish.insert(finding.path);
  }
  std::vector<uint32_t> positions;
  for (size_t i = 0; i < collection.pictures.size(); ++i) {
    const Picture& picture = collection.pictures[i];
    const bool usable = picture.facts.measured && picture.facts.status == image::DecodeStatus::kOk;
    if (picture.label >= 0 && !picture.reference && usable && !rubbish.contains(picture.path))
      positions.push_back(static_cast<uint32_t>(i));
  }
  return positions;
}

/// Class numbers of the task, by class of the collection; -1 where it has too few.
std::vector<int32_t> number_classes(const Collection& collection, const std::vector<uint32_t>& rows, JudgedSet& set) {
  std::vector<size_t> counts(collection.classes.size());
  for (const uint32_t i : rows) ++counts[static_cast<size_t>(collection.pictures[i].label)];
  std::vector<int32_t> numbers(counts.size(), -1);
  std::string few;
  for (size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] >= kFewestOfClass) {
      numbers[c] = static_cast<int32_t>(set.classes.size());
      set.classes.push_back(collection.classes[c]);
    } else if (counts[c] > 0) {
      few += (few.empty() ? "" : ", ") + printable(collection.classes[c]) + " (" + std::to_string(counts[c]) + ")";
    }
  }
  if (!few.empty())
    set.notes.push_back("labels not judged, fewer than " + std::to_string(kFewestOfClass) +
                        " different pictures: " + few);
  return numbers;
}

void draw_folds(LabelTask& task) {
  std::vector<std::vector<size_t>> members(static_cast<size_t>(task.classes));
  for (size_t i = 0; i < task.labels.size(); ++i) members[static_cast<size_t>(task.labels[i])].push_back(i);
  task.folds.resize(task.labels.size());
  size_t next = 0;  // goes on from class to class, so that small classes do not all fall into the first folds
  for (size_t c = 0; c < members.size(); ++c) {
    const Permutation order(task.seed, Purpose::kFolds, c, members[c].size());
    for (size_t i = 0; i < members[c].size(); ++i, ++next) {
      task.folds[members[c][order[i]]] = static_cast<int32_t>(next % static_cast<size_t>(task.fold_count));
    }
  }
}

}  // namespace

int square_side(const Collection& collection, const std::vector<uint32_t>& positions) {
  std::vector<int> short_sides;
  for (const uint32_t i : positions) {
    const index::PictureFacts& facts = collection.pictures[i].facts;
    short_sides.push_back(std::min(facts.width, facts.height));
  }
  const auto middle = short_sides.begin() + static_cast<ptrdiff_t>(short_sides.size() / 2);
  std::nth_element(short_sides.begin(), middle, short_sides.end());
  constexpr int kSmall = 40;
  constexpr size_t kMany = 100000;
  return *middle < kSmall || positions.size() > kMany ? 32 : 64;
}

std::vector<uint8_t> middle_square(const index::PictureView& view, int side) {
  image::Pixels pixels;
  if (view.thumbnail.empty() || !image::decode(view.thumbnail, {}, pixels).ok()) return {};
  const double shorter = std::min(pixels.width, pixels.height);
  const double x = (pixels.width - shorter) / 2, y = (pixels.height - shorter) / 2;
  std::vector<uint8_t> square(static_cast<size_t>(side) * static_cast<size_t>(side) * 3);
  image::resize(pixels, x, y, x + shorter, y + shorter, image::Filter::kBilinear, square.data(), side, side);
  return square;
}

JudgedSet judged_set(const Collection& collection, const DetectorContext& context) {
  JudgedSet set;
  const std::vector<uint32_t> positions = candidates(collection, context.results);
  if (positions.size() < kFewestPictures) {
    set.notes.push_back("labels not judged: " + std::to_string(positions.size()) +
                        " pictures in class folders are too few");
    return set;
  }
  const std::vector<uint32_t> groups = group_ids(collection, context.results.groups);
  std::vector<uint32_t> firsts;  // of every group of copies
  std::map<uint32_t, uint32_t> first_of;
  for (const uint32_t i : positions) {
    if (first_of.emplace(groups[i], i).second) firsts.push_back(i);
  }
  const std::vector<int32_t> numbers = number_classes(collection, firsts, set);
  const auto number_of = [&](uint32_t i) { return numbers[static_cast<size_t>(collection.pictures[i].label)]; };
  if (set.classes.size() < 2) {
    set.notes.push_back("labels not judged: fewer than two classes have enough pictures");
    return set;
  }
  LabelTask& task = set.task;
  task.side = square_side(collection, positions);
  task.classes = static_cast<int>(set.classes.size());
  task.fold_count = kLabelFolds;
  task.seed = context.options.seed;
  task.weights = context.options.weights;
  std::map<uint32_t, uint32_t> row_of;  // by group
  for (const uint32_t i : firsts) {
    if (number_of(i) < 0) continue;
    const std::vector<uint8_t> square = middle_square(collection.view(i), task.side);
    if (square.empty()) continue;
    row_of.emplace(groups[i], static_cast<uint32_t>(task.labels.size()));
    task.pictures.insert(task.pictures.end(), square.begin(), square.end());
    task.labels.push_back(number_of(i));
    if (context.progress && task.labels.size() % 64 == 0) {
      context.progress("labels: reading pictures",
                       static_cast<double>(i) / static_cast<double>(collection.pictures.size()));
    }
  }
  draw_folds(task);
  for (const uint32_t i : positions) {
    const auto row = row_of.find(groups[i]);
    if (row != row_of.end() && number_of(i) >= 0) set.pictures.push_back({i, row->second, number_of(i)});
  }
  return set;
}

}  // namespace surefoot::clean
