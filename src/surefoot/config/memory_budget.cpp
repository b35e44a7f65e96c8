#include "surefoot/config/memory_budget.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "surefoot/base/error.h"
#include "surefoot/base/units.h"

namespace surefoot::config {
namespace {

constexpr uint64_t kLeast = uint64_t{1} << 20;

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw Error(ErrorCode::kRecipeBadValue, "memory.budget cannot be `" + text + "`", why,
              "a share of the device's memory such as 0.8 or 80%, or bytes such as 24G or 512M; empty for all of it");
}

/// "0.8" and "80%"; whole numbers above 1 are bytes.
std::optional<double> share_of(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  const std::string_view rest(end, static_cast<size_t>(text.data() + text.size() - end));
  if (rest == "%") return value / 100;
  const bool looks_like_a_share = rest.empty() && (value <= 1 || text.find('.') != std::string::npos);
  return looks_like_a_share ? std::optional(value) : std::nullopt;
}

}  // namespace

uint64_t budget_bytes(const std::string& text, uint64_t total_bytes) {
  if (text.empty()) return 0;
  if (const auto share = share_of(text)) {
    if (!(*share > 0 && *share <= 1)) refuse(text, "a share lies above 0 and is at most 1");
    return static_cast<uint64_t>(static_cast<double>(total_bytes) * *share);
  }
  const auto bytes = parse_bytes(text);
  if (!bytes) refuse(text, "it is neither a share nor a number of bytes");
  if (*bytes < kLeast) refuse(text, format_bytes(*bytes) + " is too little for anything");
  return std::min(*bytes, total_bytes);
}

}  // namespace surefoot::config
