#include "surefoot/clean/split_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "surefoot/data/manifest.h"
#include "testing/temporary_folder.h"

namespace surefoot::clean {
namespace {

/// Names that a list, a spreadsheet or a terminal may stumble over.
Collection hostile(Files& files, const std::string& root) {
  Collection collection;
  collection.root = root;
  collection.classes = {"=cat", "d,\"og"};
  for (const std::string name :
       {"a.jpg", "b,c.jpg", "d \"e\".jpg", "f\\g.jpg", "\xff\xfe.jpg", "-h.jpg", "line\nbreak.jpg"}) {
    for (int32_t label = 0; label < 2; ++label) {
      Picture picture;
      picture.path = collection.classes[static_cast<size_t>(label)] + "/" + name, picture.label = label;
      files.make_folder(parent_path(join_path(root, picture.path)));
      files.create(join_path(root, picture.path))->append(std::string_view("bytes"));
      collection.pictures.push_back(picture);
    }
  }
  return collection;
}

void expect_read_back(const std::string& list_folder, const std::string& root_folder) {
  const testing::TemporaryFolder folder;
  Files& files = real_files();
  const Collection collection = hostile(files, folder.path(root_folder));
  files.make_folder(folder.path(list_folder));
  std::vector<uint32_t> pictures;
  std::vector<Part> parts;
  for (uint32_t i = 0; i < collection.pictures.size(); ++i)
    pictures.push_back(i), parts.push_back(i % 7 < 4 ? Part::kTrain : i % 7 == 4 ? Part::kTest : Part::kValidation);
  const std::string list = folder.path(list_folder + "/list.csv");
  write_split_list(files, list, collection, pictures, parts);
  data::ScanOptions options;
  options.cache_folder = folder.path("cache");
  data::ScanReport report;
  const auto manifest = data::scan(files, list, options, report);
  std::set<std::pair<std::string, std::string>> found, expected;  // the file that a path leads to, and its class
  for (uint64_t i = 0; i < manifest->size(); ++i) {
    found.insert({std::filesystem::weakly_canonical(manifest->full_path(i)).string(),
                  manifest->classes()[static_cast<size_t>(manifest->label(i))]});
  }
  for (const uint32_t i : pictures) {
    if (parts[i] == Part::kTest) continue;  // left alone by training
    const Picture& picture = collection.pictures[i];
    expected.insert({std::filesystem::weakly_canonical(join_path(collection.root, picture.path)).string(),
                     collection.classes[static_cast<size_t>(picture.label)]});
  }
  EXPECT_EQ(found, expected);
  EXPECT_EQ(manifest->indices(data::Split::kValidation).size(),
            static_cast<size_t>(std::count(parts.begin(), parts.end(), Part::kValidation)));
}

TEST(SplitList, TrainReadsItBesideTheData) { expect_read_back(".", "data"); }
TEST(SplitList, TrainReadsItInsideTheData) { expect_read_back("data", "data"); }
TEST(SplitList, TrainReadsItElsewhere) { expect_read_back("lists/of/mine", "some/data"); }

TEST(SplitList, NoFieldOfAPathIsAFormula) {
  const testing::TemporaryFolder folder;
  Files& files = real_files();
  const Collection collection = hostile(files, folder.path());
  write_split_list(files, folder.path("list.csv"), collection, std::vector<uint32_t>{0},
                   std::vector<Part>{Part::kTrain});
  EXPECT_EQ(files.read(folder.path("list.csv")), "path,label,split\n./=cat/a.jpg,=cat,train\n");
}

}  // namespace
}  // namespace surefoot::clean
