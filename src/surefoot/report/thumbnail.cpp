#include "surefoot/report/thumbnail.h"

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <jpeglib.h>

#include "surefoot/report/html.h"

namespace surefoot::report {
namespace {

constexpr std::string_view kPrefix = "data:image/jpeg;base64,";

/// Mean over the source pixels of each target pixel.
image::Pixels shrunk(const image::Pixels& in, int width, int height) {
  image::Pixels out;
  out.resize(width, height);
  for (int y = 0; y < height; ++y) {
    const int y0 = static_cast<int>(int64_t{y} * in.height / height), y1 = std::max(y0 + 1, static_cast<int>(int64_t{y + 1} * in.height / height));
    for (int x = 0; x < width; ++x) {
      const int x0 = static_cast<int>(int64_t{x} * in.width / width), x1 = std::max(x0 + 1, static_cast<int>(int64_t{x + 1} * in.width / width));
      for (int c = 0; c < 3; ++c) {
        uint64_t sum = 0;
        for (int sy = y0; sy < y1; ++sy) {
          for (int sx = x0; sx < x1; ++sx) sum += in.row(sy)[3 * sx + c];
        }
        const auto area = static_cast<uint64_t>(y1 - y0) * static_cast<uint64_t>(x1 - x0);
        out.row(y)[3 * x + c] = static_cast<uint8_t>((sum + area / 2) / area);
      }
    }
  }
  return out;
}

struct JumpingErrors {
  jpeg_error_mgr base;
  std::jmp_buf jump;
};

/// C with longjmp: nothing here has a destructor. @return false on failure; `*bytes` is the caller's to free.
bool encode(const uint8_t* rgb, int width, int height, int quality, unsigned char** bytes, unsigned long* size) {
  jpeg_compress_struct jpeg;
  JumpingErrors errors;
  jpeg.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = [](j_common_ptr info) { std::longjmp(reinterpret_cast<JumpingErrors*>(info->err)->jump, 1); };
  errors.base.output_message = [](j_common_ptr) {};
  if (setjmp(errors.jump) != 0) {
    jpeg_destroy_compress(&jpeg);
    return false;
  }
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, bytes, size);
  jpeg.image_width = static_cast<JDIMENSION>(width);
  jpeg.image_height = static_cast<JDIMENSION>(height);
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, quality, TRUE);
  jpeg.optimize_coding = TRUE;
  jpeg_start_compress(&jpeg, TRUE);
  while (jpeg.next_scanline < jpeg.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(rgb + static_cast<size_t>(jpeg.next_scanline) * static_cast<size_t>(width) * 3);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  return true;
}

}  // namespace

std::string thumbnail(const image::Pixels& pixels, int side, int quality) {
  if (pixels.width <= 0 || pixels.height <= 0) return "";
  const int longest = std::max(pixels.width, pixels.height), target = std::min(side, longest);
  const auto scaled = [&](int length) { return std::max(1, static_cast<int>(int64_t{length} * target / longest)); };
  const image::Pixels small = shrunk(pixels, scaled(pixels.width), scaled(pixels.height));
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const bool done = encode(small.rgb.data(), small.width, small.height, quality, &bytes, &size);
  std::string uri;
  if (done) uri = std::string(kPrefix) + base64({reinterpret_cast<const char*>(bytes), size});
  std::free(bytes);
  return uri;
}

bool is_thumbnail(const std::string& uri) {
  return uri.starts_with(kPrefix) && uri.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=", kPrefix.size()) == std::string::npos;
}

}  // namespace surefoot::report
