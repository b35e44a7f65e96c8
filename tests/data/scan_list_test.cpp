#include "data/data_fixture.h"

namespace surefoot::data {
namespace {

using surefoot::testing::FaultyFiles;

class ScanList : public ::testing::Test {
 protected:
  ScanList() {
    for (const char* name : {"1.jpg", "2.jpg", "sub/3.jpg", "odd, \"name\"\n.jpg"})
      files.put(std::string("/d/") + name, "xy");
  }
  std::unique_ptr<Manifest> scan_text(const std::string& text, ScanOptions options = {.val_fraction = 0}) {
    files.put("/d/list.csv", text);
    return scan_memory(files, "/d/list.csv", report, std::move(options));
  }
  FaultyFiles files;
  ScanReport report;
};

TEST_F(ScanList, reads_paths_relative_to_the_list) {
  const auto manifest =
      scan_text("path,label\n2.jpg,dog\nsub/3.jpg,cat\n/d/1.jpg,dog\n\"odd, \"\"name\"\"\n.jpg\",cat\n");
  EXPECT_EQ(manifest->root(), "/d");
  ASSERT_EQ(manifest->size(), 4u);
  EXPECT_EQ(manifest->path(0), "1.jpg") << "absolute paths are made relative";
  EXPECT_EQ(manifest->path(2), "odd, \"name\"\n.jpg");
  EXPECT_EQ(manifest->classes(), (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(manifest->label(0), 1);
  EXPECT_EQ(manifest->size_bytes(0), 2u);
}

TEST_F(ScanList, columns_may_stand_in_any_order_beside_others) {
  const auto manifest = scan_text("note,split,label,path\n,train,a,1.jpg\n,train,b,2.jpg\n,val,b,sub/3.jpg\n");
  EXPECT_EQ(manifest->indices(Split::kValidation), (std::vector<uint32_t>{2}));
}

TEST_F(ScanList, val_wins_over_test) {
  EXPECT_EQ(
      scan_text("path,label,split\n1.jpg,a,train\n2.jpg,a,validation\nsub/3.jpg,a,test\n", {.allow_one_class = true})
          ->size(),
      2u);
  EXPECT_TRUE(mentions(report.warnings, "those with test are left alone"));
}

TEST_F(ScanList, malformed_lists_name_the_line) {
  for (const char* text :
       {"", "file,class\n1.jpg,a\n", "path,label\n1.jpg\n", "path,label\n1.jpg,\n", "path,label\n,a\n",
        "path,label,split\n1.jpg,a,dev\n", "path,label\n\"1.jpg,a\n", "path,label\nnone.jpg,a\nnone2.jpg,b\n",
        "path,label\n1.jpg,a\n1.jpg,b\n", "path,label,split\n1.jpg,a,val\n2.jpg,b,val\n"}) {
    EXPECT_EQ(code_of([&] { scan_text(text); }), ErrorCode::kDataList) << text;
  }
  EXPECT_EQ(code_of([&] { scan_text("path,label\n"); }), ErrorCode::kDataEmpty);
  EXPECT_EQ(code_of([&] { scan_text("path,label,split\n1.jpg,a,train\n2.jpg,b,val\n"); }), ErrorCode::kDataLayout);
}

TEST_F(ScanList, missing_and_repeated_pictures_are_warned_of) {
  EXPECT_EQ(scan_text("path,label\n1.jpg,a\n1.jpg,a\n2.jpg,b\nnone.jpg,b\n")->size(), 2u);
  EXPECT_TRUE(mentions(report.warnings, "line 5: none.jpg"));
  EXPECT_TRUE(mentions(report.warnings, "repeat a picture (1.jpg)"));
}

}  // namespace
}  // namespace surefoot::data
