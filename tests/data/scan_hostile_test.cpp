#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "data/data_fixture.h"
#include "testing/temporary_folder.h"

namespace surefoot::data {
namespace {

namespace fs = std::filesystem;

/// On the machine's own file system: links, odd names, depth.
class ScanHostile : public ::testing::Test {
 protected:
  void put(const std::string& path, const std::string& bytes = "x") {
    const fs::path full = folder.path("d/" + path);
    fs::create_directories(full.parent_path());
    std::ofstream(full, std::ios::binary) << bytes;
  }
  std::unique_ptr<Manifest> scan_it(ScanOptions options = {}) {
    options.cache_folder = folder.path("cache");
    return scan(real_files(), folder.path("d"), options, report);
  }
  surefoot::testing::TemporaryFolder folder;
  ScanReport report;
};

TEST_F(ScanHostile, names_are_bytes) {
  const std::string names[] = {"new\nline.jpg", "quote\".jpg", "<b>&amp;.jpg", "\xff\xfe.jpg",
                               "-rf.jpg",       "=cmd|x.jpg",  " .jpg",        "a\\b.jpg"};
  for (const std::string& name : names) put("cl\xffss\n/" + name);
  put("other/1.jpg");
  const auto manifest = scan_it({.val_fraction = 0});
  EXPECT_EQ(manifest->size(), 9u);
  EXPECT_EQ(manifest->classes()[0], "cl\xffss\n");
  for (uint64_t i = 0; i < manifest->size(); ++i) EXPECT_EQ(real_files().read(manifest->full_path(i)), "x");
}

TEST_F(ScanHostile, skips_droppings) {
  for (const char* name : {"a/.DS_Store", "a/Thumbs.db", "a/._1.jpg", "a/1.jpg~", "a/.1.jpg.swp", "a/@eaDir/1.jpg",
                           "__MACOSX/a/1.jpg", ".git/1.jpg", "a/1.jpg.part", "a/1.jpg", "b/1.jpg"}) {
    put(name);
  }
  const auto manifest = scan_it();
  EXPECT_EQ(manifest->size(), 2u);
  EXPECT_EQ(report.skipped_not_pictures, 0u);
}

TEST_F(ScanHostile, links_are_followed_and_loops_left_out) {
  put("a/1.jpg"), put("b/1.jpg");
  fs::create_directories(folder.path("elsewhere"));
  std::ofstream(folder.path("elsewhere/2.jpg")) << "xy";
  fs::create_directory_symlink(folder.path("elsewhere"), folder.path("d/a/linked"));
  fs::create_directory_symlink(folder.path("d/a"), folder.path("d/a/loop"));
  fs::create_symlink(folder.path("nowhere"), folder.path("d/a/dangling.jpg"));
  const auto manifest = scan_it({.val_fraction = 0});
  ASSERT_EQ(manifest->size(), 3u);
  EXPECT_EQ(manifest->path(1), "a/linked/2.jpg");
  EXPECT_TRUE(mentions(report.warnings, "a/loop leads back"));
}

TEST_F(ScanHostile, pipes_and_other_things_are_not_opened) {
  put("a/1.jpg"), put("b/1.jpg");
  ASSERT_EQ(::mkfifo(folder.path("d/a/pipe.jpg").c_str(), 0600), 0);
  EXPECT_EQ(scan_it()->size(), 2u);
  EXPECT_EQ(report.skipped_not_pictures, 1u);
}

TEST_F(ScanHostile, a_very_deep_folder_is_walked) {
  std::string deep = "a";
  for (int i = 0; i < 400; ++i) deep += "/d";
  put(deep + "/1.jpg"), put("b/1.jpg");
  EXPECT_EQ(scan_it()->size(), 2u);
}

TEST_F(ScanHostile, the_cache_folder_is_never_data_even_within_the_data) {
  put("a/1.jpg"), put("b/1.jpg"), put("runs/one/thumbnail.jpg");
  ScanOptions options{.cache_folder = folder.path("d/runs/one")};
  EXPECT_EQ(scan(real_files(), folder.path("d"), options, report)->classes(), (std::vector<std::string>{"a", "b"}));
}

TEST_F(ScanHostile, nothing_is_written_into_the_data) {
  put("a/1.jpg"), put("b/1.jpg");
  const auto before = fs::last_write_time(folder.path("d/a"));
  scan_it();
  EXPECT_EQ(fs::last_write_time(folder.path("d/a")), before);
  EXPECT_EQ(std::distance(fs::recursive_directory_iterator(folder.path("d")), {}), 4);
}

}  // namespace
}  // namespace surefoot::data
