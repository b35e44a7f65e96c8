#include "surefoot/chaos/plan.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "surefoot/base/error.h"
#include "surefoot/base/nearest_name.h"
#include "surefoot/base/units.h"
#include "surefoot/chaos/flat_maps.h"

namespace surefoot::chaos {
namespace {

struct Number {
  const char* name;
  double Fault::*member;
  double least;
  bool whole;
};
constexpr Number kNumbers[] = {
    {"at_step", &Fault::at_step, 1, true},
    {"every_steps", &Fault::every_steps, 1, true},
    {"at_second", &Fault::at_second, 0, false},
    {"allocation", &Fault::allocation, 1, true},
    {"factor", &Fault::factor, 0, false},
    {"count", &Fault::count, 1, true},
    {"celsius", &Fault::celsius, -50, false},
    {"seconds", &Fault::seconds, 0, false},
    {"bytes_per_second", &Fault::bytes_per_second, 1, true},
};
const std::vector<std::string> kMoments = {"at_step", "every_steps", "at_second"};
const std::vector<std::string> kPhases = {"loading", "forward", "backward", "optimizer", "evaluation", "saving"};

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> all;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    all.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return all;
}

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// Reads one entry of the list.
class Entry {
 public:
  Entry(const FlatMap& map, const std::string& file) : map_(map), file_(file) {}

  Fault read() {
    fault_.line = map_.line;
    const FaultInfo& info = this->info();
    fault_.kind = info.kind;
    std::vector<std::string> known = info.values;
    known.insert(known.end(), kMoments.begin(), kMoments.end());
    for (const auto& [key, text, line] : map_.values) {
      if (key == "fault") continue;
      if (std::ranges::find(known, key) == known.end()) refuse_key(key, line, known, info.name);
      take(key, text, line);
    }
    const int64_t moments = std::ranges::count_if(map_.values, [](const FlatMap::Value& value) {
      return std::ranges::find(kMoments, value.key) != kMoments.end();
    });
    if (moments != 1) {
      throw Error(ErrorCode::kRecipeBadValue,
                  "the fault `" + info.name + "` needs one moment (" + where(map_.line) + ")",
                  std::to_string(moments) + " of " + list(kMoments) + " are given", "at_step: 12");
    }
    if (fault_.seconds < 0) fault_.seconds = default_seconds();
    return fault_;
  }

 private:
  std::string where(int line) const { return file_ + " line " + std::to_string(line); }

  const FaultInfo& info() const {
    const auto named = std::ranges::find(map_.values, std::string("fault"), &FlatMap::Value::key);
    std::vector<std::string> names;
    for (const FaultInfo& each : all_faults()) names.push_back(each.name);
    if (named == map_.values.end())
      throw Error(ErrorCode::kRecipeBadValue, "an entry names no fault (" + where(map_.line) + ")",
                  "`fault:` is missing", "fault: one of " + list(names));
    const auto found = std::ranges::find(all_faults(), named->text, &FaultInfo::name);
    if (found != all_faults().end()) return *found;
    const std::string nearest = nearest_name(named->text, names);
    throw Error(ErrorCode::kRecipeBadValue, "there is no fault `" + named->text + "` (" + where(named->line) + ")",
                "it must be one of " + list(names),
                nearest.empty() ? "take one of these" : "did you mean " + nearest + "?");
  }

  [[noreturn]] void refuse_key(const std::string& key,
                               int line,
                               const std::vector<std::string>& known,
                               const std::string& fault) const {
    const std::string nearest = nearest_name(key, known);
    throw Error(ErrorCode::kRecipeUnknownKey,
                "the fault `" + fault + "` has no value `" + key + "` (" + where(line) + ")", "it takes " + list(known),
                nearest.empty() ? "take one of these" : "did you mean " + nearest + "?");
  }

  void take(const std::string& key, const std::string& text, int line) {
    if (key == "phase") {
      if (std::ranges::find(kPhases, text) == kPhases.end()) refuse_value(key, text, line, "one of " + list(kPhases));
      fault_.phase = text;
      return;
    }
    const Number& number = *std::ranges::find_if(kNumbers, [&](const Number& each) { return key == each.name; });
    double value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || rest != text.data() + text.size()) {
      const auto bytes = key == "bytes_per_second" ? parse_bytes(text) : std::nullopt;
      if (!bytes) refuse_value(key, text, line, "a number");
      value = static_cast<double>(*bytes);
    }
    const bool is_whole = value == static_cast<double>(static_cast<int64_t>(std::clamp(value, -9e15, 9e15)));
    if (!(value >= number.least && value <= 1e15) || (number.whole && !is_whole))
      refuse_value(key, text, line,
                   std::string(number.whole ? "a whole number" : "a number") + " from " + format_number(number.least));
    fault_.*number.member = value;
  }

  [[noreturn]] void refuse_value(const std::string& key,
                                 const std::string& text,
                                 int line,
                                 const std::string& wanted) const {
    throw Error(ErrorCode::kRecipeBadValue, "`" + text + "` is no value for `" + key + "` (" + where(line) + ")",
                "it must be " + wanted, "docs/chaos.md has an example of every fault");
  }

  double default_seconds() const {
    switch (fault_.kind) {
      case FaultKind::slow_disk:
        return 2;
      case FaultKind::disk_full:
        return 5;
      case FaultKind::heat:
        return 20;
      case FaultKind::leak:
        return 60;
      default:
        return 0;
    }
  }

  const FlatMap& map_;
  const std::string& file_;
  Fault fault_;
};

}  // namespace

const std::vector<FaultInfo>& all_faults() {
  static const std::vector<FaultInfo> all = {
#define SUREFOOT_FAULT(name, values, meaning) {FaultKind::name, #name, words(values), meaning},
#include "surefoot/chaos/faults.def"
#undef SUREFOOT_FAULT
  };
  return all;
}

const std::string& Fault::name() const { return all_faults()[static_cast<size_t>(kind)].name; }

std::string Fault::describe() const {
  if (at_step >= 0) return name() + " at step " + format_number(at_step);
  if (every_steps >= 0) return name() + " every " + format_number(every_steps) + " steps";
  return name() + " at second " + format_number(at_second);
}

std::vector<Fault> parse_plan(const std::string& yaml, const std::string& file_name) {
  std::vector<Fault> plan;
  for (const FlatMap& map : read_flat_maps(yaml, file_name)) plan.push_back(Entry(map, file_name).read());
  return plan;
}

}  // namespace surefoot::chaos
