#pragma once
// A classifier, and the catalogue of those there are (models/catalog.def).
#include <memory>
#include <string>
#include <vector>

#include "surefoot/nn/module.h"
#include "surefoot/nn/pass.h"

namespace surefoot::nn {

/// Images in, one score per class out. `forward` is const in effect: only `BatchNormSums::apply` changes buffers.
class Model : public Module {
 public:
  using Module::Module;
  /// @param images [N, 3, H, W], normalised, of the build's dtype  @return logits [N, classes]
  virtual at::Tensor forward(const at::Tensor& images, const Pass& pass) = 0;
  /// What the head sees: [N, feature size].
  virtual at::Tensor features(const at::Tensor& images, const Pass& pass) = 0;
  /// Parameters of the head are named `head_prefix() + ".weight"` and `".bias"`: "fc" or "head".
  virtual std::string head_prefix() const = 0;
  /// The blocks in the order of the forward, "stem", "layer1.0", ..., "blocks.11": what a planner may choose a
  /// `Recompute` level for. The last one gains nothing from kBlock: its backward comes first, when everything else is
  /// still held, and it has to hold again all that it had given up.
  virtual std::vector<std::string> block_names() const = 0;
  /// True where convolutions dominate, so that NHWC pays.
  virtual bool prefers_channels_last() const = 0;
  int64_t num_classes() const;
  /// All but the head stops taking gradients; its batch norms use their running statistics.
  void freeze_backbone();
};

/// Whether a batch norm of the model learns from its groups; false where there is none, or all are frozen.
bool learns_from_groups(const Model& model);

struct ModelOptions {
  int64_t num_classes = 1000;
  int64_t image_size = 0;   // px; 0: the spec's default
  bool cifar_stem = false;  // ResNets: 3x3 stride 1, no pooling
  double drop_path = 0;     // rate at the last block, linear from 0
  double dropout = 0;       // before the head
};

struct ModelSpec {
  std::string name;     // as timm and torchvision call it
  std::string summary;  // one line
  std::string source;   // paper
  int64_t default_image_size = 224;
  int64_t image_multiple = 1;  // image_size must be a multiple of this
  bool has_cifar_stem = false;
  int64_t parameters = 0;  // with 1000 classes
  std::unique_ptr<Model> (*make)(const ModelSpec& spec, const ModelOptions& options, const Build& build) = nullptr;
};

/// In the order shown to people.
const std::vector<ModelSpec>& all_models();
/// Throws kUnknownName with the nearest name.
const ModelSpec& find_model(const std::string& name);
/// find_model + make; image_size 0 becomes the default. Throws kUnknownName, kRecipeConflict where the options do not
/// fit the model.
std::unique_ptr<Model> make_model(const std::string& name, const ModelOptions& options, const Build& build);

}  // namespace surefoot::nn
