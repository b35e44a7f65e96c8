#pragma once
// A model of CUDA's caching allocator: what it reserves on the card for the bytes that tensors hold. Tensors never see
// the difference; `cudaMalloc`, and so the card's limit, does.
#include <cstdint>
#include <list>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace surefoot::plan {

/// Of c10/cuda/CUDACachingAllocator (libtorch 2.13). All in bytes.
struct AllocatorRules {
  int64_t rounding = 512;                  // every request is rounded up to a multiple
  int64_t small_limit = int64_t{1} << 20;  // requests up to this come from small segments
  int64_t small_segment = int64_t{2} << 20;
  int64_t large_limit = int64_t{10} << 20;  // requests below this come from large segments
  int64_t large_segment = int64_t{20} << 20;
  int64_t segment_rounding = int64_t{2} << 20;  // others get a segment of their own, rounded up to this
  bool expandable_segments = false;             // one segment a pool, which grows by `small_segment` or `large_segment`
};

/// One stream of one device. Not thread-safe.
class CachingAllocator {
 public:
  explicit CachingAllocator(const AllocatorRules& rules = {}) : rules_(rules) {}
  CachingAllocator(const CachingAllocator&) = delete;
  CachingAllocator& operator=(const CachingAllocator&) = delete;

  /// @param id  to free it by; not in use  @param bytes  0 takes nothing
  void allocate(uint32_t id, int64_t bytes);
  void free(uint32_t id);
  /// Gives segments back that no tensor lies in.
  void release_cached();

  int64_t reserved_bytes() const { return reserved_; }
  int64_t peak_reserved_bytes() const { return peak_reserved_; }
  /// In use, with rounding.
  int64_t allocated_bytes() const { return allocated_; }
  int64_t peak_allocated_bytes() const { return peak_allocated_; }
  void reset_peaks() { peak_reserved_ = reserved_, peak_allocated_ = allocated_; }

 private:
  struct Block {
    int64_t bytes = 0;
    uint64_t order = 0;  // stands for the address: among equals the allocator takes the lowest
    bool in_use = false;
    std::list<Block>::iterator self;
    std::list<Block>* segment = nullptr;
  };
  using Segment = std::list<Block>;
  struct BySize {
    bool operator()(const Block* a, const Block* b) const {
      return std::pair(a->bytes, a->order) < std::pair(b->bytes, b->order);
    }
  };
  struct Pool {
    std::list<Segment> segments;
    std::set<Block*, BySize> free;
    bool small = false;
  };

  int64_t rounded(int64_t bytes) const;
  int64_t segment_bytes(int64_t bytes) const;
  /// A free block of at least so many bytes; null where there is none.
  Block* best_fit(Pool& pool, int64_t bytes) const;
  Block& new_segment(Pool& pool, int64_t bytes);
  /// Expandable: the last block becomes large enough.
  Block& grow(Pool& pool, int64_t bytes);
  Block& add_block(Segment& segment, Segment::iterator before, int64_t bytes, uint64_t order);
  /// Cuts what is left over off, where it is worth keeping.
  void split(Pool& pool, Block& block, int64_t bytes);
  /// `block` swallows its free neighbour.
  void swallow(Pool& pool, Block& block, Segment::iterator neighbour);
  void reserve(int64_t bytes);

  const AllocatorRules rules_;
  Pool small_{.segments = {}, .free = {}, .small = true}, large_;
  std::map<uint32_t, std::pair<Block*, Pool*>> used_;
  int64_t reserved_ = 0, peak_reserved_ = 0, allocated_ = 0, peak_allocated_ = 0;
  uint64_t next_address_ = 0;
};

struct DryRun;
/// Highest reserved bytes of the second training step when `run`'s trace goes through such an allocator; the caches are
/// kept from step to step, as they are on a card.
int64_t reserved_bytes(const DryRun& run, const AllocatorRules& rules = {});

/// What stands on a card beside the tensors' segments. Each is measured on the card itself; the defaults claim nothing.
struct CardExtras {
  int64_t context_bytes = 0;    // driver context and loaded kernels of this process
  int64_t workspace_bytes = 0;  // cuBLAS and cuDNN
  int64_t other_bytes = 0;      // other processes, the desktop
  int64_t total() const { return context_bytes + workspace_bytes + other_bytes; }
};

}  // namespace surefoot::plan
