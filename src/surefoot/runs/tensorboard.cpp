#include "surefoot/runs/tensorboard.h"

#include <unistd.h>

#include <array>
#include <bit>
#include <cstdio>
#include <vector>

#include "surefoot/base/error.h"

namespace surefoot::runs {
namespace {

constexpr size_t kBufferBytes = 4096;

constexpr std::array<uint32_t, 256> kCrcTable = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1) != 0 ? 0x82F63B78u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  return table;
}();

template <class T>
void append_little_endian(std::string& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(value >> (8 * i) & 255);
}

// Protobuf's wire format: a field is (number << 3 | type), then the value; type 0 varint, 1 eight bytes, 2
// length-delimited, 5 four bytes.
void append_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}
void append_double(std::string& out, int field, double value) {
  append_varint(out, static_cast<uint64_t>(field) << 3 | 1);
  append_little_endian(out, std::bit_cast<uint64_t>(value));
}
void append_float(std::string& out, int field, float value) {
  append_varint(out, static_cast<uint64_t>(field) << 3 | 5);
  append_little_endian(out, std::bit_cast<uint32_t>(value));
}
void append_integer(std::string& out, int field, int64_t value) {
  append_varint(out, static_cast<uint64_t>(field) << 3);
  append_varint(out, static_cast<uint64_t>(value));
}
void append_bytes(std::string& out, int field, std::string_view value) {
  append_varint(out, static_cast<uint64_t>(field) << 3 | 2);
  append_varint(out, value.size());
  out += value;
}

struct Scalar {
  std::string tag;
  double value;
};

std::vector<Scalar> scalars_of(const Event& e) {
  std::vector<Scalar> scalars;
  const auto take = [&](const std::string& tag, const char* field) {
    if (e.find(field) != nullptr) scalars.push_back({tag, e.number(field)});
  };
  if (e.event == "step") {
    take("train/loss", "loss");
    take("train/lr", "lr");
    take("train/grad_norm", "grad_norm");
    take("speed/images_per_second", "images_per_second");
    take("speed/data_wait", "data_wait");
    take("memory/device_bytes", "memory_bytes");
    take("memory/host_bytes", "rss_bytes");
  } else if (e.event == "epoch") {
    take("train/epoch_loss", "train_loss");
    take("train/epoch", "epoch");
  } else if (e.event == "eval") {
    const std::string prefix = e.text("weights") == "ema" ? "val_ema/" : "val/";
    for (const char* field : {"top1", "top5", "loss"}) take(prefix + field, field);
  }
  return scalars;
}

/// Event{1 wall_time, 2 step, 5 Summary{1 Value{1 tag, 2 simple_value}...}}.
std::string event_message(const Event& e, const std::vector<Scalar>& scalars) {
  std::string summary;
  for (const Scalar& scalar : scalars) {
    std::string value;
    append_bytes(value, 1, scalar.tag);
    append_float(value, 2, static_cast<float>(scalar.value));
    append_bytes(summary, 1, value);
  }
  std::string message;
  append_double(message, 1, e.t);
  append_integer(message, 2, e.step);
  append_bytes(message, 5, summary);
  return message;
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  uint32_t c = ~0u;
  for (const char byte : bytes) c = kCrcTable[(c ^ static_cast<uint8_t>(byte)) & 255] ^ (c >> 8);
  return ~c;
}

std::string tensorboard_record(std::string_view payload) {
  const auto masked = [](std::string_view bytes) {
    const uint32_t c = crc32c(bytes);
    return ((c >> 15) | (c << 17)) + 0xa282ead8u;
  };
  std::string record;
  append_little_endian(record, static_cast<uint64_t>(payload.size()));
  append_little_endian(record, masked(record));
  record += payload;
  append_little_endian(record, masked(payload));
  return record;
}

TensorBoardSink::TensorBoardSink(Files& files, std::string folder) : files_(files), folder_(std::move(folder)) {}

TensorBoardSink::~TensorBoardSink() { flush(); }

void TensorBoardSink::write(const Event& event) noexcept {
  if (failed_) return;
  try {
    const std::vector<Scalar> scalars = scalars_of(event);
    if (scalars.empty()) return;
    if (!file_) {
      files_.make_folder(folder_);
      // TensorBoard orders the files of a folder by name: the time comes first. The counter keeps two starts in one
      // second apart.
      std::string path;
      for (int i = 0; path.empty() || files_.exists(path); ++i) {
        char name[96];
        std::snprintf(name, sizeof name, "events.out.tfevents.%010lld.surefoot.%d.%d", static_cast<long long>(event.t),
                      static_cast<int>(::getpid()), i);
        path = join_path(folder_, name);
      }
      file_ = files_.create(path);
      std::string version;
      append_double(version, 1, event.t);
      append_bytes(version, 3, "brain.Event:2");
      pending_ += tensorboard_record(version);
    }
    pending_ += tensorboard_record(event_message(event, scalars));
    if (pending_.size() >= kBufferBytes || event.event != "step") flush();
  } catch (const std::exception& error) {
    failed_ = true;
    std::fprintf(stderr, "%s\n  training goes on without TensorBoard files\n", error.what());
  }
}

void TensorBoardSink::flush() noexcept {
  if (failed_ || !file_ || pending_.empty()) return;
  try {
    file_->append(pending_);
    pending_.clear();
  } catch (const std::exception& error) {
    // A half-written record would hide everything after it: this file ends here.
    failed_ = true;
    std::fprintf(stderr, "%s\n  training goes on without TensorBoard files\n", error.what());
  }
}

}  // namespace surefoot::runs
