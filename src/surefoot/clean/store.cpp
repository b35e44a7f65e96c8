#include "surefoot/clean/store.h"

#include <mutex>

#include "surefoot/base/clock.h"
#include "surefoot/base/error.h"
#include "surefoot/base/files.h"
#include "surefoot/base/lock.h"
#include "surefoot/clean/sqlite.h"
#include "surefoot/clean/store_schema.h"

namespace surefoot::clean {
namespace {

constexpr int kBatch = 1000;         // writes a transaction
constexpr double kBatchSeconds = 2;  // at most between commits while writes come in

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(const std::string& file) : file_(file), lock_(file + ".lock"), database_(file) {
    prepare_store(database_, file);
    find_file_.emplace(database_, "SELECT size, mtime, content FROM files WHERE path = ?");
    put_file_.emplace(database_, "INSERT OR REPLACE INTO files(path, size, mtime, content) VALUES(?, ?, ?, ?)");
    find_facts_.emplace(database_, "SELECT id, facts FROM facts WHERE content = ? AND version = ?");
    find_id_.emplace(database_, "SELECT id FROM facts WHERE content = ? AND version = ?");
    find_view_.emplace(database_, "SELECT view FROM views WHERE id = ?");
    put_facts_.emplace(database_,
                       "INSERT INTO facts(content, version, facts) VALUES(?, ?, ?) ON CONFLICT(content) DO UPDATE SET "
                       "version = excluded.version, facts = excluded.facts RETURNING id");
    put_view_.emplace(database_, "INSERT OR REPLACE INTO views(id, view) VALUES(?, ?)");
  }

  ~SqliteStore() override {
    try {
      commit();
    } catch (...) {  // whoever must know calls flush
    }
  }

  std::optional<StoredFile> file(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    if (!find_file_->reset().bind(1, path).step()) return std::nullopt;
    StoredFile found{path, static_cast<uint64_t>(find_file_->integer(0)), find_file_->integer(1),
                     content_hex(find_file_->bytes(2))};
    find_file_->reset();
    return found;
  }

  void put_file(const StoredFile& file) override {
    const std::lock_guard lock(mutex_);
    begin();
    put_file_->reset()
        .bind(1, file.path)
        .bind(2, static_cast<int64_t>(file.size_bytes))
        .bind(3, file.mtime_ns)
        .bind(4, content_key(file.content))
        .run();
    wrote();
  }

  std::optional<index::PictureFacts> facts(const std::string& content) override {
    std::string packed;
    {
      const std::lock_guard lock(mutex_);
      if (!find_facts_->reset().bind(1, content_key(content)).bind(2, int64_t{index::kFactsVersion}).step())
        return std::nullopt;
      packed = find_facts_->bytes(1);
      find_facts_->reset();
    }
    index::PictureFacts facts;
    if (!index::unpack(packed, facts)) return std::nullopt;  // measured again
    return facts;
  }

  std::string packed_view(const std::string& content) override {
    const std::lock_guard lock(mutex_);
    if (!find_id_->reset().bind(1, content_key(content)).bind(2, int64_t{index::kFactsVersion}).step()) return {};
    const int64_t id = find_id_->integer(0);
    find_id_->reset();
    std::string view = find_view_->reset().bind(1, id).step() ? find_view_->bytes(0) : "";
    find_view_->reset();
    return view;
  }

  void put_facts(const std::string& content,
                 const index::PictureFacts& facts,
                 const std::string& packed_view) override {
    const std::string packed = index::pack(facts);
    const std::lock_guard lock(mutex_);
    begin();
    put_facts_->reset().bind(1, content_key(content)).bind(2, int64_t{index::kFactsVersion}).bind(3, packed).step();
    const int64_t id = put_facts_->integer(0);
    put_facts_->reset();
    put_view_->reset().bind(1, id).bind(2, packed_view).run();
    wrote();
  }

  std::optional<std::string> value(const std::string& key) override {
    const std::lock_guard lock(mutex_);
    Statement find(database_, "SELECT value FROM kept_values WHERE key = ?");
    if (!find.bind(1, key).step()) return std::nullopt;
    return find.bytes(0);
  }

  void put_value(const std::string& key, const std::string& value) override {
    const std::lock_guard lock(mutex_);
    begin();
    Statement(database_, "INSERT OR REPLACE INTO kept_values(key, value) VALUES(?, ?)")
        .bind(1, key)
        .bind(2, value)
        .run();
    wrote();
  }

  std::vector<Decision> decisions() override {
    const std::lock_guard lock(mutex_);
    Statement all(
        database_,
        "SELECT content, path, issue, choice, label, related, pixels FROM decisions ORDER BY path, content, issue, related");
    std::vector<Decision> found;
    while (all.step()) {
      found.push_back({content_hex(all.bytes(0)), all.bytes(1), all.bytes(2), static_cast<Choice>(all.integer(3) & 3),
                       all.bytes(4), content_hex(all.bytes(5)), content_hex(all.bytes(6))});
    }
    return found;
  }

  void put_decisions(const std::vector<Decision>& decisions) override {
    const std::lock_guard lock(mutex_);
    begin();
    Statement put(
        database_,
        "INSERT OR REPLACE INTO decisions(content, path, issue, choice, label, related, pixels) VALUES(?, ?, ?, ?, ?, ?, ?)");
    for (const Decision& each : decisions) {
      put.reset()
          .bind(1, content_key(each.content))
          .bind(2, each.path)
          .bind(3, each.issue)
          .bind(4, static_cast<int64_t>(each.choice));
      put.bind(5, each.label).bind(6, content_key(each.related)).bind(7, content_key(each.pixels)).run();
    }
    commit();  // a person's word is not kept waiting
  }

  void flush() override {
    const std::lock_guard lock(mutex_);
    commit();
  }

  void merge(const std::string& other_store_file) override;

 private:
  void begin() {
    if (open_ && database_.in_transaction()) return;
    database_.run("BEGIN IMMEDIATE");
    open_ = true;
    writes_ = 0;
    begun_ = real_clock().now();
  }
  void wrote() {
    if (++writes_ >= kBatch || real_clock().now() - begun_ >= kBatchSeconds) commit();
  }
  void commit() {
    if (!open_) return;
    open_ = false;
    if (database_.in_transaction()) database_.run("COMMIT");  // a full disk has rolled it back already
  }

  std::string file_;
  FileLock lock_;
  std::mutex mutex_;
  Database database_;
  std::optional<Statement> find_file_, put_file_, find_facts_, find_id_, find_view_, put_facts_, put_view_;
  bool open_ = false;
  int writes_ = 0;
  double begun_ = 0;
};

// What this store has stays; of a file that both saw, the later sight counts. That the other is a share
// (shard_census.h) is not taken over.
constexpr const char* kMerge = R"(
  INSERT INTO main.files SELECT path, size, mtime, content FROM other.files WHERE true
    ON CONFLICT(path) DO UPDATE SET size = excluded.size, mtime = excluded.mtime, content = excluded.content WHERE excluded.mtime > files.mtime;
  CREATE TEMP TABLE taken AS SELECT id, content FROM other.facts AS theirs
    WHERE NOT EXISTS(SELECT 1 FROM main.facts AS ours WHERE ours.content = theirs.content AND ours.version >= theirs.version) ORDER BY id;
  INSERT INTO main.facts(content, version, facts) SELECT theirs.content, theirs.version, theirs.facts
    FROM temp.taken JOIN other.facts AS theirs USING(id) WHERE true ORDER BY taken.id
    ON CONFLICT(content) DO UPDATE SET version = excluded.version, facts = excluded.facts;
  INSERT OR REPLACE INTO main.views(id, view) SELECT ours.id, theirs.view
    FROM temp.taken JOIN other.views AS theirs USING(id) JOIN main.facts AS ours ON ours.content = taken.content ORDER BY ours.id;
  DROP TABLE temp.taken;
  INSERT OR IGNORE INTO main.kept_values SELECT * FROM other.kept_values WHERE key <> CAST('shard' AS BLOB);
  INSERT OR IGNORE INTO main.decisions SELECT * FROM other.decisions;
)";

void SqliteStore::merge(const std::string& other_store_file) {
  if (!real_files().exists(other_store_file)) {
    throw Error(ErrorCode::kFileRead, "cannot read the store " + other_store_file, "there is no such file",
                "name the stores that `surefoot clean --shard` wrote");
  }
  const FileLock other_lock(other_store_file + ".lock");
  {  // damaged or foreign: said of the right file; a journal that a kill left is rolled back
    Database other(other_store_file);
    prepare_store(other, other_store_file);
  }
  const std::lock_guard lock(mutex_);
  commit();
  Statement(database_, "ATTACH ? AS other").bind(1, other_store_file).run();
  try {
    database_.run("BEGIN IMMEDIATE;" + std::string(kMerge) + "COMMIT;");
    database_.run("DETACH other");
  } catch (...) {
    for (const char* sql : {"ROLLBACK", "DETACH other"}) {
      try {
        database_.run(sql);
      } catch (const Error&) {  // the first error is the one to tell
      }
    }
    throw;
  }
}

}  // namespace

std::unique_ptr<Store> open_store(const std::string& file) { return std::make_unique<SqliteStore>(file); }

}  // namespace surefoot::clean
