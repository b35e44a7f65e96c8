#pragma once
// Power by frequency of the blocks of a picture.
#include <array>
#include <vector>

#include "surefoot/index/gray.h"

namespace surefoot::index {

constexpr int kSpectrumBlock = 64;  // px
/// Bands of a block's spectrum, from coarse to fine; they leave out the multiples of 1/8 cycles a pixel, where JPEG's
/// blocks show.
constexpr int kSpectrumBands = 11;

struct BlockSpectrum {
  std::array<float, kSpectrumBands>
      log_power{};  // log2 of the mean power of a bin, grey levels squared; rows and columns together
  float comb = 0;   // log2 of the power at multiples of 1/8 over that around them
  /// Enough structure to tell a missing top of the spectrum from a plain surface.
  bool textured() const { return log_power[1] > 2.F; }
};

/// Appends the blocks of the part [x0, x0 + width) x [y0, y0 + height), both sides at least kSpectrumBlock; evenly
/// spread, on the 8 px grid of the picture where x0 and y0 are. Rows and columns of a block are transformed
/// one-dimensionally under a Hann window.
void block_spectra(const Gray& gray, int x0, int y0, int width, int height, std::vector<BlockSpectrum>& blocks);

}  // namespace surefoot::index
