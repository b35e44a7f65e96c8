#include "surefoot/train/labels/label_scorer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <memory>
#include <string>

#include "surefoot/base/error.h"
#include "surefoot/tensor/device.h"
#include "surefoot/train/labels/colour_histogram.h"
#include "surefoot/train/labels/given_features.h"
#include "surefoot/train/labels/kernel_classifier.h"
#include "surefoot/train/labels/patch_network.h"

namespace surefoot::train {
namespace {

constexpr int64_t kSmall = 40;  // px: below this every pixel counts

/// How much is computed for a set of this size: what is quadratic stays bounded.
struct Effort {
  int64_t landmarks = 4096;
  int64_t filters = 512;
};

Effort effort_for(int64_t pictures, double seconds_budget, int threads) {
  Effort effort;
  constexpr int64_t kMostDistances = int64_t{400} << 20;  // floats: 1.6 GiB
  effort.landmarks = std::min({effort.landmarks, pictures, std::max<int64_t>(256, kMostDistances / pictures)});
  // About 2.5 ms of one core go into a picture's responses to 512 filters at one scale.
  const double seconds = 4 * 2.5e-3 * static_cast<double>(pictures) / std::max(1, threads);
  while (seconds_budget > 0 && effort.filters > 64 &&
         seconds * static_cast<double>(effort.filters) / 512 > seconds_budget)
    effort.filters /= 2;
  return effort;
}

/// Networks for squares of `side` px. Small pictures are looked at pixel by pixel, larger ones at several scales.
std::vector<PatchNetworkOptions> networks_for(int64_t side, const Effort& effort, uint64_t seed) {
  std::vector<PatchNetworkOptions> all;
  if (side < kSmall) {
    all = {{.side = side, .patch = 6, .stride = 1, .pool = 3}, {.side = side, .patch = 4, .stride = 1, .pool = 3}};
  } else {
    all = {{.side = 64, .patch = 8, .stride = 2, .pool = 3},
           {.side = 48, .patch = 12, .stride = 2, .pool = 2},
           {.side = 48, .patch = 3, .stride = 2, .pool = 2, .contrast_floor = 1000}};
  }
  for (size_t i = 0; i < all.size(); ++i) {
    all[i].filters = effort.filters;
    all[i].seed = seed;
    all[i].number = i;
  }
  return all;
}

void check(const clean::LabelTask& task) {
  const size_t n = task.labels.size();
  const auto fail = [](const std::string& why) {
    throw Error(ErrorCode::kRecipeConflict, "labels cannot be scored", why, "this is a bug of surefoot: report it");
  };
  const bool embeddings_only = task.classes == 0 && !task.weights.empty();
  if (task.classes < 2 && !embeddings_only)
    throw Error(ErrorCode::kDataOneClass, "labels cannot be judged", "there are fewer than two classes",
                "give class folders");
  if (task.side < 16 || task.side > 1024)
    fail("pictures of " + std::to_string(task.side) + " px are out of range 16..1024");
  if (task.pictures.size() != n * static_cast<size_t>(task.side) * static_cast<size_t>(task.side) * 3)
    fail("pictures and labels differ in number");
  if (embeddings_only) return;
  if (task.folds.size() != n || task.fold_count < 2)
    fail("folds and labels differ in number, or there are fewer than two folds");
  std::vector<bool> used(static_cast<size_t>(task.fold_count));
  for (size_t i = 0; i < n; ++i) {
    if (task.labels[i] < 0 || task.labels[i] >= task.classes)
      fail("the label " + std::to_string(task.labels[i]) + " is out of range");
    if (task.folds[i] < 0 || task.folds[i] >= task.fold_count)
      fail("the fold " + std::to_string(task.folds[i]) + " is out of range");
    used[static_cast<size_t>(task.folds[i])] = true;
  }
  if (std::count(used.begin(), used.end(), true) < 2) fail("all pictures are in one fold");
}

at::Tensor numbers(const std::vector<int32_t>& values) {
  return at::tensor(at::ArrayRef<int32_t>(values), at::kInt).to(at::kLong);
}

std::vector<float> values_of(const at::Tensor& tensor) {
  const at::Tensor host = tensor.contiguous();
  return {host.const_data_ptr<float>(), host.const_data_ptr<float>() + host.numel()};
}

/// Evenly spread over the positions: classes lie together in a collection. [count], ascending
at::Tensor spread(int64_t pictures, int64_t count) {
  return at::floor_divide(at::arange(count, at::kLong) * pictures, count);
}

/// Features of the given network alone, each row of unit length.
clean::LabelScores embed(const GivenFeatures& given,
                         const at::Tensor& pictures,
                         const std::function<void(double share)>& progress) {
  constexpr int64_t kBlock = 256;
  std::vector<at::Tensor> parts;
  for (int64_t i = 0; i < pictures.size(0); i += kBlock) {
    const at::Tensor features = given.features(pictures.slice(0, i, std::min(pictures.size(0), i + kBlock)));
    parts.push_back(features / features.norm(2, {1}, /*keepdim=*/true).clamp_min(1e-12));
    progress(static_cast<double>(std::min(pictures.size(0), i + kBlock)) / static_cast<double>(pictures.size(0)));
  }
  const at::Tensor embeddings = at::cat(parts);
  clean::LabelScores result;
  result.dimensions = static_cast<int>(embeddings.size(1));
  result.embeddings = values_of(embeddings);
  result.method = "features of " + given.name();
  return result;
}

}  // namespace

clean::LabelScores NetworkLabelScorer::score(const clean::LabelTask& task,
                                             const std::function<void(double share)>& progress) {
  check(task);
  const int threads = threads_ > 0 ? threads_ : tensor::physical_cores();
  at::set_num_threads(threads);
  const at::NoGradGuard no_gradients;
  const auto n = static_cast<int64_t>(task.labels.size());
  const at::Tensor pictures =
      at::from_blob(const_cast<uint8_t*>(task.pictures.data()), {n, task.side, task.side, 3}, at::kByte);
  if (task.classes == 0) return embed(GivenFeatures(files_, task.weights), pictures, progress);
  const Effort effort = effort_for(n, task.seconds_budget, threads);
  LandmarkDistances distances(n, spread(n, effort.landmarks));
  constexpr double kFeatureShare = 0.8;  // of the time
  std::string method;
  const auto add = [&](FeatureKind kind, double from, double to) {
    distances.add(kind, [&](double share) { progress(kFeatureShare * (from + share * (to - from))); });
  };
  if (!task.weights.empty()) {
    const GivenFeatures given(files_, task.weights);
    add({[&](const at::Tensor& positions) { return given.features(pictures.index({positions})); }}, 0, 1);
    method = "features of " + given.name();
  } else {
    const std::vector<PatchNetworkOptions> networks = networks_for(task.side, effort, task.seed);
    const auto count = static_cast<double>(networks.size());
    for (size_t i = 0; i < networks.size(); ++i) {
      const PatchNetwork network(pictures, networks[i]);
      add({[&](const at::Tensor& positions) { return network.features(pictures.index({positions})); }},
          static_cast<double>(i) / count, static_cast<double>(i + 1) / count);
    }
    add({.features = [&](const at::Tensor& positions) { return colour_histograms(pictures.index({positions})); },
         .weight = task.side < kSmall ? 0.5 : 2.0,
         .standardised = false},
        1, 1);
    method = std::to_string(networks.size()) + " patch networks of " + std::to_string(effort.filters) +
             " filters at up to " + std::to_string(task.side) + " px, colours";
  }
  const KernelScores scores =
      classify_out_of_fold({.kernel = distances.take_kernel(),
                            .landmarks = distances.landmarks(),
                            .labels = numbers(task.labels),
                            .folds = numbers(task.folds),
                            .classes = task.classes,
                            .fold_count = task.fold_count},
                           [&](double share) { progress(kFeatureShare + (1 - kFeatureShare) * share); });
  clean::LabelScores result;
  result.classes = task.classes;
  result.dimensions = static_cast<int>(scores.embeddings.size(1));
  result.probabilities = values_of(scores.probabilities);
  result.embeddings = values_of(scores.embeddings);
  result.accuracy = scores.accuracy;
  result.method = method + ", kernel ridge regression, " + std::to_string(task.fold_count) + " folds";
  return result;
}

}  // namespace surefoot::train
