#include "surefoot/image/encode_jpeg.h"

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <jpeglib.h>

namespace surefoot::image {
namespace {

struct JumpingErrors {
  jpeg_error_mgr base;
  std::jmp_buf jump;
};

/// C with longjmp: nothing here has a destructor. @return false on failure; `*bytes` is the caller's to free.
bool encode(const Pixels& pixels, int quality, bool optimize, unsigned char** bytes, unsigned long* size) {
  jpeg_compress_struct jpeg;
  JumpingErrors errors;
  jpeg.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = [](j_common_ptr info) {
    std::longjmp(reinterpret_cast<JumpingErrors*>(info->err)->jump, 1);
  };
  errors.base.output_message = [](j_common_ptr) {};
  if (setjmp(errors.jump) != 0) {
    jpeg_destroy_compress(&jpeg);
    return false;
  }
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, bytes, size);
  jpeg.image_width = static_cast<JDIMENSION>(pixels.width);
  jpeg.image_height = static_cast<JDIMENSION>(pixels.height);
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, quality, TRUE);
  jpeg.optimize_coding = optimize ? TRUE : FALSE;
  jpeg_start_compress(&jpeg, TRUE);
  while (jpeg.next_scanline < jpeg.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(pixels.row(static_cast<int>(jpeg.next_scanline)));
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  return true;
}

}  // namespace

std::string encode_jpeg(const Pixels& pixels, int quality, bool optimize) {
  if (pixels.width <= 0 || pixels.height <= 0) return "";
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const bool done = encode(pixels, quality, optimize, &bytes, &size);
  const std::unique_ptr<unsigned char, void (*)(void*)> owner(bytes, std::free);
  return done ? std::string(reinterpret_cast<const char*>(bytes), size) : std::string();
}

}  // namespace surefoot::image
