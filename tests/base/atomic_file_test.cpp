#include "surefoot/base/atomic_file.h"

#include <gtest/gtest.h>

#include "surefoot/base/error.h"
#include "testing/faulty_files.h"
#include "testing/temporary_folder.h"

namespace surefoot {
namespace {

using testing::FaultyFiles;
using testing::TemporaryFolder;
using testing::UnsyncedNames;

constexpr char kPath[] = "/run/state";

void write_new(Files& files) {
  write_atomically(files, kPath, [](WritableFile& file) {
    for (const char* piece : {"n", "e", "w"}) file.append(piece);
  });
}

TEST(WriteAtomically, LeavesTheOldOrTheNewFileAtAPowerCutAfterAnyWrite) {
  for (const auto names : {UnsyncedNames::kLost, UnsyncedNames::kKept}) {
    uint64_t cuts = 0;
    bool survived = false;
    for (; !survived; ++cuts) {
      ASSERT_LT(cuts, 100u);
      FaultyFiles files;
      files.put(kPath, "old");
      files.cut_power_after(cuts);
      try {
        write_new(files);
        survived = true;
      } catch (const Error&) {
      }
      files.restart(names);
      const std::string content = files.read(kPath);
      EXPECT_TRUE(content == "new" || (content == "old" && !survived)) << "cut after " << cuts << ": " << content;
    }
    EXPECT_GT(cuts, 5u);  // create, three appends, sync, rename, sync of the folder
  }
}

TEST(WriteAtomically, SurvivesBeingDoneAgainAfterEveryPowerCut) {
  for (uint64_t cut = 0; cut < 9; ++cut) {
    FaultyFiles files;
    files.put(kPath, "old");
    files.cut_power_after(cut);
    try {
      write_new(files);
    } catch (const Error&) {
    }
    files.restart(UnsyncedNames::kKept);
    write_new(files);
    files.restart();
    EXPECT_EQ(files.read(kPath), "new") << cut;
    EXPECT_EQ(files.list("/run").size(), 1u) << cut;  // no stray .tmp
  }
}

TEST(WriteAtomically, AFullDiskLeavesTheOldFileAndNoRubbish) {
  for (uint64_t room = 0; room < 3; ++room) {
    FaultyFiles files;
    files.put(kPath, "old");
    files.fail_after_bytes(room);
    try {
      write_new(files);
      ADD_FAILURE() << "wrote three bytes into " << room;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kDiskFull);
    }
    EXPECT_EQ(files.read(kPath), "old");
    EXPECT_EQ(files.list("/run").size(), 1u);
  }
}

TEST(WriteAtomically, AnExceptionOfTheWriterLeavesTheOldFile) {
  const TemporaryFolder folder;
  const std::string path = folder.path("state");
  write_atomically(real_files(), path, "old");
  EXPECT_THROW(write_atomically(real_files(), path,
                                [](WritableFile& file) {
                                  file.append("half");
                                  throw 1;
                                }),
               int);
  EXPECT_EQ(real_files().read(path), "old");
  EXPECT_EQ(real_files().list(folder.path()).size(), 1u);
}

TEST(WriteAtomically, AFolderThatIsGoneIsAnErrorWithAFix) {
  const TemporaryFolder folder;
  try {
    write_atomically(real_files(), folder.path("gone/state"), "x");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kFileWrite);
    EXPECT_NE(std::string(error.what()).find("gone/state"), std::string::npos);
  }
}

}  // namespace
}  // namespace surefoot
