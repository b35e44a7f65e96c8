#include "surefoot/nn/weights.h"

#include <cmath>
#include <map>
#include <set>

#include <ATen/ATen.h>

#include "surefoot/base/error.h"
#include "surefoot/nn/weight_names.h"

namespace surefoot::nn {
namespace {

std::string shape_text(const at::Tensor& tensor) {
  std::string text = "[";
  for (int64_t i = 0; i < tensor.dim(); ++i) text += (i > 0 ? ", " : "") + std::to_string(tensor.size(i));
  return text + "]";
}

/// "a, b, c and 12 more".
std::string listed(const std::vector<std::string>& names, size_t limit = 5) {
  std::string text;
  for (size_t i = 0; i < std::min(limit, names.size()); ++i) text += (i > 0 ? ", " : "") + names[i];
  return names.size() > limit ? text + " and " + std::to_string(names.size() - limit) + " more" : text;
}

[[noreturn]] void refuse(const std::string& why, const std::string& fix) {
  throw Error(ErrorCode::kWeightsMismatch, "the weights do not fit the model", why, fix);
}

/// Side of the square grid behind a class token; 0 where there is none.
int64_t grid_side(const at::Tensor& pos_embed) {
  const int64_t patches = pos_embed.dim() == 3 ? pos_embed.size(1) - 1 : 0;
  const auto side = static_cast<int64_t>(std::llround(std::sqrt(static_cast<double>(std::max<int64_t>(0, patches)))));
  return side * side == patches ? side : 0;
}

/// The class token's part stays, the grid is resized like a picture. @param embedding [1, 1 + g*g, D]
at::Tensor resize_grid(const at::Tensor& embedding, int64_t from, int64_t to) {
  const at::Tensor grid = embedding.narrow(1, 1, from * from)
                              .to(at::kFloat)
                              .reshape({1, from, from, -1})
                              .permute({0, 3, 1, 2})
                              .contiguous();
  const at::Tensor resized = at::_upsample_bicubic2d_aa(grid, {to, to}, /*align_corners=*/false);
  return at::cat({embedding.narrow(1, 0, 1).to(at::kFloat), resized.permute({0, 2, 3, 1}).reshape({1, to * to, -1})},
                 1);
}

/// What goes where, found out before anything is changed.
class Loading {
 public:
  Loading(Model& model, const LoadOptions& options) : options_(options), head_(model.head_prefix() + ".") {}

  void take(const NamedTensor& target, const at::Tensor& source) {
    if (target.tensor.sizes() == source.sizes()) {
      copies_.emplace_back(target.tensor, source);
    } else if (!options_.strict && target.name.starts_with(head_)) {
      report.reinitialised.push_back(target.name);
    } else if (const int64_t from = grid_side(source), to = grid_side(target.tensor);
               !options_.strict && target.name == "pos_embed" && from > 0 && to > 0 &&
               source.size(2) == target.tensor.size(2)) {
      report.resized.push_back(target.name);
      copies_.emplace_back(target.tensor, resize_grid(source, from, to));
    } else {
      mismatches_.push_back(target.name + " is " + shape_text(source) + ", the model has " + shape_text(target.tensor));
      stem_differs_ = stem_differs_ || target.name == "conv1.weight";
    }
  }

  void without(const NamedTensor& target) {
    if (target.name.ends_with(".num_batches_tracked")) {  // files older than PyTorch 1.0 lack it
      copies_.emplace_back(target.tensor, at::zeros({}, at::kLong));
    } else {
      report.missing.push_back(target.name);
    }
  }

  /// Throws before the first change.
  void check() const {
    if (!mismatches_.empty()) {
      refuse(std::to_string(mismatches_.size()) + " tensor(s) have other shapes: " + listed(mismatches_),
             stem_differs_ ? "the file is of a ResNet with the other first layer: set model.stem (imagenet or cifar) "
                             "as it was trained"
                           : "choose the model that the file was saved from");
    }
    if (options_.strict && !(report.missing.empty() && report.surplus.empty())) {
      refuse("missing: " + std::to_string(report.missing.size()) + " (" + listed(report.missing) +
                 "), surplus: " + std::to_string(report.surplus.size()) + " (" + listed(report.surplus) + ")",
             "choose the model that the file was saved from");
    }
    size_t useful = 0;
    for (const auto& [target, source] : copies_) useful += target.requires_grad() || target.is_floating_point();
    if (useful == 0)
      refuse("no tensor of the file has a name of the model; the file has " + listed(report.surplus),
             "choose the model that the file was saved from");
  }

  void copy() const {
    const at::NoGradGuard no_grad;
    for (const auto& [target, source] : copies_) at::Tensor(target).copy_(source);
  }

  LoadReport report;

 private:
  LoadOptions options_;
  std::string head_;
  std::vector<std::pair<at::Tensor, at::Tensor>> copies_;
  std::vector<std::string> mismatches_;
  bool stem_differs_ = false;
};

}  // namespace

std::string LoadReport::text() const {
  std::string all;
  const auto add = [&](const char* what, const std::vector<std::string>& names) {
    if (!names.empty())
      all +=
          std::string(all.empty() ? "" : "; ") + what + " " + std::to_string(names.size()) + " (" + listed(names) + ")";
  };
  add("missing", missing);
  add("surplus", surplus);
  add("resized", resized);
  add("new head", reinitialised);
  add("renamed", renamed);
  return all;
}

LoadReport load_weights(Model& model, const tensor::WeightsFile& file, const LoadOptions& options) {
  Loading loading(model, options);
  std::map<std::string, at::Tensor> sources;
  const bool torchvision_vit = is_torchvision_vit(file.tensors);
  for (const auto& [name, source] : file.tensors) {
    std::string known = strip_wrappers(name);
    if (torchvision_vit) {
      if (std::string timm = timm_vit_name(known); timm != known) {
        loading.report.renamed.push_back(name + " -> " + timm);
        known = std::move(timm);
      }
    }
    if (!sources.emplace(known, source).second)
      refuse("two tensors of the file stand for " + known, "the file is damaged; get it again");
  }
  for (const NamedTensor& target : model.named_tensors()) {
    const auto found = sources.find(target.name);
    if (found == sources.end()) {
      loading.without(target);
    } else {
      loading.take(target, found->second);
      sources.erase(found);
    }
  }
  for (const auto& [name, source] : sources) loading.report.surplus.push_back(name);
  loading.check();
  loading.copy();
  return std::move(loading.report);
}

tensor::NamedTensors state_dict(const Module& model) {
  tensor::NamedTensors named;
  for (const NamedTensor& entry : model.named_tensors()) named.emplace_back(entry.name, entry.tensor.detach());
  return named;
}

}  // namespace surefoot::nn
