#include "surefoot/data/folder_walk.h"

#include <algorithm>
#include <array>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/image/decode.h"

namespace surefoot::data {
namespace {

constexpr uint64_t kProgressEvery = 4096;  // pictures

std::string warn_name(const std::string& folder) { return folder.empty() ? "the data folder" : printable(folder); }

}  // namespace

bool is_dropping(std::string_view name) {
  static constexpr std::array<std::string_view, 6> kNames{"Thumbs.db", "desktop.ini",  "__MACOSX",
                                                          "@eaDir",    "$RECYCLE.BIN", "System Volume Information"};
  static constexpr std::array<std::string_view, 6> kEnds{"~", ".swp", ".swo", ".tmp", ".part", ".crdownload"};
  if (name.empty() || name.front() == '.' || (name.front() == '#' && name.back() == '#' && name.size() > 1))
    return true;
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
         std::any_of(kEnds.begin(), kEnds.end(), [&](std::string_view end) { return name.ends_with(end); });
}

bool is_picture_name(std::string_view name) { return image::format_of_name(name) != image::Format::kUnknown; }

FolderWalk::FolderWalk(Files& files, std::string root, const ScanOptions& options, ScanCache& cache, ScanReport& report)
    : files_(files),
      root_(std::move(root)),
      options_(options),
      cache_(cache),
      report_(report),
      own_folder_(files.status(options.cache_folder)) {}

void FolderWalk::count_picture() {
  ++report_.pictures;
  if (options_.progress && report_.pictures % kProgressEvery == 0) options_.progress(report_.pictures);
}

bool FolderWalk::is_loop(const std::vector<Node>& nodes, int64_t parent, const FileStatus& status) const {
  for (int64_t at = parent; at != kNoParent; at = nodes[static_cast<size_t>(at)].parent) {
    const Node& node = nodes[static_cast<size_t>(at)];
    if (node.device == status.device && node.inode == status.inode) return true;
  }
  return false;
}

uint64_t FolderWalk::walk(const std::string& folder, const OnPicture& on_picture) {
  struct Pending {
    std::string folder;
    int64_t parent;
  };
  std::vector<Node> nodes;
  std::vector<Pending> pending{{folder, kNoParent}};
  uint64_t found = 0;
  while (!pending.empty()) {
    const Pending next = std::move(pending.back());
    pending.pop_back();
    std::optional<FileStatus> status;
    std::optional<FolderContent> content;
    try {
      status = files_.status(full(next.folder));
      if (!status || status->kind != FileStatus::Kind::kFolder) continue;  // it vanished meanwhile
      if (own_folder_ && status->device == own_folder_->device && status->inode == own_folder_->inode) continue;
      if (is_loop(nodes, next.parent, *status)) {
        report_.warnings.push_back(warn_name(next.folder) + " leads back into its own folder: left out");
        continue;
      }
      content = content_of(next.folder, *status);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kFileRead) throw;
      report_.warnings.push_back(warn_name(next.folder) + " cannot be read (" + error.why() + "): left out");
      continue;
    }
    nodes.push_back({next.folder, next.parent, status->device, status->inode});
    report_.skipped_not_pictures += content->skipped;
    for (const auto& picture : content->pictures) {
      on_picture(join_path(next.folder, picture.name), picture.size_bytes);
      count_picture();
    }
    found += content->pictures.size();
    for (auto name = content->folders.rbegin(); name != content->folders.rend(); ++name) {
      pending.push_back({join_path(next.folder, *name), static_cast<int64_t>(nodes.size()) - 1});
    }
  }
  return found;
}

std::optional<FolderContent> FolderWalk::content_of(const std::string& folder, const FileStatus& status) {
  auto content = cache_.find(folder, status);
  const bool cached = content.has_value();
  if (!cached) {
    content = list(folder);
  } else {
    ++report_.reused_folders;
  }
  const bool known = content->sizes_known;
  if (!known) refresh_sizes(folder, *content);
  if (!known) cache_.store(folder, status, *content);
  return content;
}

FolderContent FolderWalk::list(const std::string& folder) {
  FolderContent content;
  for (const FolderEntry& entry : files_.list(full(folder))) {
    if (is_dropping(entry.name)) continue;
    if (entry.kind == FileStatus::Kind::kFolder) {
      content.folders.push_back(entry.name);
    } else if (entry.kind == FileStatus::Kind::kFile && is_picture_name(entry.name)) {
      content.pictures.push_back({entry.name, 0});
    } else {
      ++content.skipped;
    }
  }
  return content;
}

void FolderWalk::refresh_sizes(const std::string& folder, FolderContent& content) {
  std::string path = full(folder);
  if (!path.empty() && path.back() != '/') path += '/';
  const size_t stem = path.size();
  std::erase_if(content.pictures, [&](FolderContent::Picture& picture) {
    path.resize(stem);
    path += picture.name;
    try {
      const auto status = files_.status(path);
      if (!status) return true;  // removed meanwhile
      picture.size_bytes = status->size_bytes;
    } catch (const Error&) {
      picture.size_bytes = 0;  // listed but not to be asked: the loader will say why it cannot be read
    }
    return false;
  });
}

}  // namespace surefoot::data
