#include "surefoot/plan/cost.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "surefoot/base/error.h"
#include "surefoot/base/units.h"

namespace surefoot::plan {
namespace {

constexpr double kHoursAYear = 24 * 365;
constexpr double kForwardShare = 1.0 / 3;  // of forward and backward

std::string money_text(const Prices& prices, double amount) {
  char text[64];
  std::snprintf(text, sizeof(text), amount < 100 ? "%.1f " : "%.0f ", amount);
  return text + prices.currency;
}

}  // namespace

double Estimate::least_cost() const {
  if (own_cost && rent_cost) return std::min(*own_cost, *rent_cost);
  return own_cost ? *own_cost : rent_cost ? *rent_cost : power_cost;
}

Estimate estimate(
    const HardwareTable& table, const Throughput& throughput, const Rig& rig, const Work& work, const RunSize& run) {
  const Prices& prices = table.prices;
  const double cards = static_cast<double>(rig.count);
  Estimate e{.hardware = rig.name(), .basis = throughput.basis(rig.card)};
  e.rate = throughput.rate(rig.card, work) * scaling(table, rig);
  e.hours = (run.trained + run.evaluated * kForwardShare) / e.rate / 3600;
  e.kwh = (cards * rig.card.watts * prices.load + prices.host_watts) * e.hours / 1000;
  e.power_cost = e.kwh * prices.electricity;
  if (rig.card.price > 0) {
    e.purchase = cards * rig.card.price + prices.machine;
    e.own_cost = e.power_cost + *e.purchase * e.hours / (prices.years * kHoursAYear);
  }
  if (rig.card.rent > 0) e.rent_cost = cards * rig.card.rent * e.hours;
  return e;
}

Advice advise_team(const HardwareTable& table, int64_t people) {
  const Team* best = nullptr;
  for (const Team& team : table.teams)
    if (team.people >= people && (best == nullptr || team.people < best->people)) best = &team;
  if (best == nullptr) {
    throw Error(ErrorCode::kUnknownName, "no hardware is listed for a team of " + std::to_string(people),
                "`teams` of the price file ends below", "add an entry with more people");
  }
  return {best->hardware,
          "for a team of " + std::to_string(people) + ": " + best->hardware + " in a machine with " + best->machine};
}

Advice advise_money(const HardwareTable& table, const std::vector<Estimate>& estimates, double money) {
  const Estimate *fastest = nullptr, *cheapest = nullptr;
  for (const Estimate& e : estimates) {
    if (e.least_cost() <= money && (fastest == nullptr || e.hours < fastest->hours)) fastest = &e;
    if (cheapest == nullptr || e.least_cost() < cheapest->least_cost()) cheapest = &e;
  }
  if (cheapest == nullptr) return {};
  const Estimate& e = fastest ? *fastest : *cheapest;
  const std::string costs =
      e.hardware + ", " + format_duration(e.hours * 3600) + " for " + money_text(table.prices, e.least_cost());
  if (fastest == nullptr)
    return {e.hardware,
            "nothing listed costs at most " + money_text(table.prices, money) + "; the cheapest is " + costs};
  return {e.hardware, "for at most " + money_text(table.prices, money) + " the fastest is " + costs};
}

}  // namespace surefoot::plan
