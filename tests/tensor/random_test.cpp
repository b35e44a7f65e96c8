#include "surefoot/tensor/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

namespace surefoot::tensor {
namespace {

constexpr Stream kStream{.seed = 7, .purpose = Purpose::kDropout, .time = 3, .sample = 11, .attempt = 2};

TEST(FilledTensors, FollowTheScalarPhiloxDrawByDraw) {
  const at::Tensor filled = at::empty({10007});
  fill_uniform(filled, kStream);
  Philox scalar(7, Purpose::kDropout, 3, 11, 2);
  for (int64_t i = 0; i < filled.numel(); ++i) {
    ASSERT_EQ(filled.data_ptr<float>()[i], static_cast<float>(scalar.next_u32() >> 8) * 0x1p-24f) << i;
  }
}

TEST(FilledTensors, NormalsAgreeWithTheLibraryFunctions) {
  const at::Tensor filled = at::empty({4 * 50000}, at::kDouble);
  fill_normal(filled, kStream, 1, 2);
  Philox scalar(7, Purpose::kDropout, 3, 11, 2);
  for (int64_t i = 0; i < filled.numel(); i += 2) {
    const double u = (scalar.next_u32() + 0.5) * 0x1p-32, angle = 2 * std::numbers::pi * scalar.next_u32() * 0x1p-32;
    const double radius = std::sqrt(-2 * std::log(u));
    ASSERT_NEAR(filled.data_ptr<double>()[i], 1 + 2 * radius * std::cos(angle), 1e-8) << i;
    ASSERT_NEAR(filled.data_ptr<double>()[i + 1], 1 + 2 * radius * std::sin(angle), 1e-8) << i;
  }
}

TEST(FilledTensors, DoNotDependOnThreadsLengthOrLayout) {
  const int threads = at::get_num_threads();
  const at::Tensor one = at::empty({100, 3, 20, 20}), two = at::empty({100, 3, 20, 20}), longer = at::empty({130000});
  at::set_num_threads(1);
  fill_normal(one, kStream);
  at::set_num_threads(2);
  fill_normal(two, kStream);
  fill_normal(longer, kStream);
  at::set_num_threads(threads);
  EXPECT_TRUE(one.equal(two));
  EXPECT_TRUE(one.flatten().equal(longer.narrow(0, 0, one.numel())));
  const at::Tensor other_layout =
      at::empty({100, 3, 20, 20}, at::TensorOptions().memory_format(at::MemoryFormat::ChannelsLast));
  fill_normal(other_layout, kStream);
  EXPECT_TRUE(one.equal(other_layout));
}

TEST(FilledTensors, TruncatedNormalsHaveTheMomentsOfTheLaw) {
  const at::Tensor filled = at::empty({400000}, at::kDouble);
  fill_trunc_normal(filled, kStream, 0.5, 0.02, 2);
  EXPECT_LE((filled - 0.5).abs().max().item<double>(), 0.04);
  EXPECT_NEAR(filled.mean().item<double>(), 0.5, 1e-4);
  EXPECT_NEAR(filled.std().item<double>(), 0.02 * 0.879626, 1e-4) << "variance 0.7737 of the untruncated law";
}

TEST(FilledTensors, OtherStreamsGiveOtherNumbers) {
  const at::Tensor one = at::empty({64}), two = at::empty({64});
  fill_uniform(one, kStream);
  for (const Stream& other : {Stream{8, Purpose::kDropout, 3, 11, 2}, Stream{7, Purpose::kInit, 3, 11, 2},
                              Stream{7, Purpose::kDropout, 4, 11, 2}, Stream{7, Purpose::kDropout, 3, 12, 2},
                              Stream{7, Purpose::kDropout, 3, 11, 3}}) {
    fill_uniform(two, other);
    EXPECT_FALSE(one.equal(two));
  }
}

}  // namespace
}  // namespace surefoot::tensor
