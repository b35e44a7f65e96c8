// Declared once in recipe.def: this file turns the declarations into the list of fields, and reads and writes single
// values by key.
#include "surefoot/config/fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>
#include <type_traits>

#include "surefoot/base/error.h"
#include "surefoot/base/nearest_name.h"
#include "surefoot/base/units.h"

namespace surefoot::config {
namespace {

struct Access {
  std::function<Value(const Recipe&)> get;
  std::function<void(Recipe&, Value)> set;
};

struct Declarations {
  std::vector<Field> fields;
  std::vector<Access> access;
  std::vector<std::pair<std::string, std::string>> sections;
  std::vector<std::string> keys;
};

std::string full_key(const std::string& section, const std::string& key) {
  return section == "run" ? key : section + "." + key;
}

const Declarations& declarations() {
  static const Declarations all = [] {
    Declarations d;
    const Recipe fallback;
    std::string section;
    const auto add = [&](const char* type, const char* key, const char* range, const char* unit, const char* help,
                         Access access) {
      d.keys.push_back(full_key(section, key));
      d.fields.push_back({d.keys.back(), type, range, unit, help, access.get(fallback)});
      d.access.push_back(std::move(access));
    };
#define SUREFOOT_SECTION(name, help)    \
  section = #name;                      \
  d.sections.emplace_back(#name, help); \
  {                                     \
    const auto part = &Recipe::name;
#define SUREFOOT_FIELD(type, member, key, default_value, range, unit, help) \
  add(#type, #key, range, unit, help,                                       \
      {[part](const Recipe& r) -> Value { return (r.*part).member; },       \
       [part](Recipe& r, Value v) { (r.*part).member = std::get<type>(std::move(v)); }});
#define SUREFOOT_SECTION_END(name) }
#include "surefoot/config/recipe.def"
#undef SUREFOOT_SECTION
#undef SUREFOOT_FIELD
#undef SUREFOOT_SECTION_END
    return d;
  }();
  return all;
}

template <class T>
bool parse_whole(std::string_view text, T& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Empty where `text` is not a value of `type`.
std::optional<Value> parse_value(const std::string& type, std::string_view text) {
  if (type == "std::string") return Value(std::string(text));
  text = trimmed(text);
  if (type == "bool") {
    for (const char* word : {"true", "yes", "on", "1"}) {
      if (text == word) return Value(true);
    }
    for (const char* word : {"false", "no", "off", "0"}) {
      if (text == word) return Value(false);
    }
    return std::nullopt;
  }
  if (type == "int64_t") {
    int64_t value = 0;
    if (parse_whole(text, value)) return Value(value);
    double real = 0;  // 1e6
    if (parse_whole(text, real) && real == std::floor(real) && std::abs(real) < 0x1p53)
      return Value(static_cast<int64_t>(real));
    return std::nullopt;
  }
  if (type == "double") {
    double value = 0;
    if (parse_whole(text, value) && std::isfinite(value)) return Value(value);
    return std::nullopt;
  }
  if (!text.empty() && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  Doubles values;
  while (!trimmed(text).empty()) {
    const size_t comma = text.find(',');
    double value = 0;
    if (!parse_whole(trimmed(text.substr(0, comma)), value) || !std::isfinite(value)) return std::nullopt;
    values.push_back(value);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return Value(values);
}

/// `range` is "[0,1)", "a|b|c" or "".
bool in_range(const std::string& range, const Value& value) {
  if (range.empty()) return true;
  if (const auto* text = std::get_if<std::string>(&value))
    return ("|" + range + "|").find("|" + *text + "|") != std::string::npos && text->find('|') == std::string::npos;
  double number = 0;
  if (const auto* whole = std::get_if<int64_t>(&value)) {
    number = static_cast<double>(*whole);
  } else if (const auto* real = std::get_if<double>(&value)) {
    number = *real;
  } else {
    return true;
  }
  const size_t comma = range.find(',');
  const std::string high_text = range.substr(comma + 1, range.size() - comma - 2);
  const double low = std::stod(range.substr(1, comma - 1)), high = high_text == "inf" ? HUGE_VAL : std::stod(high_text);
  return (range.front() == '[' ? number >= low : number > low) &&
         (range.back() == ']' ? number <= high : number < high);
}

std::string type_name(const std::string& type) {
  if (type == "std::string") return "text";
  if (type == "int64_t") return "a whole number";
  if (type == "double") return "a number";
  if (type == "bool") return "true or false";
  return "a list of numbers";
}

}  // namespace

const std::vector<Field>& fields() { return declarations().fields; }
const std::vector<std::pair<std::string, std::string>>& sections() { return declarations().sections; }

bool is_section(const std::string& key) {
  return std::ranges::any_of(declarations().keys, [&](const std::string& k) { return k.starts_with(key + "."); });
}

size_t field_index(const std::string& key, const std::string& where) {
  const auto& keys = declarations().keys;
  if (const auto found = std::ranges::find(keys, key); found != keys.end())
    return static_cast<size_t>(found - keys.begin());
  std::string why;
  std::vector<std::string> names = keys;
  for (const std::string& name : keys) {
    if (name.starts_with(key + ".")) why += (why.empty() ? "it is a section; its values are " : ", ") + name;
    for (size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1))
      names.push_back(name.substr(0, dot));
  }
  const std::string near = nearest_name(key, names);
  // The values that the whole run shares stand without a section.
  if (key == "run" || key.starts_with("run.")) why = "the values of `run` stand at the top, such as `seed: 0`";
  if (why.empty()) why = near.empty() ? "no key has a name like it" : "did you mean `" + near + "`?";
  throw Error(ErrorCode::kRecipeUnknownKey, "unknown recipe key `" + key + "` (" + where + ")", why,
              "surefoot recipe --explain lists every key");
}

std::string describe_values(const Field& field) {
  std::string text = type_name(field.type);
  if (field.range.find('|') != std::string::npos) {
    text = "one of " + field.range;
  } else if (!field.range.empty()) {
    text += " in " + field.range;
  }
  return text + (field.unit.empty() ? "" : " (" + field.unit + ")");
}

std::string describe_default(const Field& field) {
  const std::string value = to_text(field.fallback);
  return field.help + "; the default is " + (value.empty() ? "empty" : value);
}

Value get(const Recipe& recipe, const std::string& key) {
  return declarations().access[field_index(key, "get")].get(recipe);
}

void set(Recipe& recipe, const std::string& key, const std::string& text, const std::string& where) {
  const size_t index = field_index(key, where);
  const Field& field = fields()[index];
  const auto value = parse_value(field.type, text);
  if (!value || !in_range(field.range, *value)) {
    throw Error(ErrorCode::kRecipeBadValue, "`" + text + "` is no value for `" + key + "` (" + where + ")",
                "it must be " + describe_values(field), describe_default(field));
  }
  declarations().access[index].set(recipe, *value);
  recipe.typed.insert(key);
}

void set_assignment(Recipe& recipe, const std::string& assignment) {
  const size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw Error(ErrorCode::kUsage, "`--set " + assignment + "` cannot be understood", "it has no `key=value`",
                "for example --set optim.lr=0.1");
  }
  set(recipe, assignment.substr(0, equals), assignment.substr(equals + 1));
}

std::string to_text(const Value& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, bool>) {
          return v ? "true" : "false";
        } else if constexpr (std::is_same_v<T, int64_t>) {
          return std::to_string(v);
        } else if constexpr (std::is_same_v<T, double>) {
          return format_number(v);
        } else if constexpr (std::is_same_v<T, std::string>) {
          return v;
        } else {
          std::string list = "[";
          for (const double number : v) list += (list.size() > 1 ? ", " : "") + format_number(number);
          return list + "]";
        }
      },
      value);
}

std::vector<Difference> diff(const Recipe& before, const Recipe& after) {
  std::vector<Difference> differences;
  for (const Field& field : fields()) {
    const Value a = get(before, field.key), b = get(after, field.key);
    if (a != b) differences.push_back({field.key, to_text(a), to_text(b)});
  }
  return differences;
}

}  // namespace surefoot::config
