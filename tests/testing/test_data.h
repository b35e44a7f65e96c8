#pragma once
// Sets of real pictures, as archives in the folder that SUREFOOT_TEST_DATA names; by default one beside the repository.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "surefoot/base/files.h"

namespace surefoot::testing {

inline std::string data_file(const std::string& name) {
  const char* folder = std::getenv("SUREFOOT_TEST_DATA");
  return (folder != nullptr ? std::string(folder) : SUREFOOT_SOURCE_DIR "/../shared/data") + "/" + name;
}

/// False where there is no such archive. @param which  options of tar that choose a part of it
inline bool unpack_data(const std::string& archive, const std::string& folder, const std::string& which = "") {
  if (!real_files().exists(data_file(archive))) return false;
  const std::string command = "tar -xf '" + data_file(archive) + "' -C '" + folder + "' " + which;
  if (std::system(command.c_str()) != 0) throw std::runtime_error(command);
  return true;
}

/// Every file below the folder, sorted.
inline std::vector<std::string> files_below(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace surefoot::testing
