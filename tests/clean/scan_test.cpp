#include "surefoot/clean/scan.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <deque>

#include "surefoot/base/error.h"
#include "surefoot/data/manifest.h"
#include "testing/faulty_files.h"
#include "testing/pictures.h"
#include "testing/temporary_folder.h"

namespace surefoot::clean {
namespace {

/// Answers late and in reverse order, as several decoders may.
class SlowMeasurer final : public Measurer {
 public:
  void submit(uint64_t id, std::string bytes) override {
    Measured measured;
    measured.facts.width = static_cast<int>(bytes.size());
    measured.facts.pixels_hash = std::string(32, 'a');
    measured.view = "";
    waiting_.emplace_back(id, std::move(measured));
    ++measured_;
  }
  bool receive(bool wait, const std::function<void(uint64_t, Measured&&)>& answer) override {
    if (waiting_.empty()) return false;
    if (!wait && waiting_.size() < 3) return true;
    answer(waiting_.back().first, std::move(waiting_.back().second));
    waiting_.pop_back();
    return true;
  }
  std::string level() const override { return "none"; }
  int measured() const { return measured_; }

 private:
  std::deque<std::pair<uint64_t, Measured>> waiting_;
  int measured_ = 0;
};

class ScanTest : public ::testing::Test {
 protected:
  Collection run() {
    SlowMeasurer measurer;
    auto collection = scan(files_, options_, *store_, measurer, {}, report_);
    measured_ = measurer.measured();
    EXPECT_EQ(report_.measured, static_cast<uint64_t>(measured_));
    return collection;
  }
  void put(const std::string& path, const std::string& bytes = "") {
    files_.put("/data/" + path, bytes.empty() ? path : bytes);
  }
  std::vector<std::string> paths(const Collection& collection) {
    std::vector<std::string> all;
    for (const Picture& picture : collection.pictures) all.push_back(picture.path);
    return all;
  }
  static std::string label_of(const Collection& collection, const std::string& path) {
    for (const Picture& picture : collection.pictures) {
      if (picture.path == path)
        return picture.label < 0 ? "-"
                                 : std::string(part_name(picture.part)) + "/" +
                                       collection.classes[static_cast<size_t>(picture.label)];
    }
    return "not there";
  }
  void reopen() {
    store_.reset();
    store_ = open_store(folder_.path("s.sqlite3"));
  }

  testing::TemporaryFolder folder_;
  testing::FaultyFiles files_;
  ScanOptions options_{.root = "/data", .out = "/data/out"};
  std::unique_ptr<Store> store_ = open_store(folder_.path("s.sqlite3"));
  ScanReport report_;
  int measured_ = 0;
};

TEST_F(ScanTest, TakesEveryFileWhateverItsName) {
  for (const char* name :
       {"b/2.jpg", "a/1.jpg", "a/notes.txt", "a/.DS_Store", "a/Thumbs.db", "loose.png", "a/no_extension", "a/x.jpg~"})
    put(name);
  for (const char* name : {".git/config", "a/.cache/3.jpg", "@eaDir/t.jpg", "out/report.html", "older/clean.sqlite3",
                           "older/4.jpg", "a/CVS/Entries", "a/CVS/Root"})
    put(name);
  const Collection collection = run();
  EXPECT_EQ(paths(collection), (std::vector<std::string>{"a/.DS_Store", "a/1.jpg", "a/Thumbs.db", "a/no_extension",
                                                         "a/notes.txt", "a/x.jpg~", "b/2.jpg", "loose.png"}));
  EXPECT_EQ(collection.classes, (std::vector<std::string>{"a", "b"}));
  for (const Picture& picture : collection.pictures)
    EXPECT_EQ(picture.named_picture, picture.path.ends_with("g")) << picture.path;
  EXPECT_EQ(label_of(collection, "loose.png"), "-");
  EXPECT_EQ(label_of(collection, "a/notes.txt"), "train/a");
  EXPECT_EQ(report_.other_files, 5u);
  EXPECT_EQ(report_.warnings.size(), 1u);  // of the older results
}

TEST_F(ScanTest, PartsAndClassesAreThoseOfTrain) {
  for (const char* name : {"Train/cat/1.jpg", "Train/dog/2.jpg", "valid/cat/3.jpg", "test/cat/4.jpg", "other/5.jpg",
                           "Train/6.jpg", "Train/empty/notes.txt"})
    put(name);
  const Collection collection = run();
  EXPECT_TRUE(collection.has_parts);
  EXPECT_EQ(collection.classes, (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(label_of(collection, "Train/cat/1.jpg"), "train/cat");
  EXPECT_EQ(label_of(collection, "valid/cat/3.jpg"), "val/cat");
  EXPECT_EQ(label_of(collection, "test/cat/4.jpg"), "test/cat");
  for (const char* outside : {"other/5.jpg", "Train/6.jpg", "Train/empty/notes.txt"})
    EXPECT_EQ(label_of(collection, outside), "-") << outside;
}

TEST_F(ScanTest, AgreesWithTheManifestOfTrain) {
  for (const char* name : {"train/cat/1.jpg", "train/cat/deep/2.jpg", "train/dog/x.txt", "train/dog/3.png",
                           "train/.hidden/4.jpg", "val/cat/5.jpg", "val/dog/._6.jpg", "val/7.jpg"})
    put(name);
  const Collection collection = run();
  data::ScanReport report;
  const testing::TemporaryFolder real;
  for (const Picture& picture : collection.pictures) {
    real_files().make_folder(parent_path(real.path(picture.path)));
    real_files().create(real.path(picture.path))->append(std::string_view(picture.path));
  }
  const testing::TemporaryFolder cache;
  const auto manifest = data::scan(real_files(), real.path(), {.cache_folder = cache.path()}, report);
  EXPECT_EQ(manifest->classes(), collection.classes);
  std::vector<std::string> trained, cleaned;
  for (uint64_t i = 0; i < manifest->size(); ++i) {
    trained.push_back(std::string(manifest->path(i)) + " " +
                      (manifest->split(i) == data::Split::kTrain ? "train/" : "val/") +
                      manifest->classes()[static_cast<size_t>(manifest->label(i))]);
  }
  for (const Picture& picture : collection.pictures) {
    if (picture.label >= 0 && picture.named_picture)
      cleaned.push_back(picture.path + " " + label_of(collection, picture.path));
  }
  std::sort(trained.begin(), trained.end());
  EXPECT_EQ(trained, cleaned);
  EXPECT_EQ(trained.size(), 4u);
}

TEST_F(ScanTest, AFlatFolderHasNoClass) {
  put("1.jpg"), put("2.jpg");
  const Collection collection = run();
  EXPECT_TRUE(collection.classes.empty());
  EXPECT_EQ(label_of(collection, "1.jpg"), "-");
}

TEST_F(ScanTest, WhatIsKnownIsNeitherReadNorMeasuredAgain) {
  put("a/1.jpg"), put("a/2.jpg"), put("a/copy of 1.jpg", "a/1.jpg");
  run();
  EXPECT_EQ(measured_, 2);
  EXPECT_EQ(report_.from_store, 1u);
  reopen();
  put("a/3.jpg");
  const uint64_t reads = files_.reads();
  const Collection collection = run();
  EXPECT_EQ(measured_, 1);
  EXPECT_EQ(files_.reads() - reads, 1u);
  EXPECT_EQ(report_.from_store, 3u);
  for (const Picture& picture : collection.pictures) EXPECT_EQ(picture.facts.width, 7) << picture.path;
  put("a/1.jpg", "changed");  // a new time
  run();
  EXPECT_EQ(measured_, 1);
}

TEST_F(ScanTest, AReadIsRetriedBeforeItCounts) {
  put("a/1.jpg"), put("a/2.jpg");
  files_.fail_reads("/data/a/1.jpg", 2);
  files_.fail_reads("/data/a/2.jpg");
  const Collection collection = run();
  EXPECT_EQ(report_.unreadable, 1u);
  EXPECT_FALSE(collection.pictures[0].content.empty());
  EXPECT_TRUE(collection.pictures[1].content.empty());
  EXPECT_EQ(collection.pictures[1].facts.status, image::DecodeStatus::kCorrupt);
  EXPECT_NE(collection.pictures[1].facts.detail.find("cannot be read"), std::string::npos);
  files_.fail_reads("/data/a/2.jpg", 0);
  EXPECT_FALSE(run().pictures[1].content.empty());  // it is asked again next time
}

TEST_F(ScanTest, ReferencesComeLastAndAreNoData) {
  put("b/1.jpg"), put("gold/2.jpg"), files_.put("/elsewhere/0.jpg", "0");
  options_.references = {"/elsewhere", "/data/gold", "/elsewhere"};
  const Collection collection = run();
  EXPECT_EQ(paths(collection), (std::vector<std::string>{"b/1.jpg", "/elsewhere/0.jpg", "/data/gold/2.jpg"}));
  EXPECT_FALSE(collection.pictures[0].reference);
  EXPECT_TRUE(collection.pictures[1].reference && collection.pictures[2].reference);
  EXPECT_EQ(collection.classes, std::vector<std::string>{"b"});
}

TEST_F(ScanTest, SharesTogetherAreTheWhole) {
  for (int i = 0; i < 40; ++i) put("a/" + std::to_string(i) + ".jpg");
  std::vector<std::string> all;
  options_.shards = 3;
  for (options_.shard = 0; options_.shard < 3; ++options_.shard) {
    for (const std::string& path : paths(run())) all.push_back(path);
    EXPECT_GT(measured_, 5);
  }
  std::sort(all.begin(), all.end());
  options_.shards = 1, options_.shard = 0;
  EXPECT_EQ(all, paths(run()));
  EXPECT_EQ(measured_, 0);
}

TEST_F(ScanTest, AnInterruptKeepsWhatIsMeasured) {
  for (int i = 0; i < 20; ++i) put("a/" + std::to_string(i) + ".jpg");
  int asked = 0;
  options_.interrupted = [&] { return ++asked > 10; };
  SlowMeasurer measurer;
  try {
    scan(files_, options_, *store_, measurer, {}, report_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInterrupted);
  }
  reopen();
  options_.interrupted = {};
  run();
  EXPECT_LT(measured_, 15);
  EXPECT_GT(report_.from_store, 5u);
}

TEST_F(ScanTest, NothingThereIsSaid) {
  const auto code = [&](const std::string& root) {
    options_.root = root;
    try {
      run();
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::kInternal;
  };
  EXPECT_EQ(code("/data"), ErrorCode::kDataMissing);
  files_.make_folder("/data");
  EXPECT_EQ(code("/data"), ErrorCode::kDataEmpty);
  put("file.jpg");
  EXPECT_EQ(code("/data/file.jpg"), ErrorCode::kDataMissing);
}

TEST_F(ScanTest, LinksThatLoopAreLeftOut) {
  const testing::TemporaryFolder real;
  testing::write_picture_folder(real_files(), real.path(), 1, 2, 8);
  ASSERT_EQ(::symlink("..", real.path("class_0/up").c_str()), 0);
  ASSERT_EQ(::symlink("nowhere", real.path("class_0/broken.jpg").c_str()), 0);
  ASSERT_EQ(::mkfifo(real.path("class_0/pipe.jpg").c_str(), 0600), 0);
  options_ = {.root = real.path()};
  const auto measurer = make_plain_measurer({});
  const Collection collection = scan(real_files(), options_, *store_, *measurer, {}, report_);
  EXPECT_EQ(paths(collection), (std::vector<std::string>{"class_0/0.bmp", "class_0/1.bmp"}));
  EXPECT_EQ(report_.warnings.size(), 1u);
  EXPECT_TRUE(collection.pictures[0].facts.measured);
  EXPECT_FALSE(collection.view(0).thumbnail.empty());
}

}  // namespace
}  // namespace surefoot::clean
