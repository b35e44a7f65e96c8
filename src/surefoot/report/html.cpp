#include "surefoot/report/html.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "surefoot/base/escape.h"

namespace surefoot::report {
namespace {

constexpr const char* kStyle = R"css(
:root{color-scheme:light dark;--bg:#f4f5f7;--card:#fff;--ink:#16202c;--soft:#5b6776;--line:#e3e7ec;--grid:#e9edf1;--accent:#0f766e;
--c1:#2563eb;--c2:#ea6a12;--c3:#0d9488;--c4:#9333ea;--good:#15803d;--warn:#b45309;--bad:#dc2626;--chip:#eef2f6;--shadow:0 1px 2px #10182814,0 1px 3px #1018280f}
@media(prefers-color-scheme:dark){:root{--bg:#0d1218;--card:#151c25;--ink:#e6ebf1;--soft:#93a0b0;--line:#263140;--grid:#212b38;--accent:#2dd4bf;
--c1:#6ea1ff;--c2:#ff9a4d;--c3:#2dd4bf;--c4:#c08bff;--good:#4ade80;--warn:#fbbf24;--bad:#f87171;--chip:#1f2936;--shadow:none}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main{max-width:1180px;margin:0 auto;padding:32px 20px 56px}
header{margin-bottom:22px}
.brand{color:var(--accent);font-weight:700;letter-spacing:.04em;font-size:13px}
h1{font-size:30px;line-height:1.2;margin:4px 0 8px;letter-spacing:-.02em;overflow-wrap:anywhere}
h2{font-size:18px;margin:0 0 4px;letter-spacing:-.01em}
h3{font-size:14px;margin:0;font-weight:600}
.soft,.intro{color:var(--soft)}.intro{margin:0 0 14px;max-width:75ch}
.chip{display:inline-block;padding:1px 10px;border-radius:99px;background:var(--chip);font-size:13px;font-weight:600;margin-right:8px}
.chip.good{color:var(--good)}.chip.warn{color:var(--warn)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:14px;margin-bottom:18px}
.tile,.card{background:var(--card);border:1px solid var(--line);border-radius:14px;box-shadow:var(--shadow)}
.tile{padding:14px 16px}.tile b{display:block;font-size:26px;line-height:1.25;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.tile.main b{color:var(--accent)}.tile span{color:var(--soft);font-size:13px}.tile small{display:block;color:var(--soft);font-size:12px}
.card{padding:20px 22px;margin-bottom:18px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(460px,100%),1fr));gap:26px 30px}
figure{margin:0;min-width:0}figcaption{display:flex;flex-wrap:wrap;gap:2px 16px;align-items:baseline;margin-bottom:4px}
svg{display:block;width:100%;height:auto}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;fill:var(--soft);font-variant-numeric:tabular-nums}
.grid{stroke:var(--grid);stroke-width:1}.axis{stroke:var(--line);stroke-width:1.2}
.key{display:inline-flex;align-items:center;gap:6px;color:var(--soft);font-size:13px}.key i{width:14px;height:3px;border-radius:2px;background:currentColor;display:inline-block}
.s1{--c:var(--c1)}.s2{--c:var(--c2)}.s3{--c:var(--c3)}.s4{--c:var(--c4)}.key i{background:var(--c)}
path.line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}path.faint{opacity:.28;stroke-width:1.2}
circle.dot{fill:var(--c);stroke:var(--card);stroke-width:1.5}svg text.end{fill:var(--c);font-weight:600}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}
th{text-align:left;font-weight:600;color:var(--soft);font-size:13px;border-bottom:1px solid var(--line);padding:6px 12px 6px 0;white-space:nowrap}
td{border-bottom:1px solid var(--grid);padding:6px 12px 6px 0;overflow-wrap:anywhere;vertical-align:top}tr:last-child td{border-bottom:0}
th.num,td.num{text-align:right;padding-right:26px;font-variant-numeric:tabular-nums;white-space:nowrap}
.meter{display:flex;align-items:center;gap:8px;min-width:130px;font-variant-numeric:tabular-nums}
.meter svg{width:84px;height:7px;flex:none}.meter .track{fill:var(--grid)}.meter .full{fill:var(--c3)}.meter .full.low{fill:var(--c2)}
.two{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:28px}@media(max-width:820px){.two{grid-template-columns:1fr}}
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(148px,1fr));gap:14px}
.shot{border:1px solid var(--line);border-radius:12px;overflow:hidden;font-size:13px;background:var(--bg)}
.shot .pic{aspect-ratio:1;display:flex;align-items:center;justify-content:center;background:var(--chip);color:var(--soft)}
.shot img{width:100%;height:100%;object-fit:contain;display:block}.shot .pic img{image-rendering:auto}
.shot p{margin:0;padding:8px 10px 10px;overflow-wrap:anywhere;line-height:1.4}.shot .path{color:var(--soft);font-size:11.5px;display:block;margin-top:3px}
.said{color:var(--bad);font-weight:600}.is{color:var(--good);font-weight:600}
.cell-right{fill:var(--c3)}.cell-wrong{fill:var(--c2)}.cell-empty{fill:var(--grid);opacity:.45}svg text.in{fill:var(--ink);font-size:11px}
details{margin-top:12px}summary{cursor:pointer;color:var(--accent);font-weight:600}
pre{overflow:auto;background:var(--bg);border:1px solid var(--line);border-radius:10px;padding:14px;font:12.5px/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;max-height:520px}
code{font:13px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
footer{color:var(--soft);font-size:13px;text-align:center;margin-top:24px}
@media print{body{background:#fff}.card,.tile{break-inside:avoid;box-shadow:none}}
)css";

}  // namespace

std::string html_page(std::string_view title, const std::string& body) {
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         escape_html(title) + "</title>\n<style>" + kStyle + "</style>\n</head>\n<body>\n<main>\n" + body + "</main>\n</body>\n</html>\n";
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
  const bool has_head = std::any_of(headers.begin(), headers.end(), [](const std::string& header) { return !header.empty(); });
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
    for (size_t i = 0; i < row.size(); ++i) out += (i < headers.size() && headers[i].ends_with('#') ? "<td class=\"num\">" : "<td>") + row[i] + "</td>";
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
  std::snprintf(text, sizeof text,
                "<span class=\"meter\"><svg viewBox=\"0 0 84 7\" aria-hidden=\"true\"><rect class=\"track\" width=\"84\" height=\"7\" rx=\"3.5\"/>"
                "<rect class=\"full%s\" width=\"%.1f\" height=\"7\" rx=\"3.5\"/></svg>%.1f%%</span>",
                share < 0.5 ? " low" : "", 84 * std::clamp(share, 0.0, 1.0), 100 * share);
  return text;
}

std::string shortened(std::string_view text, size_t limit) {
  const std::string whole = printable(text);
  size_t points = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    if ((static_cast<uint8_t>(whole[i]) & 0xC0) != 0x80 && ++points > limit) return escape_html(unprintable(whole.substr(0, i))) + "…";
  }
  return escape_html(text);
}

std::string base64(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : kDigits[group >> (18 - 6 * k) & 63];
  }
  return out;
}

}  // namespace surefoot::report
