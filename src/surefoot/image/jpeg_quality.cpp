#include "surefoot/image/jpeg_quality.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

namespace surefoot::image {
namespace {

using Table = std::array<uint16_t, DCTSIZE2>;

/// [quality][luma, chroma], asked of libjpeg itself.
std::array<std::array<Table, 2>, 101> standard_tables() {
  std::array<std::array<Table, 2>, 101> all{};
  jpeg_compress_struct jpeg;
  jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  for (int quality = 1; quality <= 100; ++quality) {
    jpeg_set_quality(&jpeg, quality, TRUE);  // entries up to 255, as every writer makes them
    for (size_t t = 0; t < 2; ++t)
      std::copy_n(jpeg.quant_tbl_ptrs[t]->quantval, DCTSIZE2, all[static_cast<size_t>(quality)][t].begin());
  }
  jpeg_destroy_compress(&jpeg);
  return all;
}

int difference(const JQUANT_TBL& in_use, const Table& standard) {
  int sum = 0;
  for (size_t i = 0; i < DCTSIZE2; ++i) sum += std::abs(int{in_use.quantval[i]} - int{standard[i]});
  return sum;
}

}  // namespace

int jpeg_quality(const jpeg_decompress_struct& info) {
  static const auto standard = standard_tables();
  const JQUANT_TBL* luma = info.num_components > 0 ? info.quant_tbl_ptrs[info.comp_info[0].quant_tbl_no & 3] : nullptr;
  const JQUANT_TBL* chroma =
      info.num_components > 2 ? info.quant_tbl_ptrs[info.comp_info[1].quant_tbl_no & 3] : nullptr;
  if (!luma) return 0;
  int best = 0, least = INT32_MAX;
  for (int quality = 100; quality >= 1; --quality) {
    const auto& tables = standard[static_cast<size_t>(quality)];
    // Files with one table for all components keep luma's.
    const int distance = difference(*luma, tables[0]) + (chroma && chroma != luma ? difference(*chroma, tables[1]) : 0);
    if (distance < least) least = distance, best = quality;
  }
  return best;
}

}  // namespace surefoot::image
