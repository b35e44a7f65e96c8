#pragma once
// One layer of convolutions whose filters are patches of the pictures themselves, learned without labels: Coates & Ng
// 2011, "The importance of encoding versus training with sparse coding and vector quantization" (random patches, ZCA
// whitening, soft threshold); its use in kernels: Thiry et al. 2021, arXiv:2101.07528.
#include <cstdint>

#include <ATen/core/Tensor.h>

namespace surefoot::train {

struct PatchNetworkOptions {
  int64_t side = 48;           // px: pictures are resized to this
  int64_t patch = 6;           // px, side of a filter
  int64_t stride = 2;          // px
  int64_t pool = 2;            // the response map is averaged over pool x pool cells
  int64_t filters = 512;       // half of them mirror images of the other half
  double contrast_floor = 10;  // grey levels squared: flat patches are not blown up
  double threshold = 1;        // of the soft threshold, in units of the whitened response
  uint64_t seed = 0;
  uint64_t number = 0;  // of this network, so that several draw different patches
};

/// Features that a mirrored picture shares. Immutable once made.
class PatchNetwork {
 public:
  /// Learns contrast, whitening and filters from at most 60,000 patches of these pictures.
  /// @param pictures [N, side0, side0, 3] uint8, on the CPU
  PatchNetwork(const at::Tensor& pictures, const PatchNetworkOptions& options);
  /// @param pictures [n, side0, side0, 3] uint8  @return [n, dimensions()] float
  at::Tensor features(const at::Tensor& pictures) const;
  int64_t dimensions() const { return options_.filters * options_.pool * options_.pool; }

 private:
  PatchNetworkOptions options_;
  at::Tensor filters_;  // [filters, 3, patch, patch]; the second half mirrors the first
  at::Tensor box_;      // [1, 3, patch, patch]: the mean over a patch
};

}  // namespace surefoot::train
