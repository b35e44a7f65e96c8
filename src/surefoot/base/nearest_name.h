#pragma once
// "Did you mean ...?"
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace surefoot {

/// The candidate with the smallest edit distance (Damerau-Levenshtein, optimal string alignment); empty where none is
/// near.
std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

}  // namespace surefoot
