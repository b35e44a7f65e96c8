#include "surefoot/runs/event_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "surefoot/base/error.h"
#include "testing/forwarding_files.h"
#include "testing/temporary_folder.h"

namespace surefoot::runs {
namespace {

class FixedClock final : public Clock {
 public:
  double now() const override { return 0; }
  double wall() const override { return 1000; }
  void sleep(double) const override {}
};

class Collector final : public Sink {
 public:
  void write(const Event& event) noexcept override { seen.push_back(event); }
  std::vector<Event> seen;
};

/// The machine's files, with a disk that takes `room` more bytes.
class FullDisk final : public testing::ForwardingFiles {
 public:
  struct File final : WritableFile {
    File(FullDisk& disk, std::unique_ptr<WritableFile> inner) : disk_(disk), inner_(std::move(inner)) {}
    void append(std::span<const std::byte> bytes) override {
      const size_t taken = std::min(disk_.room, bytes.size());
      inner_->append(bytes.first(taken));
      disk_.room -= taken;
      if (taken < bytes.size()) throw Error(ErrorCode::kDiskFull, "cannot write", "no space left", "free some");
    }
    void sync() override { inner_->sync(); }
    void close() override { inner_->close(); }
    FullDisk& disk_;
    std::unique_ptr<WritableFile> inner_;
  };
  std::unique_ptr<WritableFile> create(const std::string& path, bool append_to) override {
    return std::make_unique<File>(*this, real_files().create(path, append_to));
  }
  uint64_t free_bytes(const std::string&) override { return room; }
  size_t room = SIZE_MAX;
};

std::vector<std::string> messages(Files& files, const std::string& path, int64_t* skipped = nullptr) {
  std::vector<std::string> out;
  const int64_t n = read_events(files, path, [&](const Event& e) { out.push_back(e.text("message")); });
  if (skipped != nullptr) *skipped = n;
  return out;
}

TEST(EventLog, WritesALineAnEventAndHandsItToTheSinks) {
  const testing::TemporaryFolder folder;
  const FixedClock clock;
  const auto sink = std::make_shared<Collector>();
  {
    EventLog log(real_files(), folder.path("events.jsonl"), clock);
    log.add_sink(sink);
    log.write(7, "warning", {{"message", std::string("hot")}});
    log.write(8, "warning", {{"message", std::string("hotter")}});
    EXPECT_EQ(log.counts(), (std::map<std::string, int64_t>{{"warning", 2}}));
  }
  EXPECT_EQ(
      real_files().read(folder.path("events.jsonl")),
      "{\"t\": 1000.0, \"step\": 7, \"event\": \"warning\", \"message\": \"hot\"}\n{\"t\": 1000.0, \"step\": 8, \"event\": \"warning\", \"message\": \"hotter\"}\n");
  ASSERT_EQ(sink->seen.size(), 2u);
  EXPECT_EQ(sink->seen[1].text("message"), "hotter");
}

TEST(EventLog, CutsAnUnfinishedLineAfterAKillAtAnyByte) {
  const testing::TemporaryFolder folder;
  const std::string
      path = folder.path("events.jsonl"),
      whole =
          "{\"t\": 1.0, \"step\": 1, \"event\": \"warning\", \"message\": \"a\"}\n{\"t\": 2.0, \"step\": 2, \"event\": \"warning\", \"message\": \"b\"}\n";
  for (size_t length = 0; length <= whole.size(); ++length) {
    real_files().create(path)->append(std::string_view(whole).substr(0, length));
    {
      EventLog log(real_files(), path);
      log.write(3, "warning", {{"message", std::string("c")}});
    }
    const auto lines = static_cast<size_t>(std::count(whole.begin(), whole.begin() + static_cast<long>(length), '\n'));
    std::vector<std::string> expected = std::vector<std::string>{"a", "b"};
    expected.resize(lines);
    expected.push_back("c");
    int64_t skipped = -1;
    EXPECT_EQ(messages(real_files(), path, &skipped), expected) << length;
    EXPECT_EQ(skipped, 0) << length;
  }
}

TEST(EventLog, CountsTheEventsOfEarlierProcesses) {
  const testing::TemporaryFolder folder;
  EventLog(real_files(), folder.path("e")).write(1, "warning");
  EventLog second(real_files(), folder.path("e"));
  second.write(2, "warning");
  second.write(2, "early_stop");
  EXPECT_EQ(second.counts(), (std::map<std::string, int64_t>{{"early_stop", 1}, {"warning", 2}}));
}

TEST(EventLog, GoesOnWhenTheDiskIsFullAndTheFileStaysWhole) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path("e");
  FullDisk disk;
  const auto sink = std::make_shared<Collector>();
  EventLog log(disk, path);
  log.add_sink(sink);
  log.write(1, "warning", {{"message", std::string("first")}});
  disk.room = 20;  // half a line
  ::testing::internal::CaptureStderr();
  log.write(2, "warning", {{"message", std::string("lost")}});
  log.write(3, "warning", {{"message", std::string("lost too")}});
  const std::string told = ::testing::internal::GetCapturedStderr();
  disk.room = SIZE_MAX;
  log.write(4, "warning", {{"message", std::string("last")}});
  int64_t skipped = -1;
  EXPECT_EQ(messages(disk, path, &skipped), (std::vector<std::string>{"first", "last"}));
  EXPECT_EQ(skipped, 0);
  EXPECT_EQ(sink->seen.size(), 4u);
  EXPECT_EQ(log.lost(), 2);
  EXPECT_NE(told.find("SF-ENV-003"), std::string::npos) << told;
  EXPECT_EQ(told.find("SF-ENV-003"), told.rfind("SF-ENV-003")) << "told more than once";
}

TEST(EventLog, KeepsLinesApartWhenManyThreadsWrite) {
  const testing::TemporaryFolder folder;
  {
    EventLog log(real_files(), folder.path("e"));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        for (int k = 0; k < 250; ++k) log.write(k, "warning", {{"message", std::string("m")}});
      });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(log.counts().at("warning"), 1000);
  }
  int64_t skipped = -1;
  EXPECT_EQ(messages(real_files(), folder.path("e"), &skipped).size(), 1000u);
  EXPECT_EQ(skipped, 0);
}

TEST(EventLogDeathTest, AbortsOnANameThatIsNotInTheCatalogue) {
  const testing::TemporaryFolder folder;
  EventLog log(real_files(), folder.path("e"));
  EXPECT_DEATH(log.write(1, "no_such_event"), "no_such_event");
}

TEST(ReadEvents, SkipsAndCountsDamagedLines) {
  const testing::TemporaryFolder folder;
  real_files()
      .create(folder.path("e"))
      ->append("garbage\n{\"t\": 1, \"step\": 1, \"event\": \"warning\", \"message\": \"ok\"}\n\n{\"t\": 2, \"step\"");
  int64_t skipped = -1;
  EXPECT_EQ(messages(real_files(), folder.path("e"), &skipped), std::vector<std::string>{"ok"});
  EXPECT_EQ(skipped, 2);
}

}  // namespace
}  // namespace surefoot::runs
