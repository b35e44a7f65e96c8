#include <algorithm>
#include <cctype>

#include "surefoot/base/clock.h"
#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/data/manifest_file.h"
#include "surefoot/data/scan_parts.h"
#include "surefoot/data/validation_split.h"

namespace surefoot::data {
namespace {

/// timm sorts class names with numbers by value: 2 before 10. True where that is before.
bool natural_less(std::string_view a, std::string_view b) {
  size_t i = 0, j = 0;
  const auto digit = [](std::string_view text, size_t at) {
    return at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0;
  };
  while (i < a.size() && j < b.size()) {
    if (digit(a, i) && digit(b, j)) {
      while (digit(a, i) && a[i] == '0') ++i;
      while (digit(b, j) && b[j] == '0') ++j;
      size_t end_a = i, end_b = j;
      while (digit(a, end_a)) ++end_a;
      while (digit(b, end_b)) ++end_b;
      if (end_a - i != end_b - j) return end_a - i < end_b - j;
      const int order = a.substr(i, end_a - i).compare(b.substr(j, end_b - j));
      if (order != 0) return order < 0;
      i = end_a, j = end_b;
      continue;
    }
    const int x = std::tolower(static_cast<unsigned char>(a[i])), y = std::tolower(static_cast<unsigned char>(b[j]));
    if (x != y) return x < y;
    ++i, ++j;
  }
  return a.size() - i < b.size() - j;
}

void warn_of_natural_order(const std::vector<std::string>& classes, ScanReport& report) {
  for (size_t i = 1; i < classes.size(); ++i) {
    if (!natural_less(classes[i], classes[i - 1])) continue;
    report.warnings.push_back("classes are numbered by the bytes of their names, so " + printable(classes[i - 1]) +
                              " comes before " + printable(classes[i]) +
                              "; timm orders them the other way: mind the class list when weights are shared");
    return;
  }
}

void drop_duplicates(PictureTable& table, const std::string& what, ScanReport& report) {
  uint64_t doubles = 0;
  std::string first;
  const auto same = [&](const PictureTable::Row& a, const PictureTable::Row& b) {
    if (a.path() != b.path()) return false;
    if (a.label != b.label || a.validation != b.validation) {
      throw Error(ErrorCode::kDataList, "the list " + what + " contradicts itself",
                  "it names '" + std::string(a.path()) + "' twice, with " +
                      (a.label != b.label ? "different labels" : "different splits"),
                  "keep one of the lines");
    }
    if (++doubles == 1) first = a.path();
    return true;
  };
  table.rows.erase(std::unique(table.rows.begin(), table.rows.end(), same), table.rows.end());
  if (doubles > 0)
    report.warnings.push_back(std::to_string(doubles) + " lines repeat a picture (" + printable(first) +
                              "): each counts once");
}

void check_classes(const PictureTable& table,
                   const std::string& data_path,
                   const ScanOptions& options,
                   const ScanReport& report) {
  if (table.rows.empty()) {
    throw Error(
        ErrorCode::kDataEmpty, "there are no pictures in " + data_path,
        std::to_string(report.skipped_not_pictures) + " files there are no pictures in a class folder",
        "expected is DIR/<class>/*.jpg, DIR/{train,val}/<class>/*.jpg or a CSV list with the header path,label");
  }
  if (table.rows.size() > UINT32_MAX) {
    throw Error(ErrorCode::kDataLayout, "there are too many pictures in " + data_path,
                std::to_string(table.rows.size()) + ", at most 4294967295", "split the data");
  }
  if (table.classes().size() == 1 && !options.allow_one_class) {
    throw Error(ErrorCode::kDataOneClass, "there is one class only in " + data_path,
                "all " + std::to_string(table.rows.size()) + " pictures are of the class '" + table.classes()[0] + "'",
                "give each class a folder of its own; if the classes are folders within '" + table.classes()[0] +
                    "', name that folder instead");
  }
}

FileStatus status_of_data(Files& files, const std::string& data_path) {
  const auto missing = [&](const std::string& why) -> Error {
    return {ErrorCode::kDataMissing, "cannot read the data " + data_path, why,
            "check the path, and that the disk is mounted"};
  };
  try {
    const auto status = files.status(data_path);
    if (!status) throw missing("no such file or folder");
    if (status->kind == FileStatus::Kind::kOther) throw missing("it is neither a folder nor a file");
    return *status;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kDataMissing) throw;
    throw missing(error.why());
  }
}

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

void fill(Files& files,
          const std::string& data_path,
          const std::string& root,
          bool folder,
          const ScanOptions& options,
          PictureTable& table,
          ScanReport& report) {
  ScanCache cache(files, options.cache_folder, root, real_clock().wall());
  FolderWalk walk(files, root, options, cache, report);
  try {
    if (folder) {
      scan_folders(files, root, options, walk, table, report);
    } else {
      scan_list(files, data_path, root, options, walk, table, report);
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kFileRead) throw;
    throw Error(ErrorCode::kDataMissing, "cannot read the data " + data_path, error.what_failed() + ": " + error.why(),
                error.fix());
  }
  cache.finish();
}

}  // namespace

std::unique_ptr<Manifest> scan(Files& files,
                               const std::string& data_path,
                               const ScanOptions& options,
                               ScanReport& report) {
  report = {};
  const std::string data = without_slashes(data_path);
  const bool folder = status_of_data(files, data).kind == FileStatus::Kind::kFolder;
  const std::string root = folder ? data : parent_path(data), manifest_file = manifest_path(options.cache_folder);
  files.make_folder(options.cache_folder);
  {
    PictureTable table;
    fill(files, data, root, folder, options, table, report);
    table.sort();
    drop_duplicates(table, data, report);
    check_classes(table, data, options, report);
    warn_of_natural_order(table.classes(), report);
    report.pictures = table.rows.size();
    const bool has_validation =
        std::any_of(table.rows.begin(), table.rows.end(), [](const auto& row) { return row.validation; });
    const bool split = !has_validation && options.val_fraction > 0;
    if (split) split_off_validation(table, options.val_fraction, options.seed);
    write_manifest(files, manifest_file, root, table, split);
  }
  return open_manifest(files, manifest_file);
}

std::string manifest_path(const std::string& cache_folder) { return join_path(cache_folder, "manifest.bin"); }

}  // namespace surefoot::data
