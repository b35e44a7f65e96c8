#pragma once
// Cards, what they cost, and what was published about their speed: hardware.yaml, compiled in, which a file of the same
// shape can change.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace surefoot::plan {

struct Card {
  std::string name, kind;             // "4090", "consumer"
  double memory = 0;                  // GiB
  double half = 0, fp32 = 0;          // TFLOP/s
  double bandwidth = 0;               // GB/s
  double watts = 0;                   // power limit
  double price = 0, rent = 0;         // bought; an hour. 0: not known
  std::map<int64_t, double> scaling;  // cards -> times as fast as one
};

struct Prices {
  std::string currency;
  double electricity = 0;  // a kWh
  double load = 1;         // share of the power limit that is drawn
  double host_watts = 0;   // beside the cards
  double years = 1;        // of use
  double machine = 0;      // around bought cards
};

/// A measured training throughput, at 16 bits.
struct Published {
  std::string card, model;
  double rate = 0;         // pictures a second
  double gflop = 0;        // a picture, forward and backward
  double activations = 0;  // MB a picture, kept for the backward
};

struct Team {
  int64_t people = 0;  // at most
  std::string hardware, machine;
};

struct HardwareTable {
  Prices prices;
  std::vector<Card> cards;
  std::vector<Published> published;
  std::vector<Team> teams;
  /// Case does not count, nor "rtx" or blanks in front. Throws kUnknownName with the nearest name.
  const Card& card(const std::string& name) const;
};

/// The table that ships with surefoot.
HardwareTable shipped_hardware();
/// Lays a file over `table`: values of cards by name, `published` is appended, `teams` replaced. Throws kRecipeSyntax,
/// kRecipeUnknownKey, kRecipeBadValue with the line.
void apply_hardware(HardwareTable& table, const std::string& yaml, const std::string& file);

/// Some cards of one kind in one computer.
struct Rig {
  int64_t count = 1;
  Card card;
  std::string name() const { return count == 1 ? card.name : std::to_string(count) + "x" + card.name; }
};
/// "2x4090,a6000,4xa100". Throws kUnknownName, kUsage.
std::vector<Rig> parse_rigs(const HardwareTable& table, const std::string& text);

}  // namespace surefoot::plan
