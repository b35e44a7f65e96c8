#include "surefoot/guards/usual_rate.h"

#include <algorithm>
#include <cmath>

namespace surefoot::guards {

std::optional<double> usual_rate(const config::Recipe& recipe) {
  const std::string& name = recipe.optim.name;
  const double batches = std::max(1.0, static_cast<double>(recipe.train.batch) / 256);  // small ones bear the same rate
  if (name == "sgd") return 0.1 * batches;
  if (name == "lion") return 1e-4 * std::sqrt(batches);
  if (name.starts_with("ada") || name == "lamb") return 1e-3 * std::sqrt(batches);
  return {};
}

}  // namespace surefoot::guards
