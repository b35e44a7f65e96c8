#pragma once
// How fast a card trains: a roofline of two terms, arithmetic and memory traffic (Williams et al. 2009), fitted to
// published training throughputs.
#include <string>

#include "surefoot/plan/hardware.h"
#include "surefoot/plan/speed.h"

namespace surefoot::plan {

/// Seconds = factor * (flop / (share of the peak) + traffic * passes / bandwidth).
class Throughput {
 public:
  /// Fits `table.published`. Least squares of relative errors for the two terms, over the cards with most rows; then a
  /// factor for each card that has rows (their geometric mean), and for each kind (of its cards).
  explicit Throughput(const HardwareTable& table);
  /// Pictures a second of one card.
  double rate(const Card& card, const Work& work) const;
  /// The same as what a step is made of. @param half  16-bit arithmetic
  Speed speed(const Card& card, bool half) const;
  /// What the rate of this card stands on: "published rates of this card", "of other data-centre cards", "data sheet
  /// alone".
  std::string basis(const Card& card) const;

  double arithmetic_share() const { return 1 / inverse_share_; }
  double passes() const { return passes_; }

 private:
  double roofline_seconds(const Card& card, const Work& work) const;
  double factor(const Card& card) const;
  double inverse_share_ = 0;  // of peak FLOP/s
  double passes_ = 0;         // times that an activation's bytes cross the memory bus
  std::map<std::string, double> of_card_, of_kind_;
};

/// Error of a rate that was left out of the fit, over all published rows: predicted / published - 1.
struct LeaveOneOut {
  struct Row {
    Published published;
    double predicted = 0;
    double error() const { return predicted / published.rate - 1; }
  };
  std::vector<Row> rows;
  double median = 0, worst = 0;  // of the errors' sizes
};
LeaveOneOut leave_one_out(const HardwareTable& table);

/// Times as fast as one card: measured where the card has it, between and beyond on a power law through the nearest
/// figures; a card without any takes those of its kind, then all.
double scaling(const HardwareTable& table, const Rig& rig);

}  // namespace surefoot::plan
