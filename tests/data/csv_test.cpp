#include "surefoot/data/csv.h"

#include "data/data_fixture.h"

namespace surefoot::data {
namespace {

using Records = std::vector<std::vector<std::string>>;

Records parse(std::string_view text) {
  CsvReader csv(text, "list.csv", ErrorCode::kDataList);
  Records records;
  for (std::vector<std::string> fields; csv.next(fields);) records.push_back(fields);
  return records;
}

TEST(Csv, reads_rfc_4180) {
  EXPECT_EQ(parse("a,b\r\nc,d"), (Records{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(parse("\"a,1\",\"say \"\"hi\"\"\",\"two\nlines\"\n"), (Records{{"a,1", "say \"hi\"", "two\nlines"}}));
  EXPECT_EQ(parse("a,,\n,\n"), (Records{{"a", "", ""}, {"", ""}}));
  EXPECT_EQ(parse("\xEF\xBB\xBFpath,label\n\n\r\nx,y\n"), (Records{{"path", "label"}, {"x", "y"}}));
  EXPECT_EQ(parse("\"\",b"), (Records{{"", "b"}}));
  EXPECT_EQ(parse(""), Records{});
}

TEST(Csv, keeps_bytes_that_are_not_utf8) { EXPECT_EQ(parse("\xff\xfe,\x01\n"), (Records{{"\xff\xfe", "\x01"}})); }

TEST(Csv, names_the_line_of_an_unbalanced_quote) {
  for (const char* text : {"a,b\n\"two\nlines\",c\n\"open", "a,b\n\"two\nlines\",c\n\"x\"y,z"}) {
    try {
      parse(text);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kDataList);
      EXPECT_EQ(error.why().substr(0, 7), "line 4:") << error.why();
    }
  }
}

}  // namespace
}  // namespace surefoot::data
