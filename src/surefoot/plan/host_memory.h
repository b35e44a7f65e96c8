#pragma once
// Host memory of a run, term by term: what stands beside the tensors of the training step.
#include <cstdint>
#include <string>
#include <vector>

#include "surefoot/config/recipe.h"
#include "surefoot/plan/footing.h"

namespace surefoot::plan {

/// What is known of the data; zeros where it is not.
struct DataFacts {
  int64_t classes = 0, train_pictures = 0, val_pictures = 0;
  int64_t manifest_bytes = 0;          // mapped
  int64_t largest_file_bytes = 0;      // of a picture
  int64_t largest_picture_pixels = 0;  // decoded; of the largest files
};

struct HostTerm {
  std::string name, why;  // "decode workers", "2 threads, each a file and its pixels"
  int64_t bytes = 0;
};

struct HostMemory {
  std::vector<HostTerm> terms;
  int64_t total_bytes = 0;
};

/// Resident bytes of an engine that has done nothing yet: libtorch and its libraries (117 MB measured, CPU build).
constexpr int64_t kProcessBase = 117'000'000;

/// The most that the host holds at once during training, tensors of the device apart.
/// @param recipe      resolved
/// @param state_bytes of a checkpoint: weights, averages, optimiser
/// @param offloaded_bytes  activations that wait in host memory; 0 without offload
HostMemory host_memory(const config::Recipe& recipe,
                       const Footing& footing,
                       const DataFacts& data,
                       int64_t state_bytes,
                       int64_t offloaded_bytes,
                       int64_t process_base = kProcessBase);

/// What tensors may take of memory that they share with what stands beside them; at least half of it, because hardly
/// ever all of that stands there at once.
/// @param free_bytes  now
int64_t left_for_tensors(int64_t free_bytes, const HostMemory& beside);

}  // namespace surefoot::plan
