#include <charconv>
#include <cmath>
#include <optional>

#include "surefoot/base/escape.h"
#include "surefoot/data/csv.h"
#include "surefoot/data/picture_lookup.h"
#include "surefoot/data/sampler.h"

namespace surefoot::data {

std::vector<double> read_sampler_file(Files& files, const std::string& path, const Manifest& manifest) {
  const std::string text = files.read(path);
  CsvReader csv(text, path, ErrorCode::kDataSampler);
  std::vector<std::string> fields;
  if (!csv.next(fields) || fields != std::vector<std::string>{"path", "weight"}) {
    csv.fail("the header is not `path,weight`", "begin the file with the line `path,weight`");
  }
  std::vector<double> weights(manifest.size(), 1.0);
  while (csv.next(fields)) {
    if (fields.size() != 2)
      csv.fail("it has " + std::to_string(fields.size()) + " fields, not 2",
               "write `path,weight`; quote a path that holds a comma");
    auto index = find_picture(manifest, fields[0]);
    if (!index)
      index = find_picture(manifest, unescape_csv_field(fields[0]));  // as surefoot's own CSV files write hostile names
    if (!index) csv.fail("the data have no picture '" + fields[0] + "'", "write paths relative to " + manifest.root());
    double weight = -1;
    const char* end = fields[1].data() + fields[1].size();
    const auto result = std::from_chars(fields[1].data(), end, weight);
    if (result.ec != std::errc() || result.ptr != end || !std::isfinite(weight) || weight < 0) {
      csv.fail("'" + fields[1] + "' is not a weight", "give a finite number that is 0 or more");
    }
    weights[*index] = weight;
  }
  return weights;
}

}  // namespace surefoot::data
