#include "surefoot/runs/event.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/base/units.h"

namespace surefoot::runs {
namespace {

std::string number_text(double value) {
  if (std::isnan(value)) return "\"nan\"";
  if (std::isinf(value)) return value > 0 ? "\"inf\"" : "\"-inf\"";
  std::string text = format_number(value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";  // so that a double reads back as one
  return text;
}

template <class T, class Text>
std::string list_text(const std::vector<T>& values, const Text& text) {
  std::string out = "[";
  for (const T& value : values) {
    if (out.size() > 1) out += ", ";
    out += text(value);
  }
  return out + "]";
}

std::string value_text(const FieldValue& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, bool>) {
          return v ? "true" : "false";
        } else if constexpr (std::is_same_v<T, int64_t>) {
          return std::to_string(v);
        } else if constexpr (std::is_same_v<T, double>) {
          return number_text(v);
        } else if constexpr (std::is_same_v<T, std::string>) {
          return json_string(v);
        } else if constexpr (std::is_same_v<T, std::vector<double>>) {
          return list_text(v, number_text);
        } else {
          return list_text(v, [](const std::string& s) { return json_string(s); });
        }
      },
      value);
}

Error damaged(const std::string& why) {
  return {ErrorCode::kDataManifest, "a line of the event log is damaged", why, "the other lines are still good"};
}

/// Numbers that JSON does not have.
std::optional<double> named_number(const std::string& text) {
  if (text == "nan") return NAN;
  if (text == "inf") return HUGE_VAL;
  if (text == "-inf") return -HUGE_VAL;
  return std::nullopt;
}

FieldValue value_of(const nlohmann::ordered_json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return unprintable(json.get<std::string>());
  const auto is_number = [](const auto& item) { return item.is_number(); };
  if (json.is_array() && (json.empty() || std::any_of(json.begin(), json.end(), is_number))) {
    std::vector<double> numbers;
    for (const auto& item : json)
      numbers.push_back(item.is_number() ? item.get<double>() : named_number(item.get<std::string>()).value());
    return numbers;
  }
  if (json.is_array()) {
    std::vector<std::string> texts;
    for (const auto& item : json) texts.push_back(unprintable(item.get<std::string>()));
    return texts;
  }
  throw damaged("a field is neither a number, a text nor a list");
}

}  // namespace

const FieldValue* Event::find(const std::string& name) const {
  for (const auto& [key, value] : fields) {
    if (key == name) return &value;
  }
  return nullptr;
}

double Event::number(const std::string& name, double fallback) const {
  const FieldValue* value = find(name);
  if (value == nullptr) return fallback;
  if (const auto* whole = std::get_if<int64_t>(value)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(value)) return *real;
  if (const auto* text = std::get_if<std::string>(value)) return named_number(*text).value_or(fallback);
  return fallback;
}

std::string Event::text(const std::string& name) const {
  const FieldValue* value = find(name);
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
  return text == nullptr ? "" : *text;
}

std::string to_json(const Event& event) {
  std::string line = "{\"t\": " + number_text(event.t) + ", \"step\": " + std::to_string(event.step) +
                     ", \"event\": " + json_string(event.event);
  for (const auto& [name, value] : event.fields) line += ", " + json_string(name) + ": " + value_text(value);
  return line + "}";
}

Event parse_event(const std::string& line) {
  try {
    const auto json = nlohmann::ordered_json::parse(line);
    Event event;
    json.at("t").get_to(event.t);
    if (!json.at("step").is_number_integer()) throw damaged("its step is not a whole number");
    json.at("step").get_to(event.step);
    event.event = unprintable(json.at("event").get<std::string>());
    for (const auto& [name, value] : json.items()) {
      if (name == "t" || name == "step" || name == "event") continue;
      const std::string bytes = unprintable(name);
      if (bytes == "t" || bytes == "step" || bytes == "event" || event.find(bytes) != nullptr)
        throw damaged("it has a field twice");
      event.fields.emplace_back(bytes, value_of(value));
    }
    return event;
  } catch (const std::bad_optional_access&) {
    throw damaged("a list holds numbers and texts");
  } catch (const nlohmann::json::exception& error) {
    throw damaged(error.what());
  }
}

}  // namespace surefoot::runs
