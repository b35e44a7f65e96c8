#include "surefoot/optim/ema.h"

#include <map>

#include <ATen/ATen.h>

#include "surefoot/base/error.h"
#include "surefoot/optim/slots.h"

namespace surefoot::optim {

Ema::Ema(const nn::Module& model, double decay) : decay_(decay), live_(model.named_tensors()) {
  for (const nn::NamedTensor& entry : live_) average_.push_back(entry.tensor.detach().clone());
}

std::function<void()> Ema::prepare() {
  std::vector<at::Tensor> averages, weights, copies, buffers;
  for (size_t i = 0; i < live_.size(); ++i) {
    const bool buffer = live_[i].kind == nn::Kind::kBuffer;
    (buffer ? copies : averages).push_back(average_[i]);
    (buffer ? buffers : weights).push_back(live_[i].tensor.detach());
  }
  return [=, share = 1 - decay_] {
    const at::NoGradGuard no_grad;
    for (size_t i = 0; i < copies.size(); ++i) copies[i].copy_(buffers[i]);
    at::_foreach_lerp_(averages, weights, share);
  };
}

void Ema::swap() {
  // Only pointers change hands: what holds the model's tensors (layers, optimiser) sees the other values.
  for (size_t i = 0; i < live_.size(); ++i) {
    const at::Tensor values = live_[i].tensor.detach();
    live_[i].tensor.set_data(average_[i]);
    average_[i] = values;
  }
}

tensor::NamedTensors Ema::state() const {
  tensor::NamedTensors named;
  for (size_t i = 0; i < live_.size(); ++i) named.emplace_back(live_[i].name, average_[i]);
  return named;
}

void Ema::load(const tensor::NamedTensors& state) {
  const auto named = by_name(state);
  const auto refuse = [](const std::string& why) {
    throw Error(ErrorCode::kCheckpointDamaged, "the averaged weights do not fit the model", why,
                "resume with the recipe and model of the run");
  };
  for (const nn::NamedTensor& entry : live_) {
    const auto found = named.find(entry.name);
    if (found == named.end()) refuse(entry.name + " is missing");
    if (found->second.sizes() != entry.tensor.sizes()) refuse(entry.name + " has another shape");
  }
  if (named.size() != live_.size())
    refuse(std::to_string(named.size()) + " tensors instead of " + std::to_string(live_.size()));
  for (size_t i = 0; i < live_.size(); ++i) average_[i].copy_(named.at(live_[i].name));
}

}  // namespace surefoot::optim
