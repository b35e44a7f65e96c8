#include "surefoot/train/labels/kernel_classifier.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "surefoot/tensor/random.h"

namespace surefoot::train {
namespace {

constexpr int64_t kBlock = 256;     // pictures at a time
constexpr double kRidge = 0.7;      // in units of the kernel's diagonal, which is 1
constexpr double kWidth = 0.7;      // of the kernel: exp(-kWidth distance / median distance)
constexpr double kSpread = 1e-2;    // of the mean standard deviation: features that hardly vary count little
constexpr int64_t kEmbedding = 64;  // dimensions
constexpr int kPowerSteps = 6;

at::Tensor squared_distances(const at::Tensor& a, const at::Tensor& b) {
  return at::matmul(a, b.t()).mul_(-2).add_(b.square().sum(1)).add_(a.square().sum(1, /*keepdim=*/true)).clamp_min_(0);
}

/// Over an even sample of the pairs.
double median_distance(const at::Tensor& points) {
  constexpr int64_t kSample = 500;
  const at::Tensor sample = points.slice(0, 0, points.size(0), std::max<int64_t>(1, points.size(0) / kSample));
  return squared_distances(sample, sample).median().item<double>();
}

/// The kernel's feature space, as coordinates in which its products are plain ones: K L^-T with K_MM = L L^T. [N, M]
at::Tensor coordinates(const at::Tensor& kernel, const at::Tensor& landmarks) {
  at::Tensor among = kernel.index({landmarks}).to(at::kDouble);
  among = (among + among.t()) * 0.5;
  among.diagonal().add_(1e-4);
  const at::Tensor factor = at::linalg_cholesky(among).to(at::kFloat);
  return at::linalg_solve_triangular(factor, kernel.t(), /*upper=*/false).t().contiguous();
}

/// What ridge regression needs of some pictures; sums over pictures, so folds can be taken out of the whole.
struct Sums {
  at::Tensor gram, moment, features, targets;  // [M, M], [M, classes], [M], [classes]; double
  int64_t count = 0;

  void add(const Sums& other) {
    gram += other.gram, moment += other.moment, features += other.features, targets += other.targets;
    count += other.count;
  }
  Sums without(const Sums& part) const {
    return {gram - part.gram, moment - part.moment, features - part.features, targets - part.targets,
            count - part.count};
  }
};

Sums sums_of(const at::Tensor& x, const at::Tensor& y) {
  return {at::matmul(x.t(), x).to(at::kDouble), at::matmul(x.t(), y).to(at::kDouble), x.sum(0, false, at::kDouble),
          y.sum(0, false, at::kDouble), x.size(0)};
}

/// Ridge regression of one-hot labels, each fold from the others. @return [N, classes]
at::Tensor predict_out_of_fold(const at::Tensor& x,
                               const at::Tensor& targets,
                               const KernelTask& task,
                               const std::function<void(double)>& progress) {
  std::vector<at::Tensor> folds;
  for (int64_t fold = 0; fold < task.fold_count; ++fold) folds.push_back(at::nonzero(task.folds == fold).flatten());
  const auto of = [&](const at::Tensor& positions) {
    return sums_of(x.index({positions}), targets.index({positions}));
  };
  const double steps = 2.0 * static_cast<double>(folds.size());
  double done = 0;
  Sums all = of(folds[0]);
  progress(++done / steps);
  for (size_t f = 1; f < folds.size(); ++f) {
    all.add(of(folds[f]));
    progress(++done / steps);
  }
  at::Tensor scores = at::empty({x.size(0), task.classes});
  for (const at::Tensor& held_out : folds) {
    // The sums of a fold are computed twice rather than kept: they are the largest thing there is.
    const Sums others = all.without(of(held_out));
    const at::Tensor mean = others.targets / static_cast<double>(others.count);
    others.gram.diagonal().add_(kRidge);
    const at::Tensor moment = others.moment - at::outer(others.features, mean);
    const at::Tensor weights = at::cholesky_solve(moment, at::linalg_cholesky(others.gram)).to(at::kFloat);
    scores.index_put_({held_out}, at::matmul(x.index({held_out}), weights) + mean.to(at::kFloat));
    progress(++done / steps);
  }
  return scores;
}

/// Softmax at the temperature at which the given labels are likeliest (Guo et al. 2017).
at::Tensor calibrated(const at::Tensor& scores, const at::Tensor& labels) {
  at::Tensor best;
  double least = INFINITY;
  for (const double scale : {1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 16.0, 24.0}) {
    const at::Tensor logs = at::log_softmax(scores * scale, 1);
    const double loss = -logs.gather(1, labels.unsqueeze(1)).mean().item<double>();
    if (loss < least) least = loss, best = logs.exp();
  }
  return best;
}

/// Main directions of the coordinates by subspace iteration (Halko et al. 2011). @return [N, kEmbedding], unit length
at::Tensor main_directions(const at::Tensor& x, const at::Tensor& gram_of_centred) {
  const int64_t dimensions = std::min(kEmbedding, x.size(1));
  at::Tensor basis = at::empty({x.size(1), dimensions});
  tensor::fill_normal(basis, {.purpose = Purpose::kCluster});
  for (int i = 0; i < kPowerSteps; ++i) basis = std::get<0>(at::linalg_qr(at::matmul(gram_of_centred, basis)));
  const at::Tensor projected = at::matmul(x - x.mean(0), basis);
  return projected / (projected.norm(2, {1}, /*keepdim=*/true) + 1e-9);
}

}  // namespace

LandmarkDistances::LandmarkDistances(int64_t pictures, at::Tensor landmarks)
    : landmarks_(std::move(landmarks)), distances_(at::zeros({pictures, landmarks_.size(0)})) {}

void LandmarkDistances::add(const FeatureKind& kind, const std::function<void(double share)>& each) {
  const auto& features = kind.features;
  std::vector<at::Tensor> blocks;
  const int64_t marks = landmarks_.size(0), pictures = distances_.size(0);
  const auto work = static_cast<double>(marks + pictures);
  for (int64_t i = 0; i < marks; i += kBlock) {
    blocks.push_back(features(landmarks_.slice(0, i, std::min(marks, i + kBlock))));
    each(static_cast<double>(i) / work);
  }
  at::Tensor centres = at::cat(blocks);
  blocks.clear();
  const at::Tensor mean = centres.mean(0);
  const at::Tensor deviation = (centres - mean).square().mean(0).sqrt();
  // Standardised, and divided by the square root of their number: the mean distance between two pictures is about 2.
  const at::Tensor scale =
      kind.standardised
          ? 1 / ((deviation + kSpread * deviation.mean() + 1e-12) * std::sqrt(static_cast<double>(mean.size(0))))
          : at::ones_like(mean);
  centres.sub_(mean).mul_(scale);
  const double unit = std::max(1e-9, median_distance(centres));
  for (int64_t i = 0; i < pictures; i += kBlock) {
    const int64_t end = std::min(pictures, i + kBlock);
    // Where the landmarks are all pictures, nothing is computed twice.
    const at::Tensor block =
        marks == pictures ? centres.slice(0, i, end) : (features(at::arange(i, end)) - mean).mul_(scale);
    const at::Tensor distance = squared_distances(block, centres);
    distances_.slice(0, i, end).add_(distance, kind.weight / unit);
    each(static_cast<double>(marks + end) / work);
  }
  weights_ += kind.weight;
}

at::Tensor LandmarkDistances::take_kernel() {
  at::Tensor kernel = distances_.mul_(-kWidth / std::max(1e-9, weights_)).exp_();
  distances_ = at::Tensor();
  return kernel;
}

KernelScores classify_out_of_fold(KernelTask task, const std::function<void(double share)>& progress) {
  const at::Tensor x = coordinates(task.kernel, task.landmarks);
  task.kernel = at::Tensor();
  const at::Tensor targets = at::one_hot(task.labels, task.classes).to(at::kFloat);
  const at::Tensor raw = predict_out_of_fold(x, targets, task, progress);
  KernelScores scores;
  scores.probabilities = calibrated(raw, task.labels);
  scores.accuracy = (scores.probabilities.argmax(1) == task.labels).to(at::kDouble).mean().item<double>();
  const at::Tensor mean = x.mean(0);
  at::Tensor gram = at::matmul(x.t(), x) - at::outer(mean, mean) * static_cast<double>(x.size(0));
  // Half what it looks like, half what other folds take it for: square roots of probabilities have unit length too.
  scores.embeddings = at::cat({main_directions(x, gram), scores.probabilities.sqrt()}, 1) * std::sqrt(0.5);
  return scores;
}

}  // namespace surefoot::train
