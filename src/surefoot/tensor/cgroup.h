#pragma once
// What the kernel lets this process have: memory limits of control groups, versions 1 and 2.
#include <cstdint>
#include <string>
#include <vector>

namespace surefoot::tensor {

struct CgroupMemory {
  uint64_t limit_bytes = 0;
  uint64_t used_bytes = 0;  // without file cache that the kernel can drop
};

/// Every group with a limit, from this process's own up to the root: each of them binds. Empty where there is none.
/// @param root  in front of /proc and /sys/fs; for tests
std::vector<CgroupMemory> cgroup_memory(const std::string& root = "");

}  // namespace surefoot::tensor
