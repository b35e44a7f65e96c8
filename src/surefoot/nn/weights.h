#pragma once
// Weights of torchvision and timm into a model, and a model's weights out under the same names.
#include <string>
#include <vector>

#include "surefoot/nn/model.h"
#include "surefoot/tensor/safetensors_io.h"

namespace surefoot::nn {

/// What loading did, by full names. Everything empty: the file fitted exactly.
struct LoadReport {
  std::vector<std::string> missing;        // in the model, not in the file; kept their first values
  std::vector<std::string> surplus;        // in the file, not in the model
  std::vector<std::string> resized;        // position embeddings fitted to another image size
  std::vector<std::string> reinitialised;  // the head, where the number of classes differs
  std::vector<std::string> renamed;        // "file name -> model name"
  /// One sentence for people; empty where the file fitted exactly.
  std::string text() const;
};

struct LoadOptions {
  bool strict = false;  // true: every name and shape must fit (checkpoints); false: fine-tuning
};

/// Copies the file's tensors into the model. Prefixes `module.` and `_orig_mod.` are stripped; torchvision's ViT names
/// are understood; a missing num_batches_tracked is 0. Throws kWeightsMismatch, naming the tensors, where shapes differ
/// otherwise, where nothing fits, or, with `strict`, on any difference; the model is unchanged then.
LoadReport load_weights(Model& model, const tensor::WeightsFile& file, const LoadOptions& options = {});

/// Parameters and buffers under torchvision's or timm's names and in their order; shares the model's storage.
tensor::NamedTensors state_dict(const Module& model);

}  // namespace surefoot::nn
