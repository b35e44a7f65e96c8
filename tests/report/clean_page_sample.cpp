// clean_page_sample FOLDER ROWS: writes report.html with made-up findings, and the pictures with hostile names below photos/, for the browser test; prints the hostile names in surefoot's escape.
#include <cstdio>
#include <cstdlib>

#include "report/sample_clean_report.h"
#include "surefoot/base/files.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto report = surefoot::testing::sample_clean_report(static_cast<size_t>(std::atoi(argv[2])));
  surefoot::testing::add_thumbnails(report);
  surefoot::Files& files = surefoot::real_files();
  const std::string folder = argv[1];
  report.root = surefoot::join_path(folder, "photos");
  const std::string picture = surefoot::testing::jpeg_of(surefoot::report::thumbnail(surefoot::testing::sample_copy(7, ""), 200));
  for (const std::string& name : surefoot::testing::hostile_names()) {
    const std::string path = surefoot::join_path(report.root, "labels/" + name);
    files.make_folder(surefoot::parent_path(path));
    const auto written = files.create(path);
    written->append(picture);
    written->close();
  }
  const auto file = files.create(surefoot::join_path(folder, "report.html"));
  surefoot::report::write_clean_report(report, *file);
  file->close();
  for (const std::string& name : surefoot::testing::hostile_names()) std::puts(surefoot::printable(name).c_str());
}
