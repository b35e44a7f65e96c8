#include "surefoot/base/escape.h"

#include <cstdint>

namespace surefoot {
namespace {

/// Length of the valid UTF-8 sequence at `s`, or 0. Refuses overlong forms, surrogates and anything above U+10FFFF (RFC
/// 3629).
size_t utf8_length(std::string_view s) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(s[i]); };
  const auto tail = [&](size_t i) { return i < s.size() && (byte(i) & 0xC0) == 0x80; };
  const uint8_t b = byte(0);
  if (b < 0x80) return 1;
  if (b >= 0xC2 && b <= 0xDF) return tail(1) ? 2 : 0;
  if (b >= 0xE0 && b <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    if (b == 0xE0 && byte(1) < 0xA0) return 0;
    if (b == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (b >= 0xF0 && b <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (b == 0xF0 && byte(1) < 0x90) return 0;
    if (b == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

bool is_control(std::string_view sequence) {
  const auto b = static_cast<uint8_t>(sequence[0]);
  if (b < 0x20 || b == 0x7F) return true;
  if (sequence.size() == 2 && b == 0xC2 && static_cast<uint8_t>(sequence[1]) < 0xA0) return true;  // C1 controls
  // Bidirectional overrides (U+202A..202E, U+2066..2069) can disguise a name.
  if (sequence.size() == 3 && b == 0xE2) {
    const auto c = static_cast<uint8_t>(sequence[1]), d = static_cast<uint8_t>(sequence[2]);
    return (c == 0x80 && d >= 0xAA && d <= 0xAE) || (c == 0x81 && d >= 0xA6 && d <= 0xA9);
  }
  return false;
}

void append_hex(std::string& out, std::string_view bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  for (const char c : bytes) {
    const auto b = static_cast<uint8_t>(c);
    out += "\\x";
    out += kHex[b >> 4];
    out += kHex[b & 15];
  }
}

std::string escape_bytes(std::string_view bytes, bool escape_backslash) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const size_t n = utf8_length(bytes);
    const std::string_view sequence = bytes.substr(0, n == 0 ? 1 : n);
    if (n == 0 || is_control(sequence)) {
      append_hex(out, sequence);
    } else if (escape_backslash && sequence == "\\") {
      out += "\\\\";
    } else {
      out += sequence;
    }
    bytes.remove_prefix(sequence.size());
  }
  return out;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::string_view kFormulaStarts = "=+-@\t\r'";

}  // namespace

std::string printable(std::string_view bytes) { return escape_bytes(bytes, true); }

std::string unprintable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '\\') {
      out += '\\';
      ++i;
    } else if (text[i] == '\\' && i + 3 < text.size() && text[i + 1] == 'x' && hex_value(text[i + 2]) >= 0 &&
               hex_value(text[i + 3]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 2]) * 16 + hex_value(text[i + 3]));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string escape_html(std::string_view bytes) {
  std::string out;
  for (const char c : printable(bytes)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string escape_csv(std::string_view bytes) {
  std::string text = printable(bytes);
  if (!text.empty() && kFormulaStarts.find(text[0]) != std::string_view::npos) text.insert(text.begin(), '\'');
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

std::string unescape_csv_field(std::string_view field) {
  if (field.size() >= 2 && field[0] == '\'' && kFormulaStarts.find(field[1]) != std::string_view::npos)
    field.remove_prefix(1);
  return unprintable(field);
}

std::string escape_terminal(std::string_view bytes) { return escape_bytes(bytes, false); }

std::string json_string(std::string_view bytes) {
  std::string out = "\"";
  for (const char c : printable(bytes)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace surefoot
