#include <cstdio>

#include "surefoot/base/escape.h"
#include "surefoot/cli/engine_commands.h"
#include "surefoot/nn/model.h"

namespace surefoot::cli {

int run_models(const Arguments& arguments) {
  const std::string filter = arguments.text("filter");
  const bool json = arguments.has("json");
  if (json) std::printf("[");
  const char* separator = "";
  for (const nn::ModelSpec& spec : nn::all_models()) {
    if (spec.name.find(filter) == std::string::npos) continue;
    if (json) {
      std::printf(
          "%s{\"name\": %s, \"summary\": %s, \"source\": %s, \"image_size\": %lld, \"parameters\": %lld, "
          "\"cifar_stem\": %s}",
          separator, json_string(spec.name).c_str(), json_string(spec.summary).c_str(),
          json_string(spec.source).c_str(), static_cast<long long>(spec.default_image_size),
          static_cast<long long>(spec.parameters), spec.has_cifar_stem ? "true" : "false");
      separator = ",\n ";
    } else {
      std::printf("%-24s %7.1f M  %4lld px  %s (%s)\n", spec.name.c_str(), static_cast<double>(spec.parameters) * 1e-6,
                  static_cast<long long>(spec.default_image_size), spec.summary.c_str(), spec.source.c_str());
    }
  }
  if (json) std::printf("]\n");
  return 0;
}

}  // namespace surefoot::cli
