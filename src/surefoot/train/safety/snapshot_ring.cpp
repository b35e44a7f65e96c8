#include "surefoot/train/safety/snapshot_ring.h"

#include <ATen/ATen.h>

#include <cmath>

#include "surefoot/nn/weights.h"
#include "surefoot/tensor/host_memory.h"

namespace surefoot::train {
namespace {

/// Largest magnitudes in one fused pass per type; the only wait for the device.
bool all_finite(const NamedTensors& named) {
  const at::NoGradGuard no_grad;
  std::map<at::ScalarType, std::vector<at::Tensor>> by_type;
  for (const auto& [name, value] : named) {
    if (value.is_floating_point() && value.numel() > 0) by_type[value.scalar_type()].push_back(value.detach());
  }
  for (const auto& [type, tensors] : by_type) {
    if (!std::isfinite(at::stack(at::_foreach_norm(tensors, INFINITY)).sum().item<double>())) return false;
  }
  return true;
}

/// Into the tensors of an earlier copy where they fit.
void copy_into(NamedTensors& copies, const NamedTensors& source) {
  copies.resize(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    const at::Tensor& from = source[i].second;
    at::Tensor& to = copies[i].second;
    const bool fits = to.defined() && to.sizes() == from.sizes() && to.strides() == from.strides() &&
                      to.scalar_type() == from.scalar_type();
    if (fits) {
      const at::NoGradGuard no_grad;
      to.copy_(from);
    } else {
      to = tensor::host_copy(from);
    }
    copies[i].first = source[i].first;
  }
}

uint64_t bytes_of(const NamedTensors& named) {
  uint64_t bytes = 0;
  for (const auto& [name, value] : named) bytes += value.nbytes();
  return bytes;
}

}  // namespace

void SnapshotRing::take(const Session& s) {
  if (capacity_ == 0) return;
  const NamedTensors weights = nn::state_dict(*s.model), ema = s.ema ? s.ema->state() : NamedTensors{},
                     optimizer = s.optimizer->state();
  if (!all_finite(weights) || !all_finite(ema) || !all_finite(optimizer)) return;
  Snapshot snapshot;
  if (!spare_.empty()) {
    snapshot = std::move(spare_.back());
    spare_.pop_back();
  } else if (held_.size() == capacity_) {
    snapshot = std::move(held_.front());
    held_.pop_front();
  }
  copy_into(snapshot.weights, weights);
  copy_into(snapshot.ema, ema);
  copy_into(snapshot.optimizer, optimizer);
  snapshot.progress = s.progress;
  if (s.scaler) {
    snapshot.progress.scaler_scale = s.scaler->scale();
    snapshot.progress.scaler_good_steps = s.scaler->good_steps();
  }
  held_.push_back(std::move(snapshot));
}

void SnapshotRing::drop_after(int64_t step) {
  while (newest_step() > step) {
    spare_.push_back(std::move(held_.back()));
    held_.pop_back();
  }
}

const Snapshot* SnapshotRing::newest_until(int64_t step) const {
  for (auto snapshot = held_.rbegin(); snapshot != held_.rend(); ++snapshot) {
    if (snapshot->progress.step <= step) return &*snapshot;
  }
  return nullptr;
}

uint64_t SnapshotRing::bytes() const {
  uint64_t bytes = 0;
  const auto add = [&](const Snapshot& s) { bytes += bytes_of(s.weights) + bytes_of(s.ema) + bytes_of(s.optimizer); };
  for (const Snapshot& snapshot : held_) add(snapshot);
  for (const Snapshot& snapshot : spare_) add(snapshot);
  return bytes;
}

}  // namespace surefoot::train
