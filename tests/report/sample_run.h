#pragma once
// A made-up run with everything that a report can show.
#include <cmath>

#include "surefoot/base/philox.h"
#include "surefoot/report/thumbnail.h"
#include "surefoot/report/train_report.h"

namespace surefoot::testing {

inline image::Pixels sample_picture(uint64_t number) {
  image::Pixels pixels;
  pixels.resize(200, 150 + static_cast<int>(number % 3) * 40);
  Philox random(1, Purpose::kSynthetic, 0, number);
  const double hue = random.uniform(0, 6.28), cx = random.uniform(50, 150), cy = random.uniform(40, 120),
               radius = random.uniform(30, 70);
  for (int y = 0; y < pixels.height; ++y) {
    for (int x = 0; x < pixels.width; ++x) {
      const bool inside = std::hypot(x - cx, y - cy) < radius;
      for (int c = 0; c < 3; ++c)
        pixels.row(y)[3 * x + c] =
            static_cast<uint8_t>(128 + 90 * std::sin(hue + 2.1 * c + (inside ? 2.5 : 0.004 * y)));
    }
  }
  return pixels;
}

/// @param classes 2 or more
inline report::TrainReport sample_report(int64_t classes = 10, int64_t epochs = 30) {
  report::TrainReport report;
  const char* names[] = {"daisy", "dandelion",          "rose",   "sunflower", "tulip",
                         "iris",  "lily of the valley", "orchid", "poppy",     "snowdrop"};
  for (int64_t i = 0; i < classes; ++i) report.classes.push_back(i < 10 ? names[i] : "species " + std::to_string(i));
  Philox random(3, Purpose::kSynthetic, 0, 0);
  runs::RunRecorder recorder;
  const int64_t per_epoch = 704;
  double t = 1795230000;
  recorder.add({.t = t,
                .event = "run_started",
                .fields = {{"model", std::string("resnet18")},
                           {"classes", classes},
                           {"train_pictures", int64_t{45056}},
                           {"val_pictures", int64_t{5000}},
                           {"parameters", int64_t{11173962}},
                           {"device", std::string("cpu (AVX-512 bf16)")},
                           {"precision", std::string("bf16")},
                           {"threads", int64_t{2}},
                           {"batch", int64_t{64}},
                           {"steps_per_epoch", per_epoch},
                           {"epochs", epochs},
                           {"version", std::string("0.1.0")},
                           {"data", std::string("photos/flowers")}}});
  recorder.add({.t = t,
                .event = "resolved",
                .fields = {{"key", std::string("train.precision")},
                           {"value", std::string("bf16")},
                           {"why", std::string("the processor has AVX512-bf16")}}});
  for (int64_t step = 20; step <= per_epoch * epochs; step += 20) {
    const double share = static_cast<double>(step) / static_cast<double>(per_epoch * epochs),
                 lr = step < per_epoch ? 0.05 * static_cast<double>(step) / per_epoch
                                       : 0.025 * (1 + std::cos(3.1416 * share));
    t += 1.6;
    recorder.add(
        {.t = t,
         .step = step,
         .event = "step",
         .fields = {{"epoch", (step - 1) / per_epoch + 1},
                    {"loss", 0.55 + 1.75 * std::exp(-4 * share) + 0.08 * random.normal()},
                    {"lr", lr},
                    {"grad_norm", std::exp(0.5 - share + 0.2 * random.normal())},
                    {"images_per_second", 810 + 25 * random.normal() - (step > 9000 && step < 10200 ? 260 : 0)},
                    {"data_wait", std::fabs(0.02 + 0.008 * random.normal()) + (step > 9000 && step < 10200 ? 0.3 : 0)},
                    {"memory_bytes", int64_t{640} << 20},
                    {"rss_bytes", (int64_t{1180} << 20) + step * 400}}});
    if (step / per_epoch != (step - 20) / per_epoch) {
      const int64_t epoch = step / per_epoch;
      const double top1 = 0.93 - 0.5 * std::exp(-5 * share) + 0.008 * random.normal();
      for (const bool ema : {false, true}) {
        recorder.add({.t = t,
                      .step = epoch * per_epoch,
                      .event = "eval",
                      .fields = {{"epoch", epoch},
                                 {"weights", std::string(ema ? "ema" : "raw")},
                                 {"top1", top1 + (ema ? 0.012 : 0)},
                                 {"top5", 1 - (1 - top1) / 6},
                                 {"loss", 0.25 + 1.5 * (1 - top1) - (ema ? 0.03 : 0)}}});
      }
    }
    if (step == 9000)
      recorder.add({.t = t, .step = step, .event = "interrupted", .fields = {{"signal", std::string("SIGTERM")}}});
    if (step == 9020)
      recorder.add({.t = t,
                    .step = step,
                    .event = "run_resumed",
                    .fields = {{"from", std::string("step 9000")}, {"epoch", int64_t{13}}}});
  }
  for (int i = 0; i < 7; ++i) {
    recorder.add({.t = t,
                  .step = 5,
                  .event = "bad_picture",
                  .fields = {{"path", "rose/img_" + std::to_string(400 + i) + ".jpg"},
                             {"why", std::string("JPEG data end after 18,204 of 41,377 bytes")}}});
  }
  recorder.add({.t = t,
                .step = per_epoch * epochs,
                .event = "run_finished",
                .fields = {{"reason", std::to_string(epochs) + " epochs done"},
                           {"top1", 0.936},
                           {"seconds", t - 1795230000},
                           {"images_per_second", 806.0},
                           {"peak_memory_bytes", int64_t{911} << 20}}});
  report.run = recorder.take();
  for (int64_t a = 0; a < classes; ++a) {
    report.confusion[{a, a}] = 440 + static_cast<int64_t>(random.below(50));
    for (int k = 0; k < 4; ++k) {
      const auto b = static_cast<int64_t>(random.below(static_cast<uint64_t>(classes)));
      if (a != b) report.confusion[{a, b}] += 1 + static_cast<int64_t>(random.below(14));
    }
  }
  report.confusion[{2, std::min<int64_t>(4, classes - 1)}] += 61;
  for (int64_t i = 0; i < 12; ++i) {
    report.worst.push_back(
        {.path = report.classes[static_cast<size_t>(i % classes)] + "/IMG_" + std::to_string(2040 + 17 * i) + ".jpg",
         .label = i % classes,
         .predicted = (i * 3 + 1) % classes,
         .confidence = 0.998 - 0.011 * static_cast<double>(i),
         .thumbnail = report::thumbnail(sample_picture(static_cast<uint64_t>(i)))});
  }
  report.eval = {.resize = 256,
                 .crop = 224,
                 .mean = {0.485, 0.456, 0.406},
                 .std = {0.229, 0.224, 0.225},
                 .interpolation = "bilinear"};
  report.facts = {{"machine", "2 cores, 8 GiB, Linux 6.1"}, {"libtorch", "2.13.0"}};
  report.choices = {{"optim.lr", "0.05", "0.1"}, {"train.ema", "0", "0.999"}, {"train.epochs", "10", "30"}};
  report.recipe_yaml = "seed: 0\nmodel:\n  name: resnet18\ntrain:\n  epochs: 30  # <b>\n";
  return report;
}

}  // namespace surefoot::testing
