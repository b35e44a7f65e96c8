#include "surefoot/cli/decode_pool.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>

#include "surefoot/base/error.h"
#include "surefoot/image/encode_jpeg.h"
#include "testing/temporary_folder.h"
#include "testing/test_data.h"

namespace surefoot::cli {
namespace {
using image::DecodeStatus;

std::string photo(int seed) {
  image::Pixels pixels;
  pixels.resize(64, 48);
  for (size_t i = 0; i < pixels.rgb.size(); ++i)
    pixels.rgb[i] = static_cast<uint8_t>(i * static_cast<size_t>(seed + 3) / 7);
  return image::encode_jpeg(pixels, 85);
}

DecodePoolOptions faulty(int workers = 2) {
  DecodePoolOptions options;
  options.program = SUREFOOT_FAULTY_WORKER;
  options.workers = workers;
  options.memory_bytes = uint64_t{512} << 20;
  options.cpu_seconds = 0.3;
  options.wall_seconds = 20;
  return options;
}

std::map<uint64_t, clean::Measured> measure_all(clean::Measurer& pool, const std::vector<std::string>& files) {
  std::map<uint64_t, clean::Measured> all;
  const auto keep = [&](uint64_t id, clean::Measured&& measured) {
    EXPECT_TRUE(all.emplace(id, std::move(measured)).second) << id;
  };
  for (size_t i = 0; i < files.size(); ++i) {
    pool.submit(i, files[i]);
    pool.receive(false, keep);
  }
  while (pool.receive(true, keep)) {
  }
  EXPECT_EQ(all.size(), files.size());
  return all;
}

int open_descriptors() {
  DIR* folder = ::opendir("/proc/self/fd");
  int count = 0;
  while (::readdir(folder)) ++count;
  ::closedir(folder);
  return count;
}

bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD; }

TEST(DecodePool, MeasuresAsWithoutASandbox) {
  std::vector<std::string> files;
  for (int i = 0; i < 40; ++i) files.push_back(photo(i));
  files.push_back("not a picture");
  DecodePoolOptions options = faulty();
  const auto pool = make_decode_pool(options);
  const auto measured = measure_all(*pool, files);
  for (const auto& [id, each] : measured) {
    index::PictureFacts facts;
    index::PictureView view;
    index::measure(files[id], options.measure, facts, view);
    EXPECT_EQ(pack(each.facts), pack(facts)) << id;
    EXPECT_EQ(each.view, pack(view)) << id;
  }
  EXPECT_TRUE(pool->level().starts_with("seccomp+rlimits")) << pool->level();
}

struct Fault {
  const char* file;
  DecodeStatus status;
  const char* detail;
};
class DecodePoolFaults : public ::testing::TestWithParam<Fault> {};

TEST_P(DecodePoolFaults, CostOneFileAndNoOther) {
  const Fault& fault = GetParam();
  std::vector<std::string> files;
  for (int i = 0; i < 6; ++i) files.push_back(photo(i));
  files.insert(files.begin() + 3, fault.file);
  files.insert(files.begin(), fault.file);
  const auto measured = measure_all(*make_decode_pool(faulty()), files);
  for (const auto& [id, each] : measured) {
    if (files[id] == fault.file) {
      EXPECT_EQ(each.facts.status, fault.status);
      EXPECT_EQ(each.facts.detail, fault.detail);
      EXPECT_FALSE(each.facts.measured);
    } else {
      EXPECT_EQ(each.facts.status, DecodeStatus::kOk) << id << each.facts.detail;
    }
  }
  EXPECT_FALSE(has_children());
}

std::vector<Fault> faults() {
  std::vector<Fault> all = {{"abort", DecodeStatus::kCorrupt, "the decoder crashed (signal 6)"},
                            {"killed", DecodeStatus::kCorrupt, "the decoder crashed (signal 31)"},
                            {"network", DecodeStatus::kCorrupt, "the decoder crashed (signal 31)"},
                            {"exit", DecodeStatus::kCorrupt, "the decoder ended without an answer"},
                            {"hang", DecodeStatus::kCorrupt, "took longer than 0.3 s"},
                            {"nonsense", DecodeStatus::kCorrupt, "the decoder answered nonsense"},
                            {"half a message", DecodeStatus::kCorrupt, "the decoder answered nonsense"},
                            {"wrong facts", DecodeStatus::kCorrupt, "the decoder answered nonsense"}};
#if !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)  // they catch the signal, and need more address space than any limit
  all.push_back({"crash", DecodeStatus::kCorrupt, "the decoder crashed (signal 11)"});
  all.push_back({"memory", DecodeStatus::kTooLarge, "needs more memory than 0.5 GiB"});
#endif
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, DecodePoolFaults, ::testing::ValuesIn(faults()), [](const auto& each) {
  std::string name = each.param.file;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
});

TEST(DecodePool, AnOutcomeDependsOnTheFileAlone) {
  // A decoder that an earlier file may have broken is not believed.
  std::vector<std::string> files(9, photo(1));
  files[5] = "crash unless first";
  const auto measured = measure_all(*make_decode_pool(faulty(1)), files);
  EXPECT_EQ(measured.at(5).facts.status, DecodeStatus::kNotAnImage);
}

TEST(DecodePool, SignalsToTheWholeServiceAccuseNoFile) {
  const auto pool = make_decode_pool(faulty(1));
  std::map<uint64_t, clean::Measured> all;
  const auto keep = [&](uint64_t id, clean::Measured&& measured) { all.emplace(id, std::move(measured)); };
  pool->submit(0, photo(1));
  while (all.empty()) pool->receive(true, keep);
  pid_t worker = 0;  // the only child there is
  std::ifstream("/proc/self/task/" + std::to_string(::getpid()) + "/children") >> worker;
  if (worker == 0) GTEST_SKIP() << "this kernel does not list children";
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::kill(worker, signal);
  pool->submit(1, photo(2));
  while (pool->receive(true, keep)) {
  }
  EXPECT_EQ(all.at(1).facts.status, DecodeStatus::kOk);
  // Killed with files in its hands, as when memory runs out: both are tried again.
  pool->submit(2, "hang");
  pool->submit(3, photo(3));
  ::kill(worker, SIGKILL);
  while (pool->receive(true, keep)) {
  }
  EXPECT_EQ(all.at(2).facts.detail, "took longer than 0.3 s");
  EXPECT_EQ(all.at(3).facts.status, DecodeStatus::kOk);
}

TEST(DecodePool, LargeFilesGetADecoderOfTheirOwn) {
  DecodePoolOptions options = faulty();
  options.slot_bytes = 4096;
  std::vector<std::string> files = {photo(1) + std::string(9000, 'x'), photo(2), photo(3) + std::string(70000, 'y')};
  const auto measured = measure_all(*make_decode_pool(options), files);
  for (const auto& [id, each] : measured) EXPECT_EQ(each.facts.status, DecodeStatus::kOk) << id;
  EXPECT_EQ(measured.at(2).facts.trailing_bytes, 0u);  // a run of one byte is padding
  options.memory_bytes = uint64_t{256} << 20;
  const auto refused = measure_all(*make_decode_pool(options), {std::string(size_t{65} << 20, '\xFF')});
  EXPECT_EQ(refused.at(0).facts.status, DecodeStatus::kTooLarge);
}

TEST(DecodePool, TwoThousandFilesLeaveNothingBehind) {
  const std::string small = photo(1);
  DecodePoolOptions options = faulty();
  options.files_a_worker = 250;  // replaced some times
  const int before = open_descriptors();
  {
    const auto pool = make_decode_pool(options);
    int answers = 0, most = 0;
    const auto count = [&](uint64_t, clean::Measured&& measured) {
      answers += measured.facts.status == DecodeStatus::kOk;
    };
    for (uint64_t i = 0; i < 2000; ++i) {
      pool->submit(i, i % 400 == 399 ? "crash" : small);
      pool->receive(false, count);
      if (i % 100 == 0) most = std::max(most, open_descriptors());
    }
    while (pool->receive(true, count)) {
    }
    EXPECT_EQ(answers, 1995);
    EXPECT_LE(most - before, 2 * 3);  // a socket and two pieces of memory each
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_FALSE(has_children());
}

TEST(DecodePool, DecodersEndWithTheirParent) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    // The workers inherit no copy of this pipe, so it closes when the last of the family that has it is gone: the
    // hanging worker is looked for by name below.
    const auto pool = make_decode_pool(faulty(1));
    pool->submit(0, "hang");
    if (::write(ends[1], "x", 1) != 1) ::_exit(1);
    ::usleep(150000);
    ::kill(::getpid(), SIGKILL);
  }
  char byte = 0;
  ASSERT_EQ(::read(ends[0], &byte, 1), 1);
  ::waitpid(parent, nullptr, 0);
  ::close(ends[0]), ::close(ends[1]);
  const auto alive = [&] {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      std::ifstream line(entry.path() / "cmdline", std::ios::binary);
      const std::string words{std::istreambuf_iterator<char>(line), {}};
      if (words.starts_with(SUREFOOT_FAULTY_WORKER) && words.find(std::to_string(parent)) != words.npos) return true;
    }
    return false;
  };
  for (int i = 0; i < 100 && alive(); ++i) ::usleep(20000);
  EXPECT_FALSE(alive());
}

TEST(DecodePool, AMissingDecoderIsSaid) {
  DecodePoolOptions options = faulty();
  options.program = "/nowhere/surefoot-decode";
  const auto pool = make_decode_pool(options);
  try {
    pool->submit(0, "x");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kDevice);
  }
  options.program = "/bin/false";
  const auto other = make_decode_pool(options);
  EXPECT_THROW(measure_all(*other, {"x"}), Error);
}

/// The odd pictures and the fuzzing corpora: each with the outcome that it has without a sandbox.
TEST(DecodePool, HostileFilesEndAsTheyShould) {
  std::vector<std::string> files;
  const auto add = [&](const std::string& folder) {
    for (const std::string& path : testing::files_below(folder)) files.push_back(real_files().read(path));
  };
  add(SUREFOOT_SOURCE_DIR "/fuzz/corpus");
  ASSERT_GT(files.size(), 50u);
  const testing::TemporaryFolder folder;
  // 54 megapixels of black tell nothing here but time.
  if (testing::unpack_data("odd_a.tar", folder.path(), "--exclude='big_*'")) {
    add(folder.path());
    ASSERT_GT(files.size(), 200u);
  }
  DecodePoolOptions options = faulty();
  options.program = SUREFOOT_DECODE_PROGRAM;
  options.memory_bytes = uint64_t{3} << 30;
  options.cpu_seconds = 20;
  options.wall_seconds = 80;
  const auto measured = measure_all(*make_decode_pool(options), files);
  for (const auto& [id, each] : measured) {
    index::PictureFacts facts;
    index::PictureView view;
    index::measure(files[id], options.measure, facts, view);
    EXPECT_EQ(pack(each.facts), pack(facts)) << id;
  }
}

}  // namespace
}  // namespace surefoot::cli
