#pragma once
// Text that came from file names or metadata, made safe for JSON, CSV, HTML and terminals.
// Names are bytes: `printable` is the one reversible escape that turns any bytes into valid UTF-8 without control
// characters.
#include <string>
#include <string_view>

namespace surefoot {

/// Valid UTF-8 without control characters: `\` becomes `\\`, control characters and bytes that are not UTF-8 become
/// `\xNN`.
std::string printable(std::string_view bytes);
/// The inverse of `printable`.
std::string unprintable(std::string_view text);

/// For `&<>"'` in element text and attribute values; input is made `printable` first.
std::string escape_html(std::string_view bytes);
/// One CSV field, quoted where needed (RFC 4180); a leading `= + - @` tab or return is preceded by `'` (no formulas).
/// Input is made `printable` first.
std::string escape_csv(std::string_view bytes);
/// The inverse of `escape_csv` for a field whose quotes a CSV reader already took off: drops the formula guard, then
/// `unprintable`.
std::string unescape_csv_field(std::string_view field);
/// Escapes control characters (newline kept as `\n` text too) so that a name cannot steer the terminal; other text is
/// unchanged.
std::string escape_terminal(std::string_view bytes);
/// A JSON string with its quotes; input is made `printable` first (nlohmann::json throws on bytes that are not UTF-8).
std::string json_string(std::string_view bytes);

}  // namespace surefoot
