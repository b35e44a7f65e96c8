#pragma once
// Files that are either wholly there or not at all.
#include <functional>
#include <string>
#include <string_view>

#include "surefoot/base/files.h"

namespace surefoot {

/// Writes `path` through `path.tmp`: write, fsync, rename, fsync of the folder. At any crash the old file or the new
/// one is there. On an exception the temporary file is removed and the old file is untouched.
void write_atomically(Files& files, const std::string& path, const std::function<void(WritableFile&)>& write);
void write_atomically(Files& files, const std::string& path, std::string_view content);

}  // namespace surefoot
