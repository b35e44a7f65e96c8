#include "surefoot/tensor/cgroup.h"

#include <fstream>
#include <optional>

namespace surefoot::tensor {
namespace {

/// File names of one version of the interface.
struct Interface {
  const char *limit, *used, *droppable;
};
constexpr Interface kVersion1{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"};
constexpr Interface kVersion2{"memory.max", "memory.current", "inactive_file"};
constexpr uint64_t kUnlimited = uint64_t{1} << 60;  // version 1 writes a number near 2^63, version 2 "max"

std::optional<uint64_t> number_in(const std::string& path) {
  std::ifstream file(path);
  uint64_t value = 0;
  if (file >> value) return value;
  return std::nullopt;
}

uint64_t value_of(const std::string& stat_file, const std::string& wanted) {
  std::ifstream file(stat_file);
  std::string key;
  for (uint64_t value = 0; file >> key >> value;) {
    if (key == wanted) return value;
  }
  return 0;
}

void add_group(const std::string& folder, const Interface& names, std::vector<CgroupMemory>& found) {
  const auto limit = number_in(folder + "/" + names.limit);
  if (!limit || *limit >= kUnlimited) return;
  const uint64_t used = number_in(folder + "/" + names.used).value_or(0);
  const uint64_t droppable = value_of(folder + "/memory.stat", names.droppable);
  found.push_back({.limit_bytes = *limit, .used_bytes = used > droppable ? used - droppable : 0});
}

/// The group and all above it. In a container the mount may begin at the group itself: what is not there is skipped.
void add_chain(const std::string& mount, std::string group, const Interface& names, std::vector<CgroupMemory>& found) {
  while (!group.empty() && group != "/") {
    add_group(mount + group, names, found);
    group.resize(group.rfind('/') == std::string::npos ? 0 : group.rfind('/'));
  }
  add_group(mount, names, found);
}

bool lists_memory(const std::string& controllers) {
  return ("," + controllers + ",").find(",memory,") != std::string::npos;
}

}  // namespace

std::vector<CgroupMemory> cgroup_memory(const std::string& root) {
  std::vector<CgroupMemory> found;
  std::ifstream groups(root + "/proc/self/cgroup");  // lines "number:controllers:/path"; version 2 has no controllers
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1), group = line.substr(second + 1);
    const std::string base = root + "/sys/fs/cgroup";
    if (controllers.empty()) {
      add_chain(base, group, kVersion2, found);
      add_chain(base + "/unified", group, kVersion2, found);  // systemd's mixed layout
    } else if (lists_memory(controllers)) {
      add_chain(base + "/memory", group, kVersion1, found);
    }
  }
  return found;
}

}  // namespace surefoot::tensor
