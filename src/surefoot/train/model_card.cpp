#include "surefoot/train/model_card.h"

#include <nlohmann/json.hpp>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"

namespace surefoot::train {

ModelCard card_of(const config::Recipe& recipe, const std::vector<std::string>& classes) {
  return {.model = recipe.model.name,
          .stem = recipe.model.stem,
          .classes = classes,
          .image_size = recipe.data.image_size,
          .eval_resize = recipe.data.eval_resize,
          .interpolation = recipe.data.interpolation,
          .mean = recipe.data.mean,
          .std = recipe.data.std,
          .exif_orientation = recipe.data.exif_orientation};
}

std::map<std::string, std::string> to_metadata(const ModelCard& card) {
  nlohmann::ordered_json json{
      {"version", 1}, {"model", card.model}, {"stem", card.stem}, {"num_classes", card.classes.size()}};
  json["classes"] = nlohmann::ordered_json::array();
  for (const std::string& name : card.classes) json["classes"].push_back(printable(name));
  json["image_size"] = card.image_size;
  json["eval"] = {{"resize", card.eval_resize}, {"crop", card.image_size}, {"interpolation", card.interpolation},
                  {"mean", card.mean},          {"std", card.std},         {"exif_orientation", card.exif_orientation}};
  return {{"format", "pt"}, {"surefoot", json.dump()}};
}

ModelCard card_from(const std::map<std::string, std::string>& metadata, const std::string& file) {
  const auto found = metadata.find("surefoot");
  if (found == metadata.end()) {
    throw Error(ErrorCode::kWeightsFormat, file + " does not say which model it is",
                "its metadata have no key `surefoot` (it was not written by surefoot train)",
                "start a training from it: surefoot train DIR --model NAME --weights " + file);
  }
  try {
    const auto json = nlohmann::ordered_json::parse(found->second);
    ModelCard card;
    json.at("model").get_to(card.model);
    json.at("stem").get_to(card.stem);
    for (const auto& name : json.at("classes")) card.classes.push_back(unprintable(name.get<std::string>()));
    json.at("image_size").get_to(card.image_size);
    const auto& eval = json.at("eval");
    eval.at("resize").get_to(card.eval_resize);
    eval.at("interpolation").get_to(card.interpolation);
    eval.at("mean").get_to(card.mean);
    eval.at("std").get_to(card.std);
    eval.at("exif_orientation").get_to(card.exif_orientation);
    if (card.mean.size() != 3 || card.std.size() != 3 || card.image_size < 8 || card.image_size > 4096 ||
        card.classes.empty()) {
      throw Error(ErrorCode::kWeightsFormat, file + " has metadata that cannot be right", found->second.substr(0, 300),
                  "use an undamaged copy of the file");
    }
    return card;
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorCode::kWeightsFormat, file + " has metadata that cannot be read", error.what(),
                "use an undamaged copy of the file");
  }
}

void apply_card(const ModelCard& card, config::Recipe& recipe) {
  recipe.model.name = card.model;
  recipe.model.stem = card.stem;
  recipe.data.image_size = card.image_size;
  recipe.data.eval_resize = card.eval_resize;
  recipe.data.interpolation = card.interpolation;
  recipe.data.mean = card.mean;
  recipe.data.std = card.std;
  recipe.data.exif_orientation = card.exif_orientation;
}

image::TransformOptions transform_of(const config::Recipe& recipe) {
  image::TransformOptions options;
  options.image_size = static_cast<int>(recipe.data.image_size);
  options.eval_resize = static_cast<int>(recipe.data.eval_resize);
  options.filter = recipe.data.interpolation == "bicubic" ? image::Filter::kBicubic : image::Filter::kBilinear;
  options.crop = recipe.augment.crop == "pad"    ? image::Crop::kPad
                 : recipe.augment.crop == "none" ? image::Crop::kNone
                                                 : image::Crop::kRandomResized;
  options.scale_min = recipe.augment.scale_min;
  options.scale_max = recipe.augment.scale_max;
  options.ratio_max = recipe.augment.ratio_max;
  options.pad = static_cast<int>(recipe.augment.pad);
  options.flip = recipe.augment.flip;
  options.dct_scaling = recipe.data.dct_scaling;
  options.decode.exif_orientation = recipe.data.exif_orientation;
  options.decode.max_pixels = static_cast<uint64_t>(recipe.data.max_pixels);
  return options;
}

nn::ModelOptions model_options_of(const config::Recipe& recipe, int64_t num_classes) {
  return {.num_classes = num_classes,
          .image_size = recipe.data.image_size,
          .cifar_stem = recipe.model.stem == "cifar",
          .drop_path = recipe.model.drop_path,
          .dropout = recipe.model.dropout};
}

}  // namespace surefoot::train
