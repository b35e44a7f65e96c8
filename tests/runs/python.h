#pragma once
// Runs a script of the tests with the interpreter that SUREFOOT_TEST_PYTHON names.
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

namespace surefoot::testing {

struct PythonResult {
  int status;  // as of the shell; 77: a module is missing
  std::string output;
};

/// Empty where no interpreter is named. Paths are of the tests: no quotes in them.
inline std::optional<PythonResult> run_python(const std::string& script, const std::string& argument) {
  const char* python = std::getenv("SUREFOOT_TEST_PYTHON");
  if (python == nullptr || *python == '\0') return std::nullopt;
  const std::string command =
      "'" + std::string(python) + "' '" + SUREFOOT_SOURCE_DIR "/tests/runs/" + script + "' '" + argument + "' 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  PythonResult result{};
  char buffer[4096];
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) result.output.append(buffer, n);
  const int status = ::pclose(pipe);
  result.status = status > 255 ? status >> 8 : status;
  return result;
}

}  // namespace surefoot::testing
