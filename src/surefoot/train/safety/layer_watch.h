#pragma once
// Which layer of a network gives values that are not finite. Works on any module: an operator belongs to the layer
// whose parameter it takes. Costs nothing where none lives.
#include <map>
#include <optional>
#include <string>

#include "surefoot/nn/module.h"

namespace surefoot::train {

/// A layer's worst moment.
struct BadLayer {
  std::string layer;             // full name, "layer1.0.conv1"; empty: before the first layer
  std::string op;                // "aten::conv2d"
  bool input_was_finite = true;  // false: what lies between the layer before and this one made it
  double largest_input = 0;      // magnitude among its finite inputs
};

/// Watches this thread's operators while it lives; not nested.
class LayerWatch {
 public:
  explicit LayerWatch(const nn::Module& module);
  ~LayerWatch();
  LayerWatch(const LayerWatch&) = delete;
  LayerWatch& operator=(const LayerWatch&) = delete;
  /// The first layer, in order of computation, whose input or output was not finite.
  const std::optional<BadLayer>& first_bad() const { return first_bad_; }

 private:
  friend struct LayerWatchCallbacks;
  std::map<const void*, std::string> layers_;  // by parameter
  std::optional<BadLayer> first_bad_;
  uint64_t handle_;
};

}  // namespace surefoot::train
