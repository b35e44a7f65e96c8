#include "surefoot/clean/file_walk.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/data/folder_walk.h"

namespace surefoot::clean {
namespace {

constexpr uint64_t kProgressEvery = 1024;  // files

using Identity = std::pair<uint64_t, uint64_t>;  // device, inode

struct Folder {
  int64_t parent;  // -1: none
  Identity identity;
};

class Walk {
 public:
  Walk(Files& files, const std::string& root, const WalkOptions& options, std::vector<std::string>& warnings)
      : files_(files), root_(root), options_(options), warnings_(warnings) {
    for (const std::string& folder : options.left_out) {
      if (const auto status = files.status(folder)) left_out_.push_back({status->device, status->inode});
    }
  }

  std::vector<WalkedFile> run() {
    pending_.push_back({"", -1});
    while (!pending_.empty()) {
      const auto [path, parent] = std::move(pending_.back());
      pending_.pop_back();
      try {
        enter(path, parent);
      } catch (const Error& error) {
        if (error.code() != ErrorCode::kFileRead || path.empty()) throw;
        warnings_.push_back("the folder " + printable(path) + " cannot be read (" + error.why() + "): left out");
      }
    }
    std::sort(found_.begin(), found_.end(), [](const WalkedFile& a, const WalkedFile& b) { return a.path < b.path; });
    return std::move(found_);
  }

 private:
  void enter(const std::string& path, int64_t parent) {
    const auto status = files_.status(data::path_below(root_, path));
    if (!status || status->kind != FileStatus::Kind::kFolder) return;  // it vanished meanwhile
    const Identity identity{status->device, status->inode};
    if (std::find(left_out_.begin(), left_out_.end(), identity) != left_out_.end()) return;
    for (int64_t at = parent; at >= 0; at = folders_[static_cast<size_t>(at)].parent) {
      if (folders_[static_cast<size_t>(at)].identity != identity) continue;
      warnings_.push_back("the folder " + printable(path) + " leads back into its own folder: left out");
      return;
    }
    const std::vector<FolderEntry> entries = files_.list(data::path_below(root_, path));
    if (is_no_data(path, entries)) return;
    folders_.push_back({parent, identity});
    const auto self = static_cast<int64_t>(folders_.size()) - 1;
    for (const FolderEntry& entry : entries) {
      if (entry.kind == FileStatus::Kind::kFolder && !data::is_dropping(entry.name))
        pending_.push_back({join_path(path, entry.name), self});
      if (entry.kind == FileStatus::Kind::kFile) add(join_path(path, entry.name));
    }
  }

  bool is_no_data(const std::string& path, const std::vector<FolderEntry>& entries) {
    const auto has = [&](const char* name) {
      return std::any_of(entries.begin(), entries.end(), [&](const FolderEntry& entry) { return entry.name == name; });
    };
    if (base_name(path) == "CVS" && has("Entries") && has("Root")) return true;
    if (path.empty() || !has("clean.sqlite3")) return false;
    warnings_.push_back("the folder " + printable(path) + " holds the results of an earlier cleaning: left out");
    return true;
  }

  void add(std::string path) {
    WalkedFile file{std::move(path)};
    try {
      const auto status = files_.status(data::path_below(root_, file.path));
      if (!status || status->kind != FileStatus::Kind::kFile) return;  // it vanished meanwhile
      file.size_bytes = status->size_bytes;
      file.mtime_ns = status->mtime_ns;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kFileRead) throw;  // listed but not to be asked: reading it will say why
    }
    found_.push_back(std::move(file));
    if (options_.progress && found_.size() % kProgressEvery == 0) options_.progress(found_.size());
  }

  Files& files_;
  const std::string& root_;
  const WalkOptions& options_;
  std::vector<std::string>& warnings_;
  std::vector<Identity> left_out_;
  std::vector<Folder> folders_;
  std::vector<std::pair<std::string, int64_t>> pending_;
  std::vector<WalkedFile> found_;
};

}  // namespace

void check_data_folder(Files& files, const std::string& root) {
  std::string why = "no such folder";
  try {
    const auto status = files.status(root);
    if (status && status->kind == FileStatus::Kind::kFolder) return;
    if (status) why = "it is not a folder";
  } catch (const Error& error) {
    why = error.why();
  }
  throw Error(ErrorCode::kDataMissing, "cannot read the data " + root, why,
              "check the path, and that the disk is mounted");
}

std::vector<WalkedFile> walk_files(Files& files,
                                   const std::string& root,
                                   const WalkOptions& options,
                                   std::vector<std::string>& warnings) {
  check_data_folder(files, root);
  try {
    return Walk(files, root, options, warnings).run();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kFileRead) throw;
    throw Error(ErrorCode::kDataMissing, "cannot read the data " + root, error.why(), error.fix());
  }
}

}  // namespace surefoot::clean
