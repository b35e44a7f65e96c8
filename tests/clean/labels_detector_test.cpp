#include <gtest/gtest.h>

#include <map>
#include <set>

#include "surefoot/clean/detector.h"
#include "surefoot/clean/label_task.h"
#include "surefoot/image/encode_jpeg.h"
#include "testing/pictures.h"

namespace surefoot::clean {
namespace {

/// Says of every picture what it was told to, and keeps the task.
class ToldScorer final : public LabelScorer {
 public:
  /// @param seen  likeliest class by row; rows beyond it look like their label
  explicit ToldScorer(std::map<size_t, int> seen = {}, std::set<size_t> strange = {})
      : seen_(std::move(seen)), strange_(std::move(strange)) {}
  LabelScores score(const LabelTask& given, const std::function<void(double share)>& progress) override {
    task = given;
    LabelScores scores{.classes = given.classes, .dimensions = 2, .accuracy = 0.9, .method = "told"};
    for (size_t i = 0; i < given.labels.size(); ++i) {
      const int likely = seen_.contains(i) ? seen_.at(i) : given.labels[i];
      const float top = strange_.contains(i) ? 0.4f : 0.94f + 0.0001f * static_cast<float>(i % 100);
      for (int c = 0; c < given.classes; ++c)
        scores.probabilities.push_back(c == likely ? top : (1 - top) / static_cast<float>(given.classes - 1));
      const double angle = strange_.contains(i) ? 4 : likely + 0.0005 * static_cast<double>(i * i % 97);
      scores.embeddings.push_back(static_cast<float>(std::cos(angle)));
      scores.embeddings.push_back(static_cast<float>(std::sin(angle)));
    }
    progress(1);
    return scores;
  }
  LabelTask task;

 private:
  std::map<size_t, int> seen_;
  std::set<size_t> strange_;
};

/// `count` pictures of each of three classes, 48 x 40 px.
Collection made(int count) {
  Collection collection;
  collection.classes = {"ant", "bee", "cat"};
  std::vector<std::string> thumbnails;
  for (int label = 0; label < 3; ++label) {
    for (int k = 0; k < count; ++k) {
      Picture picture;
      picture.path = collection.classes[static_cast<size_t>(label)] + "/" + std::to_string(1000 + k) + ".jpg";
      picture.content = "content of " + picture.path;
      picture.label = label;
      picture.facts.measured = true;
      picture.facts.width = 480, picture.facts.height = 400;
      collection.pictures.push_back(picture);
      image::Pixels pixels;
      pixels.resize(48, 40);
      pixels.rgb = surefoot::testing::draw_pixels(1, label, static_cast<uint64_t>(k), 48, 40);
      thumbnails.push_back(image::encode_jpeg(pixels, 90));
    }
  }
  collection.view = [thumbnails](size_t i) {
    index::PictureView view;
    view.thumbnail = thumbnails[i];
    return view;
  };
  return collection;
}

CleanResults judge(const Collection& collection,
                   LabelScorer* scorer,
                   CleanResults results = {},
                   std::span<const Decision> decisions = {}) {
  const CleanOptions options;
  DetectorContext context{
      .options = options, .results = results, .scorer = scorer, .progress = {}, .decisions = decisions};
  find_detector("labels").run(collection, context);
  return results;
}

size_t count(const CleanResults& results, const std::string& issue) {
  return static_cast<size_t>(std::ranges::count(results.findings, issue, &Finding::issue));
}

TEST(Labels, AWrongOneIsListedWithWhatThePictureLooksLike) {
  // Three of them are among the surest, from which the rate of wrong labels is taken.
  ToldScorer scorer({{3, 1}, {50, 0}, {51, 2}, {52, 0}, {90, 0}, {95, 0}, {97, 0}});
  const CleanResults results = judge(made(40), &scorer);
  ASSERT_EQ(count(results, "mislabelled"), 7u);
  const auto found = std::ranges::find(results.findings, "ant/1003.jpg", &Finding::path);
  ASSERT_NE(found, results.findings.end());
  EXPECT_EQ(found->related, "bee");
  EXPECT_EQ(found->severity, Severity::kMedium);
  EXPECT_GE(found->score, 0.4);
  EXPECT_NE(found->detail.find("looks like bee (94 %) rather than ant (3.0 %); out-of-fold accuracy 90 %"),
            std::string::npos)
      << found->detail;
  ASSERT_EQ(results.histograms.size(), 1u);
  ASSERT_FALSE(results.notes.empty());
  EXPECT_NE(results.notes.back().find("7 of 120 look wrong"), std::string::npos) << results.notes.back();
}

TEST(Labels, WhatCannotBeJudgedIsLeftOut) {
  Collection collection = made(20);
  collection.pictures[0].label = -1;
  collection.pictures[1].reference = true;
  collection.pictures[2].facts.status = image::DecodeStatus::kTruncated;
  CleanResults before;
  before.findings.push_back({.path = collection.pictures[3].path, .issue = "blank", .related = "", .detail = ""});
  ToldScorer scorer;
  const CleanResults results = judge(collection, &scorer, before);
  EXPECT_EQ(scorer.task.labels.size(), 56u);
  EXPECT_EQ(scorer.task.pictures.size(), 56u * 64 * 64 * 3);
  EXPECT_EQ(count(results, "mislabelled"), 0u);
}

TEST(Labels, CopiesAreJudgedByOneOfThem) {
  Collection collection = made(20);
  CleanResults before;
  before.groups.push_back({.kept = 5, .reason = "larger", .members = {{.picture = 6}, {.picture = 21}}});
  ToldScorer scorer;
  const CleanResults results = judge(collection, &scorer, before);
  EXPECT_EQ(scorer.task.labels.size(), 58u);
  // 21 is labelled bee, and its copy 5 looks like the ant that it is labelled.
  std::set<uint32_t> rows;
  const CleanOptions options;
  CleanResults same = before;
  const JudgedSet set = judged_set(collection, {.options = options, .results = same, .progress = {}});
  for (const JudgedPicture& each : set.pictures) {
    if (each.picture == 5 || each.picture == 6 || each.picture == 21) rows.insert(each.row);
  }
  EXPECT_EQ(rows.size(), 1u);
  EXPECT_EQ(set.pictures.size(), 60u);
}

TEST(Labels, FoldsHoldAsManyOfEachClassAndDoNotChange) {
  ToldScorer scorer, again;
  judge(made(30), &scorer);
  judge(made(30), &again);
  std::map<std::pair<int, int>, int> counts;
  for (size_t i = 0; i < scorer.task.labels.size(); ++i) ++counts[{scorer.task.folds[i], scorer.task.labels[i]}];
  EXPECT_EQ(counts.size(), 30u);
  for (const auto& [cell, number] : counts) EXPECT_EQ(number, 3) << cell.first << " " << cell.second;
  EXPECT_EQ(scorer.task.folds, again.task.folds);
  EXPECT_EQ(scorer.task.pictures, again.task.pictures);
}

TEST(Labels, AClassOfThreeIsNotJudgedAndSaid) {
  Collection collection = made(20);
  for (size_t i = 0; i < 17; ++i) collection.pictures[i].label = -1;
  ToldScorer scorer;
  const CleanResults results = judge(collection, &scorer);
  EXPECT_EQ(scorer.task.classes, 2);
  ASSERT_FALSE(results.notes.empty());
  EXPECT_NE(results.notes[0].find("ant (3)"), std::string::npos) << results.notes[0];
}

TEST(Labels, WithoutAnEngineOrPicturesItIsSaid) {
  EXPECT_EQ(judge(made(20), nullptr).notes.size(), 1u);
  ToldScorer scorer;
  const CleanResults results = judge(made(5), &scorer);
  ASSERT_EQ(results.notes.size(), 1u);
  EXPECT_NE(results.notes[0].find("15 pictures"), std::string::npos);
  EXPECT_TRUE(scorer.task.labels.empty());
}

TEST(Labels, APictureThatLooksLikeNothingIsAnOutlier) {
  ToldScorer scorer({}, {70});
  const CleanResults results = judge(made(40), &scorer);
  ASSERT_EQ(count(results, "outlier"), 1u);
  EXPECT_EQ(std::ranges::find(results.findings, "outlier", &Finding::issue)->path, "bee/1030.jpg");
}

TEST(Labels, WhatPeopleSaidOfTheRandomPartGivesTheErrorRate) {
  const Collection collection = made(40);
  ToldScorer scorer;
  const CleanResults first = judge(collection, &scorer);
  std::vector<Decision> decisions;
  for (const SpotCheck& check : first.spot_checks) {
    if (check.random)
      decisions.push_back({.content = collection.pictures[check.picture].content, .issue = "mislabelled"});
  }
  ASSERT_EQ(decisions.size(), 50u);
  decisions[0].choice = Choice::kRelabel;
  const CleanResults second = judge(collection, &scorer, {}, decisions);
  EXPECT_EQ(
      std::ranges::count_if(
          second.notes,
          [](const std::string& note) {
            return note ==
                   "of the random part 50 labels were checked by a person: 2.0 % wrong (95 %: 0.4 % to 10 %)";  // Wilson:
                                                                                                                // .0035
                                                                                                                // to
                                                                                                                // .1050
          }),
      1)
      << second.notes.front();
}

}  // namespace
}  // namespace surefoot::clean
