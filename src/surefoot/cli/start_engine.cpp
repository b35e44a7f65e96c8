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

std::string engine_path() {
  if (const char* named = std::getenv("SUREFOOT_ENGINE"); named != nullptr && *named != '\0') return named;
  char self[PATH_MAX + 1] = {};
  return ::readlink("/proc/self/exe", self, PATH_MAX) > 0 ? join_path(parent_path(self), "surefoot-engine") : "surefoot-engine";
}

void prepare_engine_environment() {
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) ::setenv("GOMP_SPINCOUNT", "10000", /*overwrite=*/0);
}

void start_engine(char** argv) {
  const std::string engine = engine_path();
  prepare_engine_environment();
  ::execv(engine.c_str(), argv);
  const int error = errno;
  throw Error(ErrorCode::kEngineMissing, "cannot start " + engine, std::strerror(error),
              "build it with scripts/build, or name it with the environment variable SUREFOOT_ENGINE");
}

}  // namespace surefoot::cli
