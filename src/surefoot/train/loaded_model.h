#pragma once
// A trained model from a run or a weights file, ready to evaluate or predict.
#include <memory>
#include <string>

#include "surefoot/base/files.h"
#include "surefoot/nn/model.h"
#include "surefoot/tensor/precision.h"
#include "surefoot/train/input.h"
#include "surefoot/train/model_card.h"

namespace surefoot::train {

struct LoadedModel {
  std::string weights_file;
  ModelCard card;
  config::Recipe recipe;  // how pictures are prepared, as stored with the weights
  at::Device device = at::kCPU;
  tensor::Precision precision = tensor::Precision::kFp32;
  std::unique_ptr<nn::Model> model;
  std::unique_ptr<Normalizer> normalizer;
};

/// @param source a run folder (its best weights; the last where there is no best yet) or a safetensors file with a
/// model card
/// @param base   keys that a person typed win over the card (data.eval_resize, train.device, train.precision, ...)
/// Throws kFileRead, kWeightsFormat, kWeightsMismatch.
LoadedModel load_model(Files& files, const std::string& source, const config::Recipe& base);

/// Class numbers of `classes` in the model's list. Throws kDataClasses for a class that the model does not know.
std::vector<int64_t> map_classes(const std::vector<std::string>& classes, const ModelCard& card);

}  // namespace surefoot::train
