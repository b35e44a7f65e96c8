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

/// K vectors of bytes of one output row: two inputs a step, multiplied and added pairwise.
/// Sums are plain variables: vectors of unknown size (SVE) can stand neither in arrays nor in structs.
template <size_t K>
HWY_INLINE void blend_columns(const uint8_t* HWY_RESTRICT row,
                              size_t stride,
                              const WeightPair* HWY_RESTRICT pairs,
                              int taps,
                              uint8_t* HWY_RESTRICT out) {
  static_assert(K == 1 || K == 3);
  const D32 d32;
  const D16 d16;
  const D8 d8;
  const size_t n = hn::Lanes(d32);
  const auto zero = hn::Zero(d32), half = hn::Set(d32, 1 << (kWeightBits - 1));
  auto high0 = zero, high1 = zero, high2 = zero, low0 = half, low1 = half, low2 = half;
  auto more0 = zero, more1 = zero, more2 = zero, rest0 = zero, rest1 = zero, rest2 = zero;  // unused on x86
  const auto load = [&](const uint8_t* at) HWY_ATTR { return hn::PromoteTo(d32, hn::LoadU(d8, at)); };
  const auto add = [&](auto pixels, const WeightPair& pair, auto& high, auto& more, auto& low, auto& rest) HWY_ATTR {
    const auto both = hn::BitCast(d16, pixels);
    high = hn::ReorderWidenMulAccumulate(d32, both, hn::BitCast(d16, hn::Set(d32, pair.high)), high, more);
    low = hn::ReorderWidenMulAccumulate(d32, both, hn::BitCast(d16, hn::Set(d32, pair.low)), low, rest);
  };
  const auto both_rows = [&](const uint8_t* at)
                             HWY_ATTR { return hn::Or(load(at), hn::ShiftLeft<16>(load(at + stride))); };
  int t = 0;
  for (; t + 2 <= taps; t += 2, row += 2 * stride, ++pairs) {
    add(both_rows(row), *pairs, high0, more0, low0, rest0);
    if constexpr (K == 3) {
      add(both_rows(row + n), *pairs, high1, more1, low1, rest1);
      add(both_rows(row + 2 * n), *pairs, high2, more2, low2, rest2);
    }
  }
  if (t < taps) {  // the odd one out: nothing lies behind it
    add(load(row), *pairs, high0, more0, low0, rest0);
    if constexpr (K == 3) {
      add(load(row + n), *pairs, high1, more1, low1, rest1);
      add(load(row + 2 * n), *pairs, high2, more2, low2, rest2);
    }
  }
  const auto store = [&](auto high, auto more, auto low, auto rest, uint8_t* to) HWY_ATTR {
    const auto total =
        hn::Add(hn::ShiftLeft<8>(hn::RearrangeToOddPlusEven(high, more)), hn::RearrangeToOddPlusEven(low, rest));
    hn::StoreU(hn::DemoteTo(d8, hn::ShiftRight<kWeightBits>(total)), d8, to);
  };
  store(high0, more0, low0, rest0, out);
  if constexpr (K == 3) {
    store(high1, more1, low1, rest1, out + n);
    store(high2, more2, low2, rest2, out + 2 * n);
  }
}
#endif

/// Rows shorter than a vector.
void blend_short(const uint8_t* first, size_t stride, const WeightPair* pairs, int taps, uint8_t* out, size_t width) {
  for (size_t x = 0; x < width; ++x) {
    int32_t sum = 1 << (kWeightBits - 1);
    for (int t = 0; t < taps; ++t) {
      const int move = t % 2 * 16;
      const int weight =
          static_cast<int16_t>(pairs[t / 2].high >> move) * 256 + static_cast<int16_t>(pairs[t / 2].low >> move);
      sum += weight * first[static_cast<size_t>(t) * stride + x];
    }
    sum >>= kWeightBits;
    out[x] = static_cast<uint8_t>(sum < 0 ? 0 : sum > 255 ? 255 : sum);
  }
}

void BlendRows(const uint8_t* base,
               int origin,
               size_t stride,
               const Weights& weights,
               uint8_t* out,
               size_t out_stride,
               size_t width) {
  for (size_t i = 0; i < weights.start.size(); ++i, out += out_stride) {
    const uint8_t* first = base + static_cast<size_t>(weights.start[i] - origin) * stride;
    const WeightPair* pairs = weights.pairs.data() + i * weights.pairs_stride;
    const int taps = weights.taps[i];
#if HWY_TARGET != HWY_SCALAR
    const size_t n = hn::Lanes(D32());
    if (width >= n) {
      size_t x = 0;
      for (; x + 3 * n <= width; x += 3 * n) blend_columns<3>(first + x, stride, pairs, taps, out + x);
      for (; x + n <= width; x += n) blend_columns<1>(first + x, stride, pairs, taps, out + x);
      if (x < width)
        blend_columns<1>(first + width - n, stride, pairs, taps, out + width - n);  // overlaps what is done
      continue;
    }
#endif
    blend_short(first, stride, pairs, taps, out, width);
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
    transpose_tile([&](size_t i) HWY_ATTR { return rows[i] + at; },
                   [&](size_t i) HWY_ATTR { return lanes + (at + i) * 16; });
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
    transpose_tile([&](size_t i) HWY_ATTR { return lanes + (at + i) * 16; },
                   [&](size_t i) HWY_ATTR { return rows[i] + at; });
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

void blend_rows(const uint8_t* base,
                int origin,
                size_t stride,
                const Weights& weights,
                uint8_t* out,
                size_t out_stride,
                size_t width) {
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
