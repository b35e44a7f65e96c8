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
  // libgomp lets idle threads spin for milliseconds; beside decode threads that triples the CPU time of a step. It
  // reads this only when it is loaded.
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) ::setenv("GOMP_SPINCOUNT", "10000", /*overwrite=*/0);
  ::execv(engine.c_str(), argv);
  const int error = errno;
  throw Error(ErrorCode::kEngineMissing, "cannot start " + engine, std::strerror(error),
              "build it with scripts/build, or name it with the environment variable SUREFOOT_ENGINE");
}

}  // namespace surefoot::cli
