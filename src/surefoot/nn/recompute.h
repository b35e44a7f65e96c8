#pragma once
#include <cstdint>

namespace surefoot::nn {

/// What a block does not keep for the backward and computes again instead. Bit-identical results either way.
enum class Recompute : uint8_t {
  kNone,
  kCheap,  // norm, activation, mask, cast; convolution, matrix-product and attention outputs are kept
  kBlock,  // everything but the block's input
};

}  // namespace surefoot::nn
