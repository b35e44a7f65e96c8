// What waits on the host comes back as it was, shares what it shared, and leaks nothing.
#include <gtest/gtest.h>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>

#include "surefoot/tensor/host_memory.h"
#include "tensor/offloaded_tests.h"

namespace surefoot::tensor {
namespace {

INSTANTIATE_TEST_SUITE_P(Cpu, Offloaded, testing::Values(at::kCPU), [](const auto&) { return "cpu"; });

TEST(OffloadedOnMeta, OnlySizesGoAndComeBack) {
  const auto meta = at::TensorOptions().dtype(at::kFloat).device(at::kMeta);
  const at::Tensor weight = at::empty({64, 64}, meta).requires_grad_(true);
  at::Tensor loss;
  {
    const OffloadSavedTensors scope(at::kMeta, 1);
    loss = at::gelu(at::empty({32, 64}, meta).matmul(weight)).t().matmul(at::empty({32, 64}, meta)).pow(2).sum();
  }
  EXPECT_GT(offloaded_bytes(), 0u);
  loss.backward();
  EXPECT_EQ(weight.grad().sizes(), weight.sizes());
  EXPECT_EQ(offloaded_bytes(), 0u);
}

// Wherever memory runs out, in the forward or in the backward, nothing stays behind, and the next try has the same
// bits.
TEST(OffloadedOnCpu, RunningOutOfMemoryAnywhereLeaksNothing) {
  at::set_num_threads(1);  // untold, MKL takes as many threads as cores are idle: other bits
  CountingAllocator& allocator = install_cpu_allocator();
  const auto step = [] {
    const at::Tensor weight = at::sin(at::arange(64 * 64)).reshape({64, 64}).requires_grad_(true);
    at::Tensor loss;
    {
      const OffloadSavedTensors scope(at::kCPU, 1);
      loss = at::gelu(at::ones({32, 64}).matmul(weight)).matmul(weight).pow(2).sum();
    }
    loss.backward();
    return weight.grad();
  };
  const at::Tensor expected = step();
  const uint64_t before = allocator.figures().live_bytes, first = allocator.allocations();
  step();
  const uint64_t allocations = allocator.allocations() - first;
  EXPECT_GT(allocations, 20u);
  for (uint64_t k = 1; k <= allocations; ++k) {
    allocator.fail_allocation(k);
    EXPECT_THROW(step(), c10::OutOfMemoryError) << k;
    ASSERT_EQ(allocator.figures().live_bytes, before) << "allocation " << k;
    ASSERT_EQ(host_memory_bytes() + offloaded_bytes(), 0u) << "allocation " << k;
    ASSERT_TRUE(step().equal(expected)) << "after allocation " << k;
  }
}

}  // namespace
}  // namespace surefoot::tensor
