#include "surefoot/base/escape.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace surefoot {
namespace {

bool has_control_characters(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

TEST(Printable, RoundTripsEveryByteStringOfLengthTwo) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string bytes = {static_cast<char>(a), static_cast<char>(b)};
      const std::string text = printable(bytes);
      ASSERT_EQ(unprintable(text), bytes) << a << " " << b;
      ASSERT_FALSE(has_control_characters(text)) << a << " " << b;
    }
  }
}

TEST(Printable, RoundTripsNamesThatLookLikeEscapes) {
  for (const std::string name : {"\\", "\\\\", "\\x41", "\\\\x41", "a\\x4", "\\x", "\x80\\x80", "\\\n"})
    EXPECT_EQ(unprintable(printable(name)), name);
}

TEST(Printable, KeepsValidUtf8AndEscapesTheRest) {
  EXPECT_EQ(printable("Käse 猫 🐈"), "Käse 猫 🐈");
  EXPECT_EQ(printable("a\nb"), "a\\x0ab");
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");                    // overlong "/"
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\xe2\\x80\\xae");           // right-to-left override
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");                    // C1 control sequence introducer
  EXPECT_EQ(printable("\xe7\x8c"), "\\xe7\\x8c");                    // cut short
}

TEST(EscapeHtml, LeavesNoMarkup) {
  EXPECT_EQ(escape_html("<img src=\"x\" onerror='y'>&"), "&lt;img src=&quot;x&quot; onerror=&#39;y&#39;&gt;&amp;");
}

TEST(EscapeCsv, QuotesAndGuardsAgainstFormulas) {
  EXPECT_EQ(escape_csv("plain.jpg"), "plain.jpg");
  EXPECT_EQ(escape_csv("a,b"), "\"a,b\"");
  EXPECT_EQ(escape_csv("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(escape_csv("=1+1"), "'=1+1");
  EXPECT_EQ(escape_csv("-2"), "'-2");
  EXPECT_EQ(escape_csv("@x"), "'@x");
  EXPECT_EQ(escape_csv("a\nb"), "a\\x0ab");
}

// What a CSV reader hands over: the field without its quotes.
std::string read_field(std::string text) {
  if (text.empty() || text[0] != '"') return text;
  text = text.substr(1, text.size() - 2);
  for (size_t at = 0; (at = text.find("\"\"", at)) != std::string::npos; ++at) text.erase(at, 1);
  return text;
}

TEST(EscapeCsv, RoundTripsEveryByteStringOfLengthTwo) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string bytes = {static_cast<char>(a), static_cast<char>(b)};
      ASSERT_EQ(unescape_csv_field(read_field(escape_csv(bytes))), bytes) << a << " " << b;
    }
  }
  for (const std::string name : {"", "'=x", "''", "'", "=\"a\",b", "'-'"})
    EXPECT_EQ(unescape_csv_field(read_field(escape_csv(name))), name);
}

TEST(EscapeTerminal, DisarmsControlSequencesAndKeepsBackslashes) {
  EXPECT_EQ(escape_terminal("C:\\x\x1b[31mred\r\n"), "C:\\x\\x1b[31mred\\x0d\\x0a");
}

TEST(JsonString, EscapesWhatJsonReserves) {
  EXPECT_EQ(json_string("a\"b"), "\"a\\\"b\"");
  EXPECT_EQ(json_string("a\\b\n"), "\"a\\\\\\\\b\\\\x0a\"");
}

}  // namespace
}  // namespace surefoot
