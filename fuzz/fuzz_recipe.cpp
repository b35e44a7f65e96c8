#include <cstdlib>

#include "surefoot/base/error.h"
#include "surefoot/config/recipe.h"

// A text is refused with an Error, or what it set is written and read back unchanged.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  using namespace surefoot::config;
  Recipe recipe, again;
  try {
    apply_yaml(recipe, std::string(reinterpret_cast<const char*>(data), size), "fuzz.yaml");
  } catch (const surefoot::Error&) {
    if (!diff(Recipe(), recipe).empty()) std::abort();
    return 0;
  }
  apply_yaml(again, to_yaml(recipe), "written.yaml");
  if (!diff(recipe, again).empty()) std::abort();
  return 0;
}
