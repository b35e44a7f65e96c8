#pragma once
// What the other files of this layer need from the declarations besides recipe.h.
#include <cstddef>
#include <string>

#include "surefoot/config/recipe.h"

namespace surefoot::config {

/// Position in `fields()`. Throws kRecipeUnknownKey with the nearest name, or with the keys of the section where `key`
/// names one.
size_t field_index(const std::string& key, const std::string& where);
/// Whether `key` holds other keys: "train", "train.batch_norm".
bool is_section(const std::string& key);
/// "a whole number in [1,inf) (px)", "one of a|b", ...
std::string describe_values(const Field& field);
/// What the field is for, and its default.
std::string describe_default(const Field& field);

}  // namespace surefoot::config
