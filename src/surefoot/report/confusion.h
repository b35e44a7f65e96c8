#pragma once
// What a classifier takes for what.
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace surefoot::report {

/// (label, predicted) -> pictures; sparse, as classes may be many. Numbers outside the class list are left out
/// everywhere.
using Confusion = std::map<std::pair<int64_t, int64_t>, int64_t>;

struct ClassFigures {
  int64_t label = 0, pictures = 0, predicted = 0, right = 0;
  double precision() const;  // NaN where never predicted
  double recall() const;     // NaN without pictures
  double f1() const;
};

/// One entry a class, in class order.
std::vector<ClassFigures> class_figures(const Confusion& confusion, size_t classes);
/// Wrong cells, most pictures first.
std::vector<std::pair<std::pair<int64_t, int64_t>, int64_t>> top_confusions(const Confusion& confusion,
                                                                            size_t classes,
                                                                            size_t limit);
/// At most `limit` classes, those with the most wrong pictures (either way), in class order.
std::vector<int64_t> most_confused(const Confusion& confusion, size_t classes, size_t limit);
/// A heat map as SVG: a row a true class, a column a predicted one, coloured by the share of the row.
std::string heat_map(const Confusion& confusion,
                     const std::vector<std::string>& names,
                     const std::vector<int64_t>& shown);

}  // namespace surefoot::report
