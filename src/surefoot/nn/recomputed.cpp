#include "surefoot/nn/recomputed.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "surefoot/base/error.h"
#include "surefoot/nn/block_watch.h"
#include "surefoot/tensor/precision.h"
#include "surefoot/tensor/saved_tensor_hooks.h"

namespace surefoot::nn {
namespace {

using tensor::KeptTensor;

// Saved tensors below this share of the input are kept: means and variances of norms cost nothing, and without them the
// last norm of a block need not run again.
constexpr size_t kSmallShare = 64;

/// Where dear operators go while a block is recorded or run again.
class DearOperators {
 public:
  virtual ~DearOperators() = default;
  virtual at::Tensor run(c10::function_ref<at::Tensor()> op, bool keep_all) = 0;
};
thread_local DearOperators* t_dear = nullptr;  // null: they just run
thread_local bool t_inside = false;            // a block is being recorded or run again

class InsideBlock {
 public:
  explicit InsideBlock(DearOperators* dear)
      : dear_(std::exchange(t_dear, dear)), inside_(std::exchange(t_inside, true)) {}
  ~InsideBlock() {
    t_dear = dear_;
    t_inside = inside_;
  }
  InsideBlock(const InsideBlock&) = delete;
  InsideBlock& operator=(const InsideBlock&) = delete;

 private:
  DearOperators* dear_;
  bool inside_;
};

/// Something that autograd saved in the block, in the order of saving, which is the same when the block runs again.
struct Saved {
  at::Tensor tensor;  // while recording; where dropped, from the second run until the backward takes it
  std::unique_ptr<KeptTensor> kept;
  bool parameter = false, inside_kept_operator = false, dropped = false;
  int64_t elements = 0;
};

/// A dear operator of a block at kCheap, in the order of running.
struct Dear {
  size_t begin = 0, end = 0;  // what it saved
  at::Tensor output;          // while recording
  int64_t version = 0;
  bool requires_grad = false;
  std::unique_ptr<KeptTensor> kept;
};

/// One run of one block: what it kept, and how to get the rest back.
struct Segment {
  Body body;
  Pass pass;
  tensor::AutocastState autocast;
  bool cheap;
  bool x_requires_grad;
  std::unique_ptr<KeptTensor> x;
  std::vector<Saved> saved;
  std::vector<Dear> dear;
  size_t missing_end = 0;  // behind the last that was dropped

  at::Tensor take(size_t i);
  void run_again();
  void forget_origin() {
    body = nullptr;
    x.reset();
    dear.clear();
  }
};

class SegmentTensor final : public KeptTensor {
 public:
  SegmentTensor(std::shared_ptr<Segment> segment, size_t index) : segment_(std::move(segment)), index_(index) {}
  at::Tensor take() override { return segment_->take(index_); }

 private:
  std::shared_ptr<Segment> segment_;
  size_t index_;
};

/// The first run: notes everything, then drops what can be computed again.
class Recording final : public tensor::SavedTensorPolicy, public DearOperators {
 public:
  Recording(std::shared_ptr<Segment> segment, const at::Tensor& x)
      : segment_(std::move(segment)), x_(x.detach()), outer_(tensor::saved_tensor_policy()) {}

  std::unique_ptr<KeptTensor> keep(const at::Tensor& saved, bool parameter) override {
    segment_->saved.push_back({.tensor = saved, .parameter = parameter, .elements = saved.numel()});
    return std::make_unique<SegmentTensor>(segment_, segment_->saved.size() - 1);
  }

  at::Tensor run(c10::function_ref<at::Tensor()> op, bool keep_all) override {
    const size_t begin = segment_->saved.size();
    at::Tensor output = op();
    const size_t end = segment_->saved.size();
    for (size_t i = begin; i < end; ++i) segment_->saved[i].inside_kept_operator = keep_all;
    segment_->dear.push_back({.begin = begin,
                              .end = end,
                              .output = output.detach(),
                              .version = output._version(),
                              .requires_grad = output.requires_grad()});
    return output;
  }

  void finish(const at::Tensor& y) {
    Segment& s = *segment_;
    std::vector<const c10::StorageImpl*> alive = {storage_of(x_), storage_of(y)};
    for (const Dear& dear : s.dear) alive.push_back(storage_of(dear.output));
    for (size_t i = 0; i < s.saved.size(); ++i) {
      Saved& saved = s.saved[i];
      saved.dropped = !saved.parameter && !saved.inside_kept_operator &&
                      saved.tensor.nbytes() * kSmallShare > x_.nbytes() &&
                      std::find(alive.begin(), alive.end(), storage_of(saved.tensor)) == alive.end();
      if (saved.dropped) {
        s.missing_end = i + 1;
      } else {
        saved.kept = tensor::keep_tensor(saved.tensor, saved.parameter, outer_);
      }
      saved.tensor.reset();
    }
    if (s.missing_end == 0) return s.forget_origin();
    s.x = tensor::keep_tensor(x_, false, outer_);
    for (Dear& dear : s.dear) {
      SUREFOOT_CHECK(dear.output._version() == dear.version, "the output of a dear operator was changed in place");
      if (dear.end < s.missing_end) dear.kept = tensor::keep_tensor(dear.output, false, outer_);
      dear.output.reset();
    }
  }

 private:
  static const c10::StorageImpl* storage_of(const at::Tensor& tensor) {
    return tensor.has_storage() ? tensor.storage().unsafeGetStorageImpl() : nullptr;
  }

  std::shared_ptr<Segment> segment_;
  at::Tensor x_;
  tensor::SavedTensorPolicy* outer_;  // keeps what this one keeps
};

/// Thrown by SecondRun through the operator that saved the last tensor that was missing: it need not run.
struct Enough {};

class SecondRun final : public tensor::SavedTensorPolicy, public DearOperators {
 public:
  explicit SecondRun(Segment& segment) : segment_(segment) {}

  std::unique_ptr<KeptTensor> keep(const at::Tensor& saved, bool) override {
    SUREFOOT_CHECK(next_ < segment_.missing_end, "the second run saved more than the first");
    Saved& slot = segment_.saved[next_++];
    if (slot.dropped) {
      SUREFOOT_CHECK(slot.elements == saved.numel(), "the second run saved something else than the first");
      slot.tensor = saved;
    }
    if (next_ == enough_at_ || next_ == segment_.missing_end) throw Enough();
    return nullptr;  // nobody runs the backward of the second run
  }

  at::Tensor run(c10::function_ref<at::Tensor()> op, bool) override {
    SUREFOOT_CHECK(next_dear_ < segment_.dear.size(), "the second run met more operators than the first");
    const Dear& dear = segment_.dear[next_dear_++];
    SUREFOOT_CHECK(next_ == dear.begin, "the second run saved something else than the first");
    for (enough_at_ = dear.end; enough_at_ > dear.begin && !segment_.saved[enough_at_ - 1].dropped;) --enough_at_;
    if (enough_at_ > dear.begin) {
      try {
        op();
      } catch (const Enough&) {
        if (next_ == segment_.missing_end) throw;
      }
    }
    enough_at_ = 0;
    next_ = dear.end;
    return dear.kept->take().requires_grad_(dear.requires_grad);
  }

  bool complete() const { return next_ == segment_.missing_end; }

 private:
  Segment& segment_;
  size_t next_ = 0, next_dear_ = 0;
  size_t enough_at_ = 0;  // of the dear operator that runs
};

void Segment::run_again() {
  const at::AutoGradMode with_grad(true);  // so that autograd saves again
  const tensor::AutocastAgain same_autocast(autocast);
  SecondRun run(*this);
  const InsideBlock inside(cheap ? &run : nullptr);
  const tensor::SavedTensorScope scope(run);
  try {
    body(x->take().requires_grad_(x_requires_grad), pass);
  } catch (const Enough&) {
  }
  SUREFOOT_CHECK(run.complete(), "the second run saved less than the first");
  forget_origin();
}

at::Tensor Segment::take(size_t i) {
  if (!saved[i].dropped) return saved[i].kept->take();
  if (!saved[i].tensor.defined() && body != nullptr) run_again();
  SUREFOOT_CHECK(saved[i].tensor.defined(), "a second backward through a block that was computed again");
  return std::move(saved[i].tensor);
}

Recompute level_of(const Pass& pass, size_t block) {
  if (pass.recompute.empty()) return Recompute::kNone;
  SUREFOOT_CHECK(block < pass.recompute.size(), "levels for another model");
  return pass.recompute[block];
}

at::Tensor run(const at::Tensor& x, const Pass& pass, size_t block, Body body) {
  const Recompute level = level_of(pass, block);
  if (level == Recompute::kNone || t_inside || !at::GradMode::is_enabled()) return body(x, pass);
  Pass second = pass;
  second.batch_norm = nullptr;  // statistics are collected once
  second.recompute.clear();
  const auto segment = std::make_shared<Segment>(Segment{.body = body,
                                                         .pass = std::move(second),
                                                         .autocast = tensor::AutocastState(x.device().type()),
                                                         .cheap = level == Recompute::kCheap,
                                                         .x_requires_grad = x.requires_grad()});
  Recording recording(segment, x);
  at::Tensor y;
  {
    const InsideBlock inside(segment->cheap ? &recording : nullptr);
    const tensor::SavedTensorScope scope(recording);
    y = body(x, pass);
  }
  recording.finish(y);
  return y;
}

}  // namespace

at::Tensor recomputed(const at::Tensor& x, const Pass& pass, size_t block, Body body) {
  if (t_block_watcher == nullptr) return run(x, pass, block, std::move(body));
  t_block_watcher->entering(block, x);
  at::Tensor y = run(x, pass, block, std::move(body));
  t_block_watcher->leaving(block, y);
  return y;
}

at::Tensor keep_output(c10::function_ref<at::Tensor()> op) { return t_dear == nullptr ? op() : t_dear->run(op, false); }

at::Tensor keep_all(c10::function_ref<at::Tensor()> op) { return t_dear == nullptr ? op() : t_dear->run(op, true); }

}  // namespace surefoot::nn
