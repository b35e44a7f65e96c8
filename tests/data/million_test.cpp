#include <unistd.h>

#include <fstream>

#include "data/data_fixture.h"
#include "testing/forwarding_files.h"
#include "testing/temporary_folder.h"

namespace surefoot::data {
namespace {

/// A thousand class folders of a thousand pictures that exist only here; the cache lies on the machine's own file
/// system.
class MillionFiles final : public testing::ForwardingFiles {
 public:
  static constexpr int kFolders = 1000, kPictures = 1000;
  std::optional<FileStatus> status(const std::string& path) override {
    if (!is_mine(path)) return real_files().status(path);
    const bool file = path.ends_with(".jpg");
    return FileStatus{file ? FileStatus::Kind::kFile : FileStatus::Kind::kFolder, file ? 100'000u + path.size() : 0, 1,
                      5, std::hash<std::string>()(path)};
  }
  std::vector<FolderEntry> list(const std::string& path) override {
    const bool top = path == "/million";
    std::vector<FolderEntry> entries;
    for (int i = 0; i < (top ? kFolders : kPictures); ++i) {
      char name[64];
      std::snprintf(name, sizeof name, top ? "n%08d" : "ILSVRC2012_train_%08d.jpg", i);
      entries.push_back({name, top ? FileStatus::Kind::kFolder : FileStatus::Kind::kFile});
    }
    return entries;
  }

 private:
  static bool is_mine(const std::string& path) { return path.starts_with("/million"); }
};

/// Bytes of this process in memory, at their highest since the last reset.
uint64_t peak_resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
  }
  return 0;
}

TEST(Million, pictures_are_scanned_in_less_than_200_mb) {
  surefoot::testing::TemporaryFolder folder;
  MillionFiles files;
  ScanOptions options{.cache_folder = folder.path("cache")};
  for (const char* pass : {"first", "cached"}) {
    std::ofstream("/proc/self/clear_refs") << "5";  // resets the high-water mark
    ScanReport report;
    const auto manifest = scan(files, "/million", options, report);
    EXPECT_EQ(manifest->size(), 1'000'000u);
    EXPECT_EQ(report.reused_folders, pass == std::string("cached") ? 1000u : 0u);
    EXPECT_TRUE(manifest->split_was_made());
    RecordProperty(pass, std::to_string(peak_resident_bytes()));
    std::printf("%s scan: peak resident %.0f MB\n", pass, static_cast<double>(peak_resident_bytes()) / 1e6);
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
    EXPECT_LT(peak_resident_bytes(), 200'000'000u) << pass;
#endif
  }
}

}  // namespace
}  // namespace surefoot::data
