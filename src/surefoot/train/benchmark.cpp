#include "surefoot/train/benchmark.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <functional>
#include <vector>

#include "surefoot/base/clock.h"
#include "surefoot/data/loader.h"
#include "surefoot/tensor/device.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/train/memory/bare_session.h"
#include "surefoot/train/model_card.h"
#include "surefoot/train/pinned_batches.h"
#include "surefoot/train/resolve.h"
#include "surefoot/train/step.h"

namespace surefoot::train {
namespace {

double cpu_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

struct Timing {
  double wall = 0, cpu = 0;  // seconds a call, median
};

/// Two calls to warm up, then the median of `times`, or of as many, three at least, as end within `seconds`.
Timing measure(int64_t times, const std::function<void()>& call, double seconds = HUGE_VAL) {
  constexpr size_t kLeast = 3;
  const double begun = real_clock().now();
  for (int i = 0; i < 2; ++i) call();
  std::vector<double> walls, cpus;
  for (int64_t i = 0; i < times && (walls.size() < kLeast || real_clock().now() - begun < seconds); ++i) {
    const double wall = real_clock().now(), cpu = cpu_seconds();
    call();
    walls.push_back(real_clock().now() - wall);
    cpus.push_back(cpu_seconds() - cpu);
  }
  const auto median = [](std::vector<double>& v) {
    std::nth_element(v.begin(), v.begin() + static_cast<ptrdiff_t>(v.size() / 2), v.end());
    return v[v.size() / 2];
  };
  return {median(walls), median(cpus)};
}

/// As the recipe asks; "auto" keeps everything.
plan::Footing footing_of(const config::Recipe& recipe) {
  const auto model = nn::make_model(recipe.model.name, model_options_of(recipe, 1000), {.device = at::kMeta});
  return {.recompute = plan::recompute_levels(recipe.memory.recompute, model->block_names().size())};
}

}  // namespace

BenchmarkFigures run_benchmark(
    Files& files, config::Recipe recipe, int64_t steps, const std::string& scratch, double seconds) {
  const at::Device device = resolve(recipe, [](const std::string&, const std::string&, const std::string&) {});
  at::set_num_threads(static_cast<int>(recipe.train.threads));
  const int64_t batch_size = recipe.train.batch, side = recipe.data.image_size;
  BenchmarkFigures figures{.model = recipe.model.name,
                           .device = tensor::describe_device(device),
                           .precision = recipe.train.precision,
                           .batch = batch_size,
                           .micro_batch = recipe.train.micro_batch,
                           .image_size = side,
                           .threads = recipe.train.threads};
  const double images = static_cast<double>(batch_size);

  std::vector<uint8_t> pixels(static_cast<size_t>(batch_size * side * side * 3));
  std::vector<int64_t> labels(static_cast<size_t>(batch_size));
  Philox random(0, Purpose::kSynthetic, 0, 0);
  for (uint8_t& value : pixels) value = static_cast<uint8_t>(random.next_u32());
  for (int64_t& label : labels) label = static_cast<int64_t>(random.below(1000));
  data::Batch synthetic;
  synthetic.count = batch_size;
  synthetic.pixels = pixels.data();
  synthetic.labels = labels;
  if (steps > 0) {
    BareSession session(recipe, 1000, footing_of(recipe), device);
    Trainee trainee = session.trainee();
    const Timing timing = measure(steps, [&] { train_step(trainee, synthetic); }, seconds);
    figures.step_images_per_second = images / timing.wall;
    figures.step_cpu_ms_per_image = timing.cpu * 1e3 / images;
    figures.peak_memory_bytes = tensor::device_memory(device).peak_bytes;
  }
  if (recipe.data.path.empty()) return figures;

  data::ScanReport report;
  const auto manifest =
      data::scan(files, recipe.data.path, {.val_fraction = recipe.data.val_fraction, .cache_folder = scratch}, report);
  const data::Sampler sampler(manifest->indices(data::Split::kTrain), 0);
  const auto allocator = batch_allocator(device);
  const data::LoaderOptions options{.transform = transform_of(recipe),
                                    .training = true,
                                    .batch = batch_size,
                                    .drop_last = true,
                                    .workers = static_cast<int>(recipe.data.workers),
                                    .prefetch = static_cast<int>(recipe.data.prefetch),
                                    .max_bad_fraction = recipe.data.max_bad_fraction};
  const auto loader = data::make_loader(files, *manifest, data::Split::kTrain, sampler, options, *allocator);
  const Timing alone = measure(std::max<int64_t>(steps, 20), [&] { loader->next(); });
  figures.loader_images_per_second = images / alone.wall;
  figures.loader_cpu_ms_per_image = alone.cpu * 1e3 / images;

  if (steps == 0) return figures;

  BareSession session(recipe, static_cast<int64_t>(manifest->classes().size()), footing_of(recipe), device);
  Trainee trainee = session.trainee();
  const uint64_t waited = loader->counters().wait_ns;
  const double start = real_clock().now();
  const Timing both = measure(steps, [&] { train_step(trainee, loader->next()); }, seconds);
  figures.end_to_end_images_per_second = images / both.wall;
  figures.data_wait = static_cast<double>(loader->counters().wait_ns - waited) * 1e-9 / (real_clock().now() - start);
  return figures;
}

}  // namespace surefoot::train
