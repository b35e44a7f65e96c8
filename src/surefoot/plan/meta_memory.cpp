#include "surefoot/plan/meta_memory.h"

#include <atomic>

#include "surefoot/base/error.h"

namespace surefoot::plan {
namespace {

std::atomic<Ledger*> g_ledger{nullptr};
std::atomic<uint64_t> g_run{0};  // blocks of an earlier dry run say nothing to the ledger of this one

struct Block {
  uint64_t run;
  uint32_t allocation;
};

void release(void* context) {
  const std::unique_ptr<Block> block(static_cast<Block*>(context));
  Ledger* ledger = g_ledger;
  if (ledger != nullptr && block->run == g_run) ledger->freed(block->allocation);
}

}  // namespace

class MetaMemory::Counter final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    Ledger* ledger = g_ledger;
    if (ledger == nullptr || bytes == 0)
      return {nullptr, nullptr, &c10::detail::deleteNothing, c10::Device(c10::kMeta)};
    return {nullptr, new Block{g_run, ledger->taken(static_cast<int64_t>(bytes))}, &release, c10::Device(c10::kMeta)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return nullptr; }
  void copy_data(void*, const void*, size_t) const override {}
};

MetaMemory::MetaMemory(Ledger& ledger) : before_(c10::GetAllocator(c10::kMeta)) {
  static auto* counter = new Counter;  // outlives every tensor
  Ledger* none = nullptr;
  SUREFOOT_CHECK(g_ledger.compare_exchange_strong(none, &ledger), "two dry runs at once");
  ++g_run;
  c10::SetAllocator(c10::kMeta, counter);
}

MetaMemory::~MetaMemory() {
  c10::SetAllocator(c10::kMeta, before_);
  g_ledger = nullptr;
}

c10::DataPtr hold_meta_bytes(int64_t bytes) {
  return c10::GetAllocator(c10::kMeta)->allocate(bytes > 0 ? static_cast<size_t>(bytes) : 0);
}

}  // namespace surefoot::plan
