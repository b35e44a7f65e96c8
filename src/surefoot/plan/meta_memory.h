#pragma once
// An allocator for tensors of the meta device that only counts: libtorch asks it at the points where a real run would
// take and give back memory.
#include <memory>

#include <c10/core/Allocator.h>

#include "surefoot/plan/ledger.h"

namespace surefoot::plan {

/// Serves the meta device while it lives and writes everything to `ledger`. One at a time in a process; other devices
/// are not touched. Tensors that outlive it may be freed later, unwritten.
class MetaMemory {
 public:
  explicit MetaMemory(Ledger& ledger);
  ~MetaMemory();
  MetaMemory(const MetaMemory&) = delete;
  MetaMemory& operator=(const MetaMemory&) = delete;

 private:
  class Counter;
  c10::Allocator* before_;
};

/// Bytes of the meta device that a kernel of the real device holds beside its results.
[[nodiscard]] c10::DataPtr hold_meta_bytes(int64_t bytes);

}  // namespace surefoot::plan
