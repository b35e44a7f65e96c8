#pragma once
// Pictures and JPEG files for the tests, made from Philox.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <jpeglib.h>

#include "surefoot/base/philox.h"
#include "surefoot/image/pixels.h"

namespace surefoot::image {

/// Waves, a rectangle with hard edges and noise.
inline Pixels scene(int width, int height, uint64_t seed = 1) {
  Philox random(seed, Purpose::kSynthetic, 0, 0);
  Pixels pixels;
  pixels.resize(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool inside = x > width / 3 && x < width / 2 && y > height / 4 && y < height / 2;
      for (int c = 0; c < 3; ++c) {
        const double wave = inside ? 255 * (c == 1) : 128 + 100 * std::sin(x / 9.0 + c) * std::cos(y / (5.0 + c));
        const double value = wave + random.uniform(-20, 20);
        pixels.row(y)[x * 3 + c] = static_cast<uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
      }
    }
  }
  return pixels;
}

struct JpegKind {
  int h = 2, v = 2;  // chroma subsampling
  bool progressive = false, grey = false;
  int quality = 85, restart = 0, orientation = 1;
};

inline std::string jpeg_file(const Pixels& pixels, const JpegKind& kind) {
  jpeg_compress_struct info;
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &data, &size);
  info.image_width = static_cast<JDIMENSION>(pixels.width);
  info.image_height = static_cast<JDIMENSION>(pixels.height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  if (kind.grey) jpeg_set_colorspace(&info, JCS_GRAYSCALE);
  jpeg_set_quality(&info, kind.quality, TRUE);
  info.comp_info[0].h_samp_factor = kind.grey ? 1 : kind.h;
  info.comp_info[0].v_samp_factor = kind.grey ? 1 : kind.v;
  info.restart_interval = static_cast<unsigned>(kind.restart);
  if (kind.progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  if (kind.orientation != 1) {
    const unsigned char exif[] = {'E', 'x',  'i', 'f', 0,
                                  0,   'I',  'I', 42,  0,
                                  8,   0,    0,   0,   1,
                                  0,   0x12, 1,   3,   0,
                                  1,   0,    0,   0,   static_cast<unsigned char>(kind.orientation),
                                  0,   0,    0,   0,   0,
                                  0,   0};
    jpeg_write_marker(&info, JPEG_APP0 + 1, exif, sizeof exif);
  }
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(pixels.row(static_cast<int>(info.next_scanline)));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string file(reinterpret_cast<char*>(data), size);
  std::free(data);
  return file;
}

/// The part of `pixels` that `rect` names.
inline Pixels cut(const Pixels& pixels, const Rect& rect) {
  Pixels part;
  part.resize(rect.width, rect.height);
  for (int y = 0; y < rect.height; ++y) std::copy_n(pixels.row(rect.y + y) + rect.x * 3, rect.width * 3, part.row(y));
  return part;
}

}  // namespace surefoot::image
