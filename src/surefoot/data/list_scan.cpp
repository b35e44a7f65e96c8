#include <algorithm>
#include <filesystem>
#include <map>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/data/csv.h"
#include "surefoot/data/scan_parts.h"

namespace surefoot::data {
namespace {

/// Where the columns stand; other columns are ignored.
struct Columns {
  size_t path, label;
  std::optional<size_t> split;
  size_t count;
};

Columns read_header(CsvReader& csv) {
  std::vector<std::string> names;
  csv.next(names);
  const auto find = [&](std::string_view name) -> std::optional<size_t> {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? std::nullopt : std::optional(static_cast<size_t>(found - names.begin()));
  };
  const auto path = find("path"), label = find("label");
  if (!path || !label)
    csv.fail("the header has no columns `path` and `label`",
             "begin the list with the line `path,label` or `path,label,split`");
  return {*path, *label, find("split"), names.size()};
}

/// A path relative to the root, also where the list has absolute ones.
std::string relative_path(const std::string& path, const std::string& root) {
  if (!path.starts_with('/')) return path;
  const auto base = std::filesystem::absolute(root).lexically_normal();
  return std::filesystem::path(path).lexically_relative(base).string();
}

struct Line {
  std::string path, label;
  PartWord part;
};

Line read_line(const CsvReader& csv,
               const Columns& columns,
               const std::vector<std::string>& fields,
               const std::string& root) {
  if (fields.size() != columns.count) {
    csv.fail("it has " + std::to_string(fields.size()) + " fields, the header " + std::to_string(columns.count),
             "quote fields that hold a comma");
  }
  Line line{relative_path(fields[columns.path], root), fields[columns.label], PartWord::kTrain};
  if (line.path.empty()) csv.fail("the path is empty", "remove the line or name a picture");
  if (line.label.empty()) csv.fail("the label of '" + line.path + "' is empty", "remove the line or give it a label");
  if (!columns.split) return line;
  const auto part = part_word(fields[*columns.split]);
  if (!part) csv.fail("the split '" + fields[*columns.split] + "' is unknown", "write train, val, validation or test");
  line.part = *part;
  return line;
}

/// Counts of the parts, from a first pass: which of them is the validation part depends on all lines.
std::map<PartWord, uint64_t> count_parts(const std::string& text,
                                         const std::string& list_file,
                                         const std::string& root) {
  CsvReader csv(text, list_file, ErrorCode::kDataList);
  const Columns columns = read_header(csv);
  std::map<PartWord, uint64_t> counts;
  for (std::vector<std::string> fields; csv.next(fields);) ++counts[read_line(csv, columns, fields, root).part];
  return counts;
}

std::optional<uint64_t> size_of(Files& files, const std::string& path) {
  try {
    const auto status = files.status(path);
    return status ? std::optional(status->size_bytes) : std::nullopt;
  } catch (const Error&) {
    return 0;  // it is there but cannot be asked: the loader will say why
  }
}

}  // namespace

void scan_list(Files& files,
               const std::string& list_file,
               const std::string& root,
               const ScanOptions& options,
               FolderWalk& walk,
               PictureTable& table,
               ScanReport& report) {
  const std::string text = files.read(list_file);
  auto counts = count_parts(text, list_file, root);
  const bool has_validation = counts[PartWord::kValidation] > 0, has_test = counts[PartWord::kTest] > 0;
  if (has_validation && has_test)
    report.warnings.push_back("validation uses the lines with split val; those with test are left alone");
  if (!has_validation && has_test)
    report.warnings.push_back(
        "no line has split val: those with test are the validation part, so its accuracy is no independent test");
  if (counts[PartWord::kTrain] == 0 && (has_validation || has_test) && !options.all_validation) {
    throw Error(ErrorCode::kDataList, "there is nothing to train on in " + list_file, "no line has the split train",
                "give the training pictures the split train");
  }
  const bool train_is_validation = options.all_validation && !has_validation && !has_test;
  uint64_t missing = 0;
  std::string first_missing;
  size_t known = 0;
  // Training lines first, so that the classes of the validation lines can be checked against them.
  for (const Split pass : {Split::kTrain, Split::kValidation}) {
    known = table.classes().size();
    CsvReader csv(text, list_file, ErrorCode::kDataList);
    const Columns columns = read_header(csv);
    for (std::vector<std::string> fields; csv.next(fields);) {
      const Line line = read_line(csv, columns, fields, root);
      if (line.part == PartWord::kTest && has_validation) continue;
      const Split split = line.part == PartWord::kTrain && !train_is_validation ? Split::kTrain : Split::kValidation;
      if (split != pass) continue;
      const auto size = size_of(files, join_path(root, line.path));
      if (!size) {
        if (++missing == 1) first_missing = "line " + std::to_string(csv.line()) + ": " + line.path;
        continue;
      }
      table.add(line.path, table.label_of(line.label), split, *size);
      walk.count_picture();
    }
  }
  if (missing > 0 && table.rows.empty()) {
    throw Error(ErrorCode::kDataList, "none of the pictures of " + list_file + " exists", first_missing,
                "write paths relative to " + root);
  }
  if (missing > 0)
    report.warnings.push_back(std::to_string(missing) + " pictures of the list do not exist (" +
                              printable(first_missing) + "): left out");
  check_validation_labels(table, known, list_file);
}

}  // namespace surefoot::data
