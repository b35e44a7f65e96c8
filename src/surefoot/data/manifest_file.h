#pragma once
// The manifest on disk: docs/formats/manifest.md.
#include <memory>
#include <string>

#include "surefoot/base/files.h"
#include "surefoot/data/manifest.h"
#include "surefoot/data/picture_table.h"

namespace surefoot::data {

/// Writes the rows, training part first, atomically. @param table sorted by path
void write_manifest(Files& files,
                    const std::string& manifest_file,
                    const std::string& root,
                    const PictureTable& table,
                    bool split_was_made);

/// Opens what `write_manifest` wrote: mapped where `files` shows the machine's own file of this name, otherwise read
/// through it.
std::unique_ptr<Manifest> open_manifest(Files& files, const std::string& manifest_file);

}  // namespace surefoot::data
