#include "surefoot/supervise/kernel_news.h"

#include <gtest/gtest.h>

#include "testing/faulty_files.h"

namespace surefoot::supervise {
namespace {

TEST(KernelNews, ReadsTheCounterOfItsOwnGroupV2) {
  testing::FaultyFiles files;
  files.put("/r/proc/self/cgroup", "0::/user.slice/job-7\n");
  files.put("/r/sys/fs/cgroup/user.slice/job-7/memory.events",
            "low 0\nhigh 2\nmax 10\noom 3\noom_kill 4\noom_group_kill 0\n");
  files.put("/r/proc/vmstat", "nr_free_pages 1\noom_kill 9\n");
  const OomCounters counters = read_oom_counters(files, "/r");
  EXPECT_EQ(counters.group, 4);
  EXPECT_EQ(counters.machine, 9);
}

TEST(KernelNews, ReadsTheCounterOfItsOwnGroupV1) {
  testing::FaultyFiles files;
  files.put("/r/proc/self/cgroup", "12:cpuset:/x\n4:memory:/docker/abc\n1:name=systemd:/x\n0::/x\n");
  files.put("/r/sys/fs/cgroup/memory/docker/abc/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
  EXPECT_EQ(read_oom_counters(files, "/r").group, 2);
}

TEST(KernelNews, InsideAContainerTheGroupIsTheRootOfTheMount) {
  testing::FaultyFiles files;
  files.put("/r/proc/self/cgroup", "0::/kubepods/pod1/c2\n");
  files.put("/r/sys/fs/cgroup/memory.events", "oom_kill 5\n");
  EXPECT_EQ(read_oom_counters(files, "/r").group, 5);
}

TEST(KernelNews, WithoutCountersNothingIsClaimed) {
  testing::FaultyFiles files;
  const OomCounters none = read_oom_counters(files, "/nothing");
  EXPECT_EQ(none.group, -1);
  EXPECT_EQ(none.machine, -1);
  const KernelNews news = news_between(none, {.group = 3, .machine = 3});
  EXPECT_FALSE(news.memory_killed_here || news.memory_killed_somewhere);
}

TEST(KernelNews, ACounterThatRoseIsEvidence) {
  const KernelNews here = news_between({.group = 1, .machine = 5}, {.group = 2, .machine = 6});
  EXPECT_TRUE(here.memory_killed_here);
  EXPECT_NE(here.evidence.find("from 1 to 2"), std::string::npos);
  const KernelNews elsewhere = news_between({.group = 1, .machine = 5}, {.group = 1, .machine = 6});
  EXPECT_FALSE(elsewhere.memory_killed_here);
  EXPECT_TRUE(elsewhere.memory_killed_somewhere);
}

// Lines as Linux 6.1 writes them (Documentation/ABI/testing/dev-kmsg).
constexpr const char* kRecords =
    "6,900,1000000,-;NVRM: Xid (PCI:0000:01:00): 79, pid=1, GPU has fallen off the bus.\n"
    "3,1001,5000000,-;Out of memory: Killed process 4242 (surefoot-engine) total-vm:16777216kB, anon-rss:8000000kB\n"
    " SUBSYSTEM=pci\n"
    "4,1002,6000000,-;NVRM: Xid (PCI:0000:01:00): 31, pid=4242, Ch 00000010, MMU Fault\n";

TEST(KernelNews, TheKernelLogNamesTheVictim) {
  KernelNews news;
  read_kernel_log(kRecords, 4242, 4000000, news);
  EXPECT_TRUE(news.memory_killed_here);
  EXPECT_NE(news.evidence.find("anon-rss"), std::string::npos);
  EXPECT_EQ(news.device_evidence, "") << "Xid 79 is older than the child, and Xid 31 is the program's own fault";
  KernelNews other;
  read_kernel_log(kRecords, 424, 4000000, other);
  EXPECT_FALSE(other.memory_killed_here) << "4242 is not 424";
}

TEST(KernelNews, TheKernelLogNamesALostGpu) {
  KernelNews news;
  read_kernel_log(kRecords, 1, 0, news);
  EXPECT_NE(news.device_evidence.find("79"), std::string::npos);
}

TEST(KernelNews, ReadsTheMachineItRunsOn) {
  const OomCounters counters = read_oom_counters(real_files());
  EXPECT_GE(counters.machine, 0) << "Linux counts since 4.13";
}

}  // namespace
}  // namespace surefoot::supervise
