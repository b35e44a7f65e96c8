#pragma once
// The CSV list `path,label,split` that `surefoot train` takes as its data.
#include <cstdint>
#include <span>
#include <string>

#include "surefoot/base/files.h"
#include "surefoot/clean/collection.h"

namespace surefoot::clean {

/// Atomically; one line a picture in the order given, paths relative to the list's own folder. Names are written as the
/// bytes they are, quoted where needed, so that `train` finds the files; where a spreadsheet would take one for a
/// formula, `./` stands before it.
/// @param pictures  positions in the collection, each with a label; parts: of each of them
void write_split_list(Files& files,
                      const std::string& list_file,
                      const Collection& collection,
                      std::span<const uint32_t> pictures,
                      std::span<const Part> parts);

}  // namespace surefoot::clean
