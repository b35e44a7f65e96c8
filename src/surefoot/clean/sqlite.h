#pragma once
// The little of SQLite that the store needs: owned handles, and failures as Errors with the file's name.
#include <cstdint>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace surefoot::clean {

/// An open database file. Not thread-safe. Failures throw: kStore where the file is damaged or of a newer version,
/// kDiskFull, kFileRead, kFileWrite, kRunLocked where another program has it open for writing, kOutOfMemory.
class Database {
 public:
  /// Opens or creates `file`.
  explicit Database(std::string file);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  /// Runs statements that give no rows.
  void run(const std::string& sql);
  /// The first column of the first row; 0 where there is none.
  int64_t number(const std::string& sql);
  bool in_transaction();
  sqlite3* handle() { return handle_; }
  /// @param blamed  the file that the message names; empty: this one
  [[noreturn]] void fail(int result, const std::string& blamed = "");

 private:
  std::string file_;
  sqlite3* handle_ = nullptr;
};

/// A prepared statement, bound from 1 on and read from column 0 on. Text and blobs are both bytes. Not thread-safe.
class Statement {
 public:
  Statement(Database& database, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  /// Starts anew: earlier bindings and rows are gone.
  Statement& reset();
  /// Bytes are bound as a blob, copied.
  Statement& bind(int position, std::string_view bytes);
  Statement& bind(int position, int64_t value);
  /// True where there is a row.
  bool step();
  /// One that gives no row.
  void run() {
    step();
    reset();
  }
  std::string bytes(int column) const;
  int64_t integer(int column) const;

 private:
  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace surefoot::clean
