#include "surefoot/train/resolve.h"

#include <algorithm>
#include <cmath>

#include "surefoot/base/error.h"
#include "surefoot/nn/model.h"
#include "surefoot/tensor/device.h"
#include "surefoot/tensor/precision.h"

namespace surefoot::train {

at::Device resolve(config::Recipe& recipe, const Resolved& on_resolved) {
  const auto decide = [&](const std::string& key, auto& field, auto value, const std::string& why) {
    field = value;
    on_resolved(key, config::to_text(config::get(recipe, key)), why);
  };
  const at::Device device = tensor::resolve_device(recipe.train.device);
  if (recipe.train.device == "auto")
    decide("train.device", recipe.train.device, std::string(device.is_cuda() ? "cuda" : "cpu"),
           tensor::describe_device(device));
  if (recipe.train.precision == "auto") {
    const bool native = tensor::has_native_bf16(device);
    decide("train.precision", recipe.train.precision, tensor::precision_name(tensor::resolve_precision("auto", device)),
           native ? "the device computes bf16 natively" : "the device has no native bf16");
  }
  if (recipe.train.threads == 0)
    decide("train.threads", recipe.train.threads, static_cast<int64_t>(tensor::physical_cores()),
           "one a core that this process may use");
  const bool small = recipe.data.image_size <= 64;
  const bool has_small_stem =
      nn::find_model(recipe.model.name).has_cifar_stem;  // an unknown name is refused before any work
  if (recipe.model.stem == "auto")
    decide("model.stem", recipe.model.stem, std::string(small && has_small_stem ? "cifar" : "imagenet"),
           has_small_stem ? "image_size " + std::to_string(recipe.data.image_size) : "the model has no other");
  if (recipe.augment.crop == "auto")
    decide("augment.crop", recipe.augment.crop, std::string(small ? "pad" : "random_resized"),
           "image_size " + std::to_string(recipe.data.image_size));
  if (recipe.data.eval_resize == 0) {
    // torchvision's 224 / 256 for photographs; pictures that small are taken whole.
    const int64_t side =
        small ? recipe.data.image_size : std::lround(static_cast<double>(recipe.data.image_size) / 0.875);
    decide("data.eval_resize", recipe.data.eval_resize, side,
           small ? "small pictures are taken whole" : "image_size / 0.875");
  }
  if (recipe.train.micro_batch == 0) {
    const int64_t group = recipe.train.batch_norm_group > 0 ? recipe.train.batch_norm_group : recipe.train.batch;
    const int64_t value = device.is_cpu() ? std::min(group, recipe.train.batch) : recipe.train.batch;
    decide("train.micro_batch", recipe.train.micro_batch, value,
           device.is_cpu() ? "one batch-norm group" : "the whole batch");
  }
  return device;
}

}  // namespace surefoot::train
