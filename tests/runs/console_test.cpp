#include "surefoot/runs/console.h"

#include <gtest/gtest.h>

#include "surefoot/runs/console_text.h"

namespace surefoot::runs {
namespace {

Event started() {
  return {.event = "run_started",
          .fields = {{"model", std::string("resnet18")},
                     {"classes", int64_t{10}},
                     {"train_pictures", int64_t{45000}},
                     {"val_pictures", int64_t{5000}},
                     {"parameters", int64_t{11173962}},
                     {"device", std::string("cpu")},
                     {"precision", std::string("bf16")},
                     {"threads", int64_t{2}},
                     {"batch", int64_t{64}},
                     {"micro_batch", int64_t{32}},
                     {"total_steps", int64_t{21120}},
                     {"epochs", int64_t{30}},
                     {"steps_per_epoch", int64_t{704}},
                     {"version", std::string("0.1.0")},
                     {"out", std::string("runs/pets")}}};
}

Event step_event(int64_t step) {
  return {.step = step,
          .event = "step",
          .fields = {{"epoch", (step - 1) / 704 + 1},
                     {"loss", 1.23456},
                     {"lr", 0.05},
                     {"images_per_second", 1234.4},
                     {"data_wait", 0.021},
                     {"memory_bytes", int64_t{1} << 30},
                     {"eta_seconds", 3725.0}}};
}

std::string render(const ConsoleStyle& style, const std::vector<Event>& events) {
  std::string out;
  Console console(style, [&](std::string_view text) { out += text; });
  for (const Event& event : events) console.write(event);
  return out;
}

TEST(Console, WritesOnePlainLineAStepWithoutATerminal) {
  const std::string out = render({}, {started(), step_event(412)});
  EXPECT_EQ(out,
            "surefoot 0.1.0  resnet18, 11.2 M parameters, cpu, bf16, 2 threads\n"
            "10 classes, 45,000 training + 5,000 validation pictures, batch 64 in micro-batches of 32, 21,120 steps\n"
            "epoch  1/30  step 412/21,120  loss 1.235  1,234 img/s  ETA 1h02m  wait 2%  lr 0.05  1.0 GiB\n");
}

TEST(Console, RedrawsTheBarInPlaceOnATerminal) {
  const std::string out =
      render({.terminal = true, .width = [] { return 120; }}, {started(), step_event(352), step_event(704 + 1)});
  EXPECT_NE(out.find("epoch  1/30 ============>-----------"), std::string::npos) << out;
  EXPECT_NE(out.find("\r\x1b[Kepoch  2/30 >---"), std::string::npos) << out;
  EXPECT_NE(out.find("  1/704"), std::string::npos) << out;
  EXPECT_TRUE(out.ends_with("\r\x1b[K")) << "the bar is gone at the end";
}

TEST(Console, NeverWritesABarWiderThanTheTerminal) {
  for (int width = 20; width <= 200; ++width) {
    for (const bool unicode : {false, true}) {
      const std::string out =
          render({.terminal = true, .color = true, .unicode = unicode, .width = [width] { return width; }},
                 {started(), step_event(20000)});
      const std::string bar = out.substr(out.rfind('\n') + 1, out.rfind('\r') - out.rfind('\n') - 1);
      EXPECT_LT(columns_of(bar), width) << bar;
    }
  }
}

TEST(Console, UsesNoEscapesWithoutColour) {
  EXPECT_EQ(render({}, {started(), step_event(5), {.event = "warning", .fields = {{"message", std::string("m")}}}})
                .find('\x1b'),
            std::string::npos);
}

TEST(Console, DisarmsHostileNames) {
  const std::string out = render(
      {},
      {{.event = "bad_picture", .fields = {{"path", std::string("a\x1b[2J\nb\xff")}, {"why", std::string("cut\r")}}}});
  EXPECT_EQ(out.find('\x1b'), std::string::npos);
  EXPECT_EQ(out.find('\r'), std::string::npos);
  EXPECT_NE(out.find("a\\x1b[2J\\x0ab\\xff: cut\\x0d"), std::string::npos) << out;
}

TEST(Console, NamesFiveBadPicturesAndCountsTheRest) {
  std::vector<Event> events(
      8, Event{.event = "bad_picture", .fields = {{"path", std::string("p.jpg")}, {"why", std::string("cut")}}});
  events.push_back(
      {.event = "run_finished", .fields = {{"top1", 0.9123}, {"incidents", std::string("bad picture 8")}}});
  const std::string out = render({}, events);
  size_t named = 0;
  for (size_t at = out.find("p.jpg"); at != std::string::npos; at = out.find("p.jpg", at + 1)) ++named;
  EXPECT_EQ(named, 5u);
  EXPECT_NE(out.find("bad picture 8"), std::string::npos) << out;
  EXPECT_NE(out.find("91.23%"), std::string::npos) << out;
}

TEST(Console, SaysWhichEvaluationIsTheBestSoFar) {
  const auto eval = [](double top1) {
    return Event{.event = "eval", .fields = {{"epoch", int64_t{1}}, {"weights", std::string("raw")}, {"top1", top1}}};
  };
  EXPECT_NE(render({}, {eval(0.5), eval(0.6)}).rfind("best so far"), render({}, {eval(0.5)}).rfind("best so far"));
  const std::string worse = render({}, {eval(0.5), eval(0.4)});
  EXPECT_EQ(worse.find("best so far"), worse.rfind("best so far"));
}

TEST(Console, TellsWhatTheRunDidOnItsOwn) {
  const auto text = [](const char* value) { return std::string(value); };
  const std::string out =
      render({}, {{.step = 41,
                   .event = "divergence",
                   .fields = {{"why", text("the loss is not finite")}, {"replay", text("same bits")}}},
                  {.step = 41, .event = "batch_skipped", .fields = {{"why", text("the loss is not finite")}}},
                  {.step = 42, .event = "rolled_back", .fields = {{"to", int64_t{30}}, {"why", text("again")}}},
                  {.step = 42,
                   .event = "guard",
                   .fields = {{"guard", text("disk")},
                              {"what", text("full soon")},
                              {"why", text("5 GiB")},
                              {"fix", text("make room")}}},
                  {.event = "run_finished",
                   .fields = {{"incidents", text("batch skipped 1")},
                              {"footing", text("micro-batch 8")},
                              {"effective_training_time", 0.9}}}});
  EXPECT_NE(out.find("divergence  step 42: the loss is not finite; done again: same bits\n"), std::string::npos) << out;
  EXPECT_NE(out.find("rolled back  from step 42 to 30: again\n"), std::string::npos) << out;
  EXPECT_NE(out.find("disk  full soon: 5 GiB; make room\n"), std::string::npos) << out;
  EXPECT_NE(out.find("batch skipped 1\n"), std::string::npos) << out;
  EXPECT_NE(out.find("micro-batch 8\n"), std::string::npos) << out;
  EXPECT_NE(out.find("90% of the time"), std::string::npos) << out;
}

TEST(ConsoleText, FormatsFigures) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(-1234567), "-1,234,567");
  EXPECT_EQ(short_count(25557032), "25.6 M");
  EXPECT_EQ(percent(0.63214, 2), "63.21%");
  EXPECT_EQ(progress_bar(0.5, 4, false), "==>-");
  EXPECT_EQ(progress_bar(1, 4, false), "====");
  EXPECT_EQ(progress_bar(0.5, 4, true), "██░░");
  EXPECT_EQ(columns_of("\x1b[1m█é\x1b[0m"), 2);
}

}  // namespace
}  // namespace surefoot::runs
