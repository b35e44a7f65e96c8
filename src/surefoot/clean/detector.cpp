#include "surefoot/clean/detector.h"

#include "surefoot/base/error.h"
#include "surefoot/base/nearest_name.h"

namespace surefoot::clean {

#define SUREFOOT_ENTRY(name) extern const DetectorSpec name;
namespace detectors {
#include "surefoot/clean/detectors/catalog.def"
}  // namespace detectors
#undef SUREFOOT_ENTRY

const std::vector<DetectorSpec>& all_detectors() {
  static const std::vector<DetectorSpec> all = {
#define SUREFOOT_ENTRY(name) detectors::name,
#include "surefoot/clean/detectors/catalog.def"
#undef SUREFOOT_ENTRY
  };
  return all;
}

const DetectorSpec& find_detector(const std::string& name) {
  std::vector<std::string> names;
  for (const DetectorSpec& spec : all_detectors()) {
    if (spec.name == name) return spec;
    names.push_back(spec.name);
  }
  const std::string near = nearest_name(name, names);
  std::string all;
  for (const std::string& each : names) all += (all.empty() ? "" : ", ") + each;
  throw Error(ErrorCode::kUnknownName, "there is no check `" + name + "`",
              near.empty() ? "no check has a name like it" : "did you mean `" + near + "`?", "the checks are: " + all);
}

}  // namespace surefoot::clean
