#include "surefoot/runs/event.h"

#include <gtest/gtest.h>

#include <cmath>

#include "surefoot/base/error.h"

namespace surefoot::runs {
namespace {

TEST(Event, SurvivesAJourneyThroughJson) {
  const Event event{.t = 1795237889.1234567,
                    .step = 42,
                    .event = "step",
                    .fields = {{"flag", true},
                               {"whole", int64_t{-9007199254740993}},
                               {"real", 0.1},
                               {"round", 3.0},
                               {"tiny", 5e-324},
                               {"text", std::string("a")},
                               {"numbers", std::vector<double>{1.5, -2.0}},
                               {"texts", std::vector<std::string>{"x", ""}}}};
  const Event back = parse_event(to_json(event));
  EXPECT_EQ(back.t, event.t);
  EXPECT_EQ(back.step, 42);
  EXPECT_EQ(back.event, "step");
  EXPECT_EQ(back.fields, event.fields);
}

TEST(Event, KeepsHostileTextByteForByteOnOneLine) {
  constexpr char kHostile[] = "\n\r\"\\\x1b[2J<script>\xff\xfe\xe2\x80\xae \0end";
  const std::string hostile(kHostile, sizeof kHostile - 1);
  const std::string line = to_json({.event = "bad_picture", .fields = {{"path", hostile}}});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_EQ(parse_event(line).text("path"), hostile);
}

TEST(Event, WritesNumbersThatJsonLacksAsWords) {
  const Event event{.event = "step",
                    .fields = {{"a", NAN}, {"b", HUGE_VAL}, {"c", -HUGE_VAL}, {"list", std::vector<double>{1.0, NAN}}}};
  const std::string line = to_json(event);
  EXPECT_NE(line.find("\"a\": \"nan\", \"b\": \"inf\", \"c\": \"-inf\", \"list\": [1.0, \"nan\"]"), std::string::npos)
      << line;
  const Event back = parse_event(line);
  EXPECT_TRUE(std::isnan(back.number("a")));
  EXPECT_EQ(back.number("b"), HUGE_VAL);
  EXPECT_EQ(back.number("c"), -HUGE_VAL);
  EXPECT_TRUE(std::isnan(std::get<std::vector<double>>(*back.find("list"))[1]));
}

TEST(Event, RefusesLinesThatAreNotEvents) {
  for (const char* line :
       {"", "{", "[]", "7", "null", "{\"t\": 1}", "{\"t\": 1, \"step\": \"x\", \"event\": \"e\"}",
        "{\"t\": 1, \"step\": 1, \"event\": 7}", "{\"t\": 1, \"step\": 1, \"event\": \"e\", \"f\": {}}",
        "{\"t\": 1, \"step\": 1, \"event\": \"e\", \"f\": [1, \"a\"]}",
        "{\"t\": 1, \"step\": 1, \"event\": \"e\", \"f\": [\"a\", []]}",
        "{\"t\": 1, \"step\": 1e300, \"event\": \"e\"}", "{\"t\": 1, \"step\": 1, \"event\": \"e\", \"\\\\x74\": 2}"}) {
    EXPECT_THROW(parse_event(line), Error) << line;
  }
}

TEST(Event, AnswersForFieldsThatAreNotThere) {
  const Event event{.fields = {{"n", int64_t{3}}, {"s", std::string("x")}}};
  EXPECT_EQ(event.number("n"), 3);
  EXPECT_EQ(event.number("missing", -1), -1);
  EXPECT_EQ(event.number("s", -1), -1);
  EXPECT_EQ(event.text("n"), "");
  EXPECT_EQ(event.find("missing"), nullptr);
}

}  // namespace
}  // namespace surefoot::runs
