#pragma once
// What travels with the weights in safetensors' metadata (key "surefoot"): enough to rebuild the model and to evaluate
// it as it was evaluated.
#include <map>
#include <string>
#include <vector>

#include "surefoot/config/recipe.h"
#include "surefoot/image/transform.h"
#include "surefoot/nn/model.h"

namespace surefoot::train {

struct ModelCard {
  std::string model, stem;
  std::vector<std::string> classes;  // bytes
  int64_t image_size = 224, eval_resize = 256;
  std::string interpolation = "bilinear";
  config::Doubles mean, std;
  bool exif_orientation = true;
};

ModelCard card_of(const config::Recipe& recipe, const std::vector<std::string>& classes);
/// Metadata of a weights file. The same card gives the same bytes.
std::map<std::string, std::string> to_metadata(const ModelCard& card);
/// Throws kWeightsFormat for weights without a card (they need --model and a class list) or with a broken one.
ModelCard card_from(const std::map<std::string, std::string>& metadata, const std::string& file);

/// The recipe's keys that decide how pictures are prepared, from a card (for eval and predict).
void apply_card(const ModelCard& card, config::Recipe& recipe);

image::TransformOptions transform_of(const config::Recipe& recipe);
nn::ModelOptions model_options_of(const config::Recipe& recipe, int64_t num_classes);

}  // namespace surefoot::train
