#pragma once
// A picture's number by its path.
#include <cstdint>
#include <optional>
#include <string_view>

#include "surefoot/data/manifest.h"

namespace surefoot::data {

/// By binary search in each part, which is sorted by path; empty where there is none.
std::optional<uint64_t> find_picture(const Manifest& manifest, std::string_view path);

}  // namespace surefoot::data
