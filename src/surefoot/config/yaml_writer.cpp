#include <algorithm>
#include <cctype>
#include <functional>

#include "surefoot/base/escape.h"
#include "surefoot/config/fields.h"

namespace surefoot::config {
namespace {

/// Words that YAML 1.1 or 1.2 readers take for something other than text.
bool is_reserved(std::string word) {
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr const char* kWords[] = {"null", "true", "false", "yes", "no",  "on",
                                    "off",  "y",    "n",     "inf", "nan", "infinity"};
  return std::ranges::find(kWords, word) != std::end(kWords);
}

/// Plain where every reader takes it for text, otherwise in single quotes. Bytes that are not UTF-8 are written as
/// `printable` does.
std::string quoted(const std::string& text) {
  const std::string safe = printable(text);
  const bool starts_as_text =
      !safe.empty() && (std::isalpha(static_cast<unsigned char>(safe[0])) != 0 || safe[0] == '/');
  const bool plain = std::ranges::all_of(safe, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_./-").find(c) != std::string_view::npos;
  });
  if (starts_as_text && plain && !is_reserved(safe)) return safe;
  std::string out = "'";
  for (const char c : safe) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string yaml_text(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return quoted(*text);
  return to_text(value);
}

std::vector<std::string> split_key(const std::string& key) {
  std::vector<std::string> path;
  for (size_t at = 0; at <= key.size();) {
    const size_t dot = std::min(key.find('.', at), key.size());
    path.push_back(key.substr(at, dot - at));
    at = dot + 1;
  }
  return path;
}

/// What `write` puts above a section and above a field.
struct Comments {
  std::function<std::string(const std::string& section)> section;
  std::function<std::string(const Field& field, const std::string& indent)> field;
};

/// Writes the fields as nested maps.
std::string write(const Recipe& recipe, const Comments& comments) {
  std::string out;
  std::vector<std::string> open;  // names of the maps that we are in
  for (const Field& field : fields()) {
    std::vector<std::string> path = split_key(field.key);
    const std::string leaf = path.back();
    path.pop_back();
    if (path.empty() ? out.empty() : open.empty() || open[0] != path[0])
      out += comments.section(path.empty() ? "run" : path[0]);
    size_t common = 0;
    while (common < open.size() && common < path.size() && open[common] == path[common]) ++common;
    open.resize(common);
    for (; common < path.size(); ++common) {
      out += std::string(2 * common, ' ') + path[common] + ":\n";
      open.push_back(path[common]);
    }
    const std::string indent(2 * path.size(), ' ');
    out += comments.field(field, indent) + indent + leaf + ": " + yaml_text(get(recipe, field.key)) + "\n";
  }
  return out;
}

}  // namespace

std::string to_yaml(const Recipe& recipe) {
  return write(recipe,
               {.section = [](const auto&) { return ""; }, .field = [](const auto&, const auto&) { return ""; }});
}

std::string explain(const Recipe& recipe) {
  const auto section_comment = [](const std::string& name) {
    const auto found = std::ranges::find(sections(), name, &std::pair<std::string, std::string>::first);
    return (name == "run" ? "# " : "\n# ") + name + ": " + found->second + "\n";
  };
  const auto field_comment = [](const Field& field, const std::string& indent) {
    return indent + "# " + field.help + "\n" + indent + "# " + describe_values(field) + "; default " +
           yaml_text(field.fallback) + "\n";
  };
  return write(recipe, {.section = section_comment, .field = field_comment});
}

}  // namespace surefoot::config
