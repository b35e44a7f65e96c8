#pragma once
// What the review page reads: its own texts, and the findings as JSON that no markup can be broken with.
#include <string>
#include <string_view>

#include "surefoot/report/clean_report.h"

namespace surefoot::report {

/// The parts of clean_report/, put together when surefoot was built.
struct CleanPage {
  std::string markup;
  std::string style, style_sha256;  // hex, of exactly the text
  std::string script, script_sha256;
};
const CleanPage& clean_page();

/// A CSP source for a text with this SHA-256: `'sha256-<base64>'`. @param hex 64 digits
std::string policy_hash(std::string_view hex);

/// A JSON string that is safe inside `<script type="application/json">`: `printable`, then `<`, `>`, `&`, U+2028 and
/// U+2029 as `\uXXXX`, so that neither `</script>` nor `<!--` can appear.
std::string script_string(std::string_view bytes);

/// Everything but the rows, as one object.
std::string clean_summary_json(const CleanReport& report);

/// One row as an array in the order in which clean_report/data.js takes it apart; issues by their position among
/// `report.kinds`. An issue that `kinds` does not list is given by its name.
std::string clean_row_json(const CleanReport& report, const CleanRow& row);

}  // namespace surefoot::report
