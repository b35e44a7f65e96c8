#include "surefoot/train/memory/learnt_footing.h"

#include <cstdlib>

#include <nlohmann/json.hpp>

#include "surefoot/base/atomic_file.h"
#include "surefoot/base/error.h"
#include "surefoot/base/hash.h"
#include "surefoot/tensor/device.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/train/memory/footing_record.h"

namespace surefoot::train {
namespace {
using nlohmann::ordered_json;

constexpr const char* kDecisive[] = {"model.name",
                                     "model.stem",
                                     "model.freeze",
                                     "data.image_size",
                                     "train.batch",
                                     "train.micro_batch",
                                     "train.batch_norm.group",
                                     "train.precision",
                                     "train.ema",
                                     "train.channels_last",
                                     "train.eval_batch",
                                     "optim.name",
                                     "optim.momentum",
                                     "memory.budget",
                                     "memory.recompute",
                                     "memory.offload",
                                     "memory.micro_batch_floor"};

/// Empty where the user has no folder of their own.
std::string cache_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/')
    return join_path(cache, "surefoot/footings");
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    return join_path(home, ".cache/surefoot/footings");
  return "";
}

std::string key_of(const Session& s) {
  config::Recipe recipe = s.recipe;
  recipe.train.micro_batch = s.asked.train.micro_batch;
  return footing_key(recipe, static_cast<int64_t>(s.manifest->classes().size()), tensor::describe_device(s.device),
                     tensor::memory_capacity(s.device).total_bytes);
}

std::string file_of(const std::string& folder, const std::string& key) {
  Hasher hasher;
  hasher.add(key);
  return join_path(folder, hasher.hex() + ".json");
}

/// Empty where the file is not there, or not ours.
std::optional<plan::Footing> read_footing(Files& files, const std::string& path, const std::string& key) {
  if (!files.exists(path)) return std::nullopt;
  try {
    const ordered_json json = ordered_json::parse(files.read(path));
    if (json.at("key").get<std::string>() != key) return std::nullopt;
    FootingRecord record;
    visit_footing(record, [&](const char* name, auto& value) {
      if (json.contains(name)) json.at(name).get_to(value);
    });
    return record.footing;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace

std::string footing_key(const config::Recipe& recipe,
                        int64_t classes,
                        const std::string& device,
                        uint64_t device_bytes) {
  std::string key;
  for (const char* name : kDecisive)
    key += std::string(name) + ": " + config::to_text(config::get(recipe, name)) + "\n";
  return key + "classes: " + std::to_string(classes) + "\ndevice: " + device +
         "\nbytes: " + std::to_string(device_bytes) + "\n";
}

void remember_footing(Session& s) {
  const std::string folder = cache_folder();
  if (!s.recipe.memory.remember || folder.empty()) return;
  const FootingRecord record{.footing = s.footing};
  ordered_json json{{"key", key_of(s)}};
  visit_footing(record, [&](const char* name, const auto& value) { json[name] = value; });
  try {
    s.files.make_folder(folder);
    write_atomically(s.files, file_of(folder, json["key"]), json.dump(1) + "\n");
  } catch (const Error&) {  // a cache: the next run finds out for itself
  }
}

std::optional<plan::Footing> learnt_footing(const Session& s, const plan::Footing& start) {
  const std::string folder = cache_folder(), key = key_of(s);
  if (!s.recipe.memory.remember || folder.empty()) return std::nullopt;
  std::optional<plan::Footing> learnt;
  try {
    learnt = read_footing(s.files, file_of(folder, key), key);
  } catch (const Error&) {
    return std::nullopt;
  }
  if (!learnt) return std::nullopt;
  const auto typed = [&](const char* name) { return s.asked.typed.contains(name); };
  plan::Footing footing = start;
  if (!typed("train.micro_batch") && s.recipe.train.trajectory != "exact" && learnt->micro_batch > 0)
    footing.micro_batch = std::min(start.micro_batch, learnt->micro_batch);
  if (!typed("memory.recompute") && learnt->recompute.size() == s.model->block_names().size())
    footing.recompute = learnt->recompute;
  if (!typed("memory.offload")) footing.offload = footing.offload || learnt->offload;
  if (!typed("data.prefetch") && learnt->prefetch > 0) footing.prefetch = std::min(start.prefetch, learnt->prefetch);
  if (!typed("train.eval_batch") && learnt->eval_batch > 0)
    footing.eval_batch = std::min(start.eval_batch, learnt->eval_batch);
  if (footing == start) return std::nullopt;
  return footing;
}

}  // namespace surefoot::train
