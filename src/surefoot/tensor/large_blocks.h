#pragma once
// Large memory blocks, kept for the next step instead of being returned to the kernel: a training step frees and takes
// the same sizes again and again, and fresh pages cost more than most of the arithmetic done on them.
#include <cstddef>
#include <map>
#include <mutex>

namespace surefoot::tensor {

/// Thread-safe. Holds (in use + kept) no more than the highest use so far, so keeping never raises the peak.
class LargeBlocks {
 public:
  struct Block {
    void* data;
    size_t capacity;
  };
  ~LargeBlocks();
  /// A block of at least `bytes`, 2 MiB aligned, on huge pages where the kernel has them; null data where there is no
  /// memory.
  Block take(size_t bytes);
  void give(Block block);
  /// Returns what is kept to the kernel. @return bytes
  size_t release_kept();

 private:
  void drop_kept(size_t until_at_most);

  std::mutex mutex_;
  std::multimap<size_t, void*> kept_;
  size_t used_ = 0, kept_bytes_ = 0, most_used_ = 0;
};

}  // namespace surefoot::tensor
