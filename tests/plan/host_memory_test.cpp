#include "surefoot/plan/host_memory.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace surefoot::plan {
namespace {

int64_t term(const HostMemory& host, const std::string& name) {
  const auto found = std::ranges::find(host.terms, name, &HostTerm::name);
  return found == host.terms.end() ? 0 : found->bytes;
}

config::Recipe recipe() {
  config::Recipe r;
  r.data.workers = 4;
  r.train.batch = 64;
  r.data.image_size = 224;
  return r;
}

TEST(HostMemory, CountsWhatStandsBesideTheTensors) {
  const Footing footing{.micro_batch = 32, .recompute = {}, .prefetch = 4, .eval_batch = 64};
  const DataFacts data{.classes = 10,
                       .train_pictures = 1000,
                       .val_pictures = 20,
                       .manifest_bytes = 5000,
                       .largest_file_bytes = 1000,
                       .largest_picture_pixels = 2000};
  const HostMemory host = host_memory(recipe(), footing, data, 1'000'000, 0, 100);
  EXPECT_EQ(term(host, "process"), 100);
  EXPECT_EQ(term(host, "batches ready"), 5 * 64 * (224 * 224 * 3 + 13));
  EXPECT_EQ(term(host, "evaluation batches"), 5 * 20 * (224 * 224 * 3 + 13)) << "no larger than the validation part";
  EXPECT_EQ(term(host, "decode workers"), 4 * (1000 + 6000 + 224 * 224 * 12));
  EXPECT_EQ(term(host, "snapshots to go back to"), 3'000'000);
  EXPECT_EQ(term(host, "checkpoints on their way"), 2'000'000);
  EXPECT_EQ(term(host, "offloaded activations"), 0);
  int64_t sum = 0;
  for (const HostTerm& each : host.terms) sum += each.bytes;
  EXPECT_EQ(host.total_bytes, sum);
}

TEST(HostMemory, FollowsTheFootingAndTheRecipe) {
  const DataFacts data{.classes = 10, .train_pictures = 1000, .val_pictures = 100};
  const Footing wide{.micro_batch = 32, .recompute = {}, .prefetch = 4, .eval_batch = 64};
  Footing narrow = wide;
  narrow.prefetch = 2;
  const auto batches = [&](const Footing& f) { return term(host_memory(recipe(), f, data, 0, 0), "batches ready"); };
  EXPECT_EQ(batches(narrow) * 5, batches(wide) * 3);
  config::Recipe quiet = recipe();
  quiet.guards.divergence = false;
  EXPECT_EQ(term(host_memory(quiet, wide, data, 1000, 77), "snapshots to go back to"), 0);
  EXPECT_EQ(term(host_memory(quiet, wide, data, 1000, 77), "offloaded activations"), 77);
}

TEST(HostMemory, LeavesTensorsTheRestAndAtLeastHalf) {
  EXPECT_EQ(left_for_tensors(1600, {.terms = {}, .total_bytes = 300}), 1600 - 300 - 100);
  EXPECT_EQ(left_for_tensors(1600, {.terms = {}, .total_bytes = 1500}), 800);
}

}  // namespace
}  // namespace surefoot::plan
