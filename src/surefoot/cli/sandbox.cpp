#include "surefoot/cli/sandbox.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <vector>

#include "surefoot/base/error.h"

namespace surefoot::cli {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "the seccomp filter knows the system calls of x86-64 and ARM64 only"
#endif

// Memory, descriptors that are open already, time, and leaving. tgkill is how abort() ends the process.
constexpr long kAllowed[] = {
    SYS_read,        SYS_write,       SYS_close,           SYS_fstat,          SYS_lseek,         SYS_brk,
    SYS_munmap,      SYS_mremap,      SYS_madvise,         SYS_futex,          SYS_clock_gettime, SYS_getrandom,
    SYS_getpid,      SYS_gettid,      SYS_tgkill,          SYS_rt_sigprocmask, SYS_rt_sigaction,  SYS_rt_sigreturn,
    SYS_sigaltstack, SYS_sched_yield, SYS_restart_syscall, SYS_exit,           SYS_exit_group};

// Asked for by libraries that do without: they get EACCES.
constexpr long kRefused[] = {
#ifdef SYS_open
    SYS_open,   SYS_stat,       SYS_access,    SYS_readlink,
#endif
    SYS_openat, SYS_newfstatat, SYS_faccessat, SYS_readlinkat, SYS_ioctl, SYS_sysinfo, SYS_sched_getaffinity,
    SYS_prctl};

[[noreturn]] void refuse(const char* step, int error) {
  throw Error(ErrorCode::kSandbox, "the decoding sandbox cannot be set up",
              std::string(step) + ": " + std::strerror(error),
              "use a kernel (or a container profile) that allows seccomp filters");
}

void limit(int resource, rlim_t value, const char* name) {
  rlimit now{};
  if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &now) != 0) refuse(name, errno);
  if (now.rlim_max != RLIM_INFINITY && value > now.rlim_max) value = now.rlim_max;  // stricter already
  // The CPU limit's hard value comes a second later, so that the signal tells what happened.
  const rlimit wanted{value, resource == RLIMIT_CPU ? value + 1 : value};
  if (::setrlimit(static_cast<__rlimit_resource_t>(resource), &wanted) != 0) refuse(name, errno);
}

void limit_resources(const SandboxLimits& limits) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  limit(RLIMIT_AS, limits.memory_bytes, "RLIMIT_AS");
#endif
  limit(RLIMIT_CPU, limits.cpu_seconds, "RLIMIT_CPU");
  limit(RLIMIT_CORE, 0, "RLIMIT_CORE");
  limit(RLIMIT_FSIZE, 0, "RLIMIT_FSIZE");
  limit(RLIMIT_NOFILE, 0, "RLIMIT_NOFILE");  // open descriptors stay usable; no new one can come
}

/// False where the kernel has no Landlock. A right that is handled and granted by no rule is denied everywhere.
bool forbid_file_system() {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return false;
  landlock_ruleset_attr rules{};
  rules.handled_access_fs = (uint64_t{1} << 13) - 1;               // version 1: execute, read, write, remove, make
  if (version >= 2) rules.handled_access_fs |= uint64_t{1} << 13;  // refer
  if (version >= 3) rules.handled_access_fs |= uint64_t{1} << 14;  // truncate
  if (version >= 5) rules.handled_access_fs |= uint64_t{1} << 15;  // device ioctl
  const long fd = ::syscall(SYS_landlock_create_ruleset, &rules, sizeof rules.handled_access_fs, 0);
  if (fd < 0) return false;
  const bool done = ::syscall(SYS_landlock_restrict_self, fd, 0) == 0;
  ::close(static_cast<int>(fd));
  return done;
}

std::vector<sock_filter> filter_program() {
  const auto load = [](size_t offset) {
    return sock_filter(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset)));
  };
  const auto give = [](uint32_t action) { return sock_filter(BPF_STMT(BPF_RET | BPF_K, action)); };
  const auto if_equal = [](uint32_t value, uint8_t then_skip, uint8_t else_skip) {
    return sock_filter(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, then_skip, else_skip));
  };
  std::vector<sock_filter> program = {load(offsetof(seccomp_data, arch)), if_equal(kArchitecture, 1, 0),
                                      give(SECCOMP_RET_KILL_PROCESS), load(offsetof(seccomp_data, nr))};
  const auto rule = [&](long number, uint32_t action) {
    program.push_back(if_equal(static_cast<uint32_t>(number), 0, 1));
    program.push_back(give(action));
  };
  for (const long number : kAllowed) rule(number, SECCOMP_RET_ALLOW);
  for (const long number : kRefused) rule(number, SECCOMP_RET_ERRNO | EACCES);
  // The allocator lives on these two; an attacker would make code with them. Their third argument is the protection
  // (low word first: both architectures are little-endian).
  program.push_back(if_equal(SYS_mmap, 1, 0));
  program.push_back(if_equal(SYS_mprotect, 0, 3));
  program.push_back(load(offsetof(seccomp_data, args) + 2 * sizeof(uint64_t)));
  program.push_back(sock_filter(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0)));
  program.push_back(give(SECCOMP_RET_ALLOW));
  program.push_back(give(SECCOMP_RET_KILL_PROCESS));
  return program;
}

}  // namespace

std::string SandboxLevel::text() const {
  std::string text = seccomp ? "seccomp+rlimits" : "rlimits";
  if (landlock) text += "+landlock";
  return text;
}

SandboxLevel enter_sandbox(const SandboxLimits& limits) {
  SandboxLevel level;
  std::vector<sock_filter> program = filter_program();
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) refuse("no_new_privs", errno);
  level.landlock = forbid_file_system();  // needs one descriptor: before the limits
  limit_resources(limits);
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0) refuse("seccomp", errno);
  level.seccomp = true;
  return level;
}

}  // namespace surefoot::cli
