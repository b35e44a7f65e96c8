#include "surefoot/guards/guard.h"

#include "surefoot/base/error.h"
#include "surefoot/base/nearest_name.h"

namespace surefoot::guards {

#define SUREFOOT_ENTRY(name) extern const GuardSpec name##_guard;
#include "surefoot/guards/catalog.def"
#undef SUREFOOT_ENTRY

const std::vector<GuardSpec>& all_guards() {
  static const std::vector<GuardSpec> all = {
#define SUREFOOT_ENTRY(name) name##_guard,
#include "surefoot/guards/catalog.def"
#undef SUREFOOT_ENTRY
  };
  return all;
}

const GuardSpec& find_guard(const std::string& name) {
  std::vector<std::string> names;
  std::string list;
  for (const GuardSpec& spec : all_guards()) {
    if (spec.name == name) return spec;
    names.push_back(spec.name);
    list += (list.empty() ? "" : ", ") + names.back();
  }
  const std::string near = nearest_name(name, names);
  throw Error(ErrorCode::kUnknownName, "there is no guard `" + name + "`",
              near.empty() ? "no guard has a name like it" : "did you mean `" + near + "`?", "the guards are: " + list);
}

const char* kind_name(Advice::Kind kind) {
  switch (kind) {
    case Advice::Kind::kTell:
      return "tell";
    case Advice::Kind::kThrottle:
      return "throttle";
    case Advice::Kind::kPause:
      return "pause";
    case Advice::Kind::kResume:
      return "resume";
    case Advice::Kind::kTrim:
      return "trim";
    case Advice::Kind::kRecycleWorkers:
      return "recycle_workers";
    case Advice::Kind::kRestart:
      return "restart";
    case Advice::Kind::kStop:
      return "stop";
  }
  return "?";
}

}  // namespace surefoot::guards
