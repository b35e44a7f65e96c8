#include "surefoot/plan/host_memory.h"

#include <algorithm>
#include <thread>

namespace surefoot::plan {
namespace {

std::string count(int64_t n, const std::string& what) { return std::to_string(n) + " " + what; }

/// Pixels, label, picture number and the mark of unreadable ones.
int64_t picture_bytes(const config::Recipe& recipe) {
  return recipe.data.image_size * recipe.data.image_size * 3 + 8 + 4 + 1;
}

int64_t workers(const config::Recipe& recipe) {
  return recipe.data.workers > 0 ? recipe.data.workers : std::max<int64_t>(1, std::thread::hardware_concurrency());
}

}  // namespace

HostMemory host_memory(const config::Recipe& recipe,
                       const Footing& footing,
                       const DataFacts& data,
                       int64_t state_bytes,
                       int64_t offloaded_bytes,
                       int64_t process_base) {
  HostMemory host;
  const auto add = [&](std::string name, int64_t bytes, std::string why) {
    if (bytes <= 0) return;
    host.terms.push_back({std::move(name), std::move(why), bytes});
    host.total_bytes += bytes;
  };
  const int64_t pictures = data.train_pictures + data.val_pictures;
  add("process", process_base, "libtorch and its libraries");
  // The list itself, its numbers by part and class, and a mark of what was tried.
  add("list of pictures", data.manifest_bytes + pictures * 9, count(pictures, "pictures"));
  const int64_t slots = footing.prefetch + 1, batch = recipe.train.batch;
  add("batches ready", slots * batch * picture_bytes(recipe), count(slots, "of ") + count(batch, "pictures"));
  const int64_t eval_batch =
      data.val_pictures > 0 ? std::min(footing.eval_batch, data.val_pictures) : footing.eval_batch;
  add("evaluation batches", slots * eval_batch * picture_bytes(recipe),
      count(slots, "of ") + count(eval_batch, "pictures"));
  // File, decoded pixels, and the rows that the resize works on (fp32, at most the short side of the target).
  const int64_t a_worker = data.largest_file_bytes + data.largest_picture_pixels * 3 +
                           recipe.data.image_size * recipe.data.image_size * 3 * 4;
  add("decode workers", workers(recipe) * a_worker, count(workers(recipe), "threads, each a file and its pixels"));
  if (recipe.guards.divergence)
    add("snapshots to go back to", recipe.guards.snapshots * state_bytes,
        count(recipe.guards.snapshots, "of weights and optimiser"));
  add("checkpoints on their way", 2 * state_bytes, "one being written, one waiting");
  add("offloaded activations", offloaded_bytes, "of a micro-batch");
  return host;
}

int64_t left_for_tensors(int64_t free_bytes, const HostMemory& beside) {
  const int64_t slack = free_bytes / 16;  // whole pages, and buffers of the libraries that no allocator of ours serves
  return std::max(free_bytes / 2, free_bytes - beside.total_bytes - slack);
}

}  // namespace surefoot::plan
