#pragma once
// How the store's file is laid out (docs/formats/clean-store.md).
#include <string>
#include <string_view>

#include "surefoot/clean/sqlite.h"

namespace surefoot::clean {

/// Sets the file up for one writer that may be killed at any moment, and makes the tables where the file is new. Throws
/// kStore where the file is damaged, of another program, or of a newer surefoot.
void prepare_store(Database& database, const std::string& file);

/// "0123...": 32 hex digits -> 16 bytes; anything else stays as it is.
std::string content_key(std::string_view hex);
std::string content_hex(std::string_view key);

}  // namespace surefoot::clean
