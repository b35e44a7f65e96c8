// Matrix products and attention.
#include <ATen/ATen.h>

#include <algorithm>

#include "surefoot/plan/operator_call.h"

namespace surefoot::plan {
namespace {

// Aligned to a cache line by the kernels that ask for it.
constexpr int64_t kAlignment = 128;

/// Products of 16-bit matrices are summed in a float buffer of the result's shape.
void hold_sums_and_run(OperatorCall& call, at::ScalarType type, int64_t elements) {
  const bool half = call.on_cpu() && (type == at::kBFloat16 || type == at::kHalf);
  const auto sums = hold_meta_bytes(half ? elements * 4 + kAlignment : 0);
  call.run();
}

template <size_t kFirst>
void product(OperatorCall& call) {  // [n, k] x [k, m]
  const at::Tensor a = call.tensor(kFirst), b = call.tensor(kFirst + 1);
  call.count_flops(2.0 * static_cast<double>(a.numel()) * static_cast<double>(b.size(1)));
  hold_sums_and_run(call, a.scalar_type(), a.size(0) * b.size(1));
}

template <size_t kFirst>
void batched_product(OperatorCall& call) {  // [b, n, k] x [b, k, m]; one after the other
  const at::Tensor a = call.tensor(kFirst), b = call.tensor(kFirst + 1);
  call.count_flops(2.0 * static_cast<double>(a.numel()) * static_cast<double>(b.size(2)));
  hold_sums_and_run(call, a.scalar_type(), a.size(1) * b.size(2) * call.device().threads);
}

/// Legend: N images, h heads, L queries, S keys, D features.
struct Attention {
  int64_t n, h, l, s, d, query_block, key_block, item;
  bool half;
  at::ScalarType sums;  // of the normalisation

  Attention(const at::Tensor& q, const at::Tensor& k)
      : n(q.size(0)), h(q.size(1)), l(q.size(2)), s(k.size(2)), d(q.size(3)), item(q.element_size()) {
    query_block = std::min<int64_t>(l, l >= 768 ? 256 : l >= 192 ? 64 : 32);
    key_block = std::min<int64_t>(s, 512);
    half = item == 2;
    sums = q.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  }
  double flops() const { return 4.0 * static_cast<double>(n * h * l) * static_cast<double>(s * d); }
  int64_t sum_bytes() const { return sums == at::kDouble ? 8 : 4; }
};

at::Tensor heads_inside(const at::Tensor& like, int64_t length) {  // [N, h, length, D] as [N, length, h, D]
  return at::empty({like.size(0), length, like.size(1), like.size(3)}, like.options()).transpose(1, 2);
}

// (q, k, v, ...) -> (mixed, logsumexp). The kernel works in blocks of queries and keys, one buffer a thread.
void attention(OperatorCall& call) {
  const at::Tensor q = call.tensor(0), k = call.tensor(1);
  const Attention a(q, k);
  call.count_flops(a.flops());
  const at::Tensor mixed = heads_inside(q, a.l);
  const at::Tensor logsumexp = at::empty({a.n, a.l, a.h}, q.options().dtype(a.sums)).transpose(1, 2);
  const int64_t sums = (a.query_block * a.key_block + 2 * a.query_block + a.query_block * a.d) * a.sum_bytes();
  const int64_t reduced = a.half ? a.query_block * a.key_block * a.item : 0;
  const auto buffer = hold_meta_bytes(call.on_cpu() ? call.device().threads * (sums + reduced) : 0);
  call.give({mixed, logsumexp});
}

// (dmixed, q, k, v, mixed, logsumexp, ...) -> (dq, dk, dv)
void attention_backward(OperatorCall& call) {
  const at::Tensor dmixed = call.tensor(0), q = call.tensor(1), k = call.tensor(2), v = call.tensor(3);
  const Attention a(q, k);
  call.count_flops(2.5 * a.flops());
  const at::Tensor dq = heads_inside(q, a.l), dk = heads_inside(k, a.s), dv = heads_inside(v, a.s);
  const bool copies = call.on_cpu() && !dmixed.transpose(1, 2).is_contiguous();
  const auto copy = hold_meta_bytes(copies ? static_cast<int64_t>(dmixed.nbytes()) : 0);
  const int64_t block = a.query_block * a.key_block;
  const int64_t product_sums = a.half ? std::max(a.query_block, a.key_block) * a.d * 4 + kAlignment : 0;
  const int64_t each = (2 * block + a.query_block) * a.sum_bytes() + (a.half ? 2 * block * a.item : 0) + product_sums;
  const auto buffer = hold_meta_bytes(call.on_cpu() ? call.device().threads * each : 0);
  call.give({dq, dk, dv});
}

}  // namespace

std::span<const NamedRule> product_rules() {
  static constexpr NamedRule rules[] = {
      {"aten::mm", product<0>},
      {"aten::addmm", product<1>},
      {"aten::bmm", batched_product<0>},
      {"aten::baddbmm", batched_product<1>},
      {"aten::_scaled_dot_product_flash_attention_for_cpu", attention},
      {"aten::_scaled_dot_product_flash_attention_for_cpu_backward", attention_backward}};
  return rules;
}

}  // namespace surefoot::plan
