#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "surefoot/image/decode.h"
#include "surefoot/train/loaded_model.h"

namespace surefoot::train {

struct ClassScore {
  int64_t label = 0;
  double probability = 0;
};

struct Prediction {
  std::string path;
  image::Outcome outcome;       // not ok: the picture could not be read, and there are no scores
  std::vector<ClassScore> top;  // highest first
};

/// Predicts picture files in the order given, `batch` at a time; calls `each` for every one. @param top_k scores a
/// picture
void predict(LoadedModel& loaded,
             Files& files,
             std::span<const std::string> paths,
             int64_t top_k,
             int64_t batch,
             const std::function<void(const Prediction&)>& each);

}  // namespace surefoot::train
