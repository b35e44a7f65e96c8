#pragma once
// Bytes and durations as people write them.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace surefoot {

/// "24G", "512 MiB", "1000" -> bytes; K/M/G/T are powers of 1024, with or without B or iB. Empty where not understood.
std::optional<uint64_t> parse_bytes(std::string_view text);
/// 1536 -> "1.5 KiB".
std::string format_bytes(uint64_t bytes);
/// "2h", "90m", "1h30m", "45s", "3d" or plain seconds -> seconds. Empty where not understood.
std::optional<double> parse_duration(std::string_view text);
/// 3725 -> "1h02m", 65 -> "1m05s", 4.2 -> "4.2s".
std::string format_duration(double seconds);
/// Shortest decimal that reads back as the same double.
std::string format_number(double value);

}  // namespace surefoot
