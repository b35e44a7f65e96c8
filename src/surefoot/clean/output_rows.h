#pragma once
// The row files of a cleaning run (docs/cleaning.md has their columns).
#include <map>
#include <string>

#include "surefoot/base/files.h"
#include "surefoot/clean/detector.h"

namespace surefoot::clean {

/// All throw kFileWrite, kDiskFull; each file is there wholly or not at all. `file` is its path.
void write_findings_csv(Files& files, const std::string& file, const CleanResults& results);
void write_findings_jsonl(Files& files,
                          const std::string& file,
                          const Collection& collection,
                          const CleanResults& results);
void write_pictures_csv(Files& files,
                        const std::string& file,
                        const Collection& collection,
                        const CleanResults& results);
void write_groups_csv(Files& files, const std::string& file, const Collection& collection, const CleanResults& results);
/// The pictures that `surefoot train` would train on. @param went  Applied::went, once files were moved
void write_sampler_csv(Files& files,
                       const std::string& file,
                       const Collection& collection,
                       const CleanResults& results,
                       const std::map<std::string, std::string>& went = {});
void write_spot_check_csv(Files& files,
                          const std::string& file,
                          const Collection& collection,
                          const CleanResults& results);
/// As the report's download has them, so that `--apply` takes them back.
void write_decisions_csv(Files& files, const std::string& file, const std::vector<Decision>& decisions);

/// "bytes", "pixels", or how the edited copy shows the kept picture: "copy", "crop", "mirrored", "rotated".
const char* copy_name(const CopyMember& member);
/// The class' name; empty for a file outside of class folders.
const std::string& class_name(const Collection& collection, const Picture& picture);

}  // namespace surefoot::clean
