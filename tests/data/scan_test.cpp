#include "data/data_fixture.h"

namespace surefoot::data {
namespace {

using surefoot::testing::FaultyFiles;

/// A file system with these (empty) files.
std::unique_ptr<FaultyFiles> files_with(const std::vector<std::string>& paths) {
  auto files = std::make_unique<FaultyFiles>();
  for (const std::string& path : paths) files->put(path, "x");
  return files;
}

std::vector<std::string> listing(const Manifest& manifest) {
  std::vector<std::string> lines;
  for (uint64_t i = 0; i < manifest.size(); ++i) {
    lines.push_back((manifest.split(i) == Split::kTrain ? "train " : "val ") + std::string(manifest.path(i)) + " " +
                    std::to_string(manifest.label(i)));
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(Scan, reads_class_folders_and_everything_below_them) {
  const auto files = files_with({"/d/dog/2.jpg", "/d/dog/deep/er/1.PNG", "/d/cat/1.jpeg", "/d/cat/notes.txt"});
  ScanReport report;
  const auto manifest = scan_memory(*files, "/d/", report, {.val_fraction = 0});
  EXPECT_EQ(listing(*manifest), (Lines{"train cat/1.jpeg 0", "train dog/2.jpg 1", "train dog/deep/er/1.PNG 1"}));
  EXPECT_EQ(manifest->classes(), (Lines{"cat", "dog"}));
  EXPECT_EQ(manifest->root(), "/d");
  EXPECT_EQ(manifest->full_path(0), "/d/cat/1.jpeg");
  EXPECT_EQ(manifest->size_bytes(0), 1u);
  EXPECT_FALSE(manifest->split_was_made());
  EXPECT_EQ(report.pictures, 3u);
  EXPECT_EQ(report.skipped_not_pictures, 1u);
}

TEST(Scan, reads_part_folders_under_each_of_their_names) {
  for (const char* word : {"val", "validation", "valid", "eval", "test", "Val", "TEST"}) {
    const auto files = files_with({"/d/train/b/1.jpg", "/d/train/a/1.jpg", std::string("/d/") + word + "/a/9.jpg"});
    const auto manifest = scan_memory(*files, "/d");
    ASSERT_EQ(manifest->size(), 3u) << word;
    EXPECT_EQ(listing(*manifest)[2], std::string("val ") + word + "/a/9.jpg 0");
    EXPECT_FALSE(manifest->split_was_made());
  }
}

TEST(Scan, prefers_val_to_test_and_says_so) {
  const auto files = files_with({"/d/train/a/1.jpg", "/d/train/b/1.jpg", "/d/val/a/2.jpg", "/d/test/b/3.jpg"});
  ScanReport report;
  const auto manifest = scan_memory(*files, "/d", report);
  EXPECT_EQ(manifest->size(), 3u);
  EXPECT_TRUE(mentions(report.warnings, "test/ is left alone"));
  const auto only_test = files_with({"/d/train/a/1.jpg", "/d/train/b/1.jpg", "/d/test/b/3.jpg"});
  scan_memory(*only_test, "/d", report);
  EXPECT_TRUE(mentions(report.warnings, "test/ is the validation part"));
}

TEST(Scan, a_class_may_be_called_train) {
  const auto files = files_with({"/d/train/1.jpg", "/d/car/1.jpg", "/d/bus/1.jpg"});
  EXPECT_EQ(scan_memory(*files, "/d")->classes(), (Lines{"bus", "car", "train"}));
}

TEST(Scan, refuses_layouts_that_cannot_be_trained_on) {
  const auto code = [](const Lines& paths) {
    const auto files = files_with(paths);
    return code_of([&] { scan_memory(*files, "/d"); });
  };
  EXPECT_EQ(code({"/e/a/1.jpg"}), ErrorCode::kDataMissing);
  EXPECT_EQ(code({"/d/1.jpg", "/d/2.jpg"}), ErrorCode::kDataEmpty);
  EXPECT_EQ(code({"/d/a/1.txt"}), ErrorCode::kDataEmpty);
  EXPECT_EQ(code({"/d/a/1.jpg", "/d/a/2.jpg"}), ErrorCode::kDataOneClass);
  EXPECT_EQ(code({"/d/val/a/1.jpg", "/d/test/b/1.jpg"}), ErrorCode::kDataLayout);
  EXPECT_EQ(code({"/d/train/a/1.jpg", "/d/train/b/1.jpg", "/d/val/c/1.jpg"}), ErrorCode::kDataLayout);
  EXPECT_EQ(code({"/d/train/a/1.txt", "/d/val/c/1.jpg"}), ErrorCode::kDataEmpty);
  EXPECT_EQ(code({"/d/train/a/1.jpg", "/d/Train/b/1.jpg"}), ErrorCode::kDataLayout);
}

TEST(Scan, one_class_is_fine_where_it_is_allowed) {
  const auto files = files_with({"/d/a/1.jpg", "/d/a/2.jpg"});
  EXPECT_EQ(scan_memory(*files, "/d", {.allow_one_class = true})->classes().size(), 1u);
}

TEST(Scan, an_empty_class_folder_is_left_out_with_a_warning) {
  const auto files = files_with({"/d/a/1.jpg", "/d/b/1.jpg", "/d/empty/readme.txt"});
  ScanReport report;
  EXPECT_EQ(scan_memory(*files, "/d", report)->classes(), (Lines{"a", "b"}));
  EXPECT_TRUE(mentions(report.warnings, "empty has no pictures"));
}

TEST(Scan, warns_where_timm_orders_the_classes_otherwise) {
  ScanReport report;
  scan_memory(*files_with({"/d/1/1.jpg", "/d/2/1.jpg", "/d/10/1.jpg"}), "/d", report);
  EXPECT_TRUE(mentions(report.warnings, "timm"));
  scan_memory(*files_with({"/d/01/1.jpg", "/d/02/1.jpg", "/d/10/1.jpg"}), "/d", report);
  EXPECT_FALSE(mentions(report.warnings, "timm"));
}

TEST(Scan, evaluation_takes_everything_where_there_is_no_validation_part) {
  const ScanOptions options{.all_validation = true};
  const auto flat = scan_memory(*files_with({"/d/a/1.jpg", "/d/b/1.jpg"}), "/d", options);
  EXPECT_EQ(listing(*flat), (Lines{"val a/1.jpg 0", "val b/1.jpg 1"}));
  const auto test = scan_memory(*files_with({"/d/test/a/1.jpg", "/d/test/b/1.jpg"}), "/d", options);
  EXPECT_EQ(listing(*test), (Lines{"val test/a/1.jpg 0", "val test/b/1.jpg 1"}));
  const auto both = scan_memory(*files_with({"/d/train/a/1.jpg", "/d/train/b/1.jpg", "/d/val/b/2.jpg"}), "/d", options);
  EXPECT_EQ(both->indices(Split::kValidation).size(), 1u);
}

TEST(Scan, ten_thousand_classes) {
  FaultyFiles files;
  for (int i = 0; i < 10000; ++i) files.put("/d/class " + std::to_string(i) + "/1.jpg", "x");
  const auto manifest = scan_memory(files, "/d");
  EXPECT_EQ(manifest->classes().size(), 10000u);
  EXPECT_EQ(manifest->label(9999), 9999);
}

TEST(Scan, progress_may_stop_it) {
  FaultyFiles files;
  for (int i = 0; i < 5000; ++i) files.put("/d/" + std::to_string(i % 2) + "/" + std::to_string(i) + ".jpg", "x");
  ScanOptions options;
  options.progress = [](uint64_t) { throw std::runtime_error("stop"); };
  EXPECT_THROW(scan_memory(files, "/d", options), std::runtime_error);
}

class MadeSplit : public ::testing::Test {
 protected:
  FaultyFiles files;
  void put(const std::string& name, int count, int first = 0) {
    for (int i = first; i < first + count; ++i) files.put("/d/" + name + "/" + std::to_string(i) + ".jpg", "x");
  }
  std::vector<std::string> validation(const ScanOptions& options = {}) {
    const auto manifest = scan_memory(files, "/d", options);
    std::vector<std::string> paths;
    for (const uint32_t i : manifest->indices(Split::kValidation)) paths.emplace_back(manifest->path(i));
    return paths;
  }
};

TEST_F(MadeSplit, takes_the_share_of_every_class_and_at_least_one) {
  put("a", 100), put("b", 3), put("c", 1), put("d", 2);
  const auto paths = validation();
  const auto count = [&](const char* name) {
    return std::count_if(paths.begin(), paths.end(), [&](const auto& p) { return p.starts_with(name); });
  };
  EXPECT_EQ(count("a/"), 10);
  EXPECT_EQ(count("b/"), 1);
  EXPECT_EQ(count("c/"), 0) << "the only picture of a class is for training";
  EXPECT_EQ(count("d/"), 1);
  EXPECT_TRUE(scan_memory(files, "/d")->split_was_made());
}

TEST_F(MadeSplit, is_the_same_every_time_and_depends_on_the_seed) {
  put("a", 50), put("b", 50);
  EXPECT_EQ(validation(), validation());
  EXPECT_NE(validation(), validation({.seed = 1}));
}

TEST_F(MadeSplit, new_pictures_move_few_others) {
  put("a", 500), put("b", 500);
  const auto before = validation();
  put("a", 50, 500);
  const auto after = validation();
  std::vector<std::string> moved;
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(moved));
  EXPECT_LE(moved.size(), 8u);
}

}  // namespace
}  // namespace surefoot::data
