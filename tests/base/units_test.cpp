#include "surefoot/base/units.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

namespace surefoot {
namespace {

TEST(ParseBytes, UnderstandsWhatPeopleWrite) {
  EXPECT_EQ(parse_bytes("1000"), 1000u);
  EXPECT_EQ(parse_bytes("24G"), uint64_t{24} << 30);
  EXPECT_EQ(parse_bytes("512 MiB"), uint64_t{512} << 20);
  EXPECT_EQ(parse_bytes("1.5k"), 1536u);
  EXPECT_EQ(parse_bytes("2TB"), uint64_t{2} << 40);
  EXPECT_EQ(parse_bytes("7B"), 7u);
}

TEST(ParseBytes, RefusesTheRest) {
  for (const char* text : {"", "G", "-1G", "1X", "1GG", "nan", "inf", "1e30", "1 G 2"})
    EXPECT_FALSE(parse_bytes(text)) << text;
}

TEST(FormatBytes, PicksTheUnit) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(1023), "1023 B");
  EXPECT_EQ(format_bytes(1536), "1.5 KiB");
  EXPECT_EQ(format_bytes(uint64_t{300} << 20), "300 MiB");
}

TEST(ParseDuration, UnderstandsWhatPeopleWrite) {
  EXPECT_EQ(parse_duration("90"), 90);
  EXPECT_EQ(parse_duration("2h"), 7200);
  EXPECT_EQ(parse_duration("1h30m"), 5400);
  EXPECT_EQ(parse_duration("0.5d"), 43200);
  EXPECT_EQ(parse_duration("1 h5s"), 3605);
}

TEST(ParseDuration, RefusesTheRest) {
  for (const char* text : {"", "h", "2w", "-1h", "two hours", "1h;"}) EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(FormatDuration, KeepsTwoUnits) {
  EXPECT_EQ(format_duration(4.2), "4.2s");
  EXPECT_EQ(format_duration(59.4), "59s");
  EXPECT_EQ(format_duration(65), "1m05s");
  EXPECT_EQ(format_duration(3725), "1h02m");
  EXPECT_EQ(format_duration(90000), "1d01h");
  EXPECT_EQ(format_duration(std::numeric_limits<double>::quiet_NaN()), "?");
}

TEST(FormatDuration, NeverShowsSixtySeconds) { EXPECT_EQ(format_duration(59.7), "1m00s"); }

TEST(FormatNumber, ReadsBackAsTheSameDouble) {
  for (const double value : {0.1, 1e-8, 1.0 / 3, 123456789.125, -0.0, 5e-324})
    EXPECT_EQ(std::strtod(format_number(value).c_str(), nullptr), value);
  EXPECT_EQ(format_number(0.1), "0.1");
}

}  // namespace
}  // namespace surefoot
