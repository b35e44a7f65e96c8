#include "surefoot/supervise/kernel_news.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <vector>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"

namespace surefoot::supervise {
namespace {

std::string read_or_nothing(Files& files, const std::string& path) {
  try {
    return files.read(path, 1 << 20);
  } catch (const Error&) {
    return "";
  }
}

/// The number after `key` and a space at the start of a line; -1 where there is none.
int64_t counter_in(const std::string& text, std::string_view key) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line(text.data() + at, end - at);
    int64_t value = -1;
    if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ' ') {
      std::from_chars(line.data() + key.size() + 1, line.data() + line.size(), value);
      return value;
    }
    at = end + 1;
  }
  return -1;
}

/// Inside a container the path may be the host's: then the mount's root is the group.
int64_t group_counter(Files& files, const std::string& mount, std::string group, const std::string& file) {
  for (;; group = parent_path(group)) {
    const int64_t value = counter_in(
        read_or_nothing(files, mount + (group == "/" || group == "." ? "/" : group + "/") + file), "oom_kill");
    if (value >= 0 || group == "/" || group == ".") return value;
  }
}

/// The text of one record and its time; -1: not a record.
int64_t record_time(std::string_view record, std::string_view& text) {
  const size_t semicolon = record.find(';');
  const size_t first = record.find(','), second = first == std::string_view::npos ? first : record.find(',', first + 1);
  if (semicolon == std::string_view::npos || second == std::string_view::npos || second > semicolon) return -1;
  int64_t time = -1;
  std::from_chars(record.data() + second + 1, record.data() + semicolon, time);
  text = record.substr(semicolon + 1);
  return time;
}

bool tells_of_lost_gpu(std::string_view text) {
  if (text.find("NVRM:") == std::string_view::npos) return false;
  if (text.find("fallen off the bus") != std::string_view::npos) return true;
  const size_t xid = text.find("Xid (");
  const size_t colon = xid == std::string_view::npos ? xid : text.find("): ", xid);
  if (colon == std::string_view::npos) return false;
  int number = 0;
  std::from_chars(text.data() + colon + 3, text.data() + text.size(), number);
  for (const int lost : {48, 61, 62, 79, 94, 95, 119, 120}) {
    if (number == lost) return true;
  }
  return false;
}

}  // namespace

OomCounters read_oom_counters(Files& files, const std::string& root) {
  OomCounters counters;
  counters.machine = counter_in(read_or_nothing(files, root + "/proc/vmstat"), "oom_kill");
  const std::string groups = read_or_nothing(files, root + "/proc/self/cgroup");
  for (size_t at = 0; at < groups.size();) {
    const size_t end = std::min(groups.find('\n', at), groups.size());
    const std::string line = groups.substr(at, end - at);
    at = end + 1;
    if (counters.group >= 0) break;
    if (line.starts_with("0::/"))
      counters.group = group_counter(files, root + "/sys/fs/cgroup", line.substr(3), "memory.events");
    if (const size_t v1 = line.find(":memory:/"); v1 != std::string::npos)
      counters.group = group_counter(files, root + "/sys/fs/cgroup/memory", line.substr(v1 + 8), "memory.oom_control");
  }
  return counters;
}

KernelNews news_between(const OomCounters& before, const OomCounters& after) {
  KernelNews news;
  news.memory_killed_here = before.group >= 0 && after.group > before.group;
  news.memory_killed_somewhere = before.machine >= 0 && after.machine > before.machine;
  if (news.memory_killed_here) {
    news.evidence =
        "the cgroup's oom_kill rose from " + std::to_string(before.group) + " to " + std::to_string(after.group);
  } else if (news.memory_killed_somewhere) {
    news.evidence =
        "oom_kill of /proc/vmstat rose from " + std::to_string(before.machine) + " to " + std::to_string(after.machine);
  }
  return news;
}

void read_kernel_log(std::string_view records, int64_t pid, int64_t since_us, KernelNews& news) {
  const std::string victim = "Killed process " + std::to_string(pid) + " ";
  while (!records.empty()) {
    const size_t end = std::min(records.find('\n'), records.size());
    std::string_view text;
    const int64_t time = record_time(records.substr(0, end), text);
    records.remove_prefix(std::min(end + 1, records.size()));
    if (time < since_us) continue;
    if (text.find(victim) != std::string_view::npos) news.memory_killed_here = true, news.evidence = printable(text);
    if (tells_of_lost_gpu(text)) news.device_evidence = printable(text);
  }
}

std::string kernel_log() {
  const int fd = ::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return "";
  std::string records;
  std::array<char, 8192> record;  // the kernel gives one a read, never longer
  constexpr size_t kMost = 8 << 20;
  while (records.size() < kMost) {
    const ssize_t n = ::read(fd, record.data(), record.size());
    if (n < 0 && (errno == EPIPE || errno == EINTR)) continue;  // overwritten meanwhile: the next one
    if (n <= 0) break;
    records.append(record.data(), static_cast<size_t>(n));
  }
  ::close(fd);
  return records;
}

int64_t kernel_log_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace surefoot::supervise
