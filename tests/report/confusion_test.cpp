#include "surefoot/report/confusion.h"

#include <gtest/gtest.h>

#include <cmath>

namespace surefoot::report {
namespace {

const Confusion kConfusion = {{{0, 0}, 8}, {{0, 1}, 2}, {{1, 1}, 5}, {{1, 0}, 5}, {{9, 9}, 1}, {{-1, 0}, 1}};

TEST(ClassFigures, CountPicturesPredictionsAndHits) {
  const auto figures = class_figures(kConfusion, 3);
  EXPECT_EQ(figures[0].pictures, 10);
  EXPECT_EQ(figures[0].predicted, 13);
  EXPECT_DOUBLE_EQ(figures[0].recall(), 0.8);
  EXPECT_DOUBLE_EQ(figures[1].precision(), 5.0 / 7.0);
  EXPECT_DOUBLE_EQ(figures[1].f1(), 10.0 / 17.0);
  EXPECT_TRUE(std::isnan(figures[2].recall()));
  EXPECT_TRUE(std::isnan(figures[2].precision()));
}

TEST(TopConfusions, AreSortedByCountAndLeaveOutTheDiagonal) {
  const auto top = top_confusions(kConfusion, 3, 10);
  ASSERT_EQ(top.size(), 2u);
  EXPECT_EQ(top[0].first, (std::pair<int64_t, int64_t>{1, 0}));
  EXPECT_EQ(top[1].second, 2);
  EXPECT_EQ(top_confusions(kConfusion, 3, 1).size(), 1u);
}

TEST(MostConfused, KeepsClassOrder) {
  const Confusion confusion = {{{5, 1}, 9}, {{3, 5}, 2}, {{0, 0}, 100}};
  EXPECT_EQ(most_confused(confusion, 6, 2), (std::vector<int64_t>{1, 5}));
}

}  // namespace
}  // namespace surefoot::report
