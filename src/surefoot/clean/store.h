#pragma once
// OUT/clean.sqlite3: what was measured, by content, and what people decided. An index: it can be rebuilt from the
// pictures (decisions aside, which are exported as decisions.csv too).
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "surefoot/index/picture_facts.h"

namespace surefoot::clean {

struct StoredFile {
  std::string path;
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;
  std::string content;  // XXH3-128 of the bytes, hex
};

enum class Choice { kKeep, kRemove, kRelabel, kKeepBoth };
const char* choice_name(Choice choice);  // "keep", "remove", "relabel", "keep-both"

/// A person's word on a content, remembered over runs.
struct Decision {
  std::string content;  // hex; the file that it was said of
  std::string path;     // where it lay then
  std::string issue;    // of the finding; empty: of the file as a whole
  Choice choice = Choice::kKeep;
  std::string label;    // of kRelabel
  std::string related;  // content of the other picture, of kKeepBoth
  std::string pixels;   // hash of the decoded pixels, so that a re-tagged copy is recognised too
  bool operator==(const Decision&) const = default;
};

/// One writer (flock beside the file). Methods are thread-safe. Writes are committed in batches; `flush` commits what
/// is there. Killed at any moment, what was committed is there. Errors: kFileRead, kFileWrite, kDiskFull, kStore
/// (damaged: said, with the fix).
class Store {
 public:
  virtual ~Store() = default;
  /// The file as it was seen last; a file whose size and mtime are the same is not read again.
  virtual std::optional<StoredFile> file(const std::string& path) = 0;
  virtual void put_file(const StoredFile& file) = 0;
  virtual std::optional<index::PictureFacts> facts(const std::string& content) = 0;  // of this kFactsVersion
  virtual std::string packed_view(const std::string& content) = 0;                   // empty where there is none
  virtual void put_facts(const std::string& content,
                         const index::PictureFacts& facts,
                         const std::string& packed_view) = 0;
  /// A value by key: results of long computations ("labels:<fingerprint>"), so that a second run need not repeat them.
  virtual std::optional<std::string> value(const std::string& key) = 0;
  virtual void put_value(const std::string& key, const std::string& value) = 0;
  virtual std::vector<Decision> decisions() = 0;
  virtual void put_decisions(const std::vector<Decision>& decisions) = 0;
  virtual void flush() = 0;
  /// Takes over files, facts and decisions of another store (--merge).
  virtual void merge(const std::string& other_store_file) = 0;
};

std::unique_ptr<Store> open_store(const std::string& file);

}  // namespace surefoot::clean
