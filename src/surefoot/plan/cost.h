#pragma once
// Time, energy and money of a run on given hardware.
#include <optional>
#include <string>
#include <vector>

#include "surefoot/plan/throughput.h"

namespace surefoot::plan {

/// How much a run computes.
struct RunSize {
  double trained = 0, evaluated = 0;  // pictures, over all epochs
};

struct Estimate {
  std::string hardware, basis;  // "2x4090"; what its speed stands on
  double rate = 0;              // pictures a second in training, all cards
  double hours = 0, kwh = 0;
  double power_cost = 0;
  std::optional<double> own_cost;   // power and the share of the price that the run uses up; price unknown: empty
  std::optional<double> rent_cost;  // empty: rent unknown
  std::optional<double> purchase;   // cards and the machine around them
  /// The cheapest known way; power alone where neither price nor rent is known.
  double least_cost() const;
};

/// Evaluation costs a forward, a third of a training picture. The loader is taken to keep up.
Estimate estimate(
    const HardwareTable& table, const Throughput& throughput, const Rig& rig, const Work& work, const RunSize& run);

/// A sentence for people.
struct Advice {
  std::string hardware, why;
};
/// For a team of so many people.
Advice advise_team(const HardwareTable& table, int64_t people);
/// The fastest of those that cost at most `money`; where none does, the cheapest, and that it is too dear.
Advice advise_money(const HardwareTable& table, const std::vector<Estimate>& estimates, double money);

}  // namespace surefoot::plan
