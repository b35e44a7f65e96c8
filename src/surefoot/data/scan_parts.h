#pragma once
// What the two kinds of data, folders and lists, have in common for `scan`.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "surefoot/base/files.h"
#include "surefoot/data/folder_walk.h"
#include "surefoot/data/manifest.h"
#include "surefoot/data/picture_table.h"

namespace surefoot::data {

/// The parts as people name them, the preferred word for validation first.
enum class PartWord { kTrain, kValidation, kTest };

/// "train", "val", "validation", "valid", "eval", "test" in any case of letters.
std::optional<PartWord> part_word(std::string_view name);

/// The folders in `path` that may hold data, sorted by name. Throws kFileRead.
std::vector<std::string> folders_of(Files& files, const std::string& path);

/// True where the folders `names` of `root` are parts rather than classes: "train" may also be a class, beside "car"
/// and "bus". Throws kFileRead.
bool has_part_folders(Files& files, const std::string& root, const std::vector<std::string>& names);

/// Fills the table from class folders, with or without part folders. Throws kDataLayout, kFileRead.
void scan_folders(Files& files,
                  const std::string& root,
                  const ScanOptions& options,
                  FolderWalk& walk,
                  PictureTable& table,
                  ScanReport& report);

/// Fills the table from a CSV list `path,label[,split]`. @param root the folder of the list. Throws kDataList,
/// kDataLayout.
void scan_list(Files& files,
               const std::string& list_file,
               const std::string& root,
               const ScanOptions& options,
               FolderWalk& walk,
               PictureTable& table,
               ScanReport& report);

/// Throws kDataLayout where the labels from `known` on exist: they came with the validation part and nobody can learn
/// them.
void check_validation_labels(const PictureTable& table, size_t known, const std::string& what);

}  // namespace surefoot::data
