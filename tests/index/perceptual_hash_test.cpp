#include "surefoot/index/perceptual_hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "surefoot/base/philox.h"

namespace surefoot::index {
namespace {

Gray waves(int width, int height, double phase = 0, double noise = 0) {
  Gray gray;
  gray.resize(width, height);
  Philox random(1, Purpose::kSynthetic, 0, 0);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double u = double(x) / width, v = double(y) / height;
      const double value = 128 + 50 * std::sin(17 * u + 5 * v + phase) + 40 * std::cos(11 * v - 9 * u * u) +
                           30 * std::sin(40 * u * v + phase);
      gray.row(y)[x] = static_cast<uint8_t>(std::clamp(value + noise * random.normal(), 0.0, 255.0));
    }
  }
  return gray;
}

Gray turned(const Gray& gray) {  // a quarter counter-clockwise
  Gray result;
  result.resize(gray.height, gray.width);
  for (int y = 0; y < result.height; ++y) {
    for (int x = 0; x < result.width; ++x) result.row(y)[x] = gray.row(x)[gray.width - 1 - y];
  }
  return result;
}

Gray mirrored(const Gray& gray) {
  Gray result = gray;
  for (int y = 0; y < gray.height; ++y) std::reverse(result.row(y), result.row(y) + gray.width);
  return result;
}

TEST(PerceptualHash, HalfOfTheBitsAreSetAndTheSamePictureHasTheSameHash) {
  const PerceptualHashes hashes = perceptual_hashes(waves(320, 240));
  for (const Hash256& hash : hashes.pdq) EXPECT_EQ(distance(hash, Hash256{}), 128);
  EXPECT_EQ(hashes.pdq, perceptual_hashes(waves(320, 240)).pdq);
  EXPECT_GT(hashes.pdq_quality, 50);
}

TEST(PerceptualHash, ResizingAndNoiseChangeFewBitsAndAnotherPictureMany) {
  const PerceptualHashes hashes = perceptual_hashes(waves(640, 480));
  EXPECT_LE(distance(hashes.pdq[0], perceptual_hashes(waves(320, 240)).pdq[0]), 16);
  EXPECT_LE(distance(hashes.pdq[0], perceptual_hashes(waves(640, 480, 0, 10)).pdq[0]), 16);
  EXPECT_LE(std::popcount(hashes.difference ^ perceptual_hashes(waves(320, 240)).difference), 3);
  EXPECT_GE(distance(hashes.pdq[0], perceptual_hashes(waves(640, 480, 2)).pdq[0]), 60);
}

TEST(PerceptualHash, TheEightPositionsAreThoseOfTurnedPictures) {
  const Gray upright = waves(512, 384, 0.7);
  const PerceptualHashes hashes = perceptual_hashes(upright);
  for (const bool mirror : {false, true}) {
    Gray picture = mirror ? mirrored(upright) : upright;
    for (size_t turn = 0; turn < 4; ++turn) {
      const Hash256 of_pixels = perceptual_hashes(picture).pdq[0];
      for (size_t position = 0; position < kDihedral; ++position) {
        const int bits = distance(hashes.pdq[position], of_pixels);
        if (position == 4 * mirror + turn) {
          EXPECT_LE(bits, 24) << position;
        } else {
          EXPECT_GE(bits, 40) << position;
        }
      }
      picture = turned(picture);
    }
  }
}

TEST(PerceptualHash, AFlatPictureHasNoQualityAndNoDifferences) {
  Gray flat;
  flat.resize(200, 100);
  std::fill(flat.values.begin(), flat.values.end(), uint8_t{77});
  const PerceptualHashes hashes = perceptual_hashes(flat);
  EXPECT_EQ(hashes.pdq_quality, 0);
  EXPECT_EQ(hashes.difference, 0u);
}

TEST(PerceptualHash, DifferencesPointToTheBrighterSide) {
  Gray ramp;
  ramp.resize(90, 16);
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 90; ++x) ramp.row(y)[x] = static_cast<uint8_t>(2 * x);
  }
  EXPECT_EQ(perceptual_hashes(ramp).difference, ~uint64_t{0});
  EXPECT_EQ(perceptual_hashes(mirrored(ramp)).difference, 0u);
}

TEST(PerceptualHash, AnySizeIsTaken) {
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 4000}, {4000, 1}, {3, 2}, {5, 5}, {63, 65}, {129, 7}}) {
    const PerceptualHashes hashes = perceptual_hashes(waves(width, height));
    EXPECT_GE(hashes.pdq_quality, 0);
    if (width < 5 || height < 5) {
      EXPECT_EQ(hashes.pdq[0], Hash256{}) << width << " x " << height;
    }
  }
}

}  // namespace
}  // namespace surefoot::index
