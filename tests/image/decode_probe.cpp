// One picture through the decoder and the resize, for comparisons with other programs:
//   decode_probe FILE [--crop x,y,w,h] [--resize w,h,bilinear|bicubic[,x0,y0,x1,y1]] [--denominator n] [--no-exif]
// Prints "ok WIDTH HEIGHT\n" and raw RGB, or "STATUS\tdetail\n". With --batch, reads such lines from standard input.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "surefoot/image/decode.h"
#include "surefoot/image/resize.h"

namespace {
using namespace surefoot::image;

struct Resize {
  int width = 0, height = 0;
  Filter filter = Filter::kBilinear;
  double box[4] = {0, 0, 0, 0};
  bool has_box = false;
};

Resize parse_resize(const std::string& text) {
  Resize r;
  char filter[16] = "";
  const int got = std::sscanf(text.c_str(), "%d,%d,%15[a-z],%lf,%lf,%lf,%lf", &r.width, &r.height, filter, r.box,
                              r.box + 1, r.box + 2, r.box + 3);
  r.filter = std::strcmp(filter, "bicubic") == 0 ? Filter::kBicubic : Filter::kBilinear;
  r.has_box = got == 7;
  return r;
}

std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void run(std::istream& words) {
  std::string path, word;
  words >> path;
  DecodeOptions options;
  Resize resize_to;
  while (words >> word) {
    if (word == "--no-exif") options.exif_orientation = false;
    std::string value;
    if (word == "--crop" && words >> value) {
      Rect r;
      if (std::sscanf(value.c_str(), "%d,%d,%d,%d", &r.x, &r.y, &r.width, &r.height) == 4) options.crop = r;
    }
    if (word == "--denominator" && words >> value) options.scale_denominator = std::stoi(value);
    if (word == "--resize" && words >> value) resize_to = parse_resize(value);
  }
  Pixels pixels;
  const Outcome outcome = decode(slurp(path), options, pixels);
  if (!outcome.ok()) {
    std::printf("%s\t%s\n", status_name(outcome.status), outcome.detail.c_str());
    return;
  }
  if (resize_to.width > 0) {
    Pixels resized;
    resized.resize(resize_to.width, resize_to.height);
    const double* b = resize_to.box;
    const bool whole = !resize_to.has_box;
    resize(pixels, whole ? 0 : b[0], whole ? 0 : b[1], whole ? pixels.width : b[2], whole ? pixels.height : b[3],
           resize_to.filter, resized.rgb.data(), resized.width, resized.height);
    std::swap(pixels, resized);
  }
  std::printf("ok %d %d\n", pixels.width, pixels.height);
  std::fwrite(pixels.rgb.data(), 1, pixels.rgb.size(), stdout);
}
}  // namespace

int main(int count, char** arguments) {
  if (count == 2 && std::strcmp(arguments[1], "--batch") == 0) {
    for (std::string line; std::getline(std::cin, line);) {
      std::istringstream words(line);
      run(words);
      std::fflush(stdout);
    }
    return 0;
  }
  std::stringstream words;
  for (int i = 1; i < count; ++i) words << arguments[i] << ' ';
  run(words);
  return 0;
}
