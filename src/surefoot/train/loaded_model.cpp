#include "surefoot/train/loaded_model.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "surefoot/base/error.h"
#include "surefoot/base/nearest_name.h"
#include "surefoot/nn/weights.h"
#include "surefoot/train/resolve.h"

namespace surefoot::train {
namespace {

std::string weights_of(Files& files, const std::string& source) {
  const auto status = files.status(source);
  if (!status)
    throw Error(ErrorCode::kFileRead, "cannot read " + source, "nothing is there",
                "give a run folder or a .safetensors file");
  if (status->kind != FileStatus::Kind::kFolder) return source;
  for (const char* name : {"best.safetensors", "last.safetensors"}) {
    const std::string path = join_path(join_path(source, "checkpoints"), name);
    if (files.exists(path)) return path;
  }
  throw Error(ErrorCode::kFileRead, source + " holds no weights",
              "it has no checkpoints/best.safetensors or last.safetensors",
              "give a folder that surefoot train wrote (its --out), or a .safetensors file");
}

}  // namespace

LoadedModel load_model(Files& files, const std::string& source, const config::Recipe& base) {
  LoadedModel loaded;
  loaded.weights_file = weights_of(files, source);
  tensor::WeightsFile weights = tensor::read_safetensors(files, loaded.weights_file);
  loaded.card = card_from(weights.metadata, loaded.weights_file);
  loaded.recipe = base;
  apply_card(loaded.card, loaded.recipe);
  for (const std::string& key : base.typed) config::set(loaded.recipe, key, config::to_text(config::get(base, key)));
  loaded.device = resolve(loaded.recipe, [](const std::string&, const std::string&, const std::string&) {});
  at::set_num_threads(static_cast<int>(loaded.recipe.train.threads));
  loaded.precision = tensor::resolve_precision(loaded.recipe.train.precision, loaded.device);
  const at::ScalarType dtype = tensor::weight_dtype(loaded.precision);
  loaded.model = nn::make_model(loaded.card.model,
                                model_options_of(loaded.recipe, static_cast<int64_t>(loaded.card.classes.size())),
                                {.device = loaded.device, .dtype = dtype, .seed = 0, .prefix = ""});
  const bool channels_last = loaded.recipe.train.channels_last && loaded.model->prefers_channels_last();
  if (channels_last) loaded.model->set_memory_format(at::MemoryFormat::ChannelsLast);
  nn::load_weights(*loaded.model, weights, {.strict = true});
  loaded.normalizer = std::make_unique<Normalizer>(loaded.recipe.data.mean, loaded.recipe.data.std, loaded.device,
                                                   dtype, channels_last);
  return loaded;
}

std::vector<int64_t> map_classes(const std::vector<std::string>& classes, const ModelCard& card) {
  std::vector<int64_t> map;
  for (const std::string& name : classes) {
    const auto found = std::find(card.classes.begin(), card.classes.end(), name);
    if (found == card.classes.end()) {
      const std::string near = nearest_name(name, card.classes);
      throw Error(ErrorCode::kDataClasses, "the model does not know the class `" + name + "`",
                  "it has " + std::to_string(card.classes.size()) + " other classes" +
                      (near.empty() ? "" : ", the nearest is `" + near + "`"),
                  "name the folders as at training, or leave this one away");
    }
    map.push_back(found - card.classes.begin());
  }
  return map;
}

}  // namespace surefoot::train
