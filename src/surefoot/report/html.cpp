#include "surefoot/report/html.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "surefoot/base/escape.h"

namespace surefoot::report {

std::string html_page(std::string_view title, const std::string& body) {
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         escape_html(title) + "</title>\n<style>" + style_sheet() + "</style>\n</head>\n<body>\n<main>\n" + body +
         "</main>\n</body>\n</html>\n";
}

std::string element(std::string_view tag, std::string_view css, const std::string& content) {
  std::string out = "<" + std::string(tag);
  if (!css.empty()) out += " class=\"" + escape_html(css) + "\"";
  return out + ">" + content + "</" + std::string(tag) + ">";
}

std::string section(std::string_view title, std::string_view intro, const std::string& content) {
  if (content.empty()) return "";
  std::string out = "<section class=\"card\"><h2>" + escape_html(title) + "</h2>\n";
  if (!intro.empty()) out += "<p class=\"intro\">" + escape_html(intro) + "</p>\n";
  return out + content + "</section>\n";
}

std::string table(const std::vector<std::string>& headers, const std::vector<std::vector<std::string>>& rows) {
  std::string out = "<div class=\"scroll\"><table>";
  const bool has_head =
      std::any_of(headers.begin(), headers.end(), [](const std::string& header) { return !header.empty(); });
  if (has_head) out += "<thead><tr>";
  for (const std::string& header : headers) {
    if (!has_head) break;
    const bool figures = header.ends_with('#');
    out += figures ? "<th scope=\"col\" class=\"num\">" : "<th scope=\"col\">";
    out += escape_html(std::string_view(header).substr(0, header.size() - figures)) + "</th>";
  }
  out += has_head ? "</tr></thead>\n<tbody>\n" : "<tbody>\n";
  for (const auto& row : rows) {
    out += "<tr>";
    for (size_t i = 0; i < row.size(); ++i)
      out += (i < headers.size() && headers[i].ends_with('#') ? "<td class=\"num\">" : "<td>") + row[i] + "</td>";
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string details(std::string_view summary, const std::string& content) {
  return "<details><summary>" + escape_html(summary) + "</summary>\n" + content + "</details>\n";
}

std::string meter(double share) {
  if (!std::isfinite(share)) return "<span class=\"soft\">none</span>";
  char text[260];
  std::snprintf(
      text, sizeof text,
      "<span class=\"meter\"><svg viewBox=\"0 0 84 7\" aria-hidden=\"true\"><rect class=\"track\" width=\"84\" height=\"7\" rx=\"3.5\"/>"
      "<rect class=\"full%s\" width=\"%.1f\" height=\"7\" rx=\"3.5\"/></svg>%.1f%%</span>",
      share < 0.5 ? " low" : "", 84 * std::clamp(share, 0.0, 1.0), 100 * share);
  return text;
}

std::string shortened(std::string_view text, size_t limit) {
  const std::string whole = printable(text);
  size_t points = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    if ((static_cast<uint8_t>(whole[i]) & 0xC0) != 0x80 && ++points > limit)
      return escape_html(unprintable(whole.substr(0, i))) + "…";
  }
  return escape_html(text);
}

std::string base64(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : kDigits[group >> (18 - 6 * k) & 63];
  }
  return out;
}

}  // namespace surefoot::report
