#pragma once
// Exact evaluation: every picture once, in manifest order; an unreadable one counts as wrong.
#include <exception>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "surefoot/data/loader.h"
#include "surefoot/nn/model.h"
#include "surefoot/tensor/precision.h"
#include "surefoot/train/input.h"
#include "surefoot/train/progress.h"

namespace surefoot::train {

/// A picture that the model got wrong.
struct Mistake {
  uint32_t picture = 0;  // manifest number
  int64_t label = 0, predicted = 0;
  double confidence = 0;  // softmax of the predicted class
  double loss = 0;
};

/// What a report needs beyond the figures.
struct EvalDetails {
  std::map<std::pair<int64_t, int64_t>, int64_t>
      confusion;               // (label, predicted) -> pictures; sparse, as classes may be many
  std::vector<Mistake> worst;  // highest loss first
  size_t worst_limit = 24;
};

/// How much goes through the model at once, and what happens where even that does not fit: after one more try with the
/// caches given back, half as much, down to a single picture.
struct EvalParts {
  int64_t pictures = 0;  // at most; 0: the loader's batch. Halved where memory runs out.
  /// Hears of each shortage, and what the size was and is now (the same where it is only tried again). May be empty.
  std::function<void(std::exception_ptr error, int64_t before, int64_t after)> on_shortage;
};

/// Runs the model in evaluation mode over one pass of `loader` (made with training = false).
/// Loss is plain cross-entropy (no smoothing) over the readable pictures, summed in double.
/// @param details    may be null
/// @param parts      may be null; the figures do not depend on them. Throws kOutOfMemory where one picture does not
/// fit.
/// @param label_map  class number of the data -> class number of the model; empty: the same
EvalFigures evaluate(nn::Model& model,
                     data::Loader& loader,
                     const Normalizer& normalizer,
                     int64_t image_size,
                     at::Device device,
                     tensor::Precision precision,
                     EvalDetails* details = nullptr,
                     std::span<const int64_t> label_map = {},
                     EvalParts* parts = nullptr);

}  // namespace surefoot::train
