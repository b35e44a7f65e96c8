#pragma once
#include <string>
#include <vector>

namespace surefoot::chaos {

/// `{key: value, ...}` with single values.
struct FlatMap {
  struct Value {
    std::string key, text;
    int line = 0;  // from 1
  };
  int line = 0;
  std::vector<Value> values;  // each key once
};

/// A YAML list of flat maps, read from the parser's events: anchors and nesting are refused when they appear. An empty
/// text is an empty list. Throws kRecipeSyntax with the line.
std::vector<FlatMap> read_flat_maps(const std::string& yaml, const std::string& file_name);

}  // namespace surefoot::chaos
