#include <gtest/gtest.h>

#include "surefoot/base/error.h"
#include "surefoot/clean/quarantine.h"
#include "testing/faulty_files.h"

namespace surefoot::clean {
namespace {

std::vector<Decision> read(const std::string& text) {
  testing::FaultyFiles files;
  files.put("/d/decisions", text);
  return read_decisions(files, "/d/decisions");
}

const std::vector<Decision> kExpected = {{.content = "00ff",
                                          .path = "cat/a\nb.jpg",
                                          .issue = "near-duplicate",
                                          .choice = Choice::kKeepBoth,
                                          .label = "",
                                          .related = "cat/b.jpg"},
                                         {.content = "11ee",
                                          .path = "=cat/,\"c\".jpg",
                                          .issue = "mislabelled",
                                          .choice = Choice::kRelabel,
                                          .label = "dog",
                                          .related = ""}};

TEST(Decisions, AreReadFromCsv) {
  EXPECT_EQ(read("path,content,issue,decision,label,related\r\n"
                 "cat/a\\x0ab.jpg,00ff,near-duplicate,keep-both,,cat/b.jpg\r\n"
                 "\"'=cat/,\"\"c\"\".jpg\",11ee,mislabelled,relabel,dog,\r\n"
                 "cat/undecided.jpg,22dd,blank,,,\r\n"),
            kExpected);
}

TEST(Decisions, AreReadFromJson) {
  EXPECT_EQ(
      read(
          R"([{"path": "cat/a\\x0ab.jpg", "content": "00ff", "issue": "near-duplicate", "decision": "keep-both", "label": "", "related": "cat/b.jpg"},
                     {"path": "=cat/,\"c\".jpg", "content": "11ee", "issue": "mislabelled", "decision": "relabel", "label": "dog", "related": ""}])"),
      kExpected);
}

TEST(Decisions, ThatCannotBeUnderstoodAreRefusedWithTheirLine) {
  for (const char* text : {"path,content\na,b\n", "path,decision\ncat/1.jpg,delete\n",
                           "path,decision\ncat/1.jpg,relabel\n", "path,decision\n,keep\n", "path,decision\na,keep,3\n",
                           "[{\"path\": 3}]", "[{\"path\": \"a\"}", "[{\"path\": \"a\", \"decision\": \"burn\"}]"}) {
    try {
      read(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kDataList) << text;
      EXPECT_FALSE(error.fix().empty()) << text;
    }
  }
}

}  // namespace
}  // namespace surefoot::clean
