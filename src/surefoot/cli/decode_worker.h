#pragma once
// The inside of a sandboxed decoder: measures the files that the pool hands over until the pool closes the socket.
#include <functional>
#include <string_view>

#include "surefoot/cli/sandbox.h"
#include "surefoot/index/picture_facts.h"

namespace surefoot::cli {

struct WorkerOptions {
  int parent = 0;         // process id of the pool: the worker ends with it
  size_t slot_bytes = 0;  // of the input
  SandboxLimits limits;   // CPU seconds: of the whole life of the worker
  index::MeasureOptions measure;
};

using MeasureFunction = std::function<void(std::string_view bytes,
                                           const index::MeasureOptions& options,
                                           index::PictureFacts& facts,
                                           index::PictureView& view)>;

/// Needs the descriptors of decode_channel.h. Enters the sandbox before it looks at a byte. @return the exit status of
/// the process: 0 when the pool hung up, 1 where no sandbox could be had (said in an answer), 2 where the descriptors
/// are not what they should be.
int run_decode_worker(const WorkerOptions& options, const MeasureFunction& measure);

/// `--worker PARENT SLOT_BYTES MEMORY CPU MAX_PIXELS EXIF` as the pool writes it; false where it is not that.
bool parse_worker_arguments(int count, char** values, WorkerOptions& options);

}  // namespace surefoot::cli
