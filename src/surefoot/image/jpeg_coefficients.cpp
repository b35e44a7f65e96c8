// Flipped bits that a Huffman decoder swallows without a warning: they shift all later DC values, and soon one is out
// of range.
#include <algorithm>
#include <array>
#include <limits>

#include "surefoot/image/jpeg_reader.h"

namespace surefoot::image {
namespace {

/// The DCT of 8-bit samples lies in -1024..1024 (ITU T.81, A.3.3: 8 times the mean); quantising rounds by half a step,
/// and encoders that work in steps of their own by a little more.
constexpr int kLargest = 1024, kSlack = 64;
/// Coefficients of a larger picture would take more memory than its pixels.
constexpr uint64_t kMostPixels = uint64_t{64} << 20;

using Limits = std::array<int16_t, DCTSIZE2>;

/// The largest quantised value that an encoder can have written.
Limits limits_of(const JQUANT_TBL& table) {
  Limits limits{};
  for (size_t k = 0; k < DCTSIZE2; ++k) {
    const int step = std::max(1, int{table.quantval[k]});
    limits[k] = static_cast<int16_t>((kLargest + (k == 0 ? 0 : kSlack)) / step + 1);
  }
  return limits;
}

int impossible_in(const JCOEF* block, const Limits& limits) {
  int count = 0;
  for (size_t k = 0; k < DCTSIZE2; ++k) count += block[k] > limits[k] || block[k] < -limits[k];
  return count;
}

}  // namespace

/// All coefficients of all components; libjpeg keeps the arrays until the picture is given up.
void JpegReader::count_impossible() {
  begin(bytes_);
  jvirt_barray_ptr* arrays = jpeg_read_coefficients(&info_);
  for (int c = 0; c < info_.num_components; ++c) {
    const jpeg_component_info& component = info_.comp_info[c];
    if (!component.quant_table) continue;
    const Limits limits = limits_of(*component.quant_table);
    for (JDIMENSION y = 0; y < component.height_in_blocks; ++y) {
      const JBLOCKROW row =
          (*info_.mem->access_virt_barray)(reinterpret_cast<j_common_ptr>(&info_), arrays[c], y, 1, FALSE)[0];
      int64_t found = 0;
      for (JDIMENSION x = 0; x < component.width_in_blocks; ++x) found += impossible_in(row[x], limits);
      const int mcu_row = static_cast<int>(y) / std::max(1, component.v_samp_factor);
      if (found > 0 && (impossible_ == 0 || mcu_row < first_impossible_row_)) first_impossible_row_ = mcu_row;
      impossible_ += found;
    }
  }
}

Outcome JpegReader::check_coefficients(Damage& damage) {
  if (uint64_t{info_.image_width} * info_.image_height > kMostPixels || info_.data_precision != 8) return {};
  impossible_ = 0;
  first_impossible_row_ = 0;
  const bool ok = guarded([&] { count_impossible(); });
  const double rows = std::max(1u, info_.total_iMCU_rows);
  jpeg_abort_decompress(&info_);
  if (!ok || impossible_ == 0) return {};
  damage.warnings += static_cast<uint32_t>(std::min<int64_t>(impossible_, std::numeric_limits<uint32_t>::max() / 2));
  damage.lost_share = 1 - first_impossible_row_ / rows;
  return corrupt(std::to_string(impossible_) + " coefficients that no picture has");
}

}  // namespace surefoot::image
