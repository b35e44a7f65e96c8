#pragma once
// Blocks of a network that do not keep everything for their backward: when it needs what was dropped, the block runs a
// second time, up to the last tensor that is missing (Chen et al. 2016, arXiv:1604.06174). At kCheap the dear operators
// give what they gave the first time instead of running (selective recomputation, Korthikanti et al. 2022,
// arXiv:2205.05198).
#include <functional>

#include <ATen/core/Tensor.h>
#include <c10/util/FunctionRef.h>

#include "surefoot/nn/pass.h"

namespace surefoot::nn {

/// A pure function of x, the pass and parameters; it must not change x in place, nor what a dear operator returned, and
/// must outlive the backward.
using Body = std::function<at::Tensor(const at::Tensor& x, const Pass& pass)>;

/// body(x, pass), keeping what `pass.recompute` says for this block. Outputs, gradients and batch-norm sums are
/// bit-identical at every level; a backward runs once per forward. Inside another block: just body(x, pass).
/// @param block place in `Model::block_names()`
at::Tensor recomputed(const at::Tensor& x, const Pass& pass, size_t block, Body body);

/// The same for a module with `forward(x, pass)`.
template <class Block>
at::Tensor run_block(const Block& module, const at::Tensor& x, const Pass& pass, size_t block) {
  return recomputed(x, pass, block, [&module](const at::Tensor& y, const Pass& p) { return module.forward(y, p); });
}

/// Runs a dear operator. At kCheap its output is kept, its input is not.
at::Tensor keep_output(c10::function_ref<at::Tensor()> op);
/// Likewise, but all that the operator saves is kept (attention: it would have to run again to save its sums).
at::Tensor keep_all(c10::function_ref<at::Tensor()> op);

}  // namespace surefoot::nn
