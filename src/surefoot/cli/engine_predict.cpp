#include <cstdio>
#include <vector>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/cli/engine_commands.h"
#include "surefoot/cli/recipe_arguments.h"
#include "surefoot/train/predict.h"

namespace surefoot::cli {
namespace {

/// The picture files below `path`, by name; a file stands for itself.
void collect(Files& files, const std::string& path, int depth, std::vector<std::string>& found) {
  const auto status = files.status(path);
  if (!status) throw Error(ErrorCode::kFileRead, "cannot read " + path, "nothing is there", "check the path");
  if (status->kind != FileStatus::Kind::kFolder) {
    found.push_back(path);
    return;
  }
  constexpr int kDeepest = 64;  // a link that loops ends here
  for (const FolderEntry& entry : files.list(path)) {
    if (entry.name.starts_with(".")) continue;
    const std::string below = join_path(path, entry.name);
    if (entry.kind == FileStatus::Kind::kFolder && depth < kDeepest) collect(files, below, depth + 1, found);
    if (entry.kind == FileStatus::Kind::kFile && image::format_of_name(entry.name) != image::Format::kUnknown)
      found.push_back(below);
  }
}

void print_json(const train::Prediction& p, const train::ModelCard& card) {
  std::printf("{\"path\": %s, \"status\": \"%s\"", json_string(p.path).c_str(), image::status_name(p.outcome.status));
  if (!p.outcome.ok()) std::printf(", \"detail\": %s", json_string(p.outcome.detail).c_str());
  std::printf(", \"top\": [");
  for (size_t k = 0; k < p.top.size(); ++k) {
    std::printf("%s{\"class\": %s, \"probability\": %.6g}", k == 0 ? "" : ", ",
                json_string(card.classes[static_cast<size_t>(p.top[k].label)]).c_str(), p.top[k].probability);
  }
  std::printf("]}\n");
}

void print_csv(const train::Prediction& p, const train::ModelCard& card) {
  if (!p.outcome.ok()) std::printf("%s,%s,,,\n", escape_csv(p.path).c_str(), image::status_name(p.outcome.status));
  for (size_t k = 0; k < p.top.size(); ++k) {
    std::printf("%s,ok,%zu,%s,%.6g\n", escape_csv(p.path).c_str(), k + 1,
                escape_csv(card.classes[static_cast<size_t>(p.top[k].label)]).c_str(), p.top[k].probability);
  }
}

void print_table(const train::Prediction& p, const train::ModelCard& card) {
  std::printf("%s", escape_terminal(p.path).c_str());
  if (!p.outcome.ok())
    std::printf("  cannot be read: %s (%s)", image::status_name(p.outcome.status),
                escape_terminal(p.outcome.detail).c_str());
  for (const auto& score : p.top)
    std::printf("  %s %.1f%%", escape_terminal(card.classes[static_cast<size_t>(score.label)]).c_str(),
                100 * score.probability);
  std::printf("\n");
}

}  // namespace

int run_predict(const Arguments& arguments) {
  Files& files = real_files();
  train::LoadedModel loaded = train::load_model(files, arguments.positionals.at(0), recipe_from(arguments));
  std::vector<std::string> paths;
  for (size_t i = 1; i < arguments.positionals.size(); ++i) collect(files, arguments.positionals[i], 0, paths);
  if (paths.empty())
    throw Error(ErrorCode::kDataEmpty, "there is nothing to predict", "no picture files were found",
                "name picture files, or a folder that holds some");
  const bool json = arguments.has("json"), csv = arguments.has("csv");
  if (csv) std::printf("path,status,rank,class,probability\n");
  size_t bad = 0;
  train::predict(loaded, files, paths, arguments.number("top-k", 1), loaded.recipe.train.eval_batch,
                 [&](const train::Prediction& p) {
                   bad += p.outcome.ok() ? 0 : 1;
                   (json ? print_json : csv ? print_csv : print_table)(p, loaded.card);
                 });
  if (bad > 0) std::fprintf(stderr, "%zu of %zu pictures cannot be read\n", bad, paths.size());
  return bad == paths.size() ? 3 : 0;
}

}  // namespace surefoot::cli
