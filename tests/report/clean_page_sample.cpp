// clean_page_sample FOLDER ROWS: writes report.html with made-up findings, and the pictures with hostile names, each
// twice, below photos/, for the browser test; prints the hostile names in surefoot's escape.
#include <cstdio>
#include <cstdlib>

#include "report/sample_clean_report.h"
#include "surefoot/base/files.h"

namespace {

/// Coloured patches that no other number has: no picture is taken for a copy of another.
surefoot::image::Pixels patchwork(uint64_t number) {
  surefoot::image::Pixels pixels;
  pixels.resize(200, 152);
  for (int y = 0; y < pixels.height; ++y) {
    for (int x = 0; x < 3 * pixels.width; ++x) {
      surefoot::Philox random(9, surefoot::Purpose::kSynthetic, number,
                              static_cast<uint64_t>(y / 19 * 100 + x / 75 * 3 + x % 3));
      pixels.row(y)[x] = static_cast<uint8_t>(20 + random.below(216));
    }
  }
  return pixels;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto report = surefoot::testing::sample_clean_report(static_cast<size_t>(std::atoi(argv[2])));
  surefoot::testing::add_thumbnails(report);
  surefoot::Files& files = surefoot::real_files();
  const std::string folder = argv[1];
  report.root = surefoot::join_path(folder, "photos");
  uint64_t number = 0;
  for (const std::string& name : surefoot::testing::hostile_names()) {
    const std::string picture = surefoot::testing::jpeg_of(surefoot::report::thumbnail(patchwork(++number), 200));
    for (const char* place : {"labels/", "copies/"}) {
      const std::string path = surefoot::join_path(report.root, place + name);
      files.make_folder(surefoot::parent_path(path));
      const auto written = files.create(path);
      written->append(picture);
      written->close();
    }
  }
  const auto file = files.create(surefoot::join_path(folder, "report.html"));
  surefoot::report::write_clean_report(report, *file);
  file->close();
  for (const std::string& name : surefoot::testing::hostile_names()) std::puts(surefoot::printable(name).c_str());
}
