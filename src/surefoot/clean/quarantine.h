#pragma once
// Takes rubbish out of the data folder, reversibly: a journal first, then moves; nothing is ever deleted.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "surefoot/base/files.h"
#include "surefoot/clean/collection.h"
#include "surefoot/clean/copy_groups.h"
#include "surefoot/clean/finding.h"
#include "surefoot/clean/store.h"

namespace surefoot::clean {

struct Action {
  enum class Kind { kQuarantine, kRelabel };
  Kind kind = Kind::kQuarantine;
  std::string from, to;  // relative to the data folder; kQuarantine: `to` is relative to OUT/quarantine
  std::string issue;     // why
  std::string content;   // XXH3-128 of the bytes, hex: what is moved must still be that
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;  // with the size: saves reading the file again
  double score = 0;
  std::string related;
  bool operator==(const Action&) const = default;
};

struct PlanOptions {
  std::vector<std::string>
      take;  // issues taken whatever their severity (low-resolution, mislabelled: relabelled to the suggestion)
  double most_of_class = 0.5;  // refuse to take more than this share of a class
  bool force = false;
};

struct Plan {
  std::vector<Action> actions;  // by `from`; one a file
  std::vector<std::string>
      left_alone;  // lines: what was not taken and why (a group's last picture, a reference, a decision to keep)
};

/// From findings of severity high and of `take`, and from decisions (a person's word wins). A file that is said to be
/// wrongly labelled is moved to the class in `related`. Never empties a group of copies: one that is not rubbish by
/// itself stays, whatever was decided. Never touches a reference, nor a class or a file that is not in the collection.
/// Throws kCleanTooMuch where a class would lose more than `most_of_class` and there is no `force`, naming classes and
/// shares.
Plan plan_actions(const Collection& collection,
                  const std::vector<Finding>& findings,
                  const std::vector<CopyGroup>& groups,
                  const std::vector<Decision>& decisions,
                  const PlanOptions& options);

struct Applied {
  uint64_t moved = 0, relabelled = 0, skipped = 0;  // skipped: gone or changed since it was looked at; said in `lines`
  std::vector<std::string> lines;
  /// Of `apply`: where each file that moved is now, below the data folder; empty: in the quarantine. By where it was.
  std::map<std::string, std::string> went;
};

/// OUT/journal.jsonl: the whole plan is written and synced before anything moves. Same file system: rename (never over
/// an existing file); otherwise copy, sync, compare the content, restore times, remove. Killed at any moment, the next
/// `apply` finishes it and `undo` takes it back. A journal that is not finished is finished first. A target that exists
/// gets a number (`rose.1.jpg`). Throws kFileWrite, kDiskFull: what was moved until then is in the journal.
Applied apply(Files& files, const std::string& root, const std::string& out, const std::vector<Action>& actions);

/// Puts everything of all journals back: names, times, content, bit for bit; folders that apply made and that are empty
/// again are removed. A file that stands where one belongs is not overwritten: said, and left in the quarantine. Safe
/// to repeat, also after a kill.
Applied undo(Files& files, const std::string& root, const std::string& out);

/// True where a journal was begun and neither finished nor undone.
bool has_unfinished_journal(Files& files, const std::string& out);

/// Decisions as the report's download has them: CSV `path,content,issue,decision,label,related` or JSON (an array of
/// objects with these keys). Throws kDataList with the line.
std::vector<Decision> read_decisions(Files& files, const std::string& file);

}  // namespace surefoot::clean
