#include "surefoot/data/sampler.h"

#include <algorithm>
#include <numeric>

#include "data/data_fixture.h"

namespace surefoot::data {
namespace {

std::vector<uint32_t> numbers(uint32_t count) {
  std::vector<uint32_t> indices(count);
  std::iota(indices.begin(), indices.end(), 0u);
  return indices;
}

TEST(Sampler, an_epoch_is_a_permutation_and_epochs_and_seeds_differ) {
  const Sampler sampler(numbers(101), 5), other(numbers(101), 6);
  std::vector<uint32_t> first, second, foreign;
  for (uint64_t i = 0; i < sampler.size(); ++i) {
    first.push_back(sampler.at(0, i)), second.push_back(sampler.at(1, i)), foreign.push_back(other.at(0, i));
  }
  EXPECT_NE(first, second);
  EXPECT_NE(first, foreign);
  std::sort(first.begin(), first.end());
  EXPECT_EQ(first, numbers(101));
}

TEST(Sampler, weights_set_the_frequencies_and_weight_0_is_never_drawn) {
  const Sampler sampler(numbers(4), 5, {1, 0, 3, 0});
  std::vector<int> counts(4);
  for (uint64_t epoch = 0; epoch < 5000; ++epoch) {
    for (uint64_t i = 0; i < 4; ++i) ++counts[sampler.at(epoch, i)];
  }
  EXPECT_EQ(counts[1] + counts[3], 0);
  EXPECT_NEAR(counts[2] / 20000.0, 0.75, 0.02);
}

TEST(Sampler, weights_belong_to_manifest_numbers_not_to_places_in_the_part) {
  const Sampler sampler({1, 3}, 5, {9, 0, 9, 1});
  for (uint64_t i = 0; i < 2; ++i) EXPECT_EQ(sampler.at(0, i), 3u);
}

TEST(Sampler, weights_that_sum_to_0_are_an_error) {
  EXPECT_EQ(code_of([] { Sampler({0, 1}, 5, {0, 0, 1}); }), ErrorCode::kDataSampler);
}

class SamplerFile : public LoaderFixture {};

TEST_F(SamplerFile, unnamed_pictures_weigh_1) {
  files.put("/w.csv", "path,weight\r\nclass_0/0.bmp,2.5\r\n\"class_1/3.bmp\",0\r\n");
  const auto weights = read_sampler_file(files, "/w.csv", *manifest);
  ASSERT_EQ(weights.size(), 33u);
  EXPECT_EQ(std::accumulate(weights.begin(), weights.end(), 0.0), 33 + 1.5 - 1);
}

TEST_F(SamplerFile, errors_name_the_line) {
  for (const char* text : {"file,weight\n", "path,weight\nclass_0/0.bmp,-1\n", "path,weight\nclass_0/0.bmp,nan\n",
                           "path,weight\nclass_0/0.bmp,1x\n", "path,weight\nnowhere.bmp,1\n",
                           "path,weight\nclass_0/0.bmp\n", "path,weight\n\"class_0/0.bmp,1\n", ""}) {
    files.put("/w.csv", text);
    EXPECT_EQ(code_of([&] { read_sampler_file(files, "/w.csv", *manifest); }), ErrorCode::kDataSampler) << text;
  }
}

}  // namespace
}  // namespace surefoot::data
