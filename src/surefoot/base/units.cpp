#include "surefoot/base/units.h"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace surefoot {
namespace {
/// Reads a non-negative number at the front of `text` and drops it from there.
std::optional<double> take_number(std::string_view& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value) || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  while (!text.empty() && text[0] == ' ') text.remove_prefix(1);
  return value;
}
}  // namespace

std::optional<uint64_t> parse_bytes(std::string_view text) {
  const auto number = take_number(text);
  if (!number) return std::nullopt;
  double scale = 1;
  if (!text.empty()) {
    constexpr std::string_view kUnits = "KMGTP";
    const size_t unit = kUnits.find(static_cast<char>(text[0] & ~0x20));
    if (unit != std::string_view::npos) {
      scale = std::pow(1024.0, static_cast<double>(unit + 1));
      text.remove_prefix(1);
      if (!text.empty() && (text[0] == 'i' || text[0] == 'I')) text.remove_prefix(1);
    }
    if (!text.empty() && (text[0] == 'b' || text[0] == 'B')) text.remove_prefix(1);
    if (!text.empty()) return std::nullopt;
  }
  const double bytes = *number * scale;
  if (bytes >= 0x1.0p63) return std::nullopt;
  return static_cast<uint64_t>(bytes);
}

std::string format_bytes(uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1024 && unit < 5) value /= 1024, ++unit;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 || value >= 100 ? "%.0f %s" : "%.1f %s", value, kUnits[unit]);
  return text;
}

std::optional<double> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  double seconds = 0;
  while (!text.empty()) {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    double scale = 1;
    if (!text.empty()) {
      switch (text[0]) {
        case 'd':
          scale = 86400;
          break;
        case 'h':
          scale = 3600;
          break;
        case 'm':
          scale = 60;
          break;
        case 's':
          scale = 1;
          break;
        default:
          return std::nullopt;
      }
      text.remove_prefix(1);
    }
    seconds += *number * scale;
  }
  return seconds;
}

std::string format_duration(double seconds) {
  char text[48];
  if (!(seconds >= 0) || !std::isfinite(seconds)) return "?";
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (seconds < 10) {
    std::snprintf(text, sizeof text, "%.1fs", seconds);
  } else if (whole < 60) {
    std::snprintf(text, sizeof text, "%llds", whole);
  } else if (whole < 3600) {
    std::snprintf(text, sizeof text, "%lldm%02llds", whole / 60, whole % 60);
  } else if (whole < 86400) {
    std::snprintf(text, sizeof text, "%lldh%02lldm", whole / 3600, whole / 60 % 60);
  } else {
    std::snprintf(text, sizeof text, "%lldd%02lldh", whole / 86400, whole / 3600 % 24);
  }
  return text;
}

std::string format_number(double value) {
  char text[40];
  const auto result = std::to_chars(text, text + sizeof text, value);
  return {text, result.ptr};
}

}  // namespace surefoot
