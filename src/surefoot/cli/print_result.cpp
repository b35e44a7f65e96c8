#include "surefoot/cli/print_result.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "surefoot/base/error.h"

namespace surefoot::cli {

void print_result(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return;
  throw Error(ErrorCode::kFileWrite, "cannot write to standard output", std::strerror(errno),
              "check where it is sent to");
}

}  // namespace surefoot::cli
