#include "surefoot/clean/folder_layout.h"

#include <algorithm>
#include <set>

#include "surefoot/data/scan_parts.h"

namespace surefoot::clean {
namespace {

/// Takes the first folder off `path`; empty where there is none.
std::string_view take_folder(std::string_view& path) {
  const size_t slash = path.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view folder = path.substr(0, slash);
  path.remove_prefix(slash + 1);
  return folder;
}

Part part_of(data::PartWord word) {
  switch (word) {
    case data::PartWord::kTrain:
      return Part::kTrain;
    case data::PartWord::kValidation:
      return Part::kValidation;
    case data::PartWord::kTest:
      return Part::kTest;
  }
  return Part::kTrain;
}

}  // namespace

const char* part_name(Part part) {
  switch (part) {
    case Part::kTrain:
      return "train";
    case Part::kValidation:
      return "val";
    case Part::kTest:
      return "test";
  }
  return "";
}

FolderLayout::FolderLayout(Files& files, const std::string& root)
    : has_parts_(data::has_part_folders(files, root, data::folders_of(files, root))) {}

FolderLayout::Place FolderLayout::place(std::string_view path) const {
  if (!has_parts_) return {Part::kTrain, take_folder(path)};
  const auto word = data::part_word(take_folder(path));
  if (!word) return {};  // a folder beside the parts: `train` leaves it out
  return {part_of(*word), take_folder(path)};
}

void label_pictures(const FolderLayout& layout, Collection& collection) {
  std::set<std::string, std::less<>> classes;
  for (const Picture& picture : collection.pictures) {
    if (picture.reference || !picture.named_picture) continue;
    const std::string_view name = layout.place(picture.path).class_name;
    if (!name.empty() && !classes.contains(name)) classes.emplace(name);
  }
  collection.classes.assign(classes.begin(), classes.end());
  collection.has_parts = layout.has_parts();
  for (Picture& picture : collection.pictures) {
    if (picture.reference) continue;
    const FolderLayout::Place place = layout.place(picture.path);
    picture.part = place.part;
    const auto found = std::lower_bound(collection.classes.begin(), collection.classes.end(), place.class_name);
    if (found != collection.classes.end() && *found == place.class_name)
      picture.label = static_cast<int32_t>(found - collection.classes.begin());
  }
}

}  // namespace surefoot::clean
