#include <algorithm>

#include "surefoot/base/error.h"
#include "surefoot/base/nearest_name.h"
#include "surefoot/config/recipe.h"

namespace surefoot::config {

namespace embedded {
/// (file name without .yaml, text), in the catalogue's order.
extern const std::vector<std::pair<std::string, std::string>> kPresetTexts;
}  // namespace embedded

const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = [] {
    std::vector<Preset> made;
    for (const auto& [file, text] : embedded::kPresetTexts) {
      std::string name = file;
      std::replace(name.begin(), name.end(), '_', '-');
      const size_t end = text.find('\n');
      made.push_back({name, text.substr(2, end - 2), text});
    }
    return made;
  }();
  return all;
}

const Preset& preset(const std::string& name) {
  std::vector<std::string> names;
  for (const Preset& candidate : presets()) {
    if (candidate.name == name) return candidate;
    names.push_back(candidate.name);
  }
  const std::string near = nearest_name(name, names);
  throw Error(ErrorCode::kUnknownName, "there is no preset `" + name + "`",
              near.empty() ? "no preset has a name like it" : "did you mean `" + near + "`?",
              "surefoot presets lists them");
}

}  // namespace surefoot::config
