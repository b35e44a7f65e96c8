#pragma once
// What an operation that must fail says.
#include <functional>
#include <optional>
#include <string>

#include "surefoot/base/error.h"

namespace surefoot::config {

struct Refusal {
  ErrorCode code;
  std::string text;  // all three lines
  bool says(const std::string& part) const { return text.find(part) != std::string::npos; }
};

/// Empty where `act` does not throw.
inline std::optional<Refusal> refusal_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return Refusal{error.code(), error.what()};
  }
  return std::nullopt;
}

}  // namespace surefoot::config
