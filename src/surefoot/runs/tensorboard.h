#pragma once
// Event files that TensorBoard opens, written by hand: record framing and the few protobuf fields that scalars need.
// Format: tensorflow/core/lib/io/record_writer, tensorboard/compat/proto/{event,summary}.proto.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "surefoot/base/files.h"
#include "surefoot/runs/sink.h"

namespace surefoot::runs {

/// CRC-32C (Castagnoli), as in RFC 3720.
uint32_t crc32c(std::string_view bytes);
/// One record: u64 length, masked CRC of it, payload, masked CRC of the payload; all little-endian.
std::string tensorboard_record(std::string_view payload);

/// A new file in `folder` for each start of a run; nothing is ever rewritten. Scalars of step, epoch and eval events.
class TensorBoardSink final : public Sink {
 public:
  /// The file is made at the first event. A failure to write is told once on stderr; training goes on.
  TensorBoardSink(Files& files, std::string folder);
  ~TensorBoardSink() override;
  void write(const Event& event) noexcept override;
  void flush() noexcept override;

 private:
  Files& files_;
  std::string folder_, pending_;
  std::unique_ptr<WritableFile> file_;
  bool failed_ = false;
};

}  // namespace surefoot::runs
