#include "surefoot/train/checkpoints/checkpoint_store.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

#include "surefoot/base/error.h"
#include "testing/faulty_files.h"

namespace surefoot::train {
namespace {

constexpr const char* kFolder = "/run/checkpoints";

Snapshot snapshot_of(int64_t step, bool best = false, bool ema = true) {
  Snapshot s;
  s.progress.step = step;
  s.progress.steps_per_epoch = 10;
  if (best) s.progress.best.step = step;
  s.weights = {{"fc.weight", at::full({3, 4}, static_cast<double>(step))},
               {"bn.num_batches_tracked", at::full({}, step, at::kLong)}};
  if (ema)
    s.ema = {{"fc.weight", at::full({3, 4}, static_cast<double>(step) + 0.5)},
             {"bn.num_batches_tracked", at::full({}, step, at::kLong)}};
  s.optimizer = {{"fc.weight.momentum_buffer", at::full({3, 4}, -static_cast<double>(step))}};
  s.metadata = {{"format", "pt"}};
  return s;
}

const auto kNoDamage = [](const std::string& file, const std::string& why) { ADD_FAILURE() << file << ": " << why; };

TEST(CheckpointStore, GivesBackWhatWasSaved) {
  testing::FaultyFiles files;
  CheckpointStore store(files, kFolder, 2);
  EXPECT_FALSE(store.load_newest(kNoDamage).has_value());
  store.save(snapshot_of(5, true));
  const auto loaded = store.load_newest(kNoDamage);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->progress.step, 5);
  EXPECT_EQ(loaded->progress.best.step, 5);
  EXPECT_TRUE(at::equal(loaded->weights.at(0).second, at::full({3, 4}, 5.0)));
  EXPECT_TRUE(at::equal(loaded->ema.at(0).second, at::full({3, 4}, 5.5)));
  EXPECT_TRUE(at::equal(loaded->optimizer.at(0).second, at::full({3, 4}, -5.0)));
  EXPECT_EQ(loaded->weights.at(1).second.item<int64_t>(), 5);
  EXPECT_EQ(files.read(std::string(kFolder) + "/best.safetensors"),
            files.read(std::string(kFolder) + "/last.safetensors"));
}

TEST(CheckpointStore, KeepsTheNewestAndWhatIsKeptForGood) {
  testing::FaultyFiles files;
  CheckpointStore store(files, kFolder, 2);
  for (int64_t step = 10; step <= 50; step += 10) {
    Snapshot s = snapshot_of(step, step == 20);
    if (step > 20) s.progress.best.step = 20;
    s.keep = step == 10;
    store.save(s);
  }
  std::vector<std::string> names;
  for (const FolderEntry& entry : files.list(kFolder)) names.push_back(entry.name);
  EXPECT_EQ(names, (std::vector<std::string>{
                       "best.safetensors", "epoch-00001.safetensors", "last.safetensors", "last_ema.safetensors",
                       "step-000000040.ema.safetensors", "step-000000040.json", "step-000000040.optim.safetensors",
                       "step-000000040.safetensors", "step-000000050.ema.safetensors", "step-000000050.json",
                       "step-000000050.optim.safetensors", "step-000000050.safetensors"}));
}

TEST(CheckpointStore, EqualWeightsAreEqualFiles) {
  testing::FaultyFiles files;
  CheckpointStore(files, "/a", 1).save(snapshot_of(5));
  CheckpointStore(files, "/b", 1).save(snapshot_of(5));
  EXPECT_EQ(files.read("/a/last.safetensors"), files.read("/b/last.safetensors"));
}

TEST(CheckpointStore, FallsBackWhenTheNewestIsDamagedAnywhere) {
  for (const char* part : {".safetensors", ".ema.safetensors", ".optim.safetensors", ".json"}) {
    testing::FaultyFiles files;
    CheckpointStore store(files, kFolder, 2);
    store.save(snapshot_of(10));
    store.save(snapshot_of(20));
    const std::string path = std::string(kFolder) + "/step-000000020" + part;
    const std::string whole = files.read(path);
    for (const bool cut : {true, false}) {
      std::string broken = whole;
      if (cut) {
        broken.resize(whole.size() / 2);
      } else {
        broken[whole.size() - 9] ^= 1;
      }
      files.create(path)->append(broken);
      std::vector<std::string> damaged;
      const auto loaded =
          store.load_newest([&](const std::string& file, const std::string&) { damaged.push_back(file); });
      ASSERT_TRUE(loaded.has_value()) << part;
      EXPECT_EQ(loaded->progress.step, 10) << part;
      EXPECT_EQ(damaged.size(), 1u) << part;
    }
  }
}

TEST(CheckpointStore, AllDamagedIsAnErrorNotAFreshStart) {
  testing::FaultyFiles files;
  CheckpointStore store(files, kFolder, 2);
  store.save(snapshot_of(10));
  files.create(std::string(kFolder) + "/step-000000010.json")->append("{}");
  EXPECT_THROW(store.load_newest([](const std::string&, const std::string&) {}), Error);
}

TEST(CheckpointStore, RefusesWeightsThatAreNotFinite) {
  testing::FaultyFiles files;
  CheckpointStore store(files, kFolder, 2);
  store.save(snapshot_of(10));
  Snapshot bad = snapshot_of(20);
  bad.weights[0].second[1][2] = std::numeric_limits<float>::quiet_NaN();
  try {
    store.save(bad);
    FAIL() << "NaN entered the ring";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kNotFinite);
    EXPECT_NE(error.why().find("fc.weight"), std::string::npos);
  }
  EXPECT_EQ(store.load_newest(kNoDamage)->progress.step, 10);
}

/// The promise: at a power cut after any write, the checkpoint before or the new one is whole, and best is never half.
void cut_power_after_every_write(testing::UnsyncedNames names) {
  for (uint64_t k = 0;; ++k) {
    testing::FaultyFiles files;
    CheckpointStore(files, kFolder, 1).save(snapshot_of(10, true));
    files.cut_power_after(k);
    bool finished = true;
    try {
      CheckpointStore(files, kFolder, 1).save(snapshot_of(20));
    } catch (const std::exception&) {
      finished = false;
    }
    files.restart(names);
    CheckpointStore store(files, kFolder, 1);
    const auto loaded = store.load_newest([](const std::string&, const std::string&) {});
    ASSERT_TRUE(loaded.has_value()) << "power cut after write " << k;
    ASSERT_TRUE(loaded->progress.step == 10 || loaded->progress.step == 20) << k;
    ASSERT_TRUE(at::equal(loaded->weights.at(0).second, at::full({3, 4}, static_cast<double>(loaded->progress.step))))
        << k;
    ASSERT_NO_THROW(store.save(snapshot_of(30))) << k;
    ASSERT_EQ(store.load_newest(kNoDamage)->progress.step, 30) << k;
    if (finished) {
      ASSERT_EQ(loaded->progress.step, 20);
      ASSERT_GT(k, 10u);
      break;
    }
  }
}

TEST(CheckpointStore, APowerCutAfterAnyWriteLosesNothing) {
  cut_power_after_every_write(testing::UnsyncedNames::kLost);
}
TEST(CheckpointStore, NorDoesOneThatKeepsUnsyncedNames) { cut_power_after_every_write(testing::UnsyncedNames::kKept); }

TEST(CheckpointStore, AFullDiskKeepsTheEarlierCheckpoint) {
  for (uint64_t room = 0; room < 4000; room += 97) {
    testing::FaultyFiles files;
    CheckpointStore store(files, kFolder, 1);
    store.save(snapshot_of(10, true));
    files.fail_after_bytes(room);
    EXPECT_THROW(store.save(snapshot_of(20)), Error) << room;
    files.fail_after_bytes(UINT64_MAX);
    EXPECT_EQ(store.load_newest(kNoDamage)->progress.step, 10) << room;
  }
}

}  // namespace
}  // namespace surefoot::train
