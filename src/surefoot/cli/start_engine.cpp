#include "surefoot/cli/start_engine.h"

#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <string>

#include "surefoot/base/error.h"
#include "surefoot/base/files.h"

namespace surefoot::cli {

void start_engine(char** argv) {
  std::string engine;
  if (const char* named = std::getenv("SUREFOOT_ENGINE"); named != nullptr && *named != '\0') {
    engine = named;
  } else {
    char self[PATH_MAX + 1] = {};
    if (::readlink("/proc/self/exe", self, PATH_MAX) > 0) engine = join_path(parent_path(self), "surefoot-engine");
  }
  ::execv(engine.c_str(), argv);
  throw Error(ErrorCode::kEngineMissing, "cannot start " + engine, std::strerror(errno), "build it with scripts/build, or name it with SUREFOOT_ENGINE");
}

}  // namespace surefoot::cli
