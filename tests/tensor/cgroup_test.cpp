// Files as the kernel lays them out (Documentation/admin-guide/cgroup-v1/memory.rst and cgroup-v2.rst), in a folder.
#include "surefoot/tensor/cgroup.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "testing/temporary_folder.h"

namespace surefoot::tensor {
namespace {

class Cgroup : public ::testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) {
    const std::filesystem::path file = folder_.path() + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  uint64_t tightest() const {
    uint64_t limit = UINT64_MAX;
    for (const CgroupMemory& group : cgroup_memory(folder_.path())) limit = std::min(limit, group.limit_bytes);
    return limit;
  }
  testing::TemporaryFolder folder_;
};

TEST_F(Cgroup, EveryGroupOnTheWayUpBinds) {
  write("/proc/self/cgroup", "0::/user.slice/job\n");
  write("/sys/fs/cgroup/user.slice/memory.max", "3000000\n");
  write("/sys/fs/cgroup/user.slice/memory.current", "2500000\n");
  write("/sys/fs/cgroup/user.slice/memory.stat", "anon 1\ninactive_file 500000\n");
  write("/sys/fs/cgroup/user.slice/job/memory.max", "max\n");
  EXPECT_EQ(tightest(), 3000000u);
  EXPECT_EQ(cgroup_memory(folder_.path()).at(0).used_bytes, 2000000u) << "file cache can be dropped";
  write("/sys/fs/cgroup/user.slice/job/memory.max", "1000000\n");
  EXPECT_EQ(tightest(), 1000000u);
}

TEST_F(Cgroup, VersionOneHasItsOwnNames) {
  write("/proc/self/cgroup", "9:cpu,memory:/a/b\n1:cpuset:/x\n0::/\n");
  write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  write("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "2000000\n");
  write("/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n");
  write("/sys/fs/cgroup/memory/a/memory.usage_in_bytes", "1500000\n");
  write("/sys/fs/cgroup/memory/a/memory.stat", "total_inactive_file 100000\n");
  ASSERT_EQ(cgroup_memory(folder_.path()).size(), 1u);
  EXPECT_EQ(cgroup_memory(folder_.path())[0].limit_bytes, 2000000u);
  EXPECT_EQ(cgroup_memory(folder_.path())[0].used_bytes, 1400000u);
}

// In a container the path of the group is often not below the mount; the mount itself is the group then.
TEST_F(Cgroup, AMountThatIsTheGroupItselfIsEnough) {
  write("/proc/self/cgroup", "0::/docker/0123456789ab\n");
  write("/sys/fs/cgroup/memory.max", "4000000\n");
  EXPECT_EQ(tightest(), 4000000u);
}

TEST_F(Cgroup, NoGroupsNoLimit) { EXPECT_TRUE(cgroup_memory(folder_.path()).empty()); }

}  // namespace
}  // namespace surefoot::tensor
