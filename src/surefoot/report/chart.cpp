#include "surefoot/report/chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "surefoot/base/escape.h"
#include "surefoot/base/units.h"
#include "surefoot/report/html.h"

namespace surefoot::report {
namespace {

constexpr double kWidth = 560, kHeight = 240, kLeft = 64, kRight = 72, kTop = 10, kBottom = 34;

std::string format(const char* pattern, double a, double b = 0, double c = 0, double d = 0) {
  char text[200];
  std::snprintf(text, sizeof text, pattern, a, b, c, d);
  return text;
}

/// Further apart than rounding: the loss of an epoch of one step is that step's but for its last digit.
bool apart(double low, double high) { return high - low > 1e-9 * std::max(std::fabs(low), std::fabs(high)); }

bool is_point(const std::pair<double, double>& p) { return std::isfinite(p.first) && std::isfinite(p.second); }

struct Scale {
  double low, high, from, to;
  bool log = false;
  double operator()(double v) const {
    const double share =
        log ? (std::log(v) - std::log(low)) / (std::log(high) - std::log(low)) : (v - low) / (high - low);
    return from + share * (to - from);
  }
};

/// First, least, greatest and last point of each of `columns` stretches of x.
std::vector<std::pair<double, double>> thinned(const std::vector<std::pair<double, double>>& points, size_t columns) {
  if (points.size() <= 4 * columns) return points;
  std::vector<std::pair<double, double>> out;
  for (size_t c = 0; c < columns; ++c) {
    const size_t begin = c * points.size() / columns, end = (c + 1) * points.size() / columns;
    size_t low = begin, high = begin;
    for (size_t i = begin; i < end; ++i) {
      if (points[i].second < points[low].second) low = i;
      if (points[i].second > points[high].second) high = i;
    }
    size_t kept[] = {begin, std::min(low, high), std::max(low, high), end - 1};
    for (size_t k = 0; k < 4; ++k) {
      if (k == 0 || kept[k] != kept[k - 1]) out.push_back(points[kept[k]]);
    }
  }
  return out;
}

std::string path_of(const Series& series, const Scale& x, const Scale& y) {
  std::string path;
  bool pen_down = false;
  for (const auto& point : thinned(series.points, static_cast<size_t>(kWidth) / 2)) {
    if (!is_point(point)) {
      pen_down = false;
      continue;
    }
    path += format(pen_down ? "L%.1f %.1f" : "M%.1f %.1f", x(point.first), y(point.second));
    pen_down = true;
  }
  return path;
}

/// Ticks are round, so their text needs no spare digits.
std::string tick_text(double value, Figures figures) {
  return figures == Figures::kPercent ? format("%.3g%%", 100 * value) : figure_text(value, figures);
}

/// Bytes are round in powers of 1024.
std::vector<double> byte_ticks(double low, double high) {
  double unit = 1;
  while (unit * 1024 <= high) unit *= 1024;
  if (high / unit < 2) unit /= 1024;  // four ticks below "2 GiB" are better told in MiB
  double step = unit;
  while ((high - low) / step > 5) step *= 2;
  std::vector<double> ticks;
  for (double k = std::ceil(low / step); k * step <= high; ++k) ticks.push_back(k * step);
  return ticks;
}

std::vector<double> log_ticks(double low, double high) {
  std::vector<double> ticks;
  for (int e = static_cast<int>(std::floor(std::log10(low))); e <= std::ceil(std::log10(high)); ++e) {
    for (const double m : {1.0, 2.0, 5.0}) {
      const double v = m * std::pow(10.0, e);
      if (v >= low && v <= high) ticks.push_back(v);
    }
  }
  if (ticks.size() > 7)
    std::erase_if(ticks, [](double v) { return std::fabs(std::log10(v) - std::round(std::log10(v))) > 1e-9; });
  return ticks;
}

/// The last figure of each line at its right end, moved apart where they would touch.
std::string end_labels(const std::vector<Series>& all, const Scale& x, const Scale& y, Figures figures) {
  struct Label {
    double y, x, at;
    int color;
    std::string text;
  };
  std::vector<Label> labels;
  for (const Series& series : all) {
    const auto last = std::find_if(series.points.rbegin(), series.points.rend(), is_point);
    if (series.faint || last == series.points.rend()) continue;
    labels.push_back(
        {y(last->second), x(last->first), y(last->second), series.color, figure_text(last->second, figures)});
  }
  std::sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) { return a.y < b.y; });
  for (size_t i = 1; i < labels.size(); ++i) labels[i].y = std::max(labels[i].y, labels[i - 1].y + 14);
  for (size_t i = labels.size(); i-- > 0;)
    labels[i].y = std::min(labels[i].y, i + 1 < labels.size() ? labels[i + 1].y - 14 : kHeight - kBottom);
  std::string out;
  for (const Label& label : labels) {
    const std::string css = " s" + std::to_string(label.color) + "\"";
    out += "<circle class=\"dot" + css + format(" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>", label.x, label.at);
    out += "<text class=\"end" + css + format(" x=\"%.1f\" y=\"%.1f\">", kWidth - kRight + 8, label.y + 4) +
           escape_html(label.text) + "</text>\n";
  }
  return out;
}

}  // namespace

std::string figure_text(double value, Figures figures) {
  if (figures == Figures::kBytes) return value <= 0 ? "0" : format_bytes(static_cast<uint64_t>(value));
  if (figures == Figures::kPercent) return format(value >= 0.9995 || value == 0 ? "%.0f%%" : "%.1f%%", 100 * value);
  if (value != 0 && (std::fabs(value) < 1e-3 || std::fabs(value) >= 1e6)) return format("%.2g", value);
  return format(std::fabs(value) >= 1000 ? "%.0f" : "%.4g", value);
}

std::vector<double> nice_ticks(double low, double high, int count) {
  if (!apart(low, high)) return {low};
  const double rough = (high - low) / std::max(1, count), power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = power * 10;
  for (const double m : {1.0, 2.0, 2.5, 5.0}) {
    if (m * power >= rough * 0.999) {
      step = m * power;
      break;
    }
  }
  std::vector<double> ticks;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k)
    ticks.push_back(k == 0 ? 0.0 : k * step);
  return ticks;
}

std::vector<std::pair<double, double>> smoothed(const std::vector<std::pair<double, double>>& points, double weight) {
  std::vector<std::pair<double, double>> out;
  double average = 0, total = 0;
  for (const auto& point : points) {
    if (!is_point(point)) continue;
    average = weight * average + (1 - weight) * point.second;
    total = weight * total + (1 - weight);
    out.emplace_back(point.first, average / total);
  }
  return out;
}

std::string line_chart(const std::vector<Series>& all, const ChartOptions& options) {
  double x_low = HUGE_VAL, x_high = -HUGE_VAL, y_low = HUGE_VAL, y_high = -HUGE_VAL;
  for (const Series& series : all) {
    for (const auto& point : series.points) {
      if (!is_point(point)) continue;
      x_low = std::min(x_low, point.first), x_high = std::max(x_high, point.first);
      y_low = std::min(y_low, point.second), y_high = std::max(y_high, point.second);
    }
  }
  if (x_low > x_high) return "";
  const bool log = options.log_y && y_low > 0 && y_high > 1.5 * y_low;
  if (options.from_zero && !log) y_low = std::min(y_low, 0.0);
  const double margin = apart(y_low, y_high) ? 0.05 * (y_high - y_low) : std::max(1e-12, 0.1 * std::fabs(y_high));
  if (log) {
    y_low *= 0.9, y_high *= 1.1;
  } else {
    if (!(options.from_zero && y_low == 0)) y_low -= margin;
    y_high += margin;
  }
  if (options.figures == Figures::kPercent) y_high = std::min(y_high, 1.0), y_low = std::max(y_low, 0.0);
  if (!(y_high > y_low)) y_high = y_low + 1e-9;
  if (x_low == x_high) x_low -= 0.5, x_high += 0.5;
  const Scale x{x_low, x_high, kLeft, kWidth - kRight}, y{y_low, y_high, kHeight - kBottom, kTop, log};

  std::string svg = format("<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"", kWidth, kHeight) +
                    escape_html(options.title) + "\">\n";
  for (const double tick : log                                  ? log_ticks(y_low, y_high)
                           : options.figures == Figures::kBytes ? byte_ticks(y_low, y_high)
                                                                : nice_ticks(y_low, y_high, 4)) {
    svg += format("<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>", kLeft, kWidth - kRight,
                  y(tick), y(tick));
    svg += format("<text text-anchor=\"end\" x=\"%.1f\" y=\"%.1f\">", kLeft - 8, y(tick) + 4) +
           escape_html(tick_text(tick, options.figures)) + "</text>\n";
  }
  svg += format("<line class=\"axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", kLeft, kWidth - kRight,
                kHeight - kBottom, kHeight - kBottom);
  for (const double tick : nice_ticks(x_low, x_high, 6)) {
    svg += format("<text text-anchor=\"middle\" x=\"%.1f\" y=\"%.1f\">", x(tick), kHeight - kBottom + 18) +
           figure_text(tick, Figures::kNumber) + "</text>\n";
  }
  svg += format("<text text-anchor=\"end\" x=\"%.1f\" y=\"%.1f\">", kWidth - 2, kHeight - kBottom + 18) +
         escape_html(options.x_label) + "</text>\n";
  std::string legend;
  for (const Series& series : all) {
    const std::string css = "s" + std::to_string(series.color);
    svg += "<path class=\"line " + css + (series.faint ? " faint" : "") + "\" d=\"" + path_of(series, x, y) + "\"/>\n";
    if (!series.faint && !series.points.empty())
      legend += "<span class=\"key " + css + "\"><i></i>" + escape_html(series.name) + "</span>";
  }
  svg += end_labels(all, x, y, options.figures) + "</svg>";
  return "<figure><figcaption><h3>" + escape_html(options.title) + "</h3>" + legend + "</figcaption>\n" + svg +
         "</figure>\n";
}

}  // namespace surefoot::report
