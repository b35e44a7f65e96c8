#include "surefoot/guards/thread_states.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "surefoot/base/clock.h"
#include "surefoot/base/error.h"

namespace surefoot::guards {
namespace {

constexpr int kMostFrames = 48;
constexpr int kHandlerFrames = 2;  // the handler and the kernel's trampoline
void* g_frames[kMostFrames];
std::atomic<int> g_frame_count{-1};  // -1: not written yet

void write_down_stack(int) { g_frame_count.store(::backtrace(g_frames, kMostFrames)); }

std::string content(Files& files, const std::string& path) try {
  std::string text = files.read(path, 1 << 16);
  return text.substr(0, text.find('\n'));
} catch (const Error&) {  // the thread has ended meanwhile, or this user may not look
  return "";
}

const char* state_name(char state) {
  switch (state) {
    case 'R':
      return "running";
    case 'S':
      return "sleeping";
    case 'D':
      return "waiting for a disk or a driver";
    case 'T':
    case 't':
      return "stopped";
    case 'Z':
      return "ended";
    default:
      return "in state ?";
  }
}

std::string frame_name(void* address) {
  Dl_info info{};
  char text[64];
  if (::dladdr(address, &info) == 0 || info.dli_fname == nullptr) {
    std::snprintf(text, sizeof text, "%p", address);
    return text;
  }
  if (info.dli_sname != nullptr) {
    int status = 0;
    char* plain = abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, &status);
    std::string name = status == 0 ? plain : info.dli_sname;
    std::free(plain);
    return name.size() > 160 ? name.substr(0, 157) + "..." : name;
  }
  std::snprintf(text, sizeof text, "+%#tx", static_cast<char*>(address) - static_cast<char*>(info.dli_fbase));
  return base_name(info.dli_fname) + text;
}

}  // namespace

std::vector<std::string> thread_states(Files& files, const std::string& root) {
  const std::string folder = root + "/proc/self/task";
  std::vector<FolderEntry> threads;
  try {
    threads = files.list(folder);
  } catch (const Error&) {
    return {};
  }
  std::map<std::string, std::pair<int, std::string>> alike;  // state -> how many, the first one's number
  for (const FolderEntry& thread : threads) {
    const std::string path = folder + "/" + thread.name;
    const std::string stat = content(files, path + "/stat");
    const size_t end = stat.rfind(") ");  // the name before it may hold anything
    if (end == std::string::npos || end + 2 >= stat.size()) continue;
    const std::string wait = content(files, path + "/wchan");
    std::string state = content(files, path + "/comm") + ": " + state_name(stat[end + 2]);
    if (!wait.empty() && wait != "0") state += ", waits in " + wait;
    auto& [count, first] = alike[state];
    if (count++ == 0) first = thread.name;
  }
  std::vector<std::string> lines;
  for (const auto& [state, who] : alike)
    lines.push_back(who.second + (who.first > 1 ? " and " + std::to_string(who.first - 1) + " more " : " ") + state);
  return lines;
}

void prepare_main_thread_stack() {
  void* frames[1];
  ::backtrace(frames, 1);  // loads libgcc
}

std::vector<std::string> main_thread_stack() {
  struct sigaction action {
  }, before{};
  action.sa_handler = write_down_stack;
  action.sa_flags = SA_RESTART;
  const int signal = SIGRTMIN + 4;
  if (::sigaction(signal, &action, &before) != 0) return {};
  g_frame_count = -1;
  const pid_t process = ::getpid();
  ::syscall(SYS_tgkill, process, process, signal);
  for (int i = 0; i < 100 && g_frame_count < 0; ++i) real_clock().sleep(0.01);
  const int count = g_frame_count;
  // A handler that comes late must still find itself: it stays where the thread has not answered.
  if (count >= 0) ::sigaction(signal, &before, nullptr);
  std::vector<std::string> lines;
  for (int i = kHandlerFrames; i < count; ++i) lines.push_back(frame_name(g_frames[i]));
  return lines;
}

}  // namespace surefoot::guards
