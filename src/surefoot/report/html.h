#pragma once
// Building blocks of self-contained pages: no script, no external resource, hostile names harmless.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace surefoot::report {

/// style.css, which every page shares.
const std::string& style_sheet();
/// A whole page with the inline style sheet and a policy that forbids scripts and everything from outside.
/// @param title plain text; @param body HTML
std::string html_page(std::string_view title, const std::string& body);
/// `<tag class="css">content</tag>`; content is HTML.
std::string element(std::string_view tag, std::string_view css, const std::string& content);
/// A titled card; empty content gives nothing. @param title plain text; @param intro plain text, may be empty
std::string section(std::string_view title, std::string_view intro, const std::string& content);
/// A table that scrolls sideways where it must; cells are HTML. @param headers plain text; those that end in '#' head
/// right-aligned figures
std::string table(const std::vector<std::string>& headers, const std::vector<std::vector<std::string>>& rows);
/// `<details>` with a plain-text summary.
std::string details(std::string_view summary, const std::string& content);
/// A share in 0..1 as a small bar with its figure.
std::string meter(double share);
/// At most `limit` code points of plain text made printable, "…" where cut; escaped.
std::string shortened(std::string_view text, size_t limit);
/// Standard base64 with padding (RFC 4648).
std::string base64(std::string_view bytes);

}  // namespace surefoot::report
