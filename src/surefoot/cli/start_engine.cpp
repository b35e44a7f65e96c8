#include "surefoot/cli/start_engine.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "surefoot/base/error.h"
#include "surefoot/base/program_path.h"

namespace surefoot::cli {

std::string engine_path() { return program_path("SUREFOOT_ENGINE", "surefoot-engine"); }

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
