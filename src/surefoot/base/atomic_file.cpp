#include "surefoot/base/atomic_file.h"

#include "surefoot/base/error.h"

namespace surefoot {

void write_atomically(Files& files, const std::string& path, const std::function<void(WritableFile&)>& write) {
  const std::string temporary = path + ".tmp";
  try {
    const auto file = files.create(temporary);
    write(*file);
    file->sync();
    file->close();
    files.rename(temporary, path);
  } catch (...) {
    try {
      files.remove(temporary);
    } catch (const Error&) {
      // The first error is the one to report; a stray .tmp is overwritten next time.
    }
    throw;
  }
  files.sync_folder(parent_path(path));
}

void write_atomically(Files& files, const std::string& path, std::string_view content) {
  write_atomically(files, path, [&](WritableFile& file) { file.append(content); });
}

}  // namespace surefoot
