#include "surefoot/train/evaluate.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <optional>

#include "surefoot/tensor/memory.h"
#include "surefoot/tensor/translate_error.h"

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

/// What is counted of some pictures of a batch, on the CPU.
struct Scores {
  at::Tensor top;                // [n, min(5, classes)], best first
  at::Tensor log_probabilities;  // [n, classes], double
};

/// One pass over one part of the data.
class Evaluation {
 public:
  Evaluation(nn::Model& model,
             const Normalizer& normalizer,
             int64_t image_size,
             at::Device device,
             tensor::Precision precision,
             EvalDetails* details,
             std::span<const int64_t> label_map,
             EvalParts& parts)
      : model_(model),
        normalizer_(normalizer),
        image_size_(image_size),
        device_(device),
        precision_(precision),
        details_(details),
        label_map_(label_map),
        parts_(parts) {}

  void add(const data::Batch& batch) {
    for (int64_t first = 0; first < batch.count;) {
      const int64_t size = parts_.pictures > 0 ? parts_.pictures : batch.count;
      const int64_t count = std::min(size, batch.count - first);
      const Scores scores = insist(batch, first, count);
      count_in(batch, first, scores);
      first += scores.top.size(0);
    }
  }

  EvalFigures figures() const {
    EvalFigures figures = figures_;
    const double pictures = static_cast<double>(std::max<int64_t>(1, figures.pictures));
    figures.top1 = static_cast<double>(right1_) / pictures;
    figures.top5 = static_cast<double>(right5_) / pictures;
    figures.loss = loss_sum_ / static_cast<double>(std::max<int64_t>(1, figures.pictures - figures.bad));
    return figures;
  }

 private:
  /// Scores of as many pictures from `first` on as fit, at most `count`.
  Scores insist(const data::Batch& batch, int64_t first, int64_t count) {
    for (int tries = 1;; ++tries) {
      std::exception_ptr error;
      try {
        return score(batch, first, count);
      } catch (...) {
        error = std::current_exception();
      }
      if (!tensor::is_out_of_memory(error) || (tries > 1 && count == 1))
        tensor::rethrow_translated(error, "evaluating " + std::to_string(count) + " picture(s) at once");
      const int64_t before = count;
      if (tries > 1) parts_.pictures = count = std::max<int64_t>(1, count / 2);
      if (parts_.on_shortage) parts_.on_shortage(error, before, count);
      tensor::free_caches(device_);
    }
  }

  Scores score(const data::Batch& batch, int64_t first, int64_t count) const {
    at::Tensor logits;  // [count, classes]
    {
      const tensor::Autocast autocast(device_, precision_);
      const uint8_t* pixels = batch.pixels + first * image_size_ * image_size_ * 3;
      logits = model_.forward(normalizer_(pixels, count, image_size_), nn::Pass{});
    }
    logits = logits.to(at::kCPU, precision_ == tensor::Precision::kFp64 ? at::kDouble : at::kFloat);
    const int64_t k = std::min<int64_t>(5, logits.size(1));
    return {.top = std::get<1>(logits.topk(k, 1)).contiguous(),
            .log_probabilities = logits.log_softmax(1).to(at::kDouble).contiguous()};
  }

  void count_in(const data::Batch& batch, int64_t first, const Scores& scores) {
    const auto top = scores.top.accessor<int64_t, 2>();
    const auto log_p = scores.log_probabilities.accessor<double, 2>();
    figures_.predicted.resize(static_cast<size_t>(log_p.size(1)));
    for (int64_t i = 0; i < top.size(0); ++i) {
      const auto place = static_cast<size_t>(first + i);
      ++figures_.pictures;
      if (batch.bad[place] != 0) {
        ++figures_.bad;
        continue;
      }
      const int64_t stored = batch.labels[place], predicted = top[i][0];
      const int64_t label = label_map_.empty() ? stored : label_map_[static_cast<size_t>(stored)];
      ++figures_.predicted[static_cast<size_t>(predicted)];
      right1_ += predicted == label;
      for (int64_t j = 0; j < top.size(1); ++j) right5_ += top[i][j] == label;
      loss_sum_ -= log_p[i][label];
      if (details_ == nullptr) continue;
      ++details_->confusion[{label, predicted}];
      if (predicted != label)
        keep_worst(*details_,
                   {batch.pictures[place], label, predicted, std::exp(log_p[i][predicted]), -log_p[i][label]});
    }
  }

  nn::Model& model_;
  const Normalizer& normalizer_;
  int64_t image_size_;
  at::Device device_;
  tensor::Precision precision_;
  EvalDetails* details_;
  std::span<const int64_t> label_map_;
  EvalParts& parts_;
  EvalFigures figures_;
  int64_t right1_ = 0, right5_ = 0;
  double loss_sum_ = 0;
};

/// The next batch; where a decode thread had no memory, once more with nothing held ready behind it.
data::Batch next_batch(data::Loader& loader, int64_t number, EvalParts& parts) {
  for (int tries = 1;; ++tries) {
    std::exception_ptr error;
    try {
      return loader.next();
    } catch (...) {
      error = std::current_exception();
    }
    if (tries > 2 || !tensor::is_out_of_memory(error))
      tensor::rethrow_translated(error, "loading pictures to evaluate");
    if (parts.on_shortage) parts.on_shortage(error, parts.pictures, parts.pictures);
    loader.set_prefetch(1);
    tensor::free_caches(at::kCPU);
    loader.seek(0, number);
  }
}

}  // namespace

EvalFigures evaluate(nn::Model& model,
                     data::Loader& loader,
                     const Normalizer& normalizer,
                     int64_t image_size,
                     at::Device device,
                     tensor::Precision precision,
                     EvalDetails* details,
                     std::span<const int64_t> label_map,
                     EvalParts* parts) {
  const at::NoGradGuard no_grad;
  EvalParts whole;
  if (parts == nullptr) parts = &whole;
  Evaluation evaluation(model, normalizer, image_size, device, precision, details, label_map, *parts);
  loader.seek(0, 0);
  for (int64_t number = 0;; ++number) {
    const data::Batch batch = next_batch(loader, number, *parts);
    if (batch.count == 0) return evaluation.figures();
    evaluation.add(batch);
  }
}

}  // namespace surefoot::train
