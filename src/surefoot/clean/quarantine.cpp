#include "surefoot/clean/quarantine.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/clean/journal.h"
#include "surefoot/clean/read_file.h"

namespace surefoot::clean {
namespace {

/// "a/rose.jpg" -> "a/rose.1.jpg".
std::string numbered(const std::string& path, int number) {
  const size_t name = path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1;
  const size_t dot = path.rfind('.');
  const size_t at = dot == std::string::npos || dot <= name ? path.size() : dot;
  return path.substr(0, at) + "." + std::to_string(number) + path.substr(at);
}

class Mover {
 public:
  Mover(Files& files, const std::string& root, const std::string& out)
      : files_(files), root_(root), quarantine_(join_path(out, "quarantine")) {}

  std::string source(const Action& action) const { return join_path(root_, action.from); }
  std::string target(const Action& action) const {
    return join_path(action.kind == Action::Kind::kRelabel ? root_ : quarantine_, action.to);
  }

  /// Gives every action a target where nothing is.
  void find_room(std::vector<Action>& actions) const {
    std::set<std::string> taken;
    for (Action& action : actions) {
      const std::string wanted = action.to;
      for (int number = 1; taken.contains(target(action)) || files_.exists(target(action)); ++number)
        action.to = numbered(wanted, number);
      taken.insert(target(action));
    }
  }

  /// Folders that relabelling makes below the root, outermost first.
  std::vector<std::string> missing_folders(const std::vector<Action>& actions) const {
    std::set<std::string> missing;
    for (const Action& action : actions) {
      if (action.kind != Action::Kind::kRelabel) continue;
      for (std::string folder = parent_path(action.to); folder != "." && !files_.exists(join_path(root_, folder));
           folder = parent_path(folder))
        missing.insert(folder);
    }
    return {missing.begin(), missing.end()};  // sorted: a folder comes before what is in it
  }

  void take(const Action& action, Applied& applied) {
    const std::string from = source(action), to = target(action);
    const auto there = files_.status(from);
    const bool arrived = files_.exists(to);
    if (!there && arrived) return count(action, applied);  // before a kill
    if (!there) return skip(applied, action.from, "is gone");
    if (arrived) {
      // Only a copy to another file system that was killed before its source went leaves both.
      if (content_of(files_.read(to)) != content_of(files_.read(from)))
        return skip(applied, action.from, "its place in the quarantine is taken");
      files_.remove(from);
      return count(action, applied);
    }
    const bool same = there->size_bytes == action.size_bytes && there->mtime_ns == action.mtime_ns;
    if (!same && !action.content.empty() && content_of(files_.read(from)) != action.content)
      return skip(applied, action.from, "has changed since it was looked at");
    move(from, to);
    count(action, applied);
  }

  /// True where the file is where it was. @param was_cut  a kill or a power cut may have left the file under both names
  bool put_back(const Action& action, bool was_cut, Applied& applied) {
    const std::string from = source(action), to = target(action);
    const bool stands = files_.exists(from);
    if (!files_.exists(to)) {
      if (stands) return true;  // it was never moved, or it is back already
      skip(applied, action.from, "is not where it was moved to");
      return false;
    }
    if (stands) {
      if (was_cut && content_of(files_.read(to)) == content_of(files_.read(from))) return files_.remove(to);
      skip(applied, action.from, "another file stands in its place; it stays at " + printable(to));
      return false;
    }
    move(to, from);
    ++(action.kind == Action::Kind::kRelabel ? applied.relabelled : applied.moved);
    return true;
  }

  /// Names are on the disk where they went before they are gone from where they were.
  void sync() {
    for (const std::string& folder : entered_) files_.sync_folder(folder);
    for (const std::string& folder : left_) files_.sync_folder(folder);
    entered_.clear(), left_.clear();
  }

  void remove_empty_folders(const JournalEntry& entry) {
    std::set<std::string> folders;
    for (const Action& action : entry.actions) {
      if (action.kind == Action::Kind::kRelabel) continue;
      for (std::string folder = parent_path(target(action)); folder.size() >= quarantine_.size();
           folder = parent_path(folder))
        folders.insert(folder);
    }
    for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) files_.remove_empty_folder(*folder);
    for (auto made = entry.made.rbegin(); made != entry.made.rend(); ++made)
      files_.remove_empty_folder(join_path(root_, *made));
  }

 private:
  static void count(const Action& action, Applied& applied) {
    const bool relabel = action.kind == Action::Kind::kRelabel;
    ++(relabel ? applied.relabelled : applied.moved);
    applied.went[action.from] = relabel ? action.to : "";
  }

  static void skip(Applied& applied, const std::string& path, const std::string& why) {
    ++applied.skipped;
    applied.lines.push_back(printable(path) + ": " + why);
  }

  void move(const std::string& from, const std::string& to) {
    files_.make_folder(parent_path(to));
    if (!files_.move(from, to)) copy(from, to);
    entered_.insert(parent_path(to));
    left_.insert(parent_path(from));
  }

  void copy(const std::string& from, const std::string& to) {
    const std::string part = to + ".surefoot-part", bytes = files_.read(from);
    const auto file = files_.create(part);
    file->append(bytes);
    file->sync();
    file->close();
    if (files_.read(part) != bytes) {
      throw Error(ErrorCode::kFileWrite, "cannot copy to " + part, "the copy differs from the file that was read",
                  "check the disk; nothing was removed");
    }
    files_.copy_attributes(from, part);
    files_.move(part, to);
    files_.sync_folder(parent_path(to));
    files_.remove(from);
  }

  Files& files_;
  std::string root_, quarantine_;
  std::set<std::string> entered_, left_;
};

constexpr size_t kSyncEvery = 256;

void carry_out(Mover& mover, Journal& journal, JournalEntry& entry, Applied& applied) {
  size_t moved = 0;
  for (const Action& action : entry.actions) {
    mover.take(action, applied);
    if (++moved % kSyncEvery == 0) mover.sync();
  }
  mover.sync();
  journal.mark_done(entry);
}

void take_back(Mover& mover, Journal& journal, JournalEntry& entry, Applied& applied) {
  const bool was_cut = entry.undoing || !entry.done;
  if (!entry.undoing) journal.mark_undoing(entry);
  bool all = true;
  size_t moved = 0;
  for (auto action = entry.actions.rbegin(); action != entry.actions.rend(); ++action) {
    all &= mover.put_back(*action, was_cut, applied);
    if (++moved % kSyncEvery == 0) mover.sync();
  }
  mover.sync();
  mover.remove_empty_folders(entry);
  if (all) journal.mark_undone(entry);
}

std::string absolute(const std::string& path) {
  std::error_code error;
  const auto whole = std::filesystem::weakly_canonical(path, error);
  return error ? path : whole.string();
}

/// Somebody's clean-up must not be undone into somebody else's folder. A data folder that was renamed is fine: the old
/// one is gone.
void check_root(Files& files, const JournalEntry& entry, const std::string& root, const std::string& out) {
  if (entry.root.empty() || entry.root == absolute(root) || !files.exists(entry.root)) return;
  throw Error(ErrorCode::kUsage, out + " does not belong to " + root, "what was moved there came from " + entry.root,
              "name that folder, or another --out");
}

bool is_unfinished(const JournalEntry& entry) {
  return entry.planned && !entry.undone && (!entry.done || entry.undoing);
}

}  // namespace

Applied apply(Files& files, const std::string& root, const std::string& out, const std::vector<Action>& actions) {
  Journal journal(files, out);
  Mover mover(files, root, out);
  Applied applied;
  for (JournalEntry& entry : journal.entries()) {
    if (!entry.planned || entry.undone) continue;
    check_root(files, entry, root, out);
    if (entry.undoing)
      take_back(mover, journal, entry, applied);
    else if (!entry.done)
      carry_out(mover, journal, entry, applied);
  }
  if (actions.empty()) return applied;
  std::vector<Action> placed = actions;
  mover.find_room(placed);
  const std::vector<std::string> made = mover.missing_folders(placed);
  carry_out(mover, journal, journal.add(absolute(root), placed, made), applied);
  return applied;
}

Applied undo(Files& files, const std::string& root, const std::string& out) {
  Journal journal(files, out);
  Mover mover(files, root, out);
  Applied applied;
  for (auto entry = journal.entries().rbegin(); entry != journal.entries().rend(); ++entry) {
    if (!entry->planned || entry->undone) continue;
    check_root(files, *entry, root, out);
    take_back(mover, journal, *entry, applied);
  }
  return applied;
}

bool has_unfinished_journal(Files& files, const std::string& out) {
  Journal journal(files, out);
  return std::ranges::any_of(journal.entries(), is_unfinished);
}

}  // namespace surefoot::clean
