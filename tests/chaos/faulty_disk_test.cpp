#include "surefoot/chaos/faulty_disk.h"

#include <gtest/gtest.h>

#include "surefoot/base/error.h"
#include "testing/faulty_files.h"

namespace surefoot::chaos {
namespace {

class SetClock final : public Clock {
 public:
  double now() const override { return now_; }
  double wall() const override { return now_; }
  void sleep(double seconds) const override { now_ += seconds; }

 private:
  mutable double now_ = 100;
};

class FaultyDiskTest : public ::testing::Test {
 protected:
  FaultyDiskTest() {
    files_.put("/run/log", "log");
    for (const char* name : {"a", "b", "c"}) files_.put(std::string("/data/") + name, "picture");
  }
  bool reads(const std::string& path) {
    try {
      return disk_.read(path, 1000) == "picture";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kFileRead);
      return false;
    }
  }
  template <class Action>
  bool is_refused(Action&& action) {
    try {
      action();
      return false;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kDiskFull);
      return true;
    }
  }
  testing::FaultyFiles files_;
  SetClock clock_;
  FaultyDisk disk_{files_, clock_, "/run"};
};

TEST_F(FaultyDiskTest, WithoutAFaultItIsTheDiskBehindIt) {
  EXPECT_TRUE(reads("/data/a"));
  disk_.create("/run/new", false)->append(std::string_view("x"));
  EXPECT_EQ(files_.read("/run/new"), "x");
  EXPECT_EQ(clock_.now(), 100);
}

TEST_F(FaultyDiskTest, SlowReadsEndWithTheFault) {
  disk_.slow(2);
  EXPECT_TRUE(reads("/data/a"));
  EXPECT_EQ(clock_.now(), 102);
  EXPECT_TRUE(reads("/data/a"));
  EXPECT_EQ(clock_.now(), 102);
}

TEST_F(FaultyDiskTest, UnreadableFilesStayUnreadable) {
  disk_.unreadable(2);
  EXPECT_EQ(disk_.read("/run/log", 10), "log") << "the run's own files are spared";
  EXPECT_FALSE(reads("/data/a"));
  EXPECT_FALSE(reads("/data/a")) << "trying again does not help";
  EXPECT_FALSE(reads("/data/b"));
  EXPECT_TRUE(reads("/data/c"));
}

TEST_F(FaultyDiskTest, AFullDiskIsFullForOpenFilesToo) {
  const auto open = disk_.create("/run/open", false);
  disk_.full(5);
  EXPECT_TRUE(is_refused([&] { open->append(std::string_view("x")); }));
  EXPECT_TRUE(is_refused([&] { disk_.create("/run/new", false); }));
  EXPECT_TRUE(is_refused([&] { disk_.link("/data/a", "/run/link"); }));
  EXPECT_TRUE(is_refused([&] { disk_.make_folder("/run/folder"); }));
  EXPECT_EQ(disk_.free_bytes("/run"), 0u);
  EXPECT_TRUE(reads("/data/a"));
  clock_.sleep(5);
  open->append(std::string_view("x"));
  EXPECT_EQ(files_.read("/run/open"), "x");
  EXPECT_GT(disk_.free_bytes("/run"), 0u);
}

}  // namespace
}  // namespace surefoot::chaos
