#include "surefoot/guards/guard_set.h"

#include <algorithm>

namespace surefoot::guards {
namespace {
constexpr size_t kToldAMinute = 3;
/// How long heat explains a slow epoch after it has ended, s.
constexpr double kHeatLingers = 7200;
}  // namespace

GuardSet::GuardSet(const config::Recipe& recipe) {
  for (const GuardSpec& spec : all_guards()) {
    if (auto guard = spec.make(recipe)) guards_.push_back({spec.name, std::move(guard)});
  }
}

bool GuardSet::may_tell(double t) {
  std::erase_if(told_, [&](double earlier) { return t - earlier > 60; });
  if (told_.size() >= kToldAMinute) return false;
  told_.push_back(t);
  return true;
}

template <typename Figures>
std::vector<Advice> GuardSet::ask(const Figures& figures,
                                  void (Guard::*question)(const Figures&, std::vector<Advice>&)) {
  const std::lock_guard lock(mutex_);
  std::vector<Advice> all;
  for (const Named& each : guards_) {
    std::vector<Advice> advice;
    (each.guard.get()->*question)(figures, advice);
    for (Advice& one : advice) {
      one.guard = each.name;
      if (each.name == "thermal" && one.kind != Advice::Kind::kTell) hot_until_ = figures.t + kHeatLingers;
      const bool told_only = one.kind == Advice::Kind::kTell && !one.quiet;
      if (told_only && each.name == "slowdown" && figures.t < hot_until_) continue;
      if (told_only && !may_tell(figures.t)) continue;
      all.push_back(std::move(one));
    }
  }
  return all;
}

std::vector<Advice> GuardSet::on_second(const Vitals& vitals) { return ask(vitals, &Guard::on_second); }
std::vector<Advice> GuardSet::on_step(const StepFigures& figures) { return ask(figures, &Guard::on_step); }
std::vector<Advice> GuardSet::on_epoch(const EpochFigures& figures) { return ask(figures, &Guard::on_epoch); }

std::vector<std::string> GuardSet::names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const Named& each : guards_) names.push_back(each.name);
  return names;
}

}  // namespace surefoot::guards
