#include <algorithm>
#include <map>
#include <thread>

#include "data/data_fixture.h"

namespace surefoot::data {
namespace {

TEST_F(LoaderFixture, an_unreadable_picture_is_replaced_by_one_of_its_class_the_same_one_every_time) {
  options.max_bad_fraction = 1;
  spoil(3);
  files.fail_reads(manifest->full_path(15));
  const auto first = take(*make(), 14), second = take(*make(), 14);
  EXPECT_EQ(first, second);
  const Sampler sampler(manifest->indices(Split::kTrain), options.seed);
  int replaced = 0;
  for (const auto& batch : first) {
    for (size_t i = 0; i < batch.pictures.size(); ++i) {
      const uint32_t planned =
          sampler.at(static_cast<uint64_t>(batch.epoch), static_cast<uint64_t>(batch.step) * 4 + i);
      EXPECT_EQ(batch.labels[i], manifest->label(planned));
      EXPECT_NE(batch.pictures[i], 3u);
      EXPECT_NE(batch.pictures[i], 15u);
      EXPECT_EQ(batch.bad[i], 0);
      replaced += batch.pictures[i] != planned ? 1 : 0;
    }
  }
  EXPECT_GT(replaced, 0);
}

TEST_F(LoaderFixture, a_picture_that_broke_changes_only_its_own_place) {
  options.max_bad_fraction = 1;
  const auto before = take(*make(), 7);
  spoil(3);
  const auto after = take(*make(), 7);
  const size_t picture_bytes = kSide * kSide * 3;
  for (size_t b = 0; b < before.size(); ++b) {
    for (size_t i = 0; i < before[b].pictures.size(); ++i) {
      if (before[b].pictures[i] == 3) continue;
      EXPECT_EQ(after[b].pictures[i], before[b].pictures[i]);
      EXPECT_TRUE(std::equal(&before[b].pixels[i * picture_bytes], &before[b].pixels[i * picture_bytes] + picture_bytes,
                             &after[b].pixels[i * picture_bytes]));
    }
  }
}

TEST_F(LoaderFixture, a_bad_file_is_reported_once_and_counted_once_over_many_epochs) {
  options.max_bad_fraction = 1;
  options.workers = 4;
  spoil(3);
  spoil(17);
  std::map<std::string, int> reports;  // on_bad is never called concurrently: no lock
  options.on_bad = [&](const std::string& path, const std::string& reason) {
    ++reports[path];
    EXPECT_FALSE(reason.empty());
  };
  {
    const auto loader = make();
    take(*loader, 70);
    EXPECT_EQ(loader->counters().bad_pictures, 2u);
  }
  EXPECT_EQ(reports,
            (std::map<std::string, int>{{std::string(manifest->path(3)), 1}, {std::string(manifest->path(17)), 1}}));
}

TEST_F(LoaderFixture, a_read_error_that_passes_is_retried_and_leaves_no_trace_in_the_batches) {
  const auto expected = take(*make(), 7);
  for (uint32_t i = 0; i < 30; ++i) files.fail_reads(manifest->full_path(i), 2);
  const auto loader = make();
  EXPECT_EQ(take(*loader, 7), expected);
  EXPECT_EQ(loader->counters().bad_pictures, 0u);
  EXPECT_GT(clock.slept, 0.0) << "it waits before it tries again";
}

TEST_F(LoaderFixture, stops_above_the_rate_of_bad_pictures_with_the_numbers) {
  for (uint32_t i = 0; i < 30; i += 2) spoil(i);
  options.max_bad_fraction = 0.1;
  const auto loader = make();
  try {
    take(*loader, 100);
    FAIL() << "it went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kDataTooManyBad);
    // Threads that were at work when the eighth was found may add theirs.
    EXPECT_GE(std::stoi(error.why()), 8) << error.why();
    EXPECT_NE(error.why().find(" tried so far"), std::string::npos) << error.why();
    EXPECT_NE(error.why().find("allowed are 10 %"), std::string::npos) << error.why();
  }
  EXPECT_EQ(code_of([&] { loader->next(); }), ErrorCode::kDataTooManyBad) << "it says so again rather than blocking";
}

TEST_F(LoaderFixture, seven_bad_pictures_never_stop_a_run) {
  for (uint32_t i = 0; i < 7; ++i) spoil(i * 4);
  options.max_bad_fraction = 0.01;
  const auto loader = make();
  EXPECT_NO_THROW(take(*loader, 21));
  EXPECT_EQ(loader->counters().bad_pictures, 7u);
}

TEST_F(LoaderFixture, a_class_without_one_readable_picture_is_an_error) {
  options.max_bad_fraction = 1;
  for (const uint32_t i : manifest->indices(Split::kTrain)) {
    if (manifest->label(i) == 1) spoil(i);
  }
  const auto loader = make();
  EXPECT_EQ(code_of([&] { take(*loader, 20); }), ErrorCode::kDataTooManyBad);
  loader->seek(0, 0);
  EXPECT_EQ(code_of([&] { take(*loader, 20); }), ErrorCode::kDataTooManyBad) << "also after a seek";
}

TEST_F(LoaderFixture, a_folder_that_disappears_during_the_run_stops_it_and_names_the_fix) {
  const auto loader = make();
  take(*loader, 3);
  files.drop_folder("/data");
  try {
    take(*loader, 1000);
    FAIL() << "it went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kDataTooManyBad);
    EXPECT_NE(error.fix().find("the folder is gone"), std::string::npos) << error.fix();
  }
}

TEST_F(LoaderFixture, evaluation_shows_an_unreadable_picture_black_and_marks_it) {
  spoil(31);
  const auto batch = take(*make(Split::kValidation), 1)[0];
  EXPECT_EQ(batch.bad, (std::vector<uint8_t>{0, 1, 0}));
  EXPECT_EQ(batch.labels[1], manifest->label(31));
  const auto black = batch.pixels.begin() + kSide * kSide * 3;
  EXPECT_TRUE(std::all_of(black, black + kSide * kSide * 3, [](uint8_t v) { return v == 0; }));
  EXPECT_TRUE(std::any_of(batch.pixels.begin(), black, [](uint8_t v) { return v != 0; }));
}

TEST_F(LoaderFixture, what_a_callback_throws_arrives_at_the_consumer) {
  spoil(3);
  options.on_bad = [](const std::string&, const std::string&) { throw std::runtime_error("stop"); };
  const auto loader = make();
  EXPECT_THROW(take(*loader, 30), std::runtime_error);
}

}  // namespace
}  // namespace surefoot::data
