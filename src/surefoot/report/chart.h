#pragma once
// Line charts as inline SVG, coloured by the page's style sheet so that they follow light and dark.
#include <string>
#include <utility>
#include <vector>

namespace surefoot::report {

struct Series {
  std::string name;
  int color = 1;                                  // 1..4
  std::vector<std::pair<double, double>> points;  // rising x; a point that is not finite breaks the line
  bool faint = false;                             // background of another series: no legend, no end label
};

enum class Figures { kNumber, kPercent, kBytes };

struct ChartOptions {
  std::string title;
  std::string x_label;
  Figures figures = Figures::kNumber;
  bool from_zero = false;
  bool log_y = false;  // ignored where a value is not positive
};

/// A `<figure>` with caption, legend and chart; empty where no series has a finite point. Long series are thinned to
/// their least and greatest value a pixel column, so spikes stay visible.
std::string line_chart(const std::vector<Series>& series, const ChartOptions& options);

/// Round values (1, 2, 2.5 or 5 times a power of ten) that lie in [low, high], about `count` of them.
std::vector<double> nice_ticks(double low, double high, int count);
/// Exponential moving average over points, weight of the past 0..1, without the bias of the start (Kingma & Ba 2015,
/// section 3).
std::vector<std::pair<double, double>> smoothed(const std::vector<std::pair<double, double>>& points, double weight);
/// A figure as it stands at an axis.
std::string figure_text(double value, Figures figures);

}  // namespace surefoot::report
