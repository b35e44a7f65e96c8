#include "surefoot/clean/scan.h"

#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <unordered_set>

#include "surefoot/base/clock.h"
#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/base/hash.h"
#include "surefoot/clean/file_walk.h"
#include "surefoot/clean/folder_layout.h"
#include "surefoot/clean/read_file.h"
#include "surefoot/clean/store_schema.h"
#include "surefoot/data/folder_walk.h"

namespace surefoot::clean {
namespace {

/// A file written this shortly before it was read may change once more without a new time: it is read again next time.
constexpr double kSettledSeconds = 2;

class Scan {
 public:
  Scan(Files& files,
       const ScanOptions& options,
       Store& store,
       Measurer& measurer,
       const std::function<void(const ScanProgress&)>& progress,
       ScanReport& report)
      : files_(files),
        options_(options),
        store_(store),
        measurer_(measurer),
        tell_(progress),
        report_(report),
        started_(real_clock().now()) {}

  Collection run() {
    try {
      list();
      measure();
      complete();
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kInterrupted) store_.flush();
      throw;
    }
    store_.flush();
    report_.sandbox = measurer_.level();
    label_pictures(FolderLayout(files_, options_.root), collection_);
    add_view();
    return std::move(collection_);
  }

 private:
  void list() {
    collection_.root = options_.root;
    WalkOptions walk{.left_out = options_.references,
                     .progress = [&](uint64_t files) { progress_.files = files, tell(); }};
    if (!options_.out.empty()) walk.left_out.push_back(options_.out);
    add(walk_files(files_, options_.root, walk, report_.warnings), "");
    if (collection_.pictures.empty() && options_.shards == 1) {
      throw Error(ErrorCode::kDataEmpty, "there are no files in " + options_.root, "nothing was found below it",
                  "name the folder that holds the pictures");
    }
    std::set<std::pair<uint64_t, uint64_t>> seen;
    for (const std::string& reference : options_.references) {
      const auto status = files_.status(reference);
      if (status && !seen.emplace(status->device, status->inode).second) continue;  // named twice
      // Folders within each other: every file belongs to the nearest one.
      walk.left_out = {options_.root, options_.out};
      for (const std::string& other : options_.references) {
        const auto its = files_.status(other);
        if (its && status && std::pair(its->device, its->inode) != std::pair(status->device, status->inode))
          walk.left_out.push_back(other);
      }
      add(walk_files(files_, reference, walk, report_.warnings), reference);
    }
    progress_.files = report_.files = collection_.pictures.size();
  }

  /// @param reference  the folder; empty: the data
  void add(std::vector<WalkedFile> found, const std::string& reference) {
    for (WalkedFile& file : found) {
      Picture picture;
      picture.reference = !reference.empty();
      picture.path = picture.reference ? join_path(reference, file.path) : std::move(file.path);
      if (options_.shards > 1 &&
          hash64(picture.path) % static_cast<uint64_t>(options_.shards) != static_cast<uint64_t>(options_.shard))
        continue;
      picture.size_bytes = file.size_bytes;
      picture.mtime_ns = file.mtime_ns;
      const std::string name = base_name(picture.path);
      picture.named_picture = data::is_picture_name(name) && !data::is_dropping(name);
      report_.other_files += picture.named_picture ? 0 : 1;
      collection_.pictures.push_back(std::move(picture));
    }
  }

  void measure() {
    for (size_t i = 0; i < collection_.pictures.size(); ++i) {
      check_interrupted();
      Picture& picture = collection_.pictures[i];
      if (take_from_store(picture)) {
        ++progress_.from_store, ++progress_.done;
      } else {
        read(picture, i);
        receive(/*wait=*/false);
      }
      tell();
    }
    while (!in_work_.empty()) {
      check_interrupted();
      receive(/*wait=*/true);
      tell();
    }
    report_.measured = progress_.measured;
    report_.from_store = progress_.from_store;
    std::erase_if(collection_.pictures, [](const Picture& picture) { return picture.path.empty(); });
    report_.files = collection_.pictures.size();
  }

  /// By name, size and time: the file is not opened.
  bool take_from_store(Picture& picture) {
    const auto known = store_.file(key_of(picture));
    if (!known || known->size_bytes != picture.size_bytes || known->mtime_ns != picture.mtime_ns) return false;
    auto facts = store_.facts(known->content);
    if (!facts) return false;
    picture.content = known->content;
    picture.facts = std::move(*facts);
    return true;
  }

  void read(Picture& picture, uint64_t id) {
    std::string why;
    auto file = read_file(files_, full_path(picture), picture.size_bytes, real_clock(), why);
    if (!file && why.empty()) {
      picture.path.clear();  // it vanished meanwhile
      ++progress_.done;
      return;
    }
    if (!file) {
      picture.facts.status = image::DecodeStatus::kCorrupt;
      picture.facts.detail = "the file cannot be read: " + why;
      ++report_.unreadable, ++progress_.done;
      return;
    }
    picture.content = file->content;
    progress_.bytes += file->bytes.size();
    if (file->bytes.size() != picture.size_bytes && !file->facts)
      picture.size_bytes = file->bytes.size();  // it grew since it was listed
    const bool settled = real_clock().wall() - static_cast<double>(picture.mtime_ns) * 1e-9 > kSettledSeconds;
    if (settled) store_.put_file({key_of(picture), picture.size_bytes, picture.mtime_ns, picture.content});
    if (file->facts) store_.put_facts(picture.content, *file->facts, "");
    if (file->facts || waiting_.contains(picture.content) || store_.facts(picture.content)) {
      ++progress_.from_store, ++progress_.done;
      return;
    }
    in_work_.emplace(id, picture.content);
    waiting_.insert(picture.content);
    measurer_.submit(id, std::move(file->bytes));
  }

  void receive(bool wait) {
    const bool any = measurer_.receive(wait, [&](uint64_t id, Measured&& measured) {
      const auto at = in_work_.find(id);
      SUREFOOT_CHECK(at != in_work_.end(), "id " + std::to_string(id));
      store_.put_facts(at->second, measured.facts, measured.view);
      waiting_.erase(at->second);
      in_work_.erase(at);
      ++progress_.measured, ++progress_.done;
    });
    SUREFOOT_CHECK(any || !wait || in_work_.empty(), std::to_string(in_work_.size()) + " files are without an answer");
  }

  /// Facts of what was measured now, also of files with the same content.
  void complete() {
    for (Picture& picture : collection_.pictures) {
      if (picture.content.empty() || !picture.facts.pixels_hash.empty()) continue;
      check_interrupted();
      auto facts = store_.facts(picture.content);
      if (!facts) {
        throw Error(ErrorCode::kStore, "the store has lost what was measured of " + picture.path,
                    "its entry cannot be read back", "move the store away and run the same command again");
      }
      picture.facts = std::move(*facts);
    }
  }

  void add_view() {
    auto contents = std::make_shared<std::vector<std::string>>();
    contents->reserve(collection_.pictures.size());
    for (const Picture& picture : collection_.pictures)
      contents->push_back(content_key(picture.content));  // half as long as hex
    collection_.view = [contents, store = &store_](size_t i) {
      index::PictureView view;
      const std::string packed = (*contents)[i].empty() ? "" : store->packed_view(content_hex((*contents)[i]));
      if (packed.empty() || !index::unpack(packed, view)) view = {};
      return view;
    };
  }

  /// References are kept by absolute path, which no path below the data folder looks like.
  std::string key_of(const Picture& picture) const {
    return picture.reference ? std::filesystem::absolute(picture.path).lexically_normal().string() : picture.path;
  }
  std::string full_path(const Picture& picture) const {
    return picture.reference ? picture.path : join_path(options_.root, picture.path);
  }

  void check_interrupted() {
    if (!options_.interrupted || !options_.interrupted()) return;
    throw Error(ErrorCode::kInterrupted, "interrupted while the pictures were measured",
                std::to_string(progress_.done) + " of " + std::to_string(progress_.files) + " files are in the store",
                "run the same command again: it goes on from there");
  }

  void tell() {
    progress_.seconds = real_clock().now() - started_;
    if (tell_) tell_(progress_);
  }

  Files& files_;
  const ScanOptions& options_;
  Store& store_;
  Measurer& measurer_;
  const std::function<void(const ScanProgress&)>& tell_;
  ScanReport& report_;
  double started_;
  Collection collection_;
  ScanProgress progress_;
  std::map<uint64_t, std::string> in_work_;  // id -> content
  std::unordered_set<std::string> waiting_;  // contents in work
};

}  // namespace

Collection scan(Files& files,
                const ScanOptions& options,
                Store& store,
                Measurer& measurer,
                const std::function<void(const ScanProgress&)>& progress,
                ScanReport& report) {
  report = {};
  return Scan(files, options, store, measurer, progress, report).run();
}

}  // namespace surefoot::clean
