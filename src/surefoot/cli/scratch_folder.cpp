#include "surefoot/cli/scratch_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "surefoot/base/error.h"

namespace surefoot::cli {

ScratchFolder::ScratchFolder(const std::string& name) {
  // mkdtemp replaces the six letters.
  std::string pattern = (std::filesystem::temp_directory_path() / (name + "-XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw Error(ErrorCode::kFileWrite, "cannot make the folder " + pattern, std::strerror(errno),
                "set TMPDIR to a folder that can be written to");
  }
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace surefoot::cli
