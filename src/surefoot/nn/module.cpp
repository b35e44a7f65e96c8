#include "surefoot/nn/module.h"

#include <cmath>

#include <ATen/ATen.h>

#include "surefoot/base/hash.h"
#include "surefoot/tensor/random.h"

namespace surefoot::nn {
namespace {

void initialise(const at::Tensor& tensor, const Init& init, uint64_t seed, const std::string& full_name) {
  const tensor::Stream stream{.seed = seed, .purpose = Purpose::kInit, .time = 0, .sample = hash64(full_name)};
  switch (init.law) {
    case Init::Law::kConstant:
      tensor.fill_(init.a);
      return;
    case Init::Law::kNormal:
      tensor::fill_normal(tensor, stream, 0, init.a);
      return;
    case Init::Law::kTruncNormal:
      tensor::fill_trunc_normal(tensor, stream, 0, init.a);
      return;
    case Init::Law::kUniform:
      tensor::fill_uniform(tensor, stream, -init.a, init.a);
      return;
  }
}

}  // namespace

Init Init::kaiming_fan_out(at::IntArrayRef shape) {
  return normal(std::sqrt(2.0 / static_cast<double>(shape[0] * shape[2] * shape[3])));
}

at::Tensor& Module::parameter(const std::string& name, at::IntArrayRef shape, Kind kind, const Init& init) {
  at::Tensor made = at::empty(shape, at::TensorOptions().dtype(build_.dtype).device(build_.device));
  if (!made.is_meta()) initialise(made, init, build_.seed, build_.prefix + name);
  made.requires_grad_(true);
  parameters_.push_back({name, std::make_unique<at::Tensor>(std::move(made)), kind});
  return *parameters_.back().tensor;
}

at::Tensor& Module::buffer(const std::string& name, at::IntArrayRef shape, double value, at::ScalarType dtype) {
  const at::ScalarType type = dtype == at::ScalarType::Undefined ? build_.dtype : dtype;
  at::Tensor made = at::empty(shape, at::TensorOptions().dtype(type).device(build_.device));
  if (!made.is_meta()) made.fill_(value);
  buffers_.push_back({name, std::make_unique<at::Tensor>(std::move(made)), Kind::kBuffer});
  return *buffers_.back().tensor;
}

void Module::collect(std::vector<NamedTensor>& into) const {
  for (const auto* entries : {&parameters_, &buffers_}) {
    for (const Entry& entry : *entries) into.push_back({build_.prefix + entry.name, *entry.tensor, entry.kind});
  }
  for (const auto& child : children_) child->collect(into);
}

std::vector<NamedTensor> Module::named_tensors() const {
  std::vector<NamedTensor> all;
  collect(all);
  return all;
}

std::vector<NamedTensor> Module::named_parameters() const {
  std::vector<NamedTensor> all = named_tensors();
  std::erase_if(all, [](const NamedTensor& entry) { return entry.kind == Kind::kBuffer; });
  return all;
}

std::vector<at::Tensor> Module::trainable_parameters() const {
  std::vector<at::Tensor> trainable;
  for (const NamedTensor& entry : named_parameters()) {
    if (entry.tensor.requires_grad()) trainable.push_back(entry.tensor);
  }
  return trainable;
}

void Module::set_memory_format(at::MemoryFormat format) {
  for (NamedTensor& entry : named_parameters()) {
    if (entry.tensor.dim() == 4) entry.tensor.set_data(entry.tensor.detach().contiguous(format));
  }
}

}  // namespace surefoot::nn
