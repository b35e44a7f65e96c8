// What waits in pinned memory comes back as it was; skipped where there is no GPU.
#include "tensor/offloaded_tests.h"

namespace surefoot::tensor {
INSTANTIATE_TEST_SUITE_P(Gpu, Offloaded, testing::Values(at::kCUDA), [](const auto&) { return "cuda"; });
}  // namespace surefoot::tensor
