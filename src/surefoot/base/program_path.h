#pragma once
#include <string>

namespace surefoot {

/// Where another of surefoot's programs lies: as the environment variable says, else beside the running one, else
/// whatever the PATH finds.
std::string program_path(const char* variable, const std::string& name);

}  // namespace surefoot
