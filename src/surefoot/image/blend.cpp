#include "surefoot/image/blend.h"

// Highway compiles this file once for each instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "surefoot/image/blend.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace surefoot::image::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR  // one lane: no pairs, no tiles; the plain loops below do it
using D32 = hn::ScalableTag<int32_t>;
using D16 = hn::Repartition<int16_t, D32>;
using D8 = hn::Rebind<uint8_t, D32>;

/// One row's sums for K vectors of bytes from `x` on: two inputs a step, multiplied and added pairwise.
template <size_t K>
HWY_INLINE void blend_columns(const uint8_t* HWY_RESTRICT first, size_t stride, const int32_t* HWY_RESTRICT pairs, int taps, int shift,
                              uint8_t* HWY_RESTRICT out, size_t x) {
  const D32 d32;
  const D16 d16;
  const D8 d8;
  const size_t n = hn::Lanes(d32);
  // Unrolled by hand: arrays of vectors are not allowed where their size is unknown (SVE).
  static_assert(K == 1 || K == 3);
  const auto half = hn::Set(d32, 1 << (shift - 1));
  auto sum0 = half, sum1 = half, sum2 = half;
  auto rest0 = hn::Zero(d32), rest1 = rest0, rest2 = rest0;
  const auto load = [&](const uint8_t* row, size_t k) HWY_ATTR { return hn::PromoteTo(d32, hn::LoadU(d8, row + x + k * n)); };
  const auto pair = [&](const uint8_t* row, size_t k) HWY_ATTR {
    return hn::BitCast(d16, hn::Or(load(row, k), hn::ShiftLeft<16>(load(row + stride, k))));
  };
  const uint8_t* row = first;
  int t = 0;
  for (; t + 2 <= taps; t += 2, row += 2 * stride) {
    const auto weight = hn::BitCast(d16, hn::Set(d32, pairs[t / 2]));
    sum0 = hn::ReorderWidenMulAccumulate(d32, pair(row, 0), weight, sum0, rest0);
    if constexpr (K == 3) {
      sum1 = hn::ReorderWidenMulAccumulate(d32, pair(row, 1), weight, sum1, rest1);
      sum2 = hn::ReorderWidenMulAccumulate(d32, pair(row, 2), weight, sum2, rest2);
    }
  }
  if (t < taps) {  // the odd one out: nothing lies behind it
    const auto weight = hn::BitCast(d16, hn::Set(d32, pairs[t / 2]));
    sum0 = hn::ReorderWidenMulAccumulate(d32, hn::BitCast(d16, load(row, 0)), weight, sum0, rest0);
    if constexpr (K == 3) {
      sum1 = hn::ReorderWidenMulAccumulate(d32, hn::BitCast(d16, load(row, 1)), weight, sum1, rest1);
      sum2 = hn::ReorderWidenMulAccumulate(d32, hn::BitCast(d16, load(row, 2)), weight, sum2, rest2);
    }
  }
  const auto store = [&](auto sum, auto rest, size_t k) HWY_ATTR {
    const auto total = hn::RearrangeToOddPlusEven(sum, rest);
    hn::StoreU(hn::DemoteTo(d8, hn::ShiftRightSame(total, shift)), d8, out + x + k * n);
  };
  store(sum0, rest0, 0);
  if constexpr (K == 3) {
    store(sum1, rest1, 1);
    store(sum2, rest2, 2);
  }
}

#endif

/// Rows shorter than a vector.
void blend_short(const uint8_t* first, size_t stride, const int32_t* pairs, int taps, int shift, uint8_t* out, size_t width) {
  for (size_t x = 0; x < width; ++x) {
    int32_t sum = 1 << (shift - 1);
    for (int t = 0; t < taps; ++t) {
      const auto weight = static_cast<int16_t>(t % 2 ? pairs[t / 2] >> 16 : pairs[t / 2] & 0xFFFF);
      sum += weight * first[static_cast<size_t>(t) * stride + x];
    }
    sum >>= shift;
    out[x] = static_cast<uint8_t>(sum < 0 ? 0 : sum > 255 ? 255 : sum);
  }
}

void BlendRows(const uint8_t* base, int origin, size_t stride, const Weights& weights, uint8_t* out, size_t out_stride, size_t width) {
  const int shift = weights.shift;
  for (size_t i = 0; i < weights.start.size(); ++i, out += out_stride) {
    const uint8_t* first = base + static_cast<size_t>(weights.start[i] - origin) * stride;
    const int32_t* pairs = weights.pairs.data() + i * weights.pairs_stride;
    const int taps = weights.taps[i];
#if HWY_TARGET != HWY_SCALAR
    const size_t n = hn::Lanes(D32());
    if (width < n) {
      blend_short(first, stride, pairs, taps, shift, out, width);
      continue;
    }
    size_t x = 0;
    for (; x + 3 * n <= width; x += 3 * n) blend_columns<3>(first, stride, pairs, taps, shift, out, x);
    for (; x + n <= width; x += n) blend_columns<1>(first, stride, pairs, taps, shift, out, x);
    if (x < width) blend_columns<1>(first, stride, pairs, taps, shift, out, width - n);  // overlaps what is done
#else
    blend_short(first, stride, pairs, taps, shift, out, width);
#endif
  }
}

#if HWY_TARGET != HWY_SCALAR
/// A tile of 16 x 16 bytes: four rounds of interleaving rows i and i + 8.
template <class In, class Out>
HWY_INLINE void transpose_tile(const In& in, const Out& out) {
  const hn::FixedTag<uint8_t, 16> d;
  using V = hn::Vec<decltype(d)>;
  V a[16], b[16];
  for (size_t i = 0; i < 16; ++i) a[i] = hn::LoadU(d, in(i));
  const auto round = [&](const V* from, V* to) HWY_ATTR {
    for (size_t i = 0; i < 8; ++i) {
      to[2 * i] = hn::InterleaveLower(d, from[i], from[i + 8]);
      to[2 * i + 1] = hn::InterleaveUpper(d, from[i], from[i + 8]);
    }
  };
  round(a, b), round(b, a), round(a, b), round(b, a);
  for (size_t i = 0; i < 16; ++i) hn::StoreU(a[i], d, out(i));
}
#endif

void RowsToLanes(const uint8_t* const* rows, size_t width, uint8_t* lanes) {
  size_t x = 0;
#if HWY_TARGET != HWY_SCALAR
  for (; width >= 16 && x < width; x += 16) {
    const size_t at = x + 16 <= width ? x : width - 16;  // the last tile overlaps the one before
    transpose_tile([&](size_t i) HWY_ATTR { return rows[i] + at; }, [&](size_t i) HWY_ATTR { return lanes + (at + i) * 16; });
  }
#endif
  for (; x < width; ++x) {
    for (size_t i = 0; i < 16; ++i) lanes[x * 16 + i] = rows[i][x];
  }
}

void LanesToRows(const uint8_t* lanes, size_t width, uint8_t* const* rows) {
  size_t x = 0;
#if HWY_TARGET != HWY_SCALAR
  for (; width >= 16 && x < width; x += 16) {
    const size_t at = x + 16 <= width ? x : width - 16;
    transpose_tile([&](size_t i) HWY_ATTR { return lanes + (at + i) * 16; }, [&](size_t i) HWY_ATTR { return rows[i] + at; });
  }
#endif
  for (; x < width; ++x) {
    for (size_t i = 0; i < 16; ++i) rows[i][x] = lanes[x * 16 + i];
  }
}

}  // namespace surefoot::image::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace surefoot::image {
HWY_EXPORT(BlendRows);
HWY_EXPORT(RowsToLanes);
HWY_EXPORT(LanesToRows);

void blend_rows(const uint8_t* base, int origin, size_t stride, const Weights& weights, uint8_t* out, size_t out_stride, size_t width) {
  HWY_DYNAMIC_DISPATCH(BlendRows)(base, origin, stride, weights, out, out_stride, width);
}
void rows_to_lanes(const uint8_t* const rows[kLanes], size_t width, uint8_t* lanes) {
  HWY_DYNAMIC_DISPATCH(RowsToLanes)(rows, width, lanes);
}
void lanes_to_rows(const uint8_t* lanes, size_t width, uint8_t* const rows[kLanes]) {
  HWY_DYNAMIC_DISPATCH(LanesToRows)(lanes, width, rows);
}
}  // namespace surefoot::image
#endif
