#pragma once
// How others call the same tensors.
#include <string>

#include "surefoot/tensor/safetensors_io.h"

namespace surefoot::nn {

/// Drops `module.` (data parallel) and `_orig_mod.` (compiled) in front, in any order and number.
std::string strip_wrappers(std::string name);
/// True for the state_dict of a torchvision VisionTransformer.
bool is_torchvision_vit(const tensor::NamedTensors& tensors);
/// torchvision's name -> timm's: "encoder.layers.encoder_layer_3.ln_1.weight" -> "blocks.3.norm1.weight". An unknown
/// name comes back unchanged.
std::string timm_vit_name(const std::string& name);

}  // namespace surefoot::nn
