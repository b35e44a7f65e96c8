#pragma once
// Who wants to know which block of a model is running: a dry run that says what each of them costs.
#include <cstddef>
#include <utility>

#include <ATen/core/Tensor.h>

namespace surefoot::nn {

class BlockWatcher {
 public:
  virtual ~BlockWatcher() = default;
  /// @param block place in `Model::block_names()`
  virtual void entering(size_t block, const at::Tensor& x) = 0;
  virtual void leaving(size_t block, const at::Tensor& y) = 0;
};

/// Of this thread; null, and it costs nothing, in runs that compute.
inline thread_local BlockWatcher* t_block_watcher = nullptr;

/// Forwards of this thread are watched while it lives.
class WatchBlocks {
 public:
  explicit WatchBlocks(BlockWatcher& watcher) : before_(std::exchange(t_block_watcher, &watcher)) {}
  ~WatchBlocks() { t_block_watcher = before_; }
  WatchBlocks(const WatchBlocks&) = delete;
  WatchBlocks& operator=(const WatchBlocks&) = delete;

 private:
  BlockWatcher* before_;
};

}  // namespace surefoot::nn
