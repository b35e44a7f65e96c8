// fp16 whose loss scaler skips step after step: something in the network does not fit into half precision.
#include <algorithm>
#include <cmath>
#include <deque>

#include "surefoot/base/units.h"
#include "surefoot/guards/guard.h"

namespace surefoot::guards {
namespace {

constexpr size_t kWindow = 200;
constexpr double kShare = 0.05;
constexpr int64_t kQuiet = 2000;  // steps before it is told again

class OverflowGuard final : public Guard {
 public:
  void on_step(const StepFigures& s, std::vector<Advice>& advice) override {
    skipped_.push_back(!s.updated && std::isfinite(s.loss) && !std::isfinite(s.grad_norm));
    if (skipped_.size() > kWindow) skipped_.pop_front();
    if (skipped_.size() < kWindow || s.step < quiet_until_) return;
    const double share = static_cast<double>(std::count(skipped_.begin(), skipped_.end(), true)) / kWindow;
    if (share <= kShare) return;
    quiet_until_ = s.step + kQuiet;
    advice.push_back(
        {.what = "half precision overflows in " + format_number(std::round(share * 1000) / 10) + " % of the steps",
         .why = "the loss scaler skipped them: these batches are not learnt from; an occasional skip is normal, more "
                "than 5 % in 200 steps is not",
         .fix = "train.precision=bf16 (or fp32): it has the range; a lower optim.lr or train.clip_norm=1 also helps",
         .figures = {{"share", share}}});
  }

 private:
  std::deque<bool> skipped_;
  int64_t quiet_until_ = 0;
};

std::unique_ptr<Guard> make(const config::Recipe& recipe) {
  return recipe.guards.divergence && recipe.train.precision == "fp16" ? std::make_unique<OverflowGuard>() : nullptr;
}

}  // namespace

extern const GuardSpec overflow_guard;
const GuardSpec overflow_guard = {"overflow", "tells when fp16's loss scaler skips more than 5 % of 200 steps",
                                  "rule 26: Micikevicius et al. 2018, arXiv:1710.03740; pytorch #40497", make};

}  // namespace surefoot::guards
