#pragma once
// Three figures that together show a starved trainer: the step on made-up pictures, the loader alone, and both
// together.
#include <limits>
#include <string>

#include "surefoot/base/files.h"
#include "surefoot/config/recipe.h"

namespace surefoot::train {

struct BenchmarkFigures {
  std::string model, device, precision;
  int64_t batch = 0, micro_batch = 0, image_size = 0, threads = 0;
  double step_images_per_second = 0;  // synthetic
  double step_cpu_ms_per_image = 0;
  double loader_images_per_second = 0;  // 0: no data given
  double loader_cpu_ms_per_image = 0;
  double end_to_end_images_per_second = 0;  // 0: no data given
  double data_wait = 0;                     // share of the end-to-end time
  uint64_t peak_memory_bytes = 0;
};

/// @param recipe  data.path empty: only the synthetic step
/// @param steps   timed steps after two that warm up; the median counts; 0: only the loader
/// @param scratch folder for the manifest
/// @param seconds that each measurement of steps may take: fewer are timed then, three at least
BenchmarkFigures run_benchmark(Files& files,
                               config::Recipe recipe,
                               int64_t steps,
                               const std::string& scratch,
                               double seconds = std::numeric_limits<double>::infinity());

}  // namespace surefoot::train
