#include "surefoot/tensor/device.h"

#include <gtest/gtest.h>

#include <thread>

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>

#include "surefoot/base/error.h"
#include "surefoot/tensor/precision.h"

namespace surefoot::tensor {
namespace {

TEST(Devices, AnUnknownNameIsRefusedWithTheFix) {
  try {
    resolve_device("tpu");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kDevice);
    EXPECT_NE(error.fix().find("train.device"), std::string::npos);
  }
  EXPECT_THROW(resolve_device("cuda:99999"), Error);
  EXPECT_THROW(resolve_device("cuda:x"), Error);
  EXPECT_TRUE(resolve_device("cpu").is_cpu());
}

TEST(Devices, CoresAreWithinTheMachine) {
  EXPECT_GE(physical_cores(), 1);
  EXPECT_LE(physical_cores(), static_cast<int>(std::thread::hardware_concurrency()));
  EXPECT_NE(describe_device(at::kCPU).find("core"), std::string::npos);
}

TEST(Precisions, AutoIsBf16OnlyWhereTheHardwareHasIt) {
  EXPECT_EQ(resolve_precision("auto", at::kCPU), has_native_bf16(at::kCPU) ? Precision::kBf16 : Precision::kFp32);
  for (const char* name : {"fp64", "fp32", "bf16", "fp16"})
    EXPECT_EQ(precision_name(resolve_precision(name, at::kCPU)), name);
  EXPECT_THROW(resolve_precision("fp8", at::kCPU), Error);
}

TEST(Autocast, CastsMatrixProductsWhileItLives) {
  const at::Tensor x = at::ones({4, 4});
  {
    const Autocast autocast(at::kCPU, Precision::kBf16);
    EXPECT_EQ(at::matmul(x, x).scalar_type(), at::kBFloat16);
  }
  EXPECT_EQ(at::matmul(x, x).scalar_type(), at::kFloat);
  const Autocast none(at::kCPU, Precision::kFp32);
  EXPECT_EQ(at::matmul(x, x).scalar_type(), at::kFloat);
}

}  // namespace
}  // namespace surefoot::tensor
