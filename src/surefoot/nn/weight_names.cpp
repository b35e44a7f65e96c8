#include "surefoot/nn/weight_names.h"

#include <algorithm>
#include <array>
#include <utility>

namespace surefoot::nn {
namespace {

using Rule = std::pair<std::string_view, std::string_view>;
constexpr std::array kTop = {Rule{"class_token", "cls_token"}, Rule{"conv_proj.", "patch_embed.proj."},
                             Rule{"encoder.pos_embedding", "pos_embed"}, Rule{"encoder.ln.", "norm."},
                             Rule{"heads.head.", "head."}};
constexpr std::array kBlock = {Rule{"ln_1.", "norm1."},
                               Rule{"ln_2.", "norm2."},
                               Rule{"self_attention.in_proj_", "attn.qkv."},
                               Rule{"self_attention.out_proj.", "attn.proj."},
                               Rule{"mlp.0.", "mlp.fc1."},
                               Rule{"mlp.3.", "mlp.fc2."},
                               Rule{"mlp.linear_1.", "mlp.fc1."},  // files older than torchvision 0.13
                               Rule{"mlp.linear_2.", "mlp.fc2."}};
constexpr std::string_view kLayer = "encoder.layers.encoder_layer_";

template <size_t kRules>
std::string renamed(std::string_view name, const std::array<Rule, kRules>& rules) {
  for (const auto& [from, to] : rules) {
    if (name.starts_with(from)) return std::string(to) + std::string(name.substr(from.size()));
  }
  return {};
}

}  // namespace

std::string strip_wrappers(std::string name) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view wrapper : {std::string_view("module."), std::string_view("_orig_mod.")}) {
      if (!name.starts_with(wrapper)) continue;
      name.erase(0, wrapper.size());
      again = true;
    }
  }
  return name;
}

bool is_torchvision_vit(const tensor::NamedTensors& tensors) {
  return std::any_of(tensors.begin(), tensors.end(),
                     [](const auto& entry) { return strip_wrappers(entry.first) == "encoder.pos_embedding"; });
}

std::string timm_vit_name(const std::string& name) {
  std::string other;
  if (name.starts_with(kLayer)) {
    const size_t dot = name.find('.', kLayer.size());
    if (dot == std::string::npos) return name;
    const std::string rest = renamed(std::string_view(name).substr(dot + 1), kBlock);
    if (!rest.empty()) other = "blocks." + name.substr(kLayer.size(), dot - kLayer.size()) + "." + rest;
  } else {
    other = renamed(name, kTop);
  }
  return other.empty() ? name : other;
}

}  // namespace surefoot::nn
