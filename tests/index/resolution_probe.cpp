// Features and estimate of resolution for a stream of luma pictures on standard input, for the training script and
// comparisons: each picture is "WIDTH HEIGHT\n" and WIDTH x HEIGHT bytes; each answer one line:
//   blocks trace frequency replication score share upscaled confidence microseconds, then the features
#include <chrono>
#include <cstdio>
#include <iostream>

#include "surefoot/index/resolution.h"
#include "surefoot/index/resolution_features.h"

int main() {
  using namespace surefoot::index;
  Gray gray;
  for (int width = 0, height = 0; std::cin >> width >> height;) {
    std::cin.ignore(1);
    if (width < 64 || height < 64 || width > 20000 || height > 20000) {
      std::fprintf(stderr, "%d x %d px: a side is below 64 px or above 20000 px\n", width, height);
      return 1;
    }
    gray.resize(width, height);
    std::cin.read(reinterpret_cast<char*>(gray.values.data()), static_cast<std::streamsize>(gray.values.size()));
    const auto start = std::chrono::steady_clock::now();
    const Resolution r = resolution_of(gray);
    const double us = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
    const ResolutionFeatures f = resolution_features(gray);
    std::printf("%d %.6g %.6g %.6g %.6g %.6g %d %.6g %.0f", f.blocks, f.trace, f.trace_frequency, f.replication,
                r.score, r.effective_share, static_cast<int>(r.upscaled), r.confidence, us);
    for (const float value : f.values) std::printf(" %.6g", static_cast<double>(value));
    std::printf("\n");
    std::fflush(stdout);
  }
  return 0;
}
