#pragma once
// OUT/journal.jsonl: what a clean-up is about to do, written before it does anything; one JSON object a line.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "surefoot/base/files.h"
#include "surefoot/clean/quarantine.h"

namespace surefoot::clean {

/// One clean-up. It took effect only if `planned`; what has moved is seen on the disk.
struct JournalEntry {
  uint64_t id = 0;
  std::string root;  // the data folder, absolute
  std::vector<Action> actions;
  std::vector<std::string> made;  // folders below the data folder that it makes, outermost first
  bool planned = false, done = false, undoing = false, undone = false;
};

/// Reads and appends; every append is synced. Not thread-safe.
class Journal {
 public:
  /// A last line that a kill cut short is taken off. Throws kStore where an older line is damaged.
  Journal(Files& files, const std::string& out);
  std::vector<JournalEntry>& entries() { return entries_; }
  /// Writes a plan whole; the entry is valid until the next one.
  JournalEntry& add(const std::string& root, const std::vector<Action>& actions, const std::vector<std::string>& made);
  void mark_done(JournalEntry& entry) { entry.done = true, append(mark("done", entry.id)); }
  void mark_undoing(JournalEntry& entry) { entry.undoing = true, append(mark("undoing", entry.id)); }
  void mark_undone(JournalEntry& entry) { entry.undone = true, append(mark("undone", entry.id)); }

 private:
  static std::string mark(const char* what, uint64_t id);
  void append(const std::string& lines);
  void take(const std::string& line, uint64_t number);

  Files& files_;
  std::string out_, path_;
  std::vector<JournalEntry> entries_;
};

}  // namespace surefoot::clean
