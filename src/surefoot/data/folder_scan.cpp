#include <algorithm>
#include <array>
#include <cctype>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/data/scan_parts.h"

namespace surefoot::data {
namespace {

struct Part {
  std::string folder;  // relative to the root; empty: the root itself
  Split split;
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

/// The folder of the first of `words` that exists.
std::optional<std::string> find_word(const std::vector<std::string>& names,
                                     std::span<const std::string_view> words,
                                     const std::string& root) {
  for (const std::string_view word : words) {
    std::vector<std::string> found;
    std::copy_if(names.begin(), names.end(), std::back_inserter(found),
                 [&](const std::string& name) { return lower(name) == word; });
    if (found.size() > 1) {
      throw Error(ErrorCode::kDataLayout, "cannot tell which part of " + root + " is which",
                  "it has both " + found[0] + "/ and " + found[1] + "/", "rename or remove one of them");
    }
    if (!found.empty()) return found[0];
  }
  return std::nullopt;
}

constexpr std::array<std::string_view, 1> kTrainWords{"train"}, kTestWords{"test"};
constexpr std::array<std::string_view, 4> kValidationWords{"val", "validation", "valid", "eval"};

std::vector<Part> part_folders(const std::string& root,
                               const std::vector<std::string>& names,
                               const ScanOptions& options,
                               ScanReport& report) {
  const auto train = find_word(names, kTrainWords, root), test = find_word(names, kTestWords, root);
  auto validation = find_word(names, kValidationWords, root);
  if (!train && !options.all_validation) {
    throw Error(ErrorCode::kDataLayout, "there is nothing to train on in " + root,
                "it has " + names.front() + "/ but no train/",
                "put the training pictures into " + join_path(root, "train") + "/<class>/");
  }
  if (validation && test)
    report.warnings.push_back("validation uses " + *validation + "/; " + *test + "/ is left alone");
  if (!validation && test) {
    validation = test;
    report.warnings.push_back("there is no val/: " + *test +
                              "/ is the validation part, so its accuracy is no independent test");
  }
  std::vector<Part> parts;
  if (train) parts.push_back({*train, !validation && options.all_validation ? Split::kValidation : Split::kTrain});
  if (validation) parts.push_back({*validation, Split::kValidation});
  for (const std::string& name : names) {
    const bool used = name == train || name == validation || name == test;
    if (!used) report.warnings.push_back("the folder " + printable(name) + " is no part of the data: left out");
  }
  return parts;
}

void scan_part(Files& files,
               const std::string& root,
               const Part& part,
               FolderWalk& walk,
               PictureTable& table,
               ScanReport& report) {
  uint64_t outside = 0;
  for (const FolderEntry& entry : files.list(path_below(root, part.folder))) {
    if (is_dropping(entry.name)) continue;
    if (entry.kind != FileStatus::Kind::kFolder) {
      ++report.skipped_not_pictures;
      if (entry.kind == FileStatus::Kind::kFile && is_picture_name(entry.name)) ++outside;
      continue;
    }
    std::optional<uint32_t> label;  // only a class with a picture gets a number
    const uint64_t found =
        walk.walk(join_path(part.folder, entry.name), [&](std::string_view path, uint64_t size_bytes) {
          if (!label) label = table.label_of(entry.name);
          table.add(path, *label, part.split, size_bytes);
        });
    if (found == 0)
      report.warnings.push_back("the class folder " + printable(join_path(part.folder, entry.name)) +
                                " has no pictures: left out");
  }
  if (outside > 0) {
    report.warnings.push_back(std::to_string(outside) + " pictures lie in no class folder of " +
                              printable(path_below(root, part.folder)) + ": left out");
  }
}

}  // namespace

std::vector<std::string> folders_of(Files& files, const std::string& path) {
  std::vector<std::string> names;
  for (const FolderEntry& entry : files.list(path)) {
    if (entry.kind == FileStatus::Kind::kFolder && !is_dropping(entry.name)) names.push_back(entry.name);
  }
  return names;
}

// Part folders are those that stand alone or with another part.
bool has_part_folders(Files& files, const std::string& root, const std::vector<std::string>& names) {
  const auto is_word = [](const std::string& name) { return part_word(name).has_value(); };
  const auto words = static_cast<size_t>(std::count_if(names.begin(), names.end(), is_word));
  if (words == 0) return false;
  const bool pictures_inside = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return is_word(name) && folders_of(files, join_path(root, name)).empty();
  });
  return !pictures_inside && (words == names.size() || words >= 2);
}

std::optional<PartWord> part_word(std::string_view name) {
  const std::string word = lower(name);
  const auto is_in = [&](std::span<const std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  if (is_in(kTrainWords)) return PartWord::kTrain;
  if (is_in(kValidationWords)) return PartWord::kValidation;
  if (is_in(kTestWords)) return PartWord::kTest;
  return std::nullopt;
}

void check_validation_labels(const PictureTable& table, size_t known, const std::string& what) {
  const auto& classes = table.classes();
  if (known == 0 || classes.size() == known) return;
  std::string names;
  for (size_t i = known; i < std::min(classes.size(), known + 5); ++i)
    names += (names.empty() ? "" : ", ") + classes[i];
  throw Error(
      ErrorCode::kDataLayout, "the validation part of " + what + " has classes that the training part lacks",
      std::to_string(classes.size() - known) + " of them: " + names + (classes.size() > known + 5 ? ", ..." : ""),
      "add training pictures of these classes, or remove them from the validation part");
}

void scan_folders(Files& files,
                  const std::string& root,
                  const ScanOptions& options,
                  FolderWalk& walk,
                  PictureTable& table,
                  ScanReport& report) {
  const std::vector<std::string> names = folders_of(files, root);
  std::vector<Part> parts{{"", options.all_validation ? Split::kValidation : Split::kTrain}};
  if (has_part_folders(files, root, names)) parts = part_folders(root, names, options, report);
  for (const Part& part : parts) {
    const size_t known = table.classes().size();
    scan_part(files, root, part, walk, table, report);
    if (part.split == Split::kTrain && table.rows.empty()) {
      throw Error(ErrorCode::kDataEmpty, "there are no pictures in " + path_below(root, part.folder),
                  std::to_string(report.skipped_not_pictures) + " files there are no pictures in a class folder",
                  "expected is DIR/<class>/*.jpg or DIR/train/<class>/*.jpg");
    }
    if (part.split == Split::kValidation) check_validation_labels(table, known, root);
  }
}

}  // namespace surefoot::data
