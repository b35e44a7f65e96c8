#include "surefoot/clean/store_schema.h"

#include "surefoot/base/error.h"

namespace surefoot::clean {
namespace {

constexpr int64_t kSchemaVersion = 1;
constexpr int64_t kApplicationId = 0x53464331;  // "SFC1"

// Facts and views are numbered in the order of measuring, so that a million of them are appended, not spread over the
// file.
constexpr const char* kTables = R"(
  CREATE TABLE files(path BLOB PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL, content BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE facts(id INTEGER PRIMARY KEY, content BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, facts BLOB NOT NULL);
  CREATE TABLE views(id INTEGER PRIMARY KEY, view BLOB NOT NULL);
  CREATE TABLE kept_values(key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE decisions(content BLOB NOT NULL, issue BLOB NOT NULL, related BLOB NOT NULL, path BLOB NOT NULL, choice INTEGER NOT NULL,
    label BLOB NOT NULL, pixels BLOB NOT NULL, PRIMARY KEY(content, issue, related)) WITHOUT ROWID;
)";

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

void prepare_store(Database& database, const std::string& file) {
  // A rollback journal rather than a write-ahead log: no shared memory, so it works on network file systems, and after
  // a kill the next opening rolls back to the last commit. The lock is kept: there is one writer, and the journal need
  // not be unlinked at each commit.
  database.run(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;");
  database.run("PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;");
  const int64_t version = database.number("PRAGMA user_version"),
                application = database.number("PRAGMA application_id");
  const bool is_new = database.number("SELECT count(*) FROM sqlite_schema") == 0;
  if (is_new && version == 0) {
    database.run("BEGIN IMMEDIATE;" + std::string(kTables) +
                 "PRAGMA application_id = " + std::to_string(kApplicationId) +
                 "; PRAGMA user_version = " + std::to_string(kSchemaVersion) + "; COMMIT;");
    return;
  }
  if (application != kApplicationId) {
    throw Error(ErrorCode::kStore, "this is no store of `surefoot clean`: " + file,
                "it is a database of another program", "choose another folder with --out");
  }
  if (version != kSchemaVersion) {
    throw Error(ErrorCode::kStore, "the store cannot be read: " + file,
                "its layout has version " + std::to_string(version) + ", this surefoot knows version " +
                    std::to_string(kSchemaVersion),
                "use the surefoot that wrote it, or choose another folder with --out");
  }
}

std::string content_key(std::string_view hex) {
  if (hex.size() != 32) return std::string(hex);
  std::string key;
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = nibble(hex[i]), low = nibble(hex[i + 1]);
    if (high < 0 || low < 0) return std::string(hex);
    key += static_cast<char>(high * 16 + low);
  }
  return key;
}

std::string content_hex(std::string_view key) {
  if (key.size() != 16) return std::string(key);
  std::string hex;
  for (const char byte : key) {
    const auto value = static_cast<unsigned char>(byte);
    hex += "0123456789abcdef"[value >> 4];
    hex += "0123456789abcdef"[value & 15];
  }
  return hex;
}

}  // namespace surefoot::clean
