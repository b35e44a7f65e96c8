#include <cstdio>

#include "surefoot/base/escape.h"
#include "surefoot/cli/engine_commands.h"
#include "surefoot/cli/recipe_arguments.h"
#include "surefoot/cli/scratch_folder.h"
#include "surefoot/train/evaluate.h"
#include "surefoot/train/loaded_model.h"
#include "surefoot/train/pinned_batches.h"

namespace surefoot::cli {
int run_eval(const Arguments& arguments) {
  Files& files = real_files();
  train::LoadedModel loaded = train::load_model(files, arguments.positionals.at(0), recipe_from(arguments));
  const ScratchFolder scratch("surefoot-eval");
  data::ScanReport report;
  const auto manifest =
      data::scan(files, arguments.positionals.at(1),
                 {.cache_folder = scratch.path(), .allow_one_class = true, .all_validation = true}, report);
  for (const std::string& warning : report.warnings)
    std::fprintf(stderr, "warning: %s\n", escape_terminal(warning).c_str());
  const std::vector<int64_t> label_map = train::map_classes(manifest->classes(), loaded.card);
  const data::Sampler sampler(manifest->indices(data::Split::kValidation), 0);
  const auto allocator = train::batch_allocator(loaded.device);
  const auto loader =
      data::make_loader(files, *manifest, data::Split::kValidation, sampler,
                        {.transform = train::transform_of(loaded.recipe),
                         .training = false,
                         .batch = loaded.recipe.train.eval_batch,
                         .workers = static_cast<int>(loaded.recipe.data.workers),
                         .max_bad_fraction = loaded.recipe.data.max_bad_fraction,
                         .read_retries = static_cast<int>(loaded.recipe.data.read_retries),
                         .on_bad =
                             [](const std::string& path, const std::string& why) {
                               std::fprintf(stderr, "unreadable, counts as wrong: %s (%s)\n",
                                            escape_terminal(path).c_str(), escape_terminal(why).c_str());
                             }},
                        *allocator);
  const train::EvalFigures figures =
      train::evaluate(*loaded.model, *loader, *loaded.normalizer, loaded.recipe.data.image_size, loaded.device,
                      loaded.precision, nullptr, label_map);
  if (arguments.has("json")) {
    std::printf(
        "{\"top1\": %.17g, \"top5\": %.17g, \"loss\": %.17g, \"pictures\": %lld, \"bad\": %lld, \"classes\": %zu, "
        "\"model\": %s, \"weights\": %s}\n",
        figures.top1, figures.top5, figures.loss, static_cast<long long>(figures.pictures),
        static_cast<long long>(figures.bad), manifest->classes().size(), json_string(loaded.card.model).c_str(),
        json_string(loaded.weights_file).c_str());
  } else {
    std::printf("top-1 %.4f  top-5 %.4f  loss %.4f  (%lld pictures, %lld unreadable, %s, resize %lld crop %lld %s)\n",
                figures.top1, figures.top5, figures.loss, static_cast<long long>(figures.pictures),
                static_cast<long long>(figures.bad), loaded.card.model.c_str(),
                static_cast<long long>(loaded.recipe.data.eval_resize),
                static_cast<long long>(loaded.recipe.data.image_size), loaded.recipe.data.interpolation.c_str());
  }
  return 0;
}

}  // namespace surefoot::cli
