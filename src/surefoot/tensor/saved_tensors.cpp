#include "surefoot/tensor/saved_tensors.h"

#include <atomic>
#include <mutex>
#include <unordered_map>
#include <utility>

#include <ATen/ATen.h>
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include "surefoot/tensor/host_memory.h"

namespace surefoot::tensor {
namespace {

std::atomic<uint64_t> g_offloaded{0};

c10::Stream current_stream(at::Device device) { return c10::impl::VirtualGuardImpl(device.type()).getStream(device); }

/// Bytes of one storage, on the host.
class HostBytes {
 public:
  explicit HostBytes(const at::Tensor& bytes) : device_(bytes.device()), size_(bytes.numel()) {
    if (device_.is_cpu()) {
      host_ = host_copy(bytes);
    } else if (!device_.is_meta()) {
      host_ = at::empty({size_}, at::TensorOptions().dtype(at::kByte).pinned_memory(true));
      host_.copy_(bytes, /*non_blocking=*/true);
      copied_.emplace(device_.type());
      copied_->record(current_stream(device_));
    }
    g_offloaded += static_cast<uint64_t>(size_);
  }
  ~HostBytes() { g_offloaded -= static_cast<uint64_t>(size_); }
  HostBytes(const HostBytes&) = delete;
  HostBytes& operator=(const HostBytes&) = delete;

  /// The storage on the device again; the same one for all who ask while somebody holds it.
  c10::Storage storage() {
    const std::lock_guard lock(mutex_);
    if (auto alive = back_.lock()) return c10::Storage(std::move(alive));
    const at::Tensor bytes = at::empty({size_}, at::TensorOptions().dtype(at::kByte).device(device_));
    if (copied_) copied_->block(current_stream(device_));
    if (host_.defined()) bytes.copy_(host_, /*non_blocking=*/true);
    back_ = bytes.storage().getWeakStorageImpl();
    return bytes.storage();
  }
  at::Device device() const { return device_; }

 private:
  at::Device device_;
  int64_t size_;
  at::Tensor host_;                   // undefined on meta
  std::optional<c10::Event> copied_;  // where the copy runs by itself
  std::mutex mutex_;
  c10::weak_intrusive_ptr<c10::StorageImpl> back_{c10::intrusive_ptr<c10::StorageImpl>()};
};

class OffloadedTensor final : public KeptTensor {
 public:
  OffloadedTensor(const at::Tensor& tensor, std::shared_ptr<HostBytes> bytes)
      : bytes_(std::move(bytes)),
        dtype_(tensor.scalar_type()),
        sizes_(tensor.sizes().vec()),
        strides_(tensor.strides().vec()),
        offset_(tensor.storage_offset()) {}
  at::Tensor take() override {
    const at::NoGradGuard no_grad;
    const at::Tensor tensor = at::empty({0}, at::TensorOptions().dtype(dtype_).device(bytes_->device()));
    tensor.set_(bytes_->storage(), offset_, sizes_, strides_);
    bytes_.reset();
    return tensor;
  }

 private:
  std::shared_ptr<HostBytes> bytes_;
  at::ScalarType dtype_;
  std::vector<int64_t> sizes_, strides_;
  int64_t offset_;
};

class OffloadPolicy final : public SavedTensorPolicy {
 public:
  OffloadPolicy(at::Device device, uint64_t min_bytes) : device_(device), min_bytes_(min_bytes) {}

  std::unique_ptr<KeptTensor> keep(const at::Tensor& saved, bool parameter) override {
    if (parameter || !belongs(saved)) return hold_tensor(saved);
    const at::NoGradGuard no_grad;
    Copied& copied = copied_[saved.storage().unsafeGetStorageImpl()];
    std::shared_ptr<HostBytes> bytes = copied.bytes.lock();
    // Changed in place since it was saved before: that is another tensor.
    if (bytes == nullptr || copied.version != saved._version()) {
      const c10::Storage& storage = saved.storage();
      const at::Tensor all = at::empty({0}, at::TensorOptions().dtype(at::kByte).device(saved.device()));
      all.set_(storage, 0, {static_cast<int64_t>(storage.nbytes())}, {1});
      bytes = std::make_shared<HostBytes>(all);
      copied = {storage.getWeakStorageImpl(), saved._version(), bytes};
    }
    return std::make_unique<OffloadedTensor>(saved, std::move(bytes));
  }

 private:
  struct Copied {
    c10::weak_intrusive_ptr<c10::StorageImpl> storage{c10::intrusive_ptr<c10::StorageImpl>()};  // its address is taken
    int64_t version = 0;
    std::weak_ptr<HostBytes> bytes;
  };

  bool belongs(const at::Tensor& tensor) const {
    const at::Device device = tensor.device();
    return device.type() == device_.type() && (!device_.has_index() || device.index() == device_.index()) &&
           tensor.layout() == at::kStrided && tensor.has_storage() && tensor.storage().nbytes() >= min_bytes_;
  }

  at::Device device_;
  uint64_t min_bytes_;
  std::unordered_map<const c10::StorageImpl*, Copied> copied_;
};

}  // namespace

OffloadSavedTensors::OffloadSavedTensors(at::Device device, uint64_t min_bytes)
    : policy_(std::make_unique<OffloadPolicy>(device, min_bytes)), scope_(*policy_) {}

OffloadSavedTensors::~OffloadSavedTensors() = default;

uint64_t offloaded_bytes() { return g_offloaded; }

}  // namespace surefoot::tensor
