#include <fstream>

#include "data/data_fixture.h"
#include "testing/temporary_folder.h"

namespace surefoot::data {
namespace {

using surefoot::testing::FaultyFiles;

std::unique_ptr<Manifest> scan_of(const std::vector<std::pair<std::string, std::string>>& contents,
                                  const std::string& root = "/d") {
  FaultyFiles files;
  for (const auto& [path, bytes] : contents) files.put(root + "/" + path, bytes);
  return scan_memory(files, root, {.val_fraction = 0, .allow_one_class = true});
}

TEST(ManifestFile, a_copy_of_the_data_elsewhere_has_the_same_fingerprint) {
  const auto here = scan_of({{"a/1.jpg", "x"}, {"b/1.jpg", "y"}}),
             there = scan_of({{"b/1.jpg", "z"}, {"a/1.jpg", "x"}}, "/other");
  EXPECT_EQ(here->fingerprint(), there->fingerprint());
  EXPECT_EQ(here->fingerprint().size(), 32u);
}

TEST(ManifestFile, path_label_split_and_size_all_count_for_the_fingerprint) {
  const std::string base = scan_of({{"a/1.jpg", "x"}, {"b/1.jpg", "y"}})->fingerprint();
  EXPECT_NE(base, scan_of({{"a/2.jpg", "x"}, {"b/1.jpg", "y"}})->fingerprint());
  EXPECT_NE(base, scan_of({{"a/1.jpg", "xx"}, {"b/1.jpg", "y"}})->fingerprint());
  EXPECT_NE(base, scan_of({{"a/1.jpg", "x"}, {"a/b/1.jpg", "y"}})->fingerprint());
  FaultyFiles files;
  files.put("/d/a/1.jpg", "x"), files.put("/d/b/1.jpg", "y");
  EXPECT_NE(base, scan_memory(files, "/d", {.all_validation = true})->fingerprint());
}

TEST(ManifestFile, changes_are_named_and_limited) {
  const auto before = scan_of({{"a/1.jpg", "x"}, {"a/2.jpg", "x"}, {"b/1.jpg", "y"}});
  const auto after = scan_of({{"a/1.jpg", "xxx"}, {"b/1.jpg", "y"}, {"c\n/1.jpg", "y"}});
  EXPECT_EQ(describe_changes(*before, *after),
            (std::vector<std::string>{"added class c\\x0a", "removed a/2.jpg", "size of a/1.jpg 1 -> 3",
                                      "added c\\x0a/1.jpg"}));
  EXPECT_EQ(describe_changes(*before, *after, 2),
            (std::vector<std::string>{"added class c\\x0a", "and 3 more changes"}));
  EXPECT_TRUE(describe_changes(*before, *before).empty());
}

class ManifestOnDisk : public ::testing::Test {
 protected:
  ManifestOnDisk() {
    FaultyFiles files;
    for (const char* path : {"/d/a/1.jpg", "/d/b\xff/1.jpg", "/d/b\xff/2.jpg"}) files.put(path, "xy");
    original = scan_memory(files, "/d");
    bytes = files.read(manifest_path("/cache"));
  }
  std::unique_ptr<Manifest> open(const std::string& content) {
    std::ofstream(folder.path("m"), std::ios::binary | std::ios::trunc) << content;
    return open_manifest(folder.path("m"));
  }
  surefoot::testing::TemporaryFolder folder;
  std::unique_ptr<Manifest> original;
  std::string bytes;
};

TEST_F(ManifestOnDisk, says_what_was_written) {
  const auto mapped = open(bytes);
  EXPECT_TRUE(describe_changes(*original, *mapped).empty());
  EXPECT_EQ(mapped->fingerprint(), original->fingerprint());
  EXPECT_EQ(mapped->classes(), original->classes());
  EXPECT_EQ(mapped->root(), "/d");
  EXPECT_TRUE(mapped->split_was_made());
}

TEST_F(ManifestOnDisk, any_flipped_bit_and_any_cut_is_found) {
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] ^= 0x10;
    EXPECT_EQ(code_of([&] { open(damaged); }), ErrorCode::kDataManifest) << at;
    EXPECT_EQ(code_of([&] { open(bytes.substr(0, at)); }), ErrorCode::kDataManifest) << at;
  }
  EXPECT_EQ(code_of([&] { open(bytes + "x"); }), ErrorCode::kDataManifest);
  EXPECT_EQ(code_of([&] { open_manifest(folder.path("none")); }), ErrorCode::kDataManifest);
}

TEST_F(ManifestOnDisk, one_that_is_open_outlives_its_replacement) {
  const auto mapped = open(bytes);
  std::filesystem::rename(folder.path("m"), folder.path("old"));
  open(bytes);
  std::filesystem::remove(folder.path("old"));
  EXPECT_EQ(mapped->path(0), original->path(0));
}

}  // namespace
}  // namespace surefoot::data
