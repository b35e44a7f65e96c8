#include "surefoot/report/confusion.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "surefoot/base/escape.h"
#include "surefoot/report/html.h"

namespace surefoot::report {
namespace {

bool is_inside(const std::pair<int64_t, int64_t>& cell, size_t classes) {
  const auto count = static_cast<int64_t>(classes);
  return cell.first >= 0 && cell.first < count && cell.second >= 0 && cell.second < count;
}

double ratio(int64_t part, int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : NAN;
}

}  // namespace

double ClassFigures::precision() const { return ratio(right, predicted); }
double ClassFigures::recall() const { return ratio(right, pictures); }
double ClassFigures::f1() const { return ratio(2 * right, pictures + predicted); }

std::vector<ClassFigures> class_figures(const Confusion& confusion, size_t classes) {
  std::vector<ClassFigures> figures(classes);
  for (size_t i = 0; i < classes; ++i) figures[i].label = static_cast<int64_t>(i);
  for (const auto& [cell, count] : confusion) {
    if (!is_inside(cell, classes)) continue;
    figures[static_cast<size_t>(cell.first)].pictures += count;
    figures[static_cast<size_t>(cell.second)].predicted += count;
    if (cell.first == cell.second) figures[static_cast<size_t>(cell.first)].right += count;
  }
  return figures;
}

std::vector<std::pair<std::pair<int64_t, int64_t>, int64_t>> top_confusions(const Confusion& confusion,
                                                                            size_t classes,
                                                                            size_t limit) {
  std::vector<std::pair<std::pair<int64_t, int64_t>, int64_t>> wrong;
  for (const auto& [cell, count] : confusion) {
    if (cell.first != cell.second && count > 0 && is_inside(cell, classes)) wrong.emplace_back(cell, count);
  }
  std::stable_sort(wrong.begin(), wrong.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  if (wrong.size() > limit) wrong.resize(limit);
  return wrong;
}

std::vector<int64_t> most_confused(const Confusion& confusion, size_t classes, size_t limit) {
  std::vector<int64_t> order(classes), wrong(classes);
  for (size_t i = 0; i < classes; ++i) order[i] = static_cast<int64_t>(i);
  for (const auto& [cell, count] : confusion) {
    if (cell.first == cell.second || !is_inside(cell, classes)) continue;
    wrong[static_cast<size_t>(cell.first)] += count;
    wrong[static_cast<size_t>(cell.second)] += count;
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return wrong[static_cast<size_t>(a)] > wrong[static_cast<size_t>(b)]; });
  if (order.size() > limit) order.resize(limit);
  std::sort(order.begin(), order.end());
  return order;
}

std::string heat_map(const Confusion& confusion,
                     const std::vector<std::string>& names,
                     const std::vector<int64_t>& shown) {
  if (shown.empty()) return "";
  const auto figures = class_figures(confusion, names.size());
  const double label = 112, cell = std::clamp(480.0 / static_cast<double>(shown.size()), 16.0, 52.0),
               side = cell * static_cast<double>(shown.size());
  char text[320];
  std::snprintf(
      text, sizeof text,
      "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"Confusion matrix: true class by predicted class\">\n",
      label + side + 40, label + side + 2);
  std::string svg = text;
  for (size_t r = 0; r < shown.size(); ++r) {
    const double at = label + cell * (static_cast<double>(r) + 0.5);
    const std::string name = shortened(names[static_cast<size_t>(shown[r])], 15);
    std::snprintf(text, sizeof text, "<text text-anchor=\"end\" x=\"%.1f\" y=\"%.1f\">", label - 7, at + 4);
    svg += text + name + "</text>";
    std::snprintf(text, sizeof text, "<text transform=\"translate(%.1f %.1f) rotate(-50)\">", at, label - 7);
    svg += text + name + "</text>\n";
    for (size_t c = 0; c < shown.size(); ++c) {
      const auto found = confusion.find({shown[r], shown[c]});
      const int64_t count = found == confusion.end() ? 0 : found->second;
      const double share = ratio(count, figures[static_cast<size_t>(shown[r])].pictures);
      const char* css = count == 0 ? "cell-empty" : r == c ? "cell-right" : "cell-wrong";
      // A root makes small shares visible: wrong cells are a few percent even in a bad model.
      std::snprintf(
          text, sizeof text, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"3\"", css,
          label + cell * static_cast<double>(c) + 1, label + cell * static_cast<double>(r) + 1, cell - 2, cell - 2);
      svg += text;
      if (count > 0) {
        std::snprintf(text, sizeof text, " fill-opacity=\"%.2f\"><title>",
                      0.12 + 0.83 * (r == c ? share * share : std::sqrt(share)));
        svg += text + escape_html(names[static_cast<size_t>(shown[r])]) + " taken for " +
               escape_html(names[static_cast<size_t>(shown[c])]) + ": " + std::to_string(count);
        std::snprintf(text, sizeof text, " (%.1f%%)</title></rect>", 100 * share);
        svg += text;
        if (cell >= 26) {
          std::snprintf(text, sizeof text,
                        "<text class=\"in\" text-anchor=\"middle\" x=\"%.1f\" y=\"%.1f\">%lld</text>",
                        label + cell * (static_cast<double>(c) + 0.5), at + 4, static_cast<long long>(count));
          svg += text;
        }
      } else {
        svg += "/>";
      }
    }
    svg += "\n";
  }
  return svg + "</svg>\n";
}

}  // namespace surefoot::report
