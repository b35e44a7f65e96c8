#include <cstdio>

#include "surefoot/base/escape.h"
#include "surefoot/base/units.h"
#include "surefoot/cli/engine_commands.h"
#include "surefoot/cli/recipe_arguments.h"
#include "surefoot/cli/scratch_folder.h"
#include "surefoot/train/benchmark.h"

namespace surefoot::cli {

int run_bench(const Arguments& arguments) {
  const ScratchFolder scratch("surefoot-bench");
  const train::BenchmarkFigures f =
      train::run_benchmark(real_files(), recipe_from(arguments),
                           arguments.has("loader-only") ? 0 : arguments.number("steps", 8), scratch.path());
  if (arguments.has("json")) {
    std::printf(
        "{\"model\": %s, \"device\": %s, \"precision\": \"%s\", \"batch\": %lld, \"micro_batch\": %lld, "
        "\"image_size\": %lld, \"threads\": %lld, \"step_images_per_second\": %.6g, "
        "\"step_cpu_ms_per_image\": %.6g, \"loader_images_per_second\": %.6g, \"loader_cpu_ms_per_image\": %.6g, "
        "\"end_to_end_images_per_second\": %.6g, \"data_wait\": %.6g, \"peak_memory_bytes\": %llu}\n",
        json_string(f.model).c_str(), json_string(f.device).c_str(), f.precision.c_str(),
        static_cast<long long>(f.batch), static_cast<long long>(f.micro_batch), static_cast<long long>(f.image_size),
        static_cast<long long>(f.threads), f.step_images_per_second, f.step_cpu_ms_per_image,
        f.loader_images_per_second, f.loader_cpu_ms_per_image, f.end_to_end_images_per_second, f.data_wait,
        static_cast<unsigned long long>(f.peak_memory_bytes));
    return 0;
  }
  std::printf("%s, %s, batch %lld (micro-batch %lld) at %lld px, %s, %lld threads\n", f.model.c_str(),
              f.precision.c_str(), static_cast<long long>(f.batch), static_cast<long long>(f.micro_batch),
              static_cast<long long>(f.image_size), f.device.c_str(), static_cast<long long>(f.threads));
  if (f.step_images_per_second > 0)
    std::printf("  step on made-up pictures  %9.1f images/s  %7.2f CPU ms an image  (peak %s)\n",
                f.step_images_per_second, f.step_cpu_ms_per_image, format_bytes(f.peak_memory_bytes).c_str());
  if (f.loader_images_per_second == 0) {
    std::printf("  loader, end to end        give --data DIR\n");
    return 0;
  }
  std::printf("  loader alone              %9.1f images/s  %7.2f CPU ms an image\n", f.loader_images_per_second,
              f.loader_cpu_ms_per_image);
  if (f.end_to_end_images_per_second > 0)
    std::printf("  end to end                %9.1f images/s  (%.0f %% of the time waiting for data)\n",
                f.end_to_end_images_per_second, 100 * f.data_wait);
  return 0;
}

}  // namespace surefoot::cli
