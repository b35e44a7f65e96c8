#pragma once
// Features of a trained network that somebody else made.
#include <memory>
#include <string>

#include <ATen/core/Tensor.h>

#include "surefoot/base/files.h"
#include "surefoot/nn/model.h"

namespace surefoot::train {

/// The network of a weights file or a run, up to its head. Weights with surefoot's model card say which model they are
/// of; other files (torchvision, timm) are recognised by their tensors: the model of the catalogue that takes all of
/// them.
class GivenFeatures {
 public:
  /// Throws kFileRead, kWeightsFormat; kWeightsMismatch where no model of the catalogue fits.
  GivenFeatures(Files& files, const std::string& source);
  /// @param pictures [n, side, side, 3] uint8; resized to what the network was trained on  @return [n, D] float
  at::Tensor features(const at::Tensor& pictures) const;
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  int64_t side_ = 224;
  at::Tensor mean_, deviation_;  // [3]
  std::unique_ptr<nn::Model> model_;
};

}  // namespace surefoot::train
