#pragma once
#include <optional>

#include "surefoot/config/recipe.h"

namespace surefoot::guards {

/// The peak learning rate that published recipes use with this optimiser at this batch: sgd 0.1 for 256 pictures,
/// linear (Goyal et al. 2017, arXiv:1706.02677); Adam and its kin 1e-3 for 256, by the square root; Lion a tenth of
/// that (Chen et al. 2023, arXiv:2302.06675). Empty for an optimiser that is not known.
std::optional<double> usual_rate(const config::Recipe& recipe);

}  // namespace surefoot::guards
