#include "surefoot/clean/store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "surefoot/base/error.h"
#include "surefoot/base/files.h"
#include "surefoot/clean/shard_census.h"
#include "surefoot/clean/sqlite.h"
#include "testing/temporary_folder.h"

namespace surefoot::clean {
namespace {

using testing::TemporaryFolder;

std::string content(int i) {
  std::string hex = std::to_string(i);
  return std::string(32 - hex.size(), '0') + hex;
}

index::PictureFacts facts(int width) {
  index::PictureFacts made;
  made.format = image::Format::kJpeg;
  made.width = width, made.height = 7;
  made.pixels_hash = content(width);
  return made;
}

template <class Action>
ErrorCode code_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_FALSE(error.fix().empty());
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorCode::kInternal;
}

TEST(Store, KeepsWhatIsPutIntoIt) {
  const TemporaryFolder folder;
  const std::string odd("a\n\xff\x00 b'\"", 9);
  {
    const auto store = open_store(folder.path("s.sqlite3"));
    store->put_file({odd, 12, -5, content(1)});
    store->put_file({"z", uint64_t{1} << 40, 1700000000123456789, content(1)});
    store->put_file({"z", 3, 4, content(2)});
    store->put_facts(content(1), facts(640), "view bytes");
    store->put_value("key", std::string("a\0b", 3));
    EXPECT_EQ(store->facts(content(1))->width, 640);  // also before it is committed
  }
  const auto store = open_store(folder.path("s.sqlite3"));
  ASSERT_TRUE(store->file(odd));
  EXPECT_EQ(store->file(odd)->mtime_ns, -5);
  EXPECT_EQ(store->file(odd)->content, content(1));
  EXPECT_EQ(store->file("z")->size_bytes, 3u);
  EXPECT_FALSE(store->file("y"));
  EXPECT_FALSE(store->facts(content(2)));
  EXPECT_EQ(store->facts(content(1))->pixels_hash, content(640));
  EXPECT_EQ(store->packed_view(content(1)), "view bytes");
  EXPECT_EQ(store->packed_view(content(2)), "");
  EXPECT_EQ(*store->value("key"), std::string("a\0b", 3));
  EXPECT_FALSE(store->value("other"));
}

TEST(Store, FactsOfAnotherVersionAreMeasuredAgain) {
  const TemporaryFolder folder;
  const std::string file = folder.path("s.sqlite3");
  open_store(file)->put_facts(content(1), facts(1), "old");
  Database(file).run("UPDATE facts SET version = version - 1");
  const auto store = open_store(file);
  EXPECT_FALSE(store->facts(content(1)));
  EXPECT_EQ(store->packed_view(content(1)), "");
  store->put_facts(content(1), facts(2), "new");
  EXPECT_EQ(store->facts(content(1))->width, 2);
  EXPECT_EQ(store->packed_view(content(1)), "new");
}

TEST(Store, DecisionsAreReplacedByTheLaterWord) {
  const TemporaryFolder folder;
  Decision decision{
      .content = content(1), .path = "a/b.jpg", .issue = "blurry", .choice = Choice::kRemove, .pixels = content(3)};
  Decision other{.content = content(1),
                 .path = "a/b.jpg",
                 .issue = "near-duplicate",
                 .choice = Choice::kKeepBoth,
                 .related = content(2)};
  {
    const auto store = open_store(folder.path("s.sqlite3"));
    store->put_decisions({decision, other});
    decision.choice = Choice::kRelabel;
    decision.label = "rose";
    store->put_decisions({decision});
  }
  EXPECT_EQ(open_store(folder.path("s.sqlite3"))->decisions(), (std::vector<Decision>{decision, other}));
}

TEST(Store, HasOneWriter) {
  const TemporaryFolder folder;
  const auto store = open_store(folder.path("s.sqlite3"));
  EXPECT_EQ(code_of([&] { open_store(folder.path("s.sqlite3")); }), ErrorCode::kRunLocked);
}

TEST(Store, ADamagedOrForeignFileIsSaid) {
  const TemporaryFolder folder;
  const std::string file = folder.path("s.sqlite3");
  std::ofstream(file) << std::string(9000, 'x');
  EXPECT_EQ(code_of([&] { open_store(file); }), ErrorCode::kStore);
  real_files().remove(file);
  Database(file).run("CREATE TABLE recipes(name TEXT)");
  EXPECT_EQ(code_of([&] { open_store(file); }), ErrorCode::kStore);
  real_files().remove(file);
  open_store(file);
  Database(file).run("PRAGMA user_version = 99");
  EXPECT_EQ(code_of([&] { open_store(file); }), ErrorCode::kStore);
}

TEST(Store, DamageInTheMiddleIsFoundWhenItIsRead) {
  const TemporaryFolder folder;
  const std::string file = folder.path("s.sqlite3");
  {
    const auto store = open_store(file);
    for (int i = 0; i < 2000; ++i) store->put_file({"folder/picture " + std::to_string(i), 1, 2, content(i)});
  }
  {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(4096 * 8);
    bytes << std::string(4096 * 12, '\x5a');
  }
  EXPECT_EQ(code_of([&] {
              const auto store = open_store(file);
              for (int i = 0; i < 2000; ++i) store->file("folder/picture " + std::to_string(i));
            }),
            ErrorCode::kStore);
}

TEST(Store, AFolderThatCannotBeWrittenToIsSaid) {
  EXPECT_EQ(code_of([&] { open_store("/nowhere/at/all/s.sqlite3"); }), ErrorCode::kFileWrite);
}

TEST(Store, KilledAtAnyMomentItHasWhatWasFlushed) {
  const TemporaryFolder folder;
  const std::string file = folder.path("s.sqlite3");
  for (int round = 0; round < 8; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const auto store = open_store(file);
      for (int i = 0;; ++i) {
        store->put_file({std::to_string(i), 1, round, content(i)});
        store->put_facts(content(i), facts(i + 1), std::string(5000, 'v'));
        if (i % 40 != 39) continue;
        store->flush();
        if (::write(pipe_ends[1], &i, sizeof i) != sizeof i) ::_exit(1);
      }
    }
    ::close(pipe_ends[1]);
    int flushed = 0;
    for (int i = 0; i <= round; ++i)
      ASSERT_EQ(::read(pipe_ends[0], &flushed, sizeof flushed), static_cast<ssize_t>(sizeof flushed));
    ::usleep(static_cast<useconds_t>(700 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    for (int later = 0; ::read(pipe_ends[0], &later, sizeof later) == static_cast<ssize_t>(sizeof later);)
      flushed = later;
    ::close(pipe_ends[0]);
    const auto store = open_store(file);
    for (int i = 0; i <= flushed; ++i) {
      ASSERT_TRUE(store->file(std::to_string(i))) << i;
      ASSERT_EQ(store->facts(content(i))->width, i + 1);
      ASSERT_EQ(store->packed_view(content(i)).size(), 5000u);
    }
  }
  EXPECT_EQ(Database(file).number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}

TEST(Store, MergesAnother) {
  const TemporaryFolder folder;
  {
    const auto theirs = open_store(folder.path("theirs.sqlite3"));
    theirs->put_file({"new", 1, 1, content(1)});
    theirs->put_file({"both", 5, 500, content(1)});
    theirs->put_file({"old there", 5, 50, content(1)});
    theirs->put_facts(content(1), facts(11), "their view");
    theirs->put_facts(content(2), facts(12), "their other view");
    theirs->put_decisions({{.content = content(1), .path = "new", .choice = Choice::kRemove}});
  }
  const auto ours = open_store(folder.path("ours.sqlite3"));
  ours->put_file({"both", 4, 400, content(2)});
  ours->put_file({"old there", 4, 400, content(2)});
  ours->put_facts(content(7), facts(7), "our view");
  ours->put_facts(content(2), facts(2), "our second view");
  for (int twice = 0; twice < 2; ++twice) ours->merge(folder.path("theirs.sqlite3"));
  EXPECT_EQ(ours->file("new")->content, content(1));
  EXPECT_EQ(ours->file("both")->mtime_ns, 500);
  EXPECT_EQ(ours->file("old there")->mtime_ns, 400);
  EXPECT_EQ(ours->facts(content(1))->width, 11);
  EXPECT_EQ(ours->packed_view(content(1)), "their view");
  EXPECT_EQ(ours->facts(content(2))->width, 2);
  EXPECT_EQ(ours->packed_view(content(2)), "our second view");
  EXPECT_EQ(ours->packed_view(content(7)), "our view");
  EXPECT_EQ(ours->decisions().size(), 1u);
  EXPECT_EQ(code_of([&] { ours->merge(folder.path("nothing.sqlite3")); }), ErrorCode::kFileRead);
  std::ofstream(folder.path("broken.sqlite3")) << std::string(5000, 'x');
  EXPECT_EQ(code_of([&] { ours->merge(folder.path("broken.sqlite3")); }), ErrorCode::kStore);
  EXPECT_EQ(ours->facts(content(1))->width, 11);  // it goes on
  ours->put_file({"after", 1, 1, content(1)});
  ours->flush();
}

TEST(Shards, ThoseThatAreMissingOrUnfinishedAreNamed) {
  const TemporaryFolder folder;
  const auto open = [&](const std::string& name) { return open_store(folder.path(name + ".sqlite3")); };
  note_shard(*open("first"), 0, 3, true);
  note_shard(*open("second"), 1, 3, false);
  open("other")->put_file({"a", 1, 1, content(1)});
  ShardCensus census;
  census.count(*open("other"));
  EXPECT_TRUE(census.missing().empty());
  for (const char* name : {"first", "second"}) census.count(*open(name));
  EXPECT_EQ(census.missing(), (std::vector<std::string>{"2/3", "3/3"}));
  note_shard(*open("second"), 1, 3, true);
  note_shard(*open("third"), 2, 3, true);
  for (const char* name : {"second", "third"}) census.count(*open(name));
  EXPECT_TRUE(census.missing().empty());
  open("other")->merge(folder.path("first.sqlite3"));  // does not make a share of it
  ShardCensus merged;
  merged.count(*open("other"));
  EXPECT_TRUE(merged.missing().empty());
}

TEST(Store, AFullDiskIsSaidAndTheStoreStaysWhole) {
  const TemporaryFolder folder;
  const std::string file = folder.path("s.sqlite3");
  {
    const auto store = open_store(file);
    store->put_file({"first", 1, 1, content(1)});
    store->flush();
  }
  const pid_t child = ::fork();
  if (child == 0) {  // a limit on file sizes stands for the disk; its signal is ignored, so that writing fails
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{512 << 10, 512 << 10};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    int code = 9;
    try {
      const auto store = open_store(file);
      for (int i = 0; i < 1000; ++i) store->put_facts(content(i), facts(i + 1), std::string(5000, 'v'));
      store->flush();
    } catch (const Error& error) {
      code = error.code() == ErrorCode::kDiskFull || error.code() == ErrorCode::kFileWrite ? 0 : 1;
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  const auto store = open_store(file);
  EXPECT_TRUE(store->file("first"));
  store->put_facts(content(1), facts(1), "view");
  store->flush();
}

}  // namespace
}  // namespace surefoot::clean
