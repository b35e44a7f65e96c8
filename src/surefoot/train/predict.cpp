#include "surefoot/train/predict.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "surefoot/base/error.h"

namespace surefoot::train {

void predict(LoadedModel& loaded,
             Files& files,
             std::span<const std::string> paths,
             int64_t top_k,
             int64_t batch,
             const std::function<void(const Prediction&)>& each) {
  const at::NoGradGuard no_grad;
  const image::TransformOptions transform = transform_of(loaded.recipe);
  const int64_t size = loaded.recipe.data.image_size, bytes = size * size * 3;
  std::vector<uint8_t> pixels(static_cast<size_t>(batch * bytes));
  while (!paths.empty()) {
    const auto part = paths.first(std::min(paths.size(), static_cast<size_t>(batch)));
    paths = paths.subspan(part.size());
    std::vector<Prediction> predictions(part.size());
    at::parallel_for(0, static_cast<int64_t>(part.size()), 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        Prediction& prediction = predictions[static_cast<size_t>(i)];
        prediction.path = part[static_cast<size_t>(i)];
        uint8_t* target = pixels.data() + i * bytes;
        try {
          prediction.outcome = image::eval_transform(files.read(prediction.path), transform, target);
        } catch (const Error& error) {
          prediction.outcome = {image::DecodeStatus::kCorrupt, error.why()};
        }
        if (!prediction.outcome.ok()) std::fill_n(target, bytes, uint8_t{0});
      }
    });
    at::Tensor probabilities;  // [N, classes]
    {
      const tensor::Autocast autocast(loaded.device, loaded.precision);
      probabilities = loaded.model->forward(
          (*loaded.normalizer)(pixels.data(), static_cast<int64_t>(part.size()), size), nn::Pass{});
    }
    probabilities = probabilities.to(at::kCPU, at::kDouble).softmax(1);
    const auto [values, labels] = probabilities.topk(std::min(top_k, probabilities.size(1)), 1);
    for (size_t i = 0; i < part.size(); ++i) {
      const auto row = static_cast<int64_t>(i);
      if (predictions[i].outcome.ok()) {
        for (int64_t k = 0; k < labels.size(1); ++k)
          predictions[i].top.push_back({labels[row][k].item<int64_t>(), values[row][k].item<double>()});
      }
      each(predictions[i]);
    }
  }
}

}  // namespace surefoot::train
