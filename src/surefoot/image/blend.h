#pragma once
// The two SIMD kernels of a resize, for the best instruction set that the processor has (chosen at run time).
#include <cstddef>
#include <cstdint>
#include <vector>

namespace surefoot::image {

/// Bits behind the point of a weight: what 32-bit sums of 8-bit pixels leave, as in Pillow.
constexpr int kWeightBits = 22;

/// Two neighbouring inputs' weights, each split into a high and a low part (weight = high * 256 + low) so that both fit
/// 16-bit multiplications; the first input's part is in the low half of the word.
struct WeightPair {
  int32_t high = 0, low = 0;
};

/// For each output the stretch of inputs that it is made of, and their weights.
struct Weights {
  std::vector<int> start;         // per output: its first input
  std::vector<int> taps;          // per output: how many inputs
  std::vector<WeightPair> pairs;  // per output `pairs_stride`
  size_t pairs_stride = 0;
};

/// Output row i = weighted sum of input rows start[i] .. start[i] + taps[i] - 1, rounded and clipped to 8 bits.
/// @param base    input row `origin`    @param stride  bytes from input row to input row, likewise out_stride
/// @param width   bytes of a row
void blend_rows(const uint8_t* base,
                int origin,
                size_t stride,
                const Weights& weights,
                uint8_t* out,
                size_t out_stride,
                size_t width);

constexpr int kLanes = 16;
/// 16 rows of `width` bytes -> `width` rows of 16 bytes.
void rows_to_lanes(const uint8_t* const rows[kLanes], size_t width, uint8_t* lanes);
/// The inverse; rows may be the same more than once.
void lanes_to_rows(const uint8_t* lanes, size_t width, uint8_t* const rows[kLanes]);

}  // namespace surefoot::image
