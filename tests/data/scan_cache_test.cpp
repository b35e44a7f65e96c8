#include "data/data_fixture.h"

namespace surefoot::data {
namespace {

using surefoot::testing::FaultyFiles;

/// Three class folders of four pictures.
class ScanCacheTest : public ::testing::Test {
 protected:
  ScanCacheTest() {
    for (int c = 0; c < 3; ++c) {
      for (int i = 0; i < 4; ++i) files.put("/d/" + std::to_string(c) + "/" + std::to_string(i) + ".jpg", "x");
    }
  }
  std::unique_ptr<Manifest> scan_it() { return scan_memory(files, "/d", report); }
  FaultyFiles files;
  ScanReport report;
};

TEST_F(ScanCacheTest, an_unchanged_folder_is_not_listed_again) {
  const auto first = scan_it();
  EXPECT_EQ(report.reused_folders, 0u);
  const uint64_t lists = files.lists();
  const auto second = scan_it();
  EXPECT_EQ(report.reused_folders, 3u);
  EXPECT_EQ(files.lists() - lists, 2u) << "only the data folder itself";
  EXPECT_EQ(first->fingerprint(), second->fingerprint());
}

TEST_F(ScanCacheTest, new_and_removed_pictures_are_seen) {
  scan_it();
  files.put("/d/1/new.jpg", "x");
  EXPECT_EQ(scan_it()->size(), 13u);
  EXPECT_EQ(report.reused_folders, 2u);
  files.remove("/d/2/0.jpg");
  EXPECT_EQ(scan_it()->size(), 12u);
}

TEST_F(ScanCacheTest, a_file_rewritten_in_place_is_seen_though_its_folder_is_unchanged) {
  const auto before = scan_it();
  files.create("/d/1/2.jpg")->append(std::string_view("longer"));
  const auto after = scan_it();
  EXPECT_EQ(report.reused_folders, 3u);
  EXPECT_NE(before->fingerprint(), after->fingerprint());
  EXPECT_EQ(describe_changes(*before, *after), (std::vector<std::string>{"size of 1/2.jpg 1 -> 6"}));
}

TEST_F(ScanCacheTest, a_killed_scan_goes_on_where_it_was) {
  ScanOptions options;
  FaultyFiles many;
  for (int c = 0; c < 3; ++c) {
    for (int i = 0; i < 3000; ++i) many.put("/d/" + std::to_string(c) + "/" + std::to_string(i) + ".jpg", "x");
  }
  options.progress = [](uint64_t pictures) {
    if (pictures > 8000) throw std::runtime_error("killed");
  };
  EXPECT_THROW(scan_memory(many, "/d", options), std::runtime_error);
  const uint64_t statuses = many.statuses();
  ScanReport second;
  const auto resumed = scan_memory(many, "/d", second);
  EXPECT_GE(second.reused_folders, 2u);
  EXPECT_LT(many.statuses() - statuses, 3100u) << "sizes that the killed scan asked for are not asked for again";
  FaultyFiles fresh;
  for (int c = 0; c < 3; ++c) {
    for (int i = 0; i < 3000; ++i) fresh.put("/d/" + std::to_string(c) + "/" + std::to_string(i) + ".jpg", "x");
  }
  EXPECT_EQ(resumed->fingerprint(), scan_memory(fresh, "/d")->fingerprint());
}

TEST_F(ScanCacheTest, a_damaged_or_torn_cache_only_costs_time) {
  const std::string expected = scan_it()->fingerprint();
  const std::string cache = files.read("/cache/scan_cache.bin");
  for (size_t at = 0; at < cache.size(); at += 7) {
    std::string damaged = cache;
    damaged[at] ^= 0x55;
    files.put("/cache/scan_cache.bin", damaged);
    EXPECT_EQ(scan_it()->fingerprint(), expected) << at;
    files.put("/cache/scan_cache.part", cache.substr(0, at));
    EXPECT_EQ(scan_it()->fingerprint(), expected) << at;
  }
}

TEST_F(ScanCacheTest, a_cache_of_other_data_is_not_used) {
  scan_it();
  for (int i = 0; i < 2; ++i) files.put("/e/" + std::to_string(i) + "/1.jpg", "x");
  EXPECT_EQ(scan_memory(files, "/e", report)->size(), 2u);
  EXPECT_EQ(report.reused_folders, 0u);
}

TEST_F(ScanCacheTest, a_power_cut_at_any_write_leaves_the_old_manifest_or_the_new_one) {
  const std::string old = scan_it()->fingerprint();
  files.put("/d/1/new.jpg", "x");
  std::string latest;
  bool done = false;
  for (uint64_t k = 0; !done; ++k) {
    files.cut_power_after(k);
    done = !code_of([&] { latest = scan_it()->fingerprint(); }).has_value();
    files.restart();
    // The file itself is read: what a run would find after the cut.
    const std::string bytes = files.read("/cache/manifest.bin");
    EXPECT_NE(bytes.find(old) == std::string::npos, bytes.find(scan_it()->fingerprint()) == std::string::npos) << k;
    if (!done) {  // back to the old state for the next cut
      files.remove("/d/1/new.jpg");
      scan_it();
      files.put("/d/1/new.jpg", "x");
    }
    ASSERT_LT(k, 100u);
  }
  EXPECT_NE(latest, old);
}

TEST_F(ScanCacheTest, a_full_disk_is_an_error_that_leaves_the_old_manifest) {
  const std::string old = scan_it()->fingerprint();
  files.put("/d/1/new.jpg", "x");
  files.fail_after_bytes(100);
  EXPECT_EQ(code_of([&] { scan_it(); }), ErrorCode::kDiskFull);
  EXPECT_NE(files.read("/cache/manifest.bin").find(old), std::string::npos);
}

}  // namespace
}  // namespace surefoot::data
