#pragma once
// `auto` values, decided once: written to the run's recipe and kept on resume.
#include <functional>
#include <string>

#include <c10/core/Device.h>

#include "surefoot/config/recipe.h"

namespace surefoot::train {

using Resolved = std::function<void(const std::string& key, const std::string& value, const std::string& why)>;

/// Replaces every `auto` (and 0 that means auto) of `recipe` that the machine or other values decide; `on_resolved`
/// hears each one.
/// @return the device
at::Device resolve(config::Recipe& recipe, const Resolved& on_resolved);

}  // namespace surefoot::train
