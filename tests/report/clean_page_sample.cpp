// clean_page_sample FILE ROWS: writes a review page with made-up findings, for the browser test.
#include <cstdlib>

#include "report/sample_clean_report.h"
#include "surefoot/base/files.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto report = surefoot::testing::sample_clean_report(static_cast<size_t>(std::atoi(argv[2])));
  surefoot::testing::add_thumbnails(report);
  const auto file = surefoot::real_files().create(argv[1]);
  surefoot::report::write_clean_report(report, *file);
  file->close();
}
