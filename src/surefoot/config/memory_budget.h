#pragma once
#include <cstdint>
#include <string>

namespace surefoot::config {

/// Bytes that `memory.budget` means on a device with `total_bytes`: "0.8" or "80%" is a share, "24G" bytes, and no more
/// than there are; "" is 0: no budget. Throws kRecipeBadValue for any other text, a share of 0 or above 1, and less
/// than 1 MiB.
uint64_t budget_bytes(const std::string& text, uint64_t total_bytes);

}  // namespace surefoot::config
