#include "surefoot/plan/cost.h"

#include <gtest/gtest.h>

#include <cmath>

#include "surefoot/base/error.h"

namespace surefoot::plan {
namespace {

const Work kResNet50{.flop = 24.5e9, .traffic_bytes = 43e6, .half = true};

TEST(Hardware, TheShippedTableIsWhole) {
  const HardwareTable table = shipped_hardware();
  EXPECT_EQ(table.prices.currency, "yuan");
  EXPECT_EQ(table.card("4090").memory, 24);
  EXPECT_EQ(table.card("RTX 4090").half, 165.2);
  EXPECT_EQ(table.card("A100").rent, 30.2);
  for (const Published& row : table.published) EXPECT_NO_THROW(table.card(row.card)) << row.model;
  for (const Team& team : table.teams) EXPECT_EQ(parse_rigs(table, team.hardware).size(), 1U);
}

TEST(Hardware, RigsAreCountsOfCards) {
  const auto rigs = parse_rigs(shipped_hardware(), "2x4090,a6000,4xA100");
  ASSERT_EQ(rigs.size(), 3U);
  EXPECT_EQ(rigs[0].count, 2);
  EXPECT_EQ(rigs[0].name(), "2x4090");
  EXPECT_EQ(rigs[1].name(), "a6000");
  EXPECT_EQ(rigs[2].card.name, "a100");
  EXPECT_THROW(parse_rigs(shipped_hardware(), "2x4091"), Error);
  EXPECT_THROW(parse_rigs(shipped_hardware(), "0x4090"), Error);
  EXPECT_THROW(parse_rigs(shipped_hardware(), ""), Error);
}

TEST(Hardware, AFileIsLaidOverTheTable) {
  HardwareTable table = shipped_hardware();
  apply_hardware(
      table,
      "prices: {electricity: 1.5}\ncards:\n  4090: {rent: 2.5}\n  mine: {memory: 8, half: 20, fp32: 10, bandwidth: 200, watts: 100}\n",
      "p.yaml");
  EXPECT_EQ(table.prices.electricity, 1.5);
  EXPECT_EQ(table.card("4090").rent, 2.5);
  EXPECT_EQ(table.card("4090").half, 165.2);
  EXPECT_EQ(table.card("mine").memory, 8);
}

void refused(const std::string& yaml, ErrorCode code, const std::string& line) {
  HardwareTable table = shipped_hardware();
  try {
    apply_hardware(table, yaml, "p.yaml");
    FAIL() << yaml;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_NE(std::string(error.what()).find(line), std::string::npos) << error.what();
  }
}

TEST(Hardware, ABadFileIsRefusedWithTheLine) {
  refused("prices:\n  electrcity: 1\n", ErrorCode::kRecipeUnknownKey, "line 2");
  refused("prices:\n  electricity: dear\n", ErrorCode::kRecipeBadValue, "line 2");
  refused("cards:\n  4090: {memory: -1}\n", ErrorCode::kRecipeBadValue, "line 2");
  refused("cards:\n  mine: {memory: 8}\n", ErrorCode::kRecipeBadValue, "not described");
  refused("cards: [1, 2]\n", ErrorCode::kRecipeSyntax, "line 1");
  refused("cards: {\n", ErrorCode::kRecipeSyntax, "YAML");
}

TEST(Throughput, FollowsThePublishedRatesAndHoldsForThoseLeftOut) {
  const HardwareTable table = shipped_hardware();
  const Throughput throughput(table);
  EXPECT_GT(throughput.arithmetic_share(), 0.3);
  EXPECT_LE(throughput.arithmetic_share(), 1.0);
  const LeaveOneOut held_out = leave_one_out(table);
  ASSERT_EQ(held_out.rows.size(), table.published.size());
  for (const auto& row : held_out.rows)
    std::printf("left out: %-9s %-10s published %6.0f predicted %6.0f (%+.0f %%)\n", row.published.card.c_str(),
                row.published.model.c_str(), row.published.rate, row.predicted, 100 * row.error());
  std::printf("median %.0f %%, worst %.0f %%; arithmetic at %.0f %% of the peak, %.1f passes\n", 100 * held_out.median,
              100 * held_out.worst, 100 * throughput.arithmetic_share(), throughput.passes());
  EXPECT_LT(held_out.median, 0.2);
  EXPECT_LT(held_out.worst, 0.7);
}

TEST(Throughput, MoreWorkIsSlowerAndAHigherRateOfTheCardFaster) {
  HardwareTable table = shipped_hardware();
  const Throughput throughput(table);
  const Card& card = table.card("4090");
  const double rate = throughput.rate(card, kResNet50);
  EXPECT_LT(throughput.rate(card, {.flop = 2 * kResNet50.flop, .traffic_bytes = kResNet50.traffic_bytes}), rate);
  EXPECT_LT(throughput.rate(card, {.flop = kResNet50.flop, .traffic_bytes = 2 * kResNet50.traffic_bytes}), rate);
  EXPECT_LT(throughput.rate(card, {.flop = kResNet50.flop, .traffic_bytes = kResNet50.traffic_bytes, .half = false}),
            rate);
  Card faster = card;
  faster.half *= 2;
  EXPECT_GT(throughput.rate(faster, kResNet50), rate);
}

TEST(Scaling, IsMeasuredWhereItWasAndBetween) {
  const HardwareTable table = shipped_hardware();
  EXPECT_EQ(scaling(table, {1, table.card("4090")}), 1);
  EXPECT_EQ(scaling(table, {2, table.card("4090")}), 1.936);
  EXPECT_EQ(scaling(table, {4, table.card("4090")}), 3.738);
  const double three = scaling(table, {3, table.card("4090")});
  EXPECT_TRUE(three > 1.936 && three < 3.738) << three;
  const double a100 = scaling(table, {4, table.card("a100")});
  EXPECT_TRUE(a100 > 3 && a100 < 4) << a100;
  const double l4 = scaling(table, {4, table.card("l4")});  // none of its own
  EXPECT_TRUE(l4 > 3 && l4 < 4) << l4;
}

TEST(Cost, IsPowerAndWearOrRent) {
  const HardwareTable table = shipped_hardware();
  const Throughput throughput(table);
  const RunSize run{.trained = 90 * 1281167.0, .evaluated = 90 * 50000.0};
  const Estimate own = estimate(table, throughput, {2, table.card("4090")}, kResNet50, run);
  EXPECT_NEAR(own.hours * 3600 * own.rate, run.trained + run.evaluated / 3, 1);
  EXPECT_NEAR(own.kwh, own.hours * (2 * 450 * 0.9 + 200) / 1000, 1e-9);
  EXPECT_NEAR(*own.own_cost, own.kwh * 0.6 + 28000 * own.hours / (3 * 8760), 1e-6);
  EXPECT_FALSE(own.rent_cost);
  const Estimate rented = estimate(table, throughput, {4, table.card("a100-80g")}, kResNet50, run);
  EXPECT_NEAR(*rented.rent_cost, 4 * 30.2 * rented.hours, 1e-6);
  EXPECT_FALSE(rented.own_cost);
  // 3409 pictures a second are published for this model on two of these cards.
  EXPECT_NEAR(own.rate / 3409, 1, 0.02);
}

TEST(Advice, GoesByTeamAndByMoney) {
  const HardwareTable table = shipped_hardware();
  EXPECT_EQ(advise_team(table, 2).hardware, "4090");
  EXPECT_EQ(advise_team(table, 7).hardware, "2x4090");
  EXPECT_EQ(advise_team(table, 25).hardware, "4xa6000");
  EXPECT_THROW(advise_team(table, 1000000), Error);
  Estimate slow{.hardware = "slow", .hours = 10}, fast{.hardware = "fast", .hours = 1};
  slow.own_cost = 5, fast.rent_cost = 100;
  EXPECT_EQ(advise_money(table, {slow, fast}, 200).hardware, "fast");
  EXPECT_EQ(advise_money(table, {slow, fast}, 50).hardware, "slow");
  const Advice none = advise_money(table, {slow, fast}, 1);
  EXPECT_EQ(none.hardware, "slow");
  EXPECT_NE(none.why.find("nothing listed"), std::string::npos);
}

}  // namespace
}  // namespace surefoot::plan
