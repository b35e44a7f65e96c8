#include "surefoot/clean/sqlite.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

#include "surefoot/base/error.h"

namespace surefoot::clean {
namespace {

ErrorCode code_of(int result, int system_error) {
  if (system_error == ENOSPC || system_error == EDQUOT) return ErrorCode::kDiskFull;
  switch (result & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_ERROR:  // a table that should be there is not, or is another
    case SQLITE_SCHEMA:
      return ErrorCode::kStore;
    case SQLITE_FULL:
      return ErrorCode::kDiskFull;
    case SQLITE_NOMEM:
      return ErrorCode::kOutOfMemory;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::kRunLocked;
    case SQLITE_IOERR:
      return result == SQLITE_IOERR_READ || result == SQLITE_IOERR_SHORT_READ ? ErrorCode::kFileRead
                                                                              : ErrorCode::kFileWrite;
    default:
      return ErrorCode::kFileWrite;
  }
}

const char* fix_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kStore:
      return "move the file away and run the same command again: everything is measured anew (decisions: --apply decisions.csv)";
    case ErrorCode::kDiskFull:
      return "free some space there, then run the same command again: it goes on where it was";
    case ErrorCode::kRunLocked:
      return "close the program that has the file open, or choose another folder with --out";
    case ErrorCode::kOutOfMemory:
      return "free memory, then run the same command again: it goes on where it was";
    case ErrorCode::kFileRead:
      return "check the disk or the mount";
    default:
      return "choose a folder that this user can write to with --out";
  }
}

}  // namespace

Database::Database(std::string file) : file_(std::move(file)) {
  // No threads share a handle here, so SQLite need not lock one.
  const int result = ::sqlite3_open_v2(file_.c_str(), &handle_,
                                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (result == SQLITE_OK) {
    ::sqlite3_extended_result_codes(handle_, 1);
    return;
  }
  try {
    fail(result);
  } catch (...) {
    ::sqlite3_close_v2(handle_);
    throw;
  }
}

Database::~Database() { ::sqlite3_close_v2(handle_); }

void Database::fail(int result, const std::string& blamed) {
  const int system_error = handle_ == nullptr ? 0 : ::sqlite3_system_errno(handle_);
  const ErrorCode code =
      code_of(result, (result & 0xFF) == SQLITE_IOERR || (result & 0xFF) == SQLITE_CANTOPEN ? system_error : 0);
  std::string why = handle_ == nullptr ? ::sqlite3_errstr(result) : ::sqlite3_errmsg(handle_);
  if (system_error != 0 && code != ErrorCode::kStore) why += std::string(" (") + std::strerror(system_error) + ")";
  const char* what = code == ErrorCode::kFileRead ? "cannot read the store "
                     : code == ErrorCode::kStore  ? "the store is damaged: "
                                                  : "cannot write the store ";
  throw Error(code, what + (blamed.empty() ? file_ : blamed), why, fix_of(code));
}

void Database::run(const std::string& sql) {
  const int result = ::sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) fail(result);
}

int64_t Database::number(const std::string& sql) {
  Statement statement(*this, sql.c_str());
  return statement.step() ? statement.integer(0) : 0;
}

bool Database::in_transaction() { return ::sqlite3_get_autocommit(handle_) == 0; }

Statement::Statement(Database& database, const char* sql) : database_(database) {
  const int result = ::sqlite3_prepare_v3(database_.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
  if (result != SQLITE_OK) database_.fail(result);
}

Statement::~Statement() { ::sqlite3_finalize(statement_); }

Statement& Statement::reset() {
  ::sqlite3_reset(statement_);  // repeats the error of the last step, which was thrown already
  ::sqlite3_clear_bindings(statement_);
  return *this;
}

Statement& Statement::bind(int position, std::string_view bytes) {
  // A null pointer would bind NULL rather than no bytes.
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  const int result = ::sqlite3_bind_blob64(statement_, position, data, bytes.size(), SQLITE_TRANSIENT);
  if (result != SQLITE_OK) database_.fail(result);
  return *this;
}

Statement& Statement::bind(int position, int64_t value) {
  const int result = ::sqlite3_bind_int64(statement_, position, value);
  if (result != SQLITE_OK) database_.fail(result);
  return *this;
}

bool Statement::step() {
  const int result = ::sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  database_.fail(result);
}

std::string Statement::bytes(int column) const {
  const void* data = ::sqlite3_column_blob(statement_, column);
  const int size = ::sqlite3_column_bytes(statement_, column);
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), static_cast<size_t>(size));
}

int64_t Statement::integer(int column) const { return ::sqlite3_column_int64(statement_, column); }

}  // namespace surefoot::clean
