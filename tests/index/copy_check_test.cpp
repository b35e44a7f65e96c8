#include "surefoot/index/copy_check.h"

#include <gtest/gtest.h>

#include <cmath>

#include "index/scene.h"

namespace surefoot::index {
namespace {

using namespace testing;

struct Edit {
  const char* name;
  CopyKind kind;
  Gray (*apply)(const Gray&);
};

Gray squeezed(const Gray& g) {
  Gray small;
  shrink_to(g, g.width * 2 / 3, g.height / 2, small);
  return small;
}
Gray quarter(const Gray& g) {
  Gray small;
  shrink_to(g, g.width / 4, g.height / 4, small);
  return small;
}

const Edit kEdits[] = {
    {"as it is", CopyKind::kCopy, [](const Gray& g) { return g; }},
    {"a quarter of the size", CopyKind::kCopy, quarter},
    {"squeezed", CopyKind::kCopy, squeezed},
    {"pale", CopyKind::kCopy, [](const Gray& g) { return tone(g, 0.5, 90); }},
    {"dark", CopyKind::kCopy, [](const Gray& g) { return tone(g, 0.5, 0); }},
    {"bar", CopyKind::kCopy, [](const Gray& g) { return box(g, 0, 200, 320, 40, 0, 1); }},
    {"text in the middle", CopyKind::kCopy, [](const Gray& g) { return text(g, 60, 105, 8, 26, 0.8); }},
    {"logo", CopyKind::kCopy,
     [](const Gray& g) { return box(box(g, 230, 20, 60, 60, 30, 0.9), 245, 35, 30, 30, 240, 1); }},
    {"tiled", CopyKind::kCopy, [](const Gray& g) { return tiled_text(g, 0.35); }},
    {"crop to 70 %", CopyKind::kCrop, [](const Gray& g) { return crop(g, 70, 20, 224, 168); }},
    {"crop to another aspect", CopyKind::kCrop, [](const Gray& g) { return crop(g, 20, 10, 224, 225); }},
    {"crop and text", CopyKind::kCrop,
     [](const Gray& g) { return text(crop(g, 10, 40, 256, 192), 40, 80, 8, 22, 0.8); }},
    {"border", CopyKind::kCrop, [](const Gray& g) { return border(g, 30, 255); }},
    {"mirror", CopyKind::kMirrored, [](const Gray& g) { return mirror(g); }},
    {"mirror and crop", CopyKind::kMirrored, [](const Gray& g) { return mirror(crop(g, 60, 30, 256, 192)); }},
    {"quarter turn", CopyKind::kRotated, [](const Gray& g) { return turn(g); }},
    {"half turn and crop", CopyKind::kRotated, [](const Gray& g) { return turn(turn(crop(g, 60, 30, 256, 192))); }},
};

TEST(CopyCheck, RecognisesEdits) {
  for (const Edit& edit : kEdits) {
    for (uint64_t number = 0; number < 4; ++number) {
      const Gray picture = scene(number);
      const Seen original(picture), edited(edit.apply(picture));
      const CopyVerdict verdict = check_copy(edited.view(), original.view());
      EXPECT_EQ(copy_kind_name(verdict.kind), std::string(copy_kind_name(edit.kind)))
          << edit.name << " of scene " << number << ", " << verdict.score;
      const CopyVerdict back = check_copy(original.view(), edited.view());
      EXPECT_EQ(back.kind, verdict.kind) << edit.name << " of scene " << number << ", the other way round";
      EXPECT_EQ(back.score, verdict.score);
      EXPECT_EQ(back.overlay_in_a, verdict.overlay_in_b);
      EXPECT_NEAR(back.a_to_b.scale * verdict.a_to_b.scale, 1, 1e-6);
    }
  }
}

TEST(CopyCheck, SaysWhereThePartLies) {
  const Gray picture = scene(3);
  const Seen whole(picture), part(crop(picture, 80, 60, 208, 156));
  const CopyVerdict verdict = check_copy(part.view(), whole.view());
  ASSERT_EQ(verdict.kind, CopyKind::kCrop);
  EXPECT_NEAR(verdict.covered, 0.4225, 0.03);
  EXPECT_NEAR(verdict.a_to_b.scale, 0.65, 0.02);  // both thumbnails have 160 px
  EXPECT_NEAR(verdict.a_to_b.dx, 40, 1.5);
  EXPECT_NEAR(verdict.a_to_b.dy, 30, 1.5);
  EXPECT_FALSE(verdict.a_to_b.mirrored);
}

TEST(CopyCheck, SaysWhoCarriesTheOverlay) {
  const Gray picture = tone(scene(3), 0.35, 60);
  const Seen clean(picture), marked(text(picture, 40, 90, 9, 26, 0.9));
  const CopyVerdict verdict = check_copy(marked.view(), clean.view());
  ASSERT_TRUE(verdict.same());
  EXPECT_GT(verdict.overlay_in_a, 0.03);
  EXPECT_EQ(verdict.overlay_in_b, 0);
}

/// A ring on a slightly noisy ground.
Gray ring(double x0, double y0, double radius, int ink, int ground, uint64_t number) {
  Philox random(5, Purpose::kSynthetic, 78, number);
  Gray gray;
  gray.resize(150, 120);
  for (int y = 0; y < gray.height; ++y) {
    for (int x = 0; x < gray.width; ++x) {
      const double r = std::hypot(x - x0, y - y0) / radius;
      gray.row(y)[x] =
          static_cast<uint8_t>((r < 1 && r > 0.6 ? ink : ground + x / 8) + static_cast<int>(random.below(9)));
    }
  }
  return gray;
}

TEST(CopyCheck, OutlinesOfTheSameShapeAreNotCopies) {
  std::vector<Gray> rings;
  for (uint64_t i = 0; i < 8; ++i) {
    Philox random(5, Purpose::kSynthetic, 79, i);
    const double radius = random.uniform(28, 48);
    rings.push_back(ring(random.uniform(radius, 150 - radius), random.uniform(radius, 120 - radius), radius,
                         150 + static_cast<int>(random.below(80)), static_cast<int>(random.below(80)), i));
  }
  int passed = 0;
  for (size_t a = 0; a < rings.size(); ++a) {
    for (size_t b = 0; b < a; ++b) passed += check_copy(Seen(rings[a]).view(), Seen(rings[b]).view()).same();
  }
  EXPECT_LE(passed, 2) << "of 28 pairs: they differ in place and size alone";
}

TEST(CopyCheck, DifferentPicturesAreNotCopies) {
  for (uint64_t a = 0; a < 8; ++a) {
    const Seen first(scene(a));
    for (uint64_t b = a + 1; b < 8; ++b)
      EXPECT_FALSE(check_copy(first.view(), Seen(scene(b)).view()).same()) << a << " " << b;
  }
}

TEST(CopyCheck, ASharedFrameOrMarkMakesNoCopy) {
  const auto framed = [](uint64_t number) {
    Gray frame = scene(500);
    const Gray inner = scene(number, 232, 174);
    for (int y = 0; y < inner.height; ++y) std::copy_n(inner.row(y), inner.width, frame.row(y + 33) + 44);
    return frame;
  };
  const auto marked = [](uint64_t number) {
    return text(text(tone(scene(number), 0.35, 60), 10, 20, 12, 24, 1), 10, 180, 12, 24, 1);
  };
  for (uint64_t number = 20; number < 25; ++number) {
    EXPECT_FALSE(check_copy(Seen(framed(number)).view(), Seen(framed(number + 1)).view()).same()) << number;
    EXPECT_FALSE(check_copy(Seen(marked(number)).view(), Seen(marked(number + 1)).view()).same()) << number;
    EXPECT_TRUE(check_copy(Seen(framed(number)).view(), Seen(tone(framed(number), 0.8, 10)).view()).same()) << number;
  }
}

TEST(CopyCheck, DifferentThingsOfOneShapeOnWhiteAreNotCopies) {
  const auto product = [](uint64_t number) {
    Philox random(4, Purpose::kSynthetic, 80, number);
    Gray gray;
    gray.resize(320, 240);
    std::fill(gray.values.begin(), gray.values.end(), uint8_t{250});
    gray = box(gray, 120, 40, 60 + static_cast<int>(random.below(30)), 150 + static_cast<int>(random.below(30)),
               static_cast<uint8_t>(random.below(200)), 1);
    gray = box(gray, 126 + static_cast<int>(random.below(20)), 70 + static_cast<int>(random.below(40)), 50, 60,
               static_cast<uint8_t>(random.below(256)), 1);
    for (int line = 0; line < 6; ++line) {
      gray = box(gray, 134, 94 + 9 * line, 8 + static_cast<int>(random.below(40)), 4,
                 static_cast<uint8_t>(random.below(256)), 1);
    }
    return gray;
  };
  int taken_for_copies = 0;  // by alike outlines: rare
  for (uint64_t number = 0; number < 10; ++number) {
    const Seen one(product(number));
    EXPECT_TRUE(check_copy(one.view(), one.view()).same()) << number;
    for (uint64_t other = number + 1; other < 10; ++other)
      taken_for_copies += check_copy(one.view(), Seen(product(other)).view()).same();
  }
  EXPECT_LE(taken_for_copies, 1);  // of 45
}

TEST(CopyCheck, PicturesWithoutStructureAreNotCopies) {
  Gray flat, gradient;
  flat.resize(200, 150);
  std::fill(flat.values.begin(), flat.values.end(), uint8_t{200});
  gradient = flat;
  for (size_t i = 0; i < gradient.values.size(); ++i) gradient.values[i] = static_cast<uint8_t>(i % 200);
  EXPECT_FALSE(check_copy(Seen(flat).view(), Seen(flat).view()).same());
  EXPECT_FALSE(check_copy(Seen(flat).view(), Seen(scene(1)).view()).same());
  EXPECT_FALSE(check_copy(Seen(gradient).view(), Seen(scene(1)).view()).same());
  Gray dot;
  dot.resize(1, 1);
  EXPECT_FALSE(check_copy(Seen(dot).view(), Seen(scene(1)).view()).same());
}

}  // namespace
}  // namespace surefoot::index
