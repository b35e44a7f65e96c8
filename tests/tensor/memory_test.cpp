#include "surefoot/tensor/memory.h"

#include <gtest/gtest.h>

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include "surefoot/base/error.h"
#include "surefoot/tensor/large_blocks.h"
#include "surefoot/tensor/translate_error.h"

namespace surefoot::tensor {
namespace {

TEST(CountingAllocator, CountsLiveAndPeakBytes) {
  CountingAllocator& allocator = install_cpu_allocator();
  const uint64_t before = allocator.figures().live_bytes;
  reset_peak(at::kCPU);
  {
    const at::Tensor small = at::empty({1000}, at::kFloat), large = at::empty({4, 1024, 1024}, at::kFloat);
    EXPECT_EQ(device_memory(at::kCPU).live_bytes - before, 4000u + (16u << 20));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(small.data_ptr()) % 64, 0u);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(large.data_ptr()) % 64, 0u);
  }
  EXPECT_EQ(allocator.figures().live_bytes, before);
  EXPECT_EQ(allocator.figures().peak_bytes - before, 4000u + (16u << 20));
}

TEST(CountingAllocator, RaisesOutOfMemoryAboveTheBudgetAndRecovers) {
  CountingAllocator& allocator = install_cpu_allocator();
  const uint64_t before = allocator.figures().live_bytes;
  allocator.set_budget(before + 1000);
  EXPECT_THROW(at::empty({1001}, at::kByte), c10::OutOfMemoryError);
  EXPECT_EQ(allocator.figures().live_bytes, before);
  EXPECT_NO_THROW(at::empty({1000}, at::kByte));
  allocator.set_budget(0);
  EXPECT_NO_THROW(at::empty({1001}, at::kByte));
}

TEST(CountingAllocator, FailsExactlyTheChosenAllocation) {
  CountingAllocator& allocator = install_cpu_allocator();
  allocator.fail_allocation(2);
  EXPECT_NO_THROW(at::empty({8}));
  EXPECT_THROW(at::empty({8}), c10::OutOfMemoryError);
  EXPECT_NO_THROW(at::empty({8}));
}

TEST(LargeBlocks, ReusesABlockThatFitsAndNeverHoldsMoreThanItsPeak) {
  LargeBlocks blocks;
  const auto first = blocks.take(16 << 20);
  blocks.give(first);
  EXPECT_EQ(blocks.take(15 << 20).data, first.data) << "an eighth too large is near enough";
  blocks.give(first);
  const auto small =
      blocks.take(4 << 20);  // the kept block is four times too large, and both would be more than the peak
  EXPECT_EQ(small.capacity, size_t{4} << 20);
  blocks.give(small);
}

TEST(TranslatedErrors, OutOfMemoryKeepsTheBytesAndLosesTheBacktrace) {
  CountingAllocator& allocator = install_cpu_allocator();
  allocator.set_budget(1);
  try {
    translated("a test", [] { return at::empty({12345}, at::kByte); });
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kOutOfMemory);
    EXPECT_NE(error.why().find("12345"), std::string::npos) << error.why();
    EXPECT_EQ(error.why().find("frame #"), std::string::npos) << error.why();
  }
  allocator.set_budget(0);
}

TEST(TranslatedErrors, OtherErrorsOfLibtorchAreInternalAndOursPassUnchanged) {
  const auto code_of = [](auto body) {
    try {
      translated("a test", body);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::kUsage;
  };
  EXPECT_EQ(code_of([] { return at::ones({2}) + at::ones({3}); }), ErrorCode::kInternal);
  EXPECT_EQ(code_of([]() -> int { throw Error(ErrorCode::kDiskFull, "a", "b", "c"); }), ErrorCode::kDiskFull);
  EXPECT_EQ(code_of([]() -> int { throw std::bad_alloc(); }), ErrorCode::kOutOfMemory);
}

}  // namespace
}  // namespace surefoot::tensor
