#pragma once
// What a network is made of: named parameters, buffers and children. Not torch::nn: a module takes its device when it
// is built (so that a dry run on the meta device costs nothing), and its initial weights are a pure function of (seed,
// full name).
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>

#include "surefoot/tensor/safetensors_io.h"

namespace surefoot::nn {

/// Where and how a module is built. `prefix` is the full name of the module with a trailing dot; `build / "layer1"`
/// goes down a level.
struct Build {
  at::Device device = at::kCPU;
  at::ScalarType dtype = at::kFloat;
  uint64_t seed = 0;
  std::string prefix;

  Build operator/(const std::string& name) const { return {device, dtype, seed, prefix + name + "."}; }
};

/// What a tensor is for; decides on weight decay. kEmbedding: class token and position embedding.
enum class Kind { kWeight, kBias, kNorm, kEmbedding, kBuffer };

/// The first values of a tensor.
struct Init {
  enum class Law { kConstant, kNormal, kTruncNormal, kUniform } law = Law::kConstant;
  double a = 0;  // constant value, standard deviation, or bound (uniform in [-a, a))

  static Init constant(double value) { return {Law::kConstant, value}; }
  static Init normal(double std) { return {Law::kNormal, std}; }
  /// Within two standard deviations.
  static Init trunc_normal(double std) { return {Law::kTruncNormal, std}; }
  static Init uniform(double bound) { return {Law::kUniform, bound}; }
  /// He et al. 2015, fan_out, ReLU gain. @param shape [out, in, kh, kw]
  static Init kaiming_fan_out(at::IntArrayRef shape);
};

struct NamedTensor {
  std::string name;   // full, as in the state_dict
  at::Tensor tensor;  // shares the module's storage
  Kind kind;
};

/// Base of layers, blocks and models. Not copyable: children hold their parameters.
class Module {
 public:
  explicit Module(Build build) : build_(std::move(build)) {}
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  /// Parameters and buffers in PyTorch's state_dict order: own parameters, own buffers, then the children as they were
  /// added.
  std::vector<NamedTensor> named_tensors() const;
  /// Without the buffers.
  std::vector<NamedTensor> named_parameters() const;
  /// Parameters that take gradients.
  std::vector<at::Tensor> trainable_parameters() const;
  /// Lays out the filters (4-d parameters) for this format; values stay. Call before an optimiser holds them.
  void set_memory_format(at::MemoryFormat format);
  const Build& build() const { return build_; }

 protected:
  /// Adds a parameter that takes gradients, initialised from Philox(seed, kInit, hash of the full name); untouched on
  /// the meta device.
  at::Tensor& parameter(const std::string& name, at::IntArrayRef shape, Kind kind, const Init& init);
  /// Adds a buffer: saved with the weights, not trained. @param dtype Undefined: that of the build
  at::Tensor& buffer(const std::string& name,
                     at::IntArrayRef shape,
                     double value,
                     at::ScalarType dtype = at::ScalarType::Undefined);
  /// Builds and adds a child: `child<Linear>("fc", 512, 10)` calls Linear(build / "fc", 512, 10).
  template <class Child, class... Arguments>
  Child& child(const std::string& name, Arguments&&... arguments) {
    auto made = std::make_unique<Child>(build_ / name, std::forward<Arguments>(arguments)...);
    Child& reference = *made;
    children_.push_back(std::move(made));
    return reference;
  }

 private:
  void collect(std::vector<NamedTensor>& into) const;

  struct Entry {
    std::string name;
    std::unique_ptr<at::Tensor> tensor;  // stable address for the references handed out
    Kind kind;
  };
  Build build_;
  std::vector<Entry> parameters_, buffers_;
  std::vector<std::unique_ptr<Module>> children_;
};

}  // namespace surefoot::nn
