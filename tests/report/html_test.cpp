#include "surefoot/report/html.h"

#include <gtest/gtest.h>

#include <cmath>

namespace surefoot::report {
namespace {

TEST(Base64, MatchesTheVectorsOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) EXPECT_EQ(base64(bytes), text);
  EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

TEST(Shortened, CutsAtWholeCharactersAndEscapes) {
  EXPECT_EQ(shortened("ééééé", 3), "ééé…");
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("<b>", 9), "&lt;b&gt;");
}

TEST(Section, IsEmptyWithoutContent) { EXPECT_EQ(section("t", "i", ""), ""); }

TEST(Table, AlignsFiguresAndEscapesHeaders) {
  const std::string html = table({"<a>", "n#"}, {{"x", "1"}});
  EXPECT_NE(html.find("<th scope=\"col\">&lt;a&gt;</th><th scope=\"col\" class=\"num\">n</th>"), std::string::npos)
      << html;
  EXPECT_NE(html.find("<td>x</td><td class=\"num\">1</td>"), std::string::npos) << html;
}

TEST(Meter, SaysNoneForWhatIsNotANumber) { EXPECT_NE(meter(NAN).find("none"), std::string::npos); }

}  // namespace
}  // namespace surefoot::report
