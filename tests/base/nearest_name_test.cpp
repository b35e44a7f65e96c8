#include "surefoot/base/nearest_name.h"

#include <gtest/gtest.h>

namespace surefoot {
namespace {

const std::vector<std::string> kKeys = {"optim.lr", "optim.momentum", "train.batch", "train.epochs", "schedule.name"};

TEST(NearestName, FindsTypingErrors) {
  EXPECT_EQ(nearest_name("train.bacth", kKeys), "train.batch");  // swapped letters count once
  EXPECT_EQ(nearest_name("train.epoch", kKeys), "train.epochs");
  EXPECT_EQ(nearest_name("optim.momentun", kKeys), "optim.momentum");
}

TEST(NearestName, FindsTheRightLeafInTheWrongSection) {
  EXPECT_EQ(nearest_name("lr", kKeys), "optim.lr");
  EXPECT_EQ(nearest_name("train.lr", kKeys), "optim.lr");
}

TEST(NearestName, FindsANameThatWasCutShort) {
  const std::vector<std::string> models{"resnet50", "vit_tiny_patch16_224", "vit_base_patch16_224"};
  EXPECT_EQ(nearest_name("vit_tiny", models), "vit_tiny_patch16_224");
}

TEST(NearestName, StaysSilentWhereNothingIsNear) {
  EXPECT_EQ(nearest_name("qqqqqqqqqqqq", kKeys), "");
  EXPECT_EQ(nearest_name("lr", {}), "");
}

}  // namespace
}  // namespace surefoot
