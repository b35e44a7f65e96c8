#include "surefoot/train/labels/given_features.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "surefoot/base/error.h"
#include "surefoot/nn/weights.h"
#include "surefoot/train/loaded_model.h"

namespace surefoot::train {
namespace {

/// Models of the catalogue, the nearest in size first.
std::vector<const nn::ModelSpec*> by_size(int64_t elements) {
  std::vector<const nn::ModelSpec*> all;
  for (const nn::ModelSpec& spec : nn::all_models()) all.push_back(&spec);
  std::ranges::stable_sort(all, {}, [&](const nn::ModelSpec* spec) { return std::abs(spec->parameters - elements); });
  return all;
}

/// Everything but the head came from the file.
bool fits(const nn::LoadReport& report, const std::string& head) {
  const auto of_head = [&](const std::string& name) { return name.starts_with(head + "."); };
  return std::ranges::all_of(report.missing, of_head) && report.surplus.empty();
}

std::unique_ptr<nn::Model> recognise(const tensor::WeightsFile& weights, const std::string& source, std::string& name) {
  int64_t elements = 0;
  for (const auto& [key, tensor] : weights.tensors) elements += tensor.numel();
  constexpr size_t kTries = 4;  // the head's size depends on the classes: the right one is among the nearest
  const std::vector<const nn::ModelSpec*> candidates = by_size(elements);
  for (size_t i = 0; i < std::min(kTries, candidates.size()); ++i) {
    try {
      std::unique_ptr<nn::Model> model = nn::make_model(candidates[i]->name, {}, {});
      if (!fits(nn::load_weights(*model, weights), model->head_prefix())) continue;
      name = candidates[i]->name;
      return model;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kWeightsMismatch) throw;
    }
  }
  throw Error(ErrorCode::kWeightsMismatch, "no model fits the weights " + source,
              std::to_string(elements) +
                  " numbers whose names and shapes are those of none of the catalogue's models of about that size",
              "give weights of one of the models that `surefoot models` lists, or a run of surefoot train");
}

}  // namespace

GivenFeatures::GivenFeatures(Files& files, const std::string& source) : name_(base_name(source)) {
  std::vector<double> mean{0.485, 0.456, 0.406}, deviation{0.229, 0.224, 0.225};  // ImageNet's, as torchvision has it
  const auto status = files.status(source);
  const bool is_run = status && status->kind == FileStatus::Kind::kFolder;
  const tensor::WeightsFile weights = is_run ? tensor::WeightsFile{} : tensor::read_safetensors(files, source);
  if (is_run || weights.metadata.contains("surefoot")) {
    config::Recipe recipe;
    config::set(recipe, "train.device", "cpu");
    config::set(recipe, "train.precision", "fp32");
    LoadedModel loaded = load_model(files, source, recipe);
    name_ = loaded.card.model + " (" + name_ + ")";
    side_ = loaded.card.image_size;
    mean = loaded.card.mean, deviation = loaded.card.std;
    model_ = std::move(loaded.model);
  } else {
    std::string model;
    model_ = recognise(weights, source, model);
    name_ = model + " (" + name_ + ")";
  }
  mean_ = at::tensor(at::ArrayRef<double>(mean), at::kDouble).to(at::kFloat);
  deviation_ = at::tensor(at::ArrayRef<double>(deviation), at::kDouble).to(at::kFloat);
}

at::Tensor GivenFeatures::features(const at::Tensor& pictures) const {
  const std::array<int64_t, 2> size{side_, side_};
  at::Tensor x = ((pictures.to(at::kFloat) / 255 - mean_) / deviation_).permute({0, 3, 1, 2});  // [n, 3, side, side]
  if (pictures.size(1) != side_) x = at::_upsample_bilinear2d_aa(x.contiguous(), size, /*align_corners=*/false);
  constexpr int64_t kBatch = 16;  // so that activations stay small
  std::vector<at::Tensor> parts;
  for (int64_t i = 0; i < x.size(0); i += kBatch) {
    parts.push_back(
        model_->features(x.slice(0, i, std::min(x.size(0), i + kBatch)).contiguous(), nn::Pass{}).to(at::kFloat));
  }
  return at::cat(parts);
}

}  // namespace surefoot::train
