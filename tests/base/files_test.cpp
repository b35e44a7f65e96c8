#include "surefoot/base/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "surefoot/base/atomic_file.h"
#include "surefoot/base/error.h"
#include "testing/temporary_folder.h"

namespace surefoot {
namespace {

using testing::TemporaryFolder;

ErrorCode code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_FALSE(error.fix().empty());
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::kInternal;
}

TEST(RealFiles, ReadsBackWhatWasWrittenAlsoUnderAHostileName) {
  const TemporaryFolder folder;
  Files& files = real_files();
  const std::string path = folder.path("new\nline \xff<b>'\".bin"), content("a\0b\xff", 4);
  auto file = files.create(path);
  file->append(content);
  file->sync();
  file->close();
  EXPECT_EQ(files.read(path), content);
  const auto more = files.create(path, true);
  more->append("c");
  more->close();
  EXPECT_EQ(files.read(path), content + "c");
  ASSERT_EQ(files.list(folder.path()).size(), 1u);
  EXPECT_EQ(files.list(folder.path())[0].name, "new\nline \xff<b>'\".bin");
  EXPECT_EQ(files.status(path)->size_bytes, 5u);
}

TEST(RealFiles, RefusesMoreThanTheLimit) {
  const TemporaryFolder folder;
  write_atomically(real_files(), folder.path("a"), std::string(100, 'x'));
  EXPECT_EQ(real_files().read(folder.path("a"), 100).size(), 100u);
  EXPECT_EQ(code_of([&] { real_files().read(folder.path("a"), 99); }), ErrorCode::kFileRead);
}

TEST(RealFiles, ReadsFilesWhoseSizeIsNotKnown) { EXPECT_FALSE(real_files().read("/proc/self/status").empty()); }

TEST(RealFiles, NamesWhatIsMissing) {
  const TemporaryFolder folder;
  EXPECT_EQ(code_of([&] { real_files().read(folder.path("none")); }), ErrorCode::kFileRead);
  EXPECT_EQ(code_of([&] { real_files().list(folder.path("none")); }), ErrorCode::kFileRead);
  EXPECT_EQ(code_of([&] { real_files().create(folder.path("none/a")); }), ErrorCode::kFileWrite);
  EXPECT_FALSE(real_files().exists(folder.path("none")));
  EXPECT_FALSE(real_files().remove(folder.path("none")));
}

TEST(RealFiles, ReadingAFolderIsAnError) {
  const TemporaryFolder folder;
  EXPECT_EQ(code_of([&] { real_files().read(folder.path()); }), ErrorCode::kFileRead);
}

TEST(RealFiles, MakesParentsAndAcceptsWhatIsThere) {
  const TemporaryFolder folder;
  real_files().make_folder(folder.path("a/b/c"));
  real_files().make_folder(folder.path("a/b/c"));
  EXPECT_EQ(real_files().status(folder.path("a/b/c"))->kind, FileStatus::Kind::kFolder);
  write_atomically(real_files(), folder.path("file"), "x");
  EXPECT_EQ(code_of([&] { real_files().make_folder(folder.path("file")); }), ErrorCode::kFileWrite);
}

TEST(RealFiles, ListsSortedByBytesAndFollowsLinks) {
  const TemporaryFolder folder;
  for (const char* name : {"b", "B", "a", "\xff"}) write_atomically(real_files(), folder.path(name), "");
  real_files().make_folder(folder.path("real"));
  std::filesystem::create_symlink("real", folder.path("to_folder"));
  std::filesystem::create_symlink("nowhere", folder.path("dangling"));
  std::vector<std::string> names;
  for (const FolderEntry& entry : real_files().list(folder.path())) {
    names.push_back(entry.name);
    if (entry.name == "to_folder") {
      EXPECT_EQ(entry.kind, FileStatus::Kind::kFolder);
    }
  }
  EXPECT_EQ(names, (std::vector<std::string>{"B", "a", "b", "real", "to_folder", "\xff"}));
}

TEST(RealFiles, ALoopOfLinksIsNothing) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("loop", folder.path("loop"));
  EXPECT_FALSE(real_files().status(folder.path("loop")));
}

TEST(RealFiles, LinkReplacesNothing) {
  const TemporaryFolder folder;
  write_atomically(real_files(), folder.path("a"), "1");
  write_atomically(real_files(), folder.path("b"), "2");
  EXPECT_EQ(code_of([&] { real_files().link(folder.path("a"), folder.path("b")); }), ErrorCode::kFileWrite);
  EXPECT_EQ(real_files().read(folder.path("b")), "2");
}

TEST(RealFiles, AFullDiskIsItsOwnError) {
  EXPECT_EQ(code_of([] { real_files().create("/dev/full")->append("x"); }), ErrorCode::kDiskFull);
}

TEST(Paths, JoinAndSplit) {
  EXPECT_EQ(join_path("a", "b"), "a/b");
  EXPECT_EQ(join_path("a/", "b"), "a/b");
  EXPECT_EQ(join_path("", "b"), "b");
  EXPECT_EQ(base_name("a/b"), "b");
  EXPECT_EQ(base_name("b"), "b");
  EXPECT_EQ(parent_path("a/b"), "a");
  EXPECT_EQ(parent_path("b"), ".");
  EXPECT_EQ(parent_path("/b"), "/");
  EXPECT_EQ(parent_path("a/b/"), "a");
}

}  // namespace
}  // namespace surefoot
