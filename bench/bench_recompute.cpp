// What computing again and offloading save and cost: one forward and backward at each level, in turns, on one thread.
//   bench_recompute MODEL [--batch 8] [--size 224] [--rounds 5] [--precision fp32|bf16]
// Prints a JSON line a level: MiB that the forward leaves behind for the backward, MiB at the peak (gradients
// included, weights not), CPU ms, and all three as ratios to keeping everything. "third" and "half": that
// part of the blocks, from the input, at kBlock, the others at kCheap.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "surefoot/nn/model.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/tensor/precision.h"
#include "surefoot/tensor/saved_tensors.h"

namespace {
using namespace surefoot;
using nn::Recompute;

struct Options {
  std::string model, precision = "fp32";
  int64_t batch = 8, size = 224, rounds = 5;
};

struct Way {
  const char* name;
  std::vector<Recompute> levels;
  bool offload = false;
  std::vector<double> cpu_ms = {};
  uint64_t kept = 0, peak = 0;

  double median_ms() {
    std::sort(cpu_ms.begin(), cpu_ms.end());
    return cpu_ms[cpu_ms.size() / 2];
  }
};

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

void step(nn::Model& model, const at::Tensor& images, tensor::Precision precision, Way& way) {
  nn::BatchNormSums sums;
  const uint64_t before = tensor::device_memory(at::kCPU).live_bytes;
  tensor::reset_peak(at::kCPU);
  const double begin = cpu_ms();
  {
    at::Tensor logits;
    {
      std::unique_ptr<tensor::OffloadSavedTensors> offload;
      if (way.offload) offload = std::make_unique<tensor::OffloadSavedTensors>(at::kCPU);
      const tensor::Autocast autocast(at::kCPU, precision);
      logits = model.forward(images, {.training = true, .batch_norm = &sums, .recompute = way.levels});
    }
    way.kept = tensor::device_memory(at::kCPU).live_bytes - before;
    logits.to(at::kFloat).pow(2).mean().backward();
  }
  way.cpu_ms.push_back(cpu_ms() - begin);
  way.peak = tensor::device_memory(at::kCPU).peak_bytes - before;
  for (at::Tensor& parameter : model.trainable_parameters()) parameter.mutable_grad() = at::Tensor();
}

std::vector<Way> ways_of(const nn::Model& model) {
  const size_t blocks = model.block_names().size();
  std::vector<Recompute> third(blocks, Recompute::kCheap), half = third;
  std::fill_n(third.begin(), blocks / 3, Recompute::kBlock);
  std::fill_n(half.begin(), blocks / 2, Recompute::kBlock);
  return {{"none", {}},   {"cheap", std::vector<Recompute>(blocks, Recompute::kCheap)}, {"third", third},
          {"half", half}, {"block", std::vector<Recompute>(blocks, Recompute::kBlock)}, {"offload", {}, true}};
}

void run(const Options& options) {
  tensor::install_cpu_allocator();
  at::set_num_threads(1);
  const auto model = nn::make_model(options.model, {.image_size = options.size}, {});
  at::Tensor images = at::sin(at::arange(options.batch * 3 * options.size * options.size, at::kFloat))
                          .reshape({options.batch, 3, options.size, options.size});
  if (model->prefers_channels_last()) {
    model->set_memory_format(at::MemoryFormat::ChannelsLast);
    images = images.contiguous(at::MemoryFormat::ChannelsLast);
  }
  const tensor::Precision precision = tensor::resolve_precision(options.precision, at::kCPU);
  std::vector<Way> ways = ways_of(*model);
  for (int64_t round = 0; round <= options.rounds; ++round) {
    for (Way& way : ways) step(*model, images, precision, way);
    if (round == 0) {  // warms up
      for (Way& way : ways) way.cpu_ms.clear();
    }
  }
  Way& none = ways.front();
  for (Way& way : ways) {
    const auto ratio = [](uint64_t a, uint64_t b) { return static_cast<double>(a) / static_cast<double>(b); };
    std::printf(
        "{\"model\": \"%s\", \"precision\": \"%s\", \"batch\": %ld, \"level\": \"%s\", \"kept_mib\": %.1f, "
        "\"peak_mib\": %.1f, \"cpu_ms\": %.1f, \"kept\": %.3f, \"peak\": %.3f, \"time\": %.3f}\n",
        options.model.c_str(), options.precision.c_str(), options.batch, way.name,
        static_cast<double>(way.kept) / (1 << 20), static_cast<double>(way.peak) / (1 << 20), way.median_ms(),
        ratio(way.kept, none.kept), ratio(way.peak, none.peak), way.median_ms() / none.median_ms());
  }
}
}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return std::fprintf(stderr, "usage: bench_recompute MODEL [options]\n"), 2;
  Options options{.model = arguments[1]};
  for (int i = 2; i + 1 < count; i += 2) {
    const std::string name = arguments[i], value = arguments[i + 1];
    if (name == "--batch") options.batch = std::stol(value);
    if (name == "--size") options.size = std::stol(value);
    if (name == "--rounds") options.rounds = std::stol(value);
    if (name == "--precision") options.precision = value;
  }
  run(options);
  return 0;
}
