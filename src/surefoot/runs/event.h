#pragma once
// One thing that happened in a run: a name, a step, fields. events.jsonl is the one truth; everything else is a sink
// over it.
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace surefoot::runs {

using FieldValue = std::variant<bool, int64_t, double, std::string, std::vector<double>, std::vector<std::string>>;

struct Event {
  double t = 0;       // seconds since the Unix epoch
  int64_t step = 0;   // optimiser steps done
  std::string event;  // snake_case, stable: listed in event_catalog.def
  std::vector<std::pair<std::string, FieldValue>> fields;
  const FieldValue* find(const std::string& name) const;
  double number(const std::string& name, double fallback = 0) const;  // int64 and double
  std::string text(const std::string& name) const;
};

/// One JSON line without the newline; NaN and infinities become the strings "nan", "inf", "-inf".
std::string to_json(const Event& event);
/// Throws kDataManifest-like Error for a line that is not an event; an unfinished last line of a killed run is the
/// reader's to skip.
Event parse_event(const std::string& line);

}  // namespace surefoot::runs
