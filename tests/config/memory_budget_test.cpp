#include "surefoot/config/memory_budget.h"

#include <gtest/gtest.h>

#include "surefoot/base/error.h"

namespace surefoot::config {
namespace {

constexpr uint64_t kGiB = uint64_t{1} << 30;

TEST(MemoryBudget, IsAShareOrBytes) {
  EXPECT_EQ(budget_bytes("", 8 * kGiB), 0u);
  EXPECT_EQ(budget_bytes("0.5", 8 * kGiB), 4 * kGiB);
  EXPECT_EQ(budget_bytes("50%", 8 * kGiB), 4 * kGiB);
  EXPECT_EQ(budget_bytes("1", 8 * kGiB), 8 * kGiB);
  EXPECT_EQ(budget_bytes("2G", 8 * kGiB), 2 * kGiB);
  EXPECT_EQ(budget_bytes("1.5GiB", 8 * kGiB), kGiB + kGiB / 2);
  EXPECT_EQ(budget_bytes("2147483648", 8 * kGiB), 2 * kGiB);
  EXPECT_EQ(budget_bytes("24G", 8 * kGiB), 8 * kGiB) << "no more than there is";
}

TEST(MemoryBudget, RefusesWhatItDoesNotUnderstandAndSaysWhatItWants) {
  for (const char* text : {"much", "-1G", "0", "0.0", "1.5", "150%", "0%", "24", "12 apples", "G", "nan", "0.5G5"}) {
    try {
      budget_bytes(text, 8 * kGiB);
      ADD_FAILURE() << text << " was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kRecipeBadValue) << text;
      EXPECT_NE(error.fix().find("24G"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace surefoot::config
