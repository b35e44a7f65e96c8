#include "surefoot/runs/summary.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace surefoot::runs {
namespace {

TEST(Summary, HasTheKeysOfTheContract) {
  const Summary summary{.model = "a\xff",
                        .top1 = 0.5,
                        .best_epoch = 3,
                        .eval_resize = 256,
                        .eval_crop = 224,
                        .mean = {0.1, 0.2, 0.3},
                        .interpolation = "bilinear",
                        .events = {{"step", 7}}};
  const auto json = nlohmann::json::parse(to_json(summary));
  for (const char* key : {"top1", "top5", "best_epoch", "images_per_second", "peak_memory_bytes",
                          "effective_training_time", "eval", "events"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(json["top1"], 0.5);
  EXPECT_EQ(json["best_epoch"], 3);
  EXPECT_EQ(json["eval"]["resize"], 256);
  EXPECT_EQ(json["eval"]["crop"], 224);
  EXPECT_EQ(json["eval"]["mean"][2], 0.3);
  EXPECT_EQ(json["eval"]["interpolation"], "bilinear");
  EXPECT_EQ(json["events"]["step"], 7);
}

TEST(Summary, TellsWhatWasLost) {
  Summary summary;
  summary.time = {.wall = 100, .restarts = 5, .repeated = 20, .paused = 0};
  summary.incidents = {{"segfault", 1}};
  summary.rehearsed = true;
  const auto json = nlohmann::json::parse(to_json(summary));
  EXPECT_EQ(json["effective_training_time"], 0.75);
  EXPECT_EQ(json["lost_seconds"]["repeated_steps"], 20);
  EXPECT_EQ(json["incidents"]["segfault"], 1);
  EXPECT_EQ(json["rehearsed"], true);
}

}  // namespace
}  // namespace surefoot::runs
