#include <string>
#include <vector>

#include "surefoot/base/error.h"
#include "surefoot/cli/arguments.h"

// One argument a line: parsed, or refused with an Error.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  std::vector<std::string> words{"surefoot", ""};
  for (size_t i = 0; i < size; ++i) {
    if (data[i] == '\n') {
      words.emplace_back();
    } else {
      words.back() += static_cast<char>(data[i]);
    }
  }
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  try {
    surefoot::cli::command_line(surefoot::cli::parse_arguments(static_cast<int>(argv.size()), argv.data()));
  } catch (const surefoot::Error&) {
  }
  return 0;
}
