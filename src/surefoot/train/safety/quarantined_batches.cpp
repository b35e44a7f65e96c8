#include "surefoot/train/safety/quarantined_batches.h"

#include <cstdlib>

#include "surefoot/base/atomic_file.h"
#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"

namespace surefoot::train {
namespace {

constexpr const char* kHeader = "step,epoch,picture,path,why\n";

/// The rows of earlier steps. No field has a line break: they are `printable`.
std::string rows_before(Files& files, const std::string& path, int64_t step) {
  if (!files.exists(path)) return kHeader;
  const std::string text = files.read(path);
  std::string kept;
  for (size_t begin = 0, end; begin < text.size(); begin = end + 1) {
    end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    if (kept.empty() || std::atoll(line.c_str()) < step) kept += line + "\n";
  }
  return kept;
}

}  // namespace

std::string quarantine_file(const Session& s) { return join_path(s.folder.path(), "quarantined_batches.csv"); }

std::vector<std::string> paths_of(const Session& s, const data::Batch& batch) {
  std::vector<std::string> paths;
  for (const uint32_t picture : batch.pictures) paths.emplace_back(s.manifest->path(picture));
  return paths;
}

void quarantine_batch(Session& s, const data::Batch& batch, const std::string& why) {
  std::string text = rows_before(s.files, quarantine_file(s), s.progress.step);
  const std::string head = std::to_string(s.progress.step) + "," + std::to_string(s.progress.epoch() + 1) + ",";
  for (const uint32_t picture : batch.pictures)
    text += head + std::to_string(picture) + "," + escape_csv(s.manifest->path(picture)) + "," + escape_csv(why) + "\n";
  try {
    write_atomically(s.files, quarantine_file(s), text);
  } catch (const Error& error) {  // a full disk does not stop what saves the run; the event names the pictures, too
    s.log->write(s.progress.step, "warning",
                 {{"message", "quarantined_batches.csv is not written: " + std::string(error.what())}});
  }
}

}  // namespace surefoot::train
