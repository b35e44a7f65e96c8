#include "surefoot/runs/console_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace surefoot::runs {

std::string with_commas(int64_t value) {
  std::string text = std::to_string(value);
  const int first = text[0] == '-' ? 1 : 0;
  for (int i = static_cast<int>(text.size()) - 3; i > first; i -= 3) text.insert(static_cast<size_t>(i), 1, ',');
  return text;
}

std::string short_count(int64_t value) {
  constexpr std::pair<double, const char*> kUnits[] = {{1e9, " G"}, {1e6, " M"}, {1e3, " k"}};
  for (const auto& [scale, unit] : kUnits) {
    if (static_cast<double>(value) < scale) continue;
    char text[32];
    std::snprintf(text, sizeof text, "%.3g%s", static_cast<double>(value) / scale, unit);
    return text;
  }
  return std::to_string(value);
}

std::string percent(double share, int decimals) {
  if (!std::isfinite(share)) return "?";
  char text[40];
  std::snprintf(text, sizeof text, "%.*f%%", decimals, 100 * share);
  return text;
}

std::string short_number(double value) {
  if (std::isnan(value)) return "nan";
  char text[40];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string progress_bar(double share, int cells, bool unicode) {
  share = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0.0;
  std::string bar;
  if (!unicode) {
    const int full = static_cast<int>(share * cells);
    bar.append(static_cast<size_t>(full), '=');
    if (full < cells) bar += '>';
    bar.append(static_cast<size_t>(cells) - bar.size(), '-');
    return bar;
  }
  // Eighths of a cell: U+2588 full block down to U+258F left one eighth.
  const int eighths = static_cast<int>(share * cells * 8);
  constexpr const char* kParts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  for (int i = 0; i < eighths / 8; ++i) bar += "█";
  bar += kParts[eighths % 8];
  for (int i = (eighths + 7) / 8; i < cells; ++i) bar += "░";
  return bar;
}

int columns_of(std::string_view text) {
  int columns = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      while (i < text.size() && text[i] != 'm') ++i;
    } else if ((static_cast<uint8_t>(text[i]) & 0xC0) != 0x80) {
      ++columns;
    }
  }
  return columns;
}

}  // namespace surefoot::runs
