#include "surefoot/plan/throughput.h"

#include <algorithm>
#include <cmath>

#include "surefoot/base/error.h"

namespace surefoot::plan {
namespace {

Work published_work(const Published& row) {
  return {.flop = row.gflop * 1e9, .traffic_bytes = row.activations * 1e6, .half = true};
}

double peak(const Card& card, bool half) { return (half ? card.half : card.fp32) * 1e12; }

/// The card with most rows: terms fitted on one card are not bent by differences between cards.
std::string best_known_card(const std::vector<Published>& rows) {
  std::map<std::string, int> counts;
  for (const Published& row : rows) ++counts[row.card];
  const auto most = std::ranges::max_element(counts, {}, &std::pair<const std::string, int>::second);
  return most == counts.end() ? "" : most->first;
}

/// Exponent of a power law: n cards are n^exponent times as fast as one.
double exponent(double cards, double times) { return std::log(times) / std::log(cards); }

}  // namespace

Throughput::Throughput(const HardwareTable& table) {
  // 1 = flop/(peak t) * x + traffic/(bandwidth t) * y: least squares of relative errors, normal equations of two
  // unknowns.
  double aa = 0, ab = 0, bb = 0, a1 = 0, b1 = 0;
  const std::string reference = best_known_card(table.published);
  for (const Published& row : table.published) {
    if (row.card != reference) continue;
    const Card& card = table.card(row.card);
    const double a = row.gflop * 1e9 / peak(card, true) * row.rate,
                 b = row.activations * 1e6 / (card.bandwidth * 1e9) * row.rate;
    aa += a * a, ab += a * b, bb += b * b, a1 += a, b1 += b;
  }
  const double determinant = aa * bb - ab * ab;
  if (determinant > 1e-9 * aa * bb)
    inverse_share_ = (a1 * bb - b1 * ab) / determinant, passes_ = (b1 * aa - a1 * ab) / determinant;
  // No card beats its peak, and bytes cross the bus at least twice; too few rows to tell both terms apart give those.
  inverse_share_ = std::max(inverse_share_, 1.0), passes_ = std::max(passes_, 2.0);

  std::map<std::string, std::vector<double>> cards, kinds;
  for (const Published& row : table.published)
    cards[row.card].push_back(std::log(1 / (row.rate * roofline_seconds(table.card(row.card), published_work(row)))));
  const auto mean = [](const std::vector<double>& logs) {
    double sum = 0;
    for (const double each : logs) sum += each;
    return sum / static_cast<double>(logs.size());
  };
  for (const auto& [name, logs] : cards) {
    of_card_[name] = std::exp(mean(logs));
    kinds[table.card(name).kind].push_back(mean(logs));
  }
  for (const auto& [kind, logs] : kinds) of_kind_[kind] = std::exp(mean(logs));
}

double Throughput::roofline_seconds(const Card& card, const Work& work) const {
  return work.flop * inverse_share_ / peak(card, work.half) + work.traffic_bytes * passes_ / (card.bandwidth * 1e9);
}

double Throughput::factor(const Card& card) const {
  if (const auto own = of_card_.find(card.name); own != of_card_.end()) return own->second;
  const auto kind = of_kind_.find(card.kind);
  return kind != of_kind_.end() ? kind->second : 1;
}

double Throughput::rate(const Card& card, const Work& work) const {
  return 1 / (factor(card) * roofline_seconds(card, work));
}

Speed Throughput::speed(const Card& card, bool half) const {
  constexpr double kLaunch = 5e-6;  // seconds of the host for an operator of libtorch
  const double scale = 1 / factor(card), bandwidth = card.bandwidth * 1e9;
  return {.flop = scale * peak(card, half) / inverse_share_,
          .traffic = scale * bandwidth / passes_,
          .bandwidth = bandwidth,
          .launch = kLaunch};
}

std::string Throughput::basis(const Card& card) const {
  if (of_card_.contains(card.name)) return "published rates of this card";
  return of_kind_.contains(card.kind) ? "published rates of other " + card.kind + " cards" : "data sheet alone";
}

LeaveOneOut leave_one_out(const HardwareTable& table) {
  LeaveOneOut result;
  std::vector<double> sizes;
  for (size_t i = 0; i < table.published.size(); ++i) {
    HardwareTable without = table;
    without.published.erase(without.published.begin() + static_cast<ptrdiff_t>(i));
    const Published& row = table.published[i];
    result.rows.push_back({row, Throughput(without).rate(table.card(row.card), published_work(row))});
    sizes.push_back(std::abs(result.rows.back().error()));
  }
  if (sizes.empty()) return result;
  std::ranges::sort(sizes);
  result.median = sizes[sizes.size() / 2], result.worst = sizes.back();
  return result;
}

double scaling(const HardwareTable& table, const Rig& rig) {
  if (rig.count <= 1) return 1;
  const double cards = static_cast<double>(rig.count);
  if (const auto exact = rig.card.scaling.find(rig.count); exact != rig.card.scaling.end()) return exact->second;
  if (!rig.card.scaling.empty()) {
    const auto next = rig.card.scaling.lower_bound(rig.count);
    const auto& [n, times] = next != rig.card.scaling.end() ? *next : *rig.card.scaling.rbegin();
    return std::pow(cards, exponent(static_cast<double>(n), times));
  }
  for (const bool same_kind : {true, false}) {
    double sum = 0;
    int count = 0;
    for (const Card& card : table.cards) {
      if (card.scaling.empty() || (same_kind && card.kind != rig.card.kind)) continue;
      const auto& [n, times] = *card.scaling.rbegin();
      sum += exponent(static_cast<double>(n), times), ++count;
    }
    if (count > 0) return std::pow(cards, sum / count);
  }
  return cards;
}

}  // namespace surefoot::plan
