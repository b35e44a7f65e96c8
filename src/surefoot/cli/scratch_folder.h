#pragma once
#include <string>

namespace surefoot::cli {

/// A new folder below the system's temporary one, gone with everything in it when this is destroyed. Throws kFileWrite.
class ScratchFolder {
 public:
  explicit ScratchFolder(const std::string& name);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace surefoot::cli
