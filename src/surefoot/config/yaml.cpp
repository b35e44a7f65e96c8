#include <yaml-cpp/yaml.h>

#include <set>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/config/recipe.h"

namespace surefoot::config {
namespace {

constexpr size_t kLongestRecipe = 1 << 20;  // bytes; a recipe has a hundred lines
constexpr int kDeepest = 4;

[[noreturn]] void throw_syntax(const std::string& file, int line, const std::string& why) {
  throw Error(ErrorCode::kRecipeSyntax, "the recipe " + file + " is not valid" + (line > 0 ? " (line " + std::to_string(line) + ")" : ""), why, "surefoot recipe --explain prints a whole valid recipe");
}

/// Flattens maps to dotted keys and hands each leaf to `set`.
void apply_node(Recipe& recipe, const YAML::Node& node, const std::string& prefix, const std::string& file, int depth, std::set<std::string>& seen) {
  if (depth > kDeepest) throw_syntax(file, node.Mark().line + 1, "it is nested more than " + std::to_string(kDeepest) + " deep");
  for (const auto& entry : node) {
    const int line = entry.first.Mark().line + 1;
    if (!entry.first.IsScalar()) throw_syntax(file, line, "a key is not a word");
    const std::string key = prefix + entry.first.Scalar();
    if (!seen.insert(key).second) throw_syntax(file, line, "`" + key + "` stands there twice");
    const YAML::Node& value = entry.second;
    if (value.IsMap()) {
      apply_node(recipe, value, key + ".", file, depth + 1, seen);
      continue;
    }
    std::string text;
    if (value.IsSequence()) {
      for (const auto& item : value) {
        if (!item.IsScalar()) throw_syntax(file, line, "`" + key + "` is a list of something other than numbers");
        text += (text.empty() ? "" : ",") + item.Scalar();
      }
    } else if (value.IsScalar()) {
      text = unprintable(value.Scalar());
    }
    set(recipe, key, text, file + " line " + std::to_string(line));
  }
}

std::string quoted(const std::string& text) {
  const std::string safe = printable(text);
  if (!safe.empty() && safe.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-") == std::string::npos &&
      safe.front() != '-' && safe.find_first_not_of("0123456789.-") != std::string::npos) {
    return safe;
  }
  std::string out = "'";
  for (const char c : safe) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string yaml_text(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return quoted(*text);
  return to_text(value);
}

/// Writes the fields as nested maps; `before` prints what stands above each one.
template <class Before>
std::string write(const Recipe& recipe, const Before& before) {
  std::string out;
  std::vector<std::string> open;  // names of the maps that we are in
  for (const Field& field : fields()) {
    std::vector<std::string> path;
    for (size_t at = 0; at <= field.key.size();) {
      const size_t dot = std::min(field.key.find('.', at), field.key.size());
      path.push_back(field.key.substr(at, dot - at));
      at = dot + 1;
    }
    const std::string leaf = path.back();
    path.pop_back();
    size_t common = 0;
    while (common < open.size() && common < path.size() && open[common] == path[common]) ++common;
    open.resize(common);
    for (; common < path.size(); ++common) {
      out += std::string(2 * common, ' ') + path[common] + ":\n";
      open.push_back(path[common]);
    }
    const std::string indent(2 * path.size(), ' ');
    out += before(field, indent);
    out += indent + leaf + ": " + yaml_text(get(recipe, field.key)) + "\n";
  }
  return out;
}

}  // namespace

void apply_yaml(Recipe& recipe, const std::string& yaml, const std::string& file_name) {
  if (yaml.size() > kLongestRecipe) throw_syntax(file_name, 0, "it has " + std::to_string(yaml.size()) + " bytes; a recipe is at most " + std::to_string(kLongestRecipe));
  // Aliases can make a short text a huge tree, and no recipe needs them.
  try {
    const YAML::Node root = YAML::Load(yaml);
    if (root.IsNull()) return;
    if (!root.IsMap()) throw_syntax(file_name, 1, "it is not a list of `key: value`");
    std::set<std::string> seen;
    apply_node(recipe, root, "", file_name, 0, seen);
  } catch (const YAML::Exception& error) {
    throw_syntax(file_name, error.mark.line + 1, error.msg);
  }
}

std::string to_yaml(const Recipe& recipe) {
  return write(recipe, [](const Field&, const std::string&) { return std::string(); });
}

std::string explain(const Recipe& recipe) {
  return write(recipe, [](const Field& field, const std::string& indent) {
    std::string line = indent + "# " + field.help;
    if (!field.unit.empty()) line += " [" + field.unit + "]";
    if (!field.range.empty()) line += "; " + field.range;
    return line + "; default " + yaml_text(field.fallback) + "\n";
  });
}

}  // namespace surefoot::config
