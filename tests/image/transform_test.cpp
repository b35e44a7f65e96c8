#include <gtest/gtest.h>

#include <thread>

#include "image/test_pictures.h"
#include "surefoot/image/transform.h"

namespace surefoot::image {
namespace {

Philox stream(uint64_t sample) { return Philox(5, Purpose::kAugment, 0, sample); }

TEST(RandomResizedCrop, StaysInsideAndKeepsAreaAndRatio) {
  for (uint64_t i = 0; i < 2000; ++i) {
    Philox random = stream(i);
    const Rect r = random_resized_crop({320, 240}, 0.35, 1.0, 4.0 / 3, random);
    ASSERT_GE(r.x, 0);
    ASSERT_GE(r.y, 0);
    ASSERT_LE(r.x + r.width, 320);
    ASSERT_LE(r.y + r.height, 240);
    const double area = r.width * r.height / (320.0 * 240), ratio = static_cast<double>(r.width) / r.height;
    ASSERT_GT(area, 0.345);
    ASSERT_GT(ratio, 0.74);
    ASSERT_LT(ratio, 1.35);
  }
}

TEST(RandomResizedCrop, FallsBackToTheCentreOfAThinPicture) {
  Philox random = stream(1);
  EXPECT_EQ(random_resized_crop({2, 3000}, 0.35, 1.0, 4.0 / 3, random), (Rect{0, 1498, 2, 3}));
}

TEST(RandomResizedCrop, DrawsAsOftenWhateverThePicture) {
  Philox a = stream(2), b = stream(2);
  random_resized_crop({320, 240}, 0.08, 1.0, 4.0 / 3, a);
  random_resized_crop({2, 3000}, 0.08, 1.0, 4.0 / 3, b);
  EXPECT_EQ(a.next_u64(), b.next_u64());
}

TEST(TrainTransform, IsCropThenResizeThenFlip) {
  const Pixels picture = scene(300, 200);
  const std::string file = jpeg_file(picture, {.orientation = 6});
  TransformOptions options;
  options.image_size = 96;
  Pixels whole;
  ASSERT_TRUE(decode(file, {}, whole).ok());
  int flips = 0;
  for (uint64_t i = 0; i < 30; ++i) {
    Philox random = stream(i), again = stream(i);
    std::vector<uint8_t> got(96 * 96 * 3), expected(got.size());
    ASSERT_TRUE(train_transform(file, options, random, got.data()).ok());
    const Rect crop = random_resized_crop({200, 300}, options.scale_min, options.scale_max, options.ratio_max, again);
    const bool flip = again.uniform() < 0.5;
    flips += flip;
    resize(cut(whole, crop), 0, 0, crop.width, crop.height, options.filter, expected.data(), 96, 96);
    for (int y = 0; y < 96; ++y) {
      for (int x = 0; x < 96; ++x) {
        for (int c = 0; c < 3; ++c)
          ASSERT_EQ(got[static_cast<size_t>((y * 96 + x) * 3 + c)],
                    expected[static_cast<size_t>((y * 96 + (flip ? 95 - x : x)) * 3 + c)]);
      }
    }
  }
  EXPECT_GT(flips, 5);
  EXPECT_LT(flips, 25);
}

TEST(TrainTransform, ScaledDecodingMovesNothingAndErrsLittle) {
  const std::string file = jpeg_file(scene(900, 700), {.quality = 92});
  TransformOptions options;
  options.image_size = 64;
  std::vector<uint8_t> exact(64 * 64 * 3), scaled(exact.size());
  for (uint64_t i = 0; i < 10; ++i) {
    Philox a = stream(i), b = stream(i);
    options.dct_scaling = false;
    ASSERT_TRUE(train_transform(file, options, a, exact.data()).ok());
    options.dct_scaling = true;
    ASSERT_TRUE(train_transform(file, options, b, scaled.data()).ok());
    double sum = 0;
    for (size_t k = 0; k < exact.size(); ++k) sum += std::abs(exact[k] - scaled[k]);
    EXPECT_LT(sum / static_cast<double>(exact.size()), 6.0);
    EXPECT_NE(exact, scaled);
  }
}

TEST(TrainTransform, PadShiftsByReflection) {
  const std::string file = jpeg_file(scene(32, 32), {.h = 1, .v = 1});
  Pixels whole;
  ASSERT_TRUE(decode(file, {}, whole).ok());
  TransformOptions options;
  options.image_size = 32;
  options.crop = Crop::kPad;
  const auto reflect = [](int at) { return at < 0 ? -at : at > 31 ? 62 - at : at; };
  for (uint64_t i = 0; i < 40; ++i) {
    Philox random = stream(i), again = stream(i);
    std::vector<uint8_t> got(32 * 32 * 3);
    ASSERT_TRUE(train_transform(file, options, random, got.data()).ok());
    const int dy = static_cast<int>(again.uniform() * 9) - 4, dx = static_cast<int>(again.uniform() * 9) - 4;
    const bool flip = again.uniform() < 0.5;
    for (int y = 0; y < 32; ++y) {
      for (int x = 0; x < 32; ++x) {
        const uint8_t* expected = whole.row(reflect(y + dy)) + reflect((flip ? 31 - x : x) + dx) * 3;
        ASSERT_TRUE(std::equal(expected, expected + 3, got.data() + (y * 32 + x) * 3));
      }
    }
  }
}

TEST(EvalTransform, IsResizeThenCentreCropOfTheWholePicture) {
  for (const Size size : {Size{320, 240}, Size{240, 343}, Size{500, 333}, Size{37, 90}}) {
    const std::string file = jpeg_file(scene(size.width, size.height), {});
    Pixels whole, resized;
    ASSERT_TRUE(decode(file, {}, whole).ok());
    TransformOptions options;
    std::vector<uint8_t> got(224 * 224 * 3);
    ASSERT_TRUE(eval_transform(file, options, got.data()).ok());
    const bool wide = size.width >= size.height;
    resized.resize(wide ? 256 * size.width / size.height : 256, wide ? 256 : 256 * size.height / size.width);
    resize(whole, 0, 0, size.width, size.height, options.filter, resized.rgb.data(), resized.width, resized.height);
    const Rect centre{static_cast<int>(std::nearbyint((resized.width - 224) / 2.0)),
                      static_cast<int>(std::nearbyint((resized.height - 224) / 2.0)), 224, 224};
    EXPECT_EQ(got, cut(resized, centre).rgb) << size.width << "x" << size.height;
  }
}

TEST(EvalTransform, PadsWithBlackWhereTheCropIsLarger) {
  const std::string file = jpeg_file(scene(64, 64), {});
  TransformOptions options;
  options.image_size = 101;
  options.eval_resize = 64;
  std::vector<uint8_t> got(101 * 101 * 3);
  ASSERT_TRUE(eval_transform(file, options, got.data()).ok());
  Pixels whole;
  ASSERT_TRUE(decode(file, {}, whole).ok());
  for (int y = 0; y < 101; ++y) {
    for (int x = 0; x < 101; ++x) {
      const bool inside = x >= 18 && x < 82 && y >= 18 && y < 82;  // torchvision: (101 - 64) / 2 ahead
      ASSERT_EQ(got[static_cast<size_t>((y * 101 + x) * 3)], inside ? whole.row(y - 18)[(x - 18) * 3] : 0);
    }
  }
}

TEST(TrainTransform, IsTheSameOnManyThreads) {
  const std::string file = jpeg_file(scene(200, 150), {});
  TransformOptions options;
  const auto work = [&](std::vector<uint8_t>& out) {
    out.resize(20 * 224 * 224 * 3);
    for (uint64_t i = 0; i < 20; ++i) {
      Philox random = stream(i);
      train_transform(file, options, random, out.data() + i * 224 * 224 * 3);
    }
  };
  std::vector<uint8_t> results[4];
  std::vector<std::thread> threads;
  for (auto& result : results) threads.emplace_back([&] { work(result); });
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(result, results[0]);
}

}  // namespace
}  // namespace surefoot::image
