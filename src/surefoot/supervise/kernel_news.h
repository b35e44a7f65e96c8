#pragma once
// What the kernel tells of killed processes and lost devices.
#include <cstdint>
#include <string>
#include <string_view>

#include "surefoot/base/files.h"

namespace surefoot::supervise {

/// Processes that the kernel killed for lack of memory so far; -1 where it does not say.
struct OomCounters {
  int64_t group = -1;    // of this process's cgroup: `oom_kill` of memory.events (v2) or memory.oom_control (v1)
  int64_t machine = -1;  // `oom_kill` of /proc/vmstat
};

/// @param root  before every path, for tests: a folder with proc/ and sys/
OomCounters read_oom_counters(Files& files, const std::string& root = "");

/// What happened while a child ran.
struct KernelNews {
  bool memory_killed_here = false;       // the group's counter rose, or the kernel log names the process
  bool memory_killed_somewhere = false;  // the machine's counter rose
  std::string evidence;                  // the counters or the line of the log
  std::string device_evidence;           // the line of the kernel log by which a GPU is lost; empty: none
};

KernelNews news_between(const OomCounters& before, const OomCounters& after);

/// Adds what records of /dev/kmsg tell ("6,1234,5678901,-;text", one a line, time in microseconds since boot).
/// @param pid     of the child
/// @param since_us  records before this are old
/// A lost GPU is NVIDIA's Xid 79 (fallen off the bus), 48, 94, 95 (memory error that cannot be corrected), 61, 62 (its
/// controller), 119, 120 (its firmware); source: NVIDIA, "Xid errors".
void read_kernel_log(std::string_view records, int64_t pid, int64_t since_us, KernelNews& news);

/// All of /dev/kmsg, without waiting; empty where this user may not read it.
std::string kernel_log();
/// Microseconds since boot on the kernel log's clock.
int64_t kernel_log_now();

}  // namespace surefoot::supervise
