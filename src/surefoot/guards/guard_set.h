#pragma once
// All guards of a run behind one call, and what keeps them from talking too much.
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "surefoot/guards/guard.h"

namespace surefoot::guards {

/// Thread-safe. Advice carries the name of its guard. Told at most three a minute (what is done is never held back),
/// and a cause silences its consequence: while heat slows the run, nobody tells that epochs take longer.
class GuardSet {
 public:
  /// Every guard of the catalogue that the recipe leaves on.
  explicit GuardSet(const config::Recipe& recipe);
  std::vector<Advice> on_second(const Vitals& vitals);
  std::vector<Advice> on_step(const StepFigures& figures);
  std::vector<Advice> on_epoch(const EpochFigures& figures);
  std::vector<std::string> names() const;

 private:
  template <typename Figures>
  std::vector<Advice> ask(const Figures& figures, void (Guard::*question)(const Figures&, std::vector<Advice>&));
  bool may_tell(double t);

  struct Named {
    std::string name;
    std::unique_ptr<Guard> guard;
  };
  mutable std::mutex mutex_;
  std::vector<Named> guards_;
  std::deque<double> told_;
  double hot_until_ = -1e300;
};

}  // namespace surefoot::guards
