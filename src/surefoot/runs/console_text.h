#pragma once
// Pieces of text that the console is made of.
#include <cstdint>
#include <string>
#include <string_view>

namespace surefoot::runs {

/// 1234567 -> "1,234,567".
std::string with_commas(int64_t value);
/// 11689512 -> "11.7 M".
std::string short_count(int64_t value);
/// 0.63214 -> "63.21%".
std::string percent(double share, int decimals);
/// Four significant digits, no needless zeros: "0.05", "1.234e-05"; "nan" and "inf" as they are.
std::string short_number(double value);
/// A bar of `cells` columns, `share` in 0..1 of it full.
std::string progress_bar(double share, int cells, bool unicode);
/// Columns of a text: code points outside of ANSI colour sequences (wide characters are not looked up).
int columns_of(std::string_view text);

}  // namespace surefoot::runs
