#include "surefoot/base/program_path.h"

#include <unistd.h>

#include <climits>
#include <cstdlib>

#include "surefoot/base/files.h"

namespace surefoot {

std::string program_path(const char* variable, const std::string& name) {
  if (const char* named = std::getenv(variable); named != nullptr && *named != '\0') return named;
  char self[PATH_MAX + 1] = {};
  return ::readlink("/proc/self/exe", self, PATH_MAX) > 0 ? join_path(parent_path(self), name) : name;
}

}  // namespace surefoot
