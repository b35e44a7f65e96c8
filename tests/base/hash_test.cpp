#include "surefoot/base/hash.h"

#include <gtest/gtest.h>

namespace surefoot {
namespace {

// From the xxHash project's own test of an empty input with seed 0.
TEST(Hash64, IsXxh3) { EXPECT_EQ(hash64(""), 0x2D06800538D394C2u); }

TEST(Hasher, PiecesMakeNoDifference) {
  Hasher whole, pieces;
  whole.add("hello, world");
  for (const char* piece : {"he", "", "llo, wor", "ld"}) pieces.add(piece);
  EXPECT_EQ(whole.hex(), pieces.hex());
  EXPECT_EQ(whole.hex().size(), 32u);
}

TEST(Hasher, EmptyInputHasTheKnownSum) { EXPECT_EQ(Hasher().hex(), "99aa06d3014798d86001c324468d497f"); }

TEST(Hasher, FieldsKeepTheirBorders) {
  Hasher a, b;
  a.add_field("ab"), a.add_field("c");
  b.add_field("a"), b.add_field("bc");
  EXPECT_NE(a.hex(), b.hex());
}

}  // namespace
}  // namespace surefoot
