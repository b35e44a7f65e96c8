#include "surefoot/train/evaluate.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace surefoot::train {
namespace {

void keep_worst(EvalDetails& details, Mistake mistake) {
  const auto worse = [](const Mistake& a, const Mistake& b) {
    return a.loss != b.loss ? a.loss > b.loss : a.picture < b.picture;
  };
  auto& worst = details.worst;
  worst.insert(std::upper_bound(worst.begin(), worst.end(), mistake, worse), mistake);
  if (worst.size() > details.worst_limit) worst.pop_back();
}

}  // namespace

EvalFigures evaluate(nn::Model& model,
                     data::Loader& loader,
                     const Normalizer& normalizer,
                     int64_t image_size,
                     at::Device device,
                     tensor::Precision precision,
                     EvalDetails* details,
                     std::span<const int64_t> label_map) {
  const at::NoGradGuard no_grad;
  EvalFigures figures;
  int64_t right1 = 0, right5 = 0;
  double loss_sum = 0;
  loader.seek(0, 0);
  while (true) {
    const data::Batch batch = loader.next();
    if (batch.count == 0) break;
    at::Tensor logits;  // [N, classes]
    {
      const tensor::Autocast autocast(device, precision);
      logits = model.forward(normalizer(batch.pixels, batch.count, image_size), nn::Pass{});
    }
    logits = logits.to(at::kCPU, precision == tensor::Precision::kFp64 ? at::kDouble : at::kFloat);
    const int64_t k = std::min<int64_t>(5, logits.size(1));
    const at::Tensor top = std::get<1>(logits.topk(k, 1)).contiguous();
    const at::Tensor log_probabilities = logits.log_softmax(1).to(at::kDouble).contiguous();
    const auto top_at = top.accessor<int64_t, 2>();
    const auto log_p = log_probabilities.accessor<double, 2>();
    for (int64_t i = 0; i < batch.count; ++i) {
      const auto index = static_cast<size_t>(i);
      ++figures.pictures;
      if (batch.bad[index] != 0) {
        ++figures.bad;
        continue;
      }
      const int64_t stored = batch.labels[index];
      const int64_t label = label_map.empty() ? stored : label_map[static_cast<size_t>(stored)],
                    predicted = top_at[i][0];
      right1 += predicted == label;
      for (int64_t j = 0; j < k; ++j) right5 += top_at[i][j] == label;
      loss_sum -= log_p[i][label];
      if (details == nullptr) continue;
      ++details->confusion[{label, predicted}];
      if (predicted != label) {
        keep_worst(*details,
                   {batch.pictures[index], label, predicted, std::exp(log_p[i][predicted]), -log_p[i][label]});
      }
    }
  }
  const double pictures = static_cast<double>(std::max<int64_t>(1, figures.pictures));
  figures.top1 = static_cast<double>(right1) / pictures;
  figures.top5 = static_cast<double>(right5) / pictures;
  figures.loss = loss_sum / static_cast<double>(std::max<int64_t>(1, figures.pictures - figures.bad));
  return figures;
}

}  // namespace surefoot::train
