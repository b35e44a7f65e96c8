// Hashes and look of a stream of pictures on standard input, for comparisons with other programs. Each picture is
// "WIDTH HEIGHT\n" and raw RGB; each answer one line of words: the eight PDQ hashes (hex, bit 255 first), quality,
// difference hash (hex), brightness p1 p5 mean p99, luma range, color range, entropy, flat share, coarse contrast,
// surface residual, neighbour and pattern correlation, blur score, edge variance, sharpness, microseconds for the
// hashes and for the look.
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <iostream>

#include "surefoot/index/look.h"
#include "surefoot/index/perceptual_hash.h"

int main() {
  using namespace surefoot;
  using Clock = std::chrono::steady_clock;
  const auto microseconds = [](Clock::duration time) {
    return std::chrono::duration<double, std::micro>(time).count();
  };
  image::Pixels pixels;
  index::Gray gray;
  for (int width = 0, height = 0; std::cin >> width >> height;) {
    std::cin.ignore(1);
    if (width < 1 || height < 1 || width > 20000 || height > 20000) return 1;
    pixels.resize(width, height);
    std::cin.read(reinterpret_cast<char*>(pixels.rgb.data()), static_cast<std::streamsize>(pixels.rgb.size()));
    index::to_gray(pixels, gray);
    const auto start = Clock::now();
    const index::PerceptualHashes hashes = index::perceptual_hashes(gray);
    const auto hashed = Clock::now();
    const index::Look look = index::look_of(pixels, gray);
    const auto looked = Clock::now();
    for (const index::Hash256& hash : hashes.pdq) {
      for (size_t word = 4; word-- > 0;) std::printf("%016" PRIx64, hash.words[word]);
      std::printf(" ");
    }
    std::printf("%d %016" PRIx64, hashes.pdq_quality, hashes.difference);
    for (const double value :
         {look.brightness_p1, look.brightness_p5, look.brightness_mean, look.brightness_p99, look.luma_range,
          look.color_range, look.entropy, look.flat_share, look.coarse_contrast, look.surface_residual,
          look.neighbour_correlation, look.pattern_correlation, look.blur_score, look.edge_variance, look.sharpness}) {
      std::printf(" %.6g", value);
    }
    std::printf(" %.0f %.0f\n", microseconds(hashed - start), microseconds(looked - hashed));
    std::fflush(stdout);
  }
  return 0;
}
