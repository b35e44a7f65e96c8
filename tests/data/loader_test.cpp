#include <algorithm>
#include <set>
#include <thread>

#include "data/data_fixture.h"

namespace surefoot::data {
namespace {

TEST_F(LoaderFixture, gives_the_same_batches_bit_for_bit_for_1_to_8_threads) {
  spoil(3);  // a redraw must not depend on the threads either
  options.max_bad_fraction = 1;
  options.workers = 1;
  const auto expected = take(*make(), 20);
  for (int workers = 2; workers <= 8; ++workers) {
    options.workers = workers;
    EXPECT_EQ(take(*make(), 20), expected) << workers << " threads";
  }
  options.workers = 0;
  EXPECT_EQ(take(*make(), 20), expected) << "tuned threads";
}

TEST_F(LoaderFixture, prefetch_changes_no_batch) {
  const auto expected = take(*make(), 12);
  for (const int prefetch : {1, 3, 9}) {
    options.prefetch = prefetch;
    EXPECT_EQ(take(*make(), 12), expected) << prefetch;
  }
}

TEST_F(LoaderFixture, seek_continues_exactly_as_the_uninterrupted_run) {
  const auto whole = make();
  const int64_t steps = whole->steps_per_epoch();
  ASSERT_EQ(steps, 30 / 4);
  const auto expected = take(*whole, static_cast<int>(3 * steps));
  const auto loader = make();
  for (const int64_t at : {2 * steps + 1, int64_t{0}, steps - 1, steps}) {
    loader->seek(at / steps, at % steps);
    const auto first = static_cast<std::ptrdiff_t>(at);
    EXPECT_EQ(take(*loader, 4), std::vector(expected.begin() + first, expected.begin() + first + 4)) << at;
  }
}

TEST_F(LoaderFixture, seek_in_the_middle_of_filling_never_mixes_batches) {
  options.workers = 4;
  const auto whole = make();
  const int64_t steps = whole->steps_per_epoch();
  const auto expected = take(*whole, static_cast<int>(4 * steps));
  const auto loader = make();
  for (int i = 0; i < 200; ++i) {
    const int64_t at = (i * 5) % (3 * steps);
    loader->seek(at / steps, at % steps);
    if (i % 3 != 0) continue;
    ASSERT_EQ(copy_of(loader->next(), kSide), expected[static_cast<size_t>(at)]) << i;
  }
}

TEST_F(LoaderFixture, new_threads_go_on_with_the_same_batches) {
  options.workers = 3;
  const auto expected = take(*make(), 60);
  const auto loader = make();
  for (size_t i = 0; i < expected.size(); ++i) {
    if (i % 3 != 1) loader->renew_threads();
    ASSERT_EQ(copy_of(loader->next(), kSide), expected[i]) << i;
  }
  EXPECT_EQ(loader->counters().threads, 3);
}

TEST_F(LoaderFixture, holding_fewer_or_more_ready_changes_no_batch) {
  options.prefetch = 5;
  options.workers = 2;
  const auto expected = take(*make(), 60);
  const auto loader = make();
  const uint64_t whole = loader->counters().slot_bytes;
  for (size_t i = 0; i < expected.size(); ++i) {
    const Batch held = loader->next();  // its memory goes only when it comes back
    if (i % 7 == 3) loader->set_prefetch(1 + static_cast<int>(i) % 5);
    ASSERT_EQ(copy_of(held, kSide), expected[i]) << i;
  }
  loader->set_prefetch(1);
  loader->next();
  loader->next();
  EXPECT_EQ(loader->counters().slot_bytes, whole / 6 * 2);
  loader->set_prefetch(5);
  EXPECT_EQ(loader->counters().slot_bytes, whole);
}

TEST_F(LoaderFixture, an_epoch_has_every_picture_once_and_epochs_differ) {
  options.batch = 30;
  const auto loader = make();
  const auto batches = take(*loader, 2);
  const std::vector<uint32_t> all = manifest->indices(Split::kTrain);
  for (const auto& batch : batches) {
    auto pictures = batch.pictures;
    std::sort(pictures.begin(), pictures.end());
    EXPECT_EQ(pictures, all);
    for (size_t i = 0; i < batch.pictures.size(); ++i) EXPECT_EQ(batch.labels[i], manifest->label(batch.pictures[i]));
  }
  EXPECT_NE(batches[0].pictures, batches[1].pictures);
  EXPECT_NE(batches[0].pixels, batches[1].pixels);
}

TEST_F(LoaderFixture, the_last_batch_is_dropped_or_smaller_as_asked) {
  options.drop_last = false;
  const auto ragged = make();
  EXPECT_EQ(ragged->steps_per_epoch(), 8);
  ragged->seek(0, 7);
  EXPECT_EQ(ragged->next().count, 2);
  EXPECT_EQ(ragged->next().epoch, 1);
  options.drop_last = true;
  options.batch = 100;
  const auto small = make();
  EXPECT_EQ(small->steps_per_epoch(), 1) << "a part smaller than a batch is one batch";
  EXPECT_EQ(small->next().count, 30);
}

TEST_F(LoaderFixture, evaluation_is_in_manifest_order_and_ends_with_an_empty_batch) {
  options.batch = 2;
  const auto loader = make(Split::kValidation);
  EXPECT_EQ(loader->steps_per_epoch(), 2);
  const auto batches = take(*loader, 4);
  EXPECT_EQ(batches[0].pictures, (std::vector<uint32_t>{30, 31}));
  EXPECT_EQ(batches[1].pictures, (std::vector<uint32_t>{32}));
  EXPECT_EQ(batches[2].count, 0);
  EXPECT_EQ(batches[3].count, 0) << "the end stays the end";
  loader->seek(0, 1);
  EXPECT_EQ(copy_of(loader->next(), kSide), batches[1]);
}

TEST_F(LoaderFixture, evaluation_may_start_at_a_later_picture) {
  options.first_picture = 2;
  const auto loader = make(Split::kValidation);
  EXPECT_EQ(loader->steps_per_epoch(), 1);
  EXPECT_EQ(take(*loader, 1)[0].pictures, (std::vector<uint32_t>{32}));
}

TEST_F(LoaderFixture, can_be_destroyed_at_any_moment_also_while_a_batch_is_held) {
  for (int i = 0; i < 60; ++i) {
    options.workers = 1 + i % 4;
    auto loader = make();
    Batch held;
    if (i % 2 == 0) held = loader->next();
    if (i % 3 == 0) std::this_thread::yield();
    if (i % 5 == 0) loader->seek(i, 0);
    loader.reset();
    if (held.count > 0) {
      const auto last =
          held.pixels[static_cast<size_t>(held.count) * kSide * kSide * 3 - 1];  // the memory is still there (ASan)
      EXPECT_EQ(copy_of(held, kSide).pixels.back(), last);
    }
  }
}

class CountingAllocator final : public BatchAllocator {
 public:
  uint8_t* allocate(size_t bytes) override {
    live += bytes;
    return plain_batch_allocator().allocate(bytes);
  }
  void free(uint8_t* memory, size_t bytes) override {
    live -= bytes;
    plain_batch_allocator().free(memory, bytes);
  }
  std::atomic<uint64_t> live{0};
};

TEST_F(LoaderFixture, memory_is_bounded_by_its_slots_and_all_of_it_comes_back) {
  CountingAllocator allocator;
  {
    Batch held;
    {
      const Sampler sampler(manifest->indices(Split::kTrain), 7);
      const auto loader = make_loader(files, *manifest, Split::kTrain, sampler, options, allocator, clock);
      const uint64_t bytes = 3 * 4 * kSide * kSide * 3;  // two ready, one in use
      EXPECT_EQ(loader->counters().slot_bytes, bytes);
      for (int i = 0; i < 200; ++i) {
        held = loader->next();
        ASSERT_EQ(allocator.live, bytes);
      }
    }
    EXPECT_GT(allocator.live, 0u) << "a held batch keeps its memory";
  }
  EXPECT_EQ(allocator.live, 0u);
}

TEST_F(LoaderFixture, counters_add_up) {
  const auto loader = make();
  take(*loader, 10);
  const LoaderCounters counters = loader->counters();
  EXPECT_GE(counters.pictures, 40u);
  EXPECT_LE(counters.pictures, 40u + 3 * 4);
  EXPECT_GE(counters.bytes_read, 40u * 20 * 60);
  EXPECT_GT(counters.decode_ns, 0u);
  EXPECT_EQ(counters.threads, 2);
  EXPECT_EQ(counters.bad_pictures, 0u);
}

TEST_F(LoaderFixture, training_without_pictures_is_an_error) {
  const Sampler empty({}, 0);
  EXPECT_EQ(code_of([&] { make_loader(files, *manifest, Split::kTrain, empty, options); }), ErrorCode::kDataEmpty);
}

}  // namespace
}  // namespace surefoot::data
