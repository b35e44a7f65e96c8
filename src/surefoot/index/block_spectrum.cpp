#include "surefoot/index/block_spectrum.h"

#include <cmath>
#include <numbers>

#include "surefoot/base/wide.h"
#include "surefoot/index/fft.h"

namespace surefoot::index {
namespace {

constexpr int kSize = kSpectrumBlock, kHalf = kSize / 2;
constexpr float kFloor = 0.02F;  // grey levels squared: below the rounding to 8 bits (1/12)
constexpr std::array<int, kSpectrumBands + 1> kBandBegin = {1, 3, 5, 7, 10, 12, 15, 19, 23, 27, 30, 32};

using Power = std::array<float, kHalf + 1>;  // by bin: k / 64 cycles a pixel

struct Window {
  std::array<float, kSize> values{};
  float energy = 0;
  Window() {
    for (size_t i = 0; i < kSize; ++i) {
      values[i] =
          static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / kSize));
      energy += values[i] * values[i];
    }
  }
};

/// Adds the mean power over the 64 lines of a block. Two lines share a complex transform: real[n][l] is line l,
/// imaginary[n][l] line l + 32, and |A|^2 + |B|^2 = (|X[k]|^2 + |X[-k]|^2) / 2.
SUREFOOT_WIDE void add_power(std::array<float, kSize * kHalf>& real,
                             std::array<float, kSize * kHalf>& imaginary,
                             Power& power) {
  static const Fft fft(kSize);
  static const Window window;
  for (size_t n = 0; n < kSize; ++n) {
    for (size_t l = 0; l < kHalf; ++l)
      real[n * kHalf + l] *= window.values[n], imaginary[n * kHalf + l] *= window.values[n];
  }
  fft.forward(real.data(), imaginary.data(), kHalf);
  for (size_t k = 0; k <= kHalf; ++k) {
    float sum = 0;
    for (const size_t bin : {k, (kSize - k) % kSize}) {
      for (size_t l = 0; l < kHalf; ++l) {
        const float re = real[bin * kHalf + l], im = imaginary[bin * kHalf + l];
        sum += re * re + im * im;
      }
    }
    power[k] += sum / (2 * kSize * window.energy);
  }
}

BlockSpectrum spectrum_of(const Gray& gray, int x0, int y0) {
  thread_local std::array<float, kSize * kSize> block;
  thread_local std::array<float, kSize * kHalf> real, imaginary;
  int sum = 0;
  for (int y = 0; y < kSize; ++y) {
    const uint8_t* row = gray.row(y0 + y) + x0;
    for (int x = 0; x < kSize; ++x) sum += row[x], block[static_cast<size_t>(y * kSize + x)] = row[x];
  }
  const float mean = static_cast<float>(sum) / (kSize * kSize);
  Power power{};
  for (size_t y = 0; y < kSize; ++y) {
    for (size_t l = 0; l < kHalf; ++l) {
      real[y * kHalf + l] = block[y * kSize + l] - mean;
      imaginary[y * kHalf + l] = block[y * kSize + l + kHalf] - mean;
    }
  }
  add_power(real, imaginary, power);
  for (size_t x = 0; x < kSize; ++x) {
    for (size_t l = 0; l < kHalf; ++l) {
      real[x * kHalf + l] = block[l * kSize + x] - mean;
      imaginary[x * kHalf + l] = block[(l + kHalf) * kSize + x] - mean;
    }
  }
  add_power(real, imaginary, power);

  BlockSpectrum spectrum;
  for (size_t band = 0; band < kSpectrumBands; ++band) {
    float total = 0;
    int bins = 0;
    for (int bin = kBandBegin[band]; bin < kBandBegin[band + 1]; ++bin) {
      if (bin % 8 != 0) total += power[static_cast<size_t>(bin)], ++bins;
    }
    spectrum.log_power[band] = std::log2(total / (2 * static_cast<float>(bins)) + kFloor);
  }
  const float on = (power[8] + power[16] + power[24]) / 3,
              around = (power[5] + power[11] + power[13] + power[19] + power[21] + power[27]) / 6;
  spectrum.comb = std::log2((on + kFloor) / (around + kFloor));
  return spectrum;
}

}  // namespace

void block_spectra(const Gray& gray, int x0, int y0, int width, int height, std::vector<BlockSpectrum>& blocks) {
  const auto place = [](int i, int count, int length) {
    return count == 1 ? 0 : i * (length - kSize) / (count - 1) / 8 * 8;
  };
  const int across = width / kSize, down = height / kSize;
  for (int j = 0; j < down; ++j) {
    for (int i = 0; i < across; ++i)
      blocks.push_back(spectrum_of(gray, x0 + place(i, across, width), y0 + place(j, down, height)));
  }
}

}  // namespace surefoot::index
