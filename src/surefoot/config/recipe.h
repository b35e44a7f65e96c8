#pragma once
// The recipe: one plain struct whose fields are declared once, in recipe.def.
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace surefoot::config {

using Doubles = std::vector<double>;

/// Everything that decides a model besides the data. `recipe.optim.lr`, `recipe.train.batch`, ...
struct Recipe {
#define SUREFOOT_SECTION(name, help) struct name##_section {
#define SUREFOOT_FIELD(type, member, key, default_value, range, unit, help) type member = default_value;
#define SUREFOOT_SECTION_END(name) \
  }                                \
  ;                                \
  name##_section name;
#include "surefoot/config/recipe.def"
#undef SUREFOOT_SECTION
#undef SUREFOOT_FIELD
#undef SUREFOOT_SECTION_END
  /// Dotted keys that a person typed (file, --set or flag): these are never overridden.
  std::set<std::string> typed;
};

using Value = std::variant<bool, int64_t, double, std::string, Doubles>;

/// One declared field. Keys are dotted: "optim.lr", "train.batch_norm.group"; the section `run` has no prefix ("seed").
struct Field {
  std::string key, type, range, unit, help;
  Value fallback;
};

/// All fields in declaration order.
const std::vector<Field>& fields();
/// The help text of each section, in declaration order.
const std::vector<std::pair<std::string, std::string>>& sections();

Value get(const Recipe& recipe, const std::string& key);
/// Parses `text` as the field's type, checks its range, marks the key as typed.
/// Throws kRecipeUnknownKey (with the nearest name) or kRecipeBadValue (with type, range and where). `where` names the
/// origin: "--set", "recipe.yaml line 7".
void set(Recipe& recipe, const std::string& key, const std::string& text, const std::string& where = "--set");
/// "key=value".
void set_assignment(Recipe& recipe, const std::string& assignment);

/// Applies a YAML text over `recipe`. Throws kRecipeSyntax, kRecipeUnknownKey (nearest name, line number),
/// kRecipeBadValue.
void apply_yaml(Recipe& recipe, const std::string& yaml, const std::string& file_name);
/// Every field with its value; reads back to an equal recipe.
std::string to_yaml(const Recipe& recipe);
/// Every field with value, default, range, unit and help as comments (`surefoot recipe --explain`).
std::string explain(const Recipe& recipe);

struct Difference {
  std::string key, before, after;
};
std::vector<Difference> diff(const Recipe& before, const Recipe& after);
/// Value as in YAML.
std::string to_text(const Value& value);

/// Checks that fields agree with each other (micro_batch and groups, scale_min <= scale_max, mean and std of 3 values,
/// ...). Throws kRecipeConflict.
void check(const Recipe& recipe);

/// Presets that ship with surefoot: name -> YAML (presets/NAME.yaml compiled in by the catalogue presets/catalog.def).
struct Preset {
  std::string name, summary, yaml;
};
const std::vector<Preset>& presets();
/// Throws kUnknownName with the nearest name.
const Preset& preset(const std::string& name);

}  // namespace surefoot::config
