#include "surefoot/clean/quarantine.h"

#include <gtest/gtest.h>

#include <map>

#include "surefoot/base/error.h"
#include "surefoot/base/hash.h"
#include "surefoot/clean/journal.h"
#include "testing/faulty_files.h"

namespace surefoot::clean {
namespace {

using testing::FaultyFiles;
using testing::UnsyncedNames;

constexpr int kPictures = 6;

std::string content_hash(const std::string& bytes) {
  Hasher hasher;
  hasher.add(bytes);
  return hasher.hex();
}

/// /data/{cat,dog}/N.jpg, and a plan that moves three to the quarantine and relabels one into a class that does not
/// exist yet.
struct Scene {
  FaultyFiles files;
  std::vector<Action> actions;
  std::map<std::string, std::pair<std::string, int64_t>> before;

  explicit Scene(bool other_device = false) {
    for (int i = 0; i < kPictures; ++i) {
      files.put("/data/cat/" + std::to_string(i) + ".jpg", "cat picture " + std::to_string(i));
      files.put("/data/dog/" + std::to_string(i) + ".jpg", "dog picture " + std::to_string(i));
    }
    files.make_folder("/out");
    if (other_device) files.mount("/out");
    for (const char* path : {"cat/1.jpg", "cat/4.jpg", "dog/0.jpg"}) add(Action::Kind::kQuarantine, path, path);
    add(Action::Kind::kRelabel, "dog/5.jpg", "bird/5.jpg");
    before = tree();
  }
  void add(Action::Kind kind, const std::string& from, const std::string& to) {
    const auto status = files.status("/data/" + from);
    actions.push_back({kind, from, to, "blank", content_hash(files.read("/data/" + from)), status->size_bytes,
                       status->mtime_ns, 1, ""});
  }
  /// Every file below the data folder with content and time.
  std::map<std::string, std::pair<std::string, int64_t>> tree() {
    std::map<std::string, std::pair<std::string, int64_t>> found;
    for (const char* folder : {"/data/cat", "/data/dog", "/data/bird"}) {
      if (!files.exists(folder)) continue;
      for (const FolderEntry& entry : files.list(folder)) {
        const std::string path = join_path(folder, entry.name);
        found[path] = {files.read(path), files.status(path)->mtime_ns};
      }
    }
    return found;
  }
  void expect_applied() {
    EXPECT_FALSE(files.exists("/data/cat/1.jpg"));
    EXPECT_EQ(files.read("/out/quarantine/cat/1.jpg"), "cat picture 1");
    EXPECT_EQ(files.read("/out/quarantine/dog/0.jpg"), "dog picture 0");
    EXPECT_EQ(files.read("/data/bird/5.jpg"), "dog picture 5");
    EXPECT_EQ(files.status("/out/quarantine/cat/1.jpg")->mtime_ns, before["/data/cat/1.jpg"].second);
    EXPECT_EQ(tree().size(), before.size() - 3);
  }
};

class Quarantine : public ::testing::TestWithParam<bool> {};

TEST_P(Quarantine, TakesAndBringsBackBitForBit) {
  Scene scene(GetParam());
  const Applied applied = apply(scene.files, "/data", "/out", scene.actions);
  EXPECT_EQ(applied.moved, 3u);
  EXPECT_EQ(applied.relabelled, 1u);
  EXPECT_EQ(applied.went, (std::map<std::string, std::string>{
                              {"cat/1.jpg", ""}, {"cat/4.jpg", ""}, {"dog/0.jpg", ""}, {"dog/5.jpg", "bird/5.jpg"}}));
  scene.expect_applied();
  EXPECT_FALSE(has_unfinished_journal(scene.files, "/out"));
  const Applied undone = undo(scene.files, "/data", "/out");
  EXPECT_EQ(undone.moved, 3u);
  EXPECT_EQ(undone.relabelled, 1u);
  EXPECT_EQ(scene.tree(), scene.before);
  EXPECT_FALSE(scene.files.exists("/data/bird")) << "a folder that relabelling made";
  EXPECT_FALSE(scene.files.exists("/out/quarantine")) << "empty again";
  EXPECT_EQ(undo(scene.files, "/data", "/out").moved, 0u);
}

TEST_P(Quarantine, ACleanUpThatIsCutAnywhereIsFinishedByTheNext) {
  for (const UnsyncedNames names : {UnsyncedNames::kLost, UnsyncedNames::kKept}) {
    for (uint64_t cut = 0;; ++cut) {
      Scene scene(GetParam());
      scene.files.cut_power_after(cut);
      bool whole = true;
      try {
        apply(scene.files, "/data", "/out", scene.actions);
      } catch (const Error&) {
        whole = false;
      }
      scene.files.restart(names);
      if (whole) break;
      ASSERT_LT(cut, 500u);
      const bool begun = has_unfinished_journal(scene.files, "/out");
      apply(scene.files, "/data", "/out", begun ? std::vector<Action>{} : scene.actions);
      scene.expect_applied();
      undo(scene.files, "/data", "/out");
      EXPECT_EQ(scene.tree(), scene.before) << "cut after " << cut;
    }
  }
}

TEST_P(Quarantine, ACleanUpOrItsUndoingThatIsCutAnywhereCanBeUndone) {
  for (const UnsyncedNames names : {UnsyncedNames::kLost, UnsyncedNames::kKept}) {
    for (uint64_t cut = 0;; ++cut) {
      Scene scene(GetParam());
      bool whole = true;
      scene.files.cut_power_after(cut);
      try {
        apply(scene.files, "/data", "/out", scene.actions);
        undo(scene.files, "/data", "/out");
      } catch (const Error&) {
        whole = false;
      }
      scene.files.restart(names);
      if (whole) break;
      ASSERT_LT(cut, 500u);
      undo(scene.files, "/data", "/out");
      EXPECT_EQ(scene.tree(), scene.before) << "cut after " << cut;
      EXPECT_FALSE(has_unfinished_journal(scene.files, "/out"));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OneAndTwoFileSystems, Quarantine, ::testing::Bool());

TEST(QuarantineOnAFullDisk, LosesNothing) {
  for (uint64_t room = 0; room < 3000; room += 37) {
    Scene scene(/*other_device=*/true);
    scene.files.fail_after_bytes(room);
    try {
      apply(scene.files, "/data", "/out", scene.actions);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kDiskFull);
    }
    scene.files.restart();
    undo(scene.files, "/data", "/out");
    EXPECT_EQ(scene.tree(), scene.before) << room;
  }
}

TEST(Quarantine, LeavesAloneWhatChangedSinceItWasLookedAt) {
  Scene scene;
  scene.files.put("/data/cat/1.jpg", "a new picture");
  scene.files.remove("/data/cat/4.jpg");
  const Applied applied = apply(scene.files, "/data", "/out", scene.actions);
  EXPECT_EQ(applied.moved, 1u);
  EXPECT_EQ(applied.skipped, 2u);
  EXPECT_EQ(scene.files.read("/data/cat/1.jpg"), "a new picture");
}

TEST(Quarantine, NeverOverwritesWhatLiesThereAlready) {
  Scene scene;
  apply(scene.files, "/data", "/out", scene.actions);
  scene.files.put("/data/cat/1.jpg", "came with the next crawl");
  scene.actions.clear();
  scene.add(Action::Kind::kQuarantine, "cat/1.jpg", "cat/1.jpg");
  apply(scene.files, "/data", "/out", scene.actions);
  EXPECT_EQ(scene.files.read("/out/quarantine/cat/1.jpg"), "cat picture 1");
  EXPECT_EQ(scene.files.read("/out/quarantine/cat/1.1.jpg"), "came with the next crawl");
  // The newest clean-up is undone first, so the older file finds its place taken, stays, and is said.
  const Applied undone = undo(scene.files, "/data", "/out");
  EXPECT_EQ(undone.skipped, 1u);
  EXPECT_EQ(scene.files.read("/data/cat/1.jpg"), "came with the next crawl");
  EXPECT_EQ(scene.files.read("/out/quarantine/cat/1.jpg"), "cat picture 1");
}

TEST(Quarantine, IsNotUndoneIntoAnotherFolder) {
  Scene scene;
  apply(scene.files, "/data", "/out", scene.actions);
  scene.files.make_folder("/other");
  EXPECT_THROW(undo(scene.files, "/other", "/out"), Error);
  EXPECT_THROW(apply(scene.files, "/other", "/out", scene.actions), Error);
  scene.files.rename("/data", "/renamed");
  EXPECT_EQ(undo(scene.files, "/renamed", "/out").moved, 3u);
  EXPECT_EQ(scene.files.read("/renamed/cat/1.jpg"), "cat picture 1");
}

TEST(Journal, ACutLastLineIsTakenOffAndADamagedOneIsSaid) {
  Scene scene;
  apply(scene.files, "/data", "/out", scene.actions);
  const std::string text = scene.files.read("/out/journal.jsonl");
  scene.files.put("/out/journal.jsonl", text + "{\"und");
  EXPECT_EQ(Journal(scene.files, "/out").entries().size(), 1u);
  EXPECT_EQ(scene.files.read("/out/journal.jsonl"), text);
  scene.files.put("/out/journal.jsonl", "{\"plan\": 1}\nnonsense\n" + text);
  EXPECT_THROW(Journal(scene.files, "/out"), Error);
}

}  // namespace
}  // namespace surefoot::clean
