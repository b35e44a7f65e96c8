// model_probe MODEL --weights IN --input X --out Y [--dtype fp32|fp64] [--classes N] [--image-size S] [--cifar]
//             [--channels-last] [--steps N --optim sgd|adamw --lr L --decay D --clip C] [--save FILE]
// Runs a model of ours on given weights and images, for a comparison with PyTorch (parity.py). Writes to Y: `logits`
// (evaluation), `loss` and `grad.NAME` of the first training step, `losses` of N steps on the same batch. --save writes
// the weights after the steps.
#include <cstdio>
#include <map>
#include <string>

#include <ATen/ATen.h>

#include "surefoot/nn/weights.h"
#include "surefoot/optim/clip.h"
#include "surefoot/optim/optimizer.h"

namespace {

using namespace surefoot;

std::map<std::string, std::string> parse(int argc, char** argv) {
  std::map<std::string, std::string> options;
  for (int i = 2; i < argc; ++i) {
    const std::string name = argv[i];
    const bool is_switch = name == "--cifar" || name == "--channels-last";
    options[name] = is_switch || i + 1 == argc ? "1" : argv[++i];
  }
  return options;
}

at::Tensor find(const tensor::WeightsFile& file, const std::string& name) {
  for (const auto& [known, value] : file.tensors) {
    if (known == name) return value;
  }
  throw std::runtime_error("no tensor " + name);
}

void write(const std::string& path, const tensor::NamedTensors& tensors) {
  const auto file = real_files().create(path);
  tensor::write_safetensors(*file, tensors, {});
  file->close();
}

int run(int argc, char** argv) {
  auto options = parse(argc, argv);
  const auto number = [&](const char* name, double fallback) {
    return options.contains(name) ? std::stod(options[name]) : fallback;
  };
  const at::ScalarType dtype = options["--dtype"] == "fp64" ? at::kDouble : at::kFloat;
  const auto model = nn::make_model(argv[1],
                                    {.num_classes = static_cast<int64_t>(number("--classes", 1000)),
                                     .image_size = static_cast<int64_t>(number("--image-size", 224)),
                                     .cifar_stem = options.contains("--cifar")},
                                    {.dtype = dtype});
  const bool channels_last = options.contains("--channels-last");
  if (channels_last) model->set_memory_format(at::MemoryFormat::ChannelsLast);
  nn::load_weights(*model, tensor::read_safetensors(real_files(), options["--weights"]), {.strict = true});
  const auto input = tensor::read_safetensors(real_files(), options["--input"]);
  at::Tensor images = find(input, "images").to(dtype);
  if (channels_last) images = images.contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor labels = find(input, "labels");

  tensor::NamedTensors out;
  {
    const at::NoGradGuard no_grad;
    out.emplace_back("logits", model->forward(images, {}));
  }
  config::Recipe recipe;
  recipe.optim.name = options.contains("--optim") ? options["--optim"] : "sgd";
  recipe.optim.weight_decay = number("--decay", 0);
  const auto optimizer = optim::make_optimizer(recipe, *model);
  std::vector<double> losses;
  nn::BatchNormSums sums;
  const auto steps = static_cast<int64_t>(number("--steps", 1));
  for (int64_t step = 0; step < steps; ++step) {
    const at::Tensor logits = model->forward(images, {.training = true, .step = step, .batch_norm = &sums});
    const at::Tensor loss = at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, -100, 0.1);
    loss.backward();
    losses.push_back(loss.item<double>());
    std::vector<at::Tensor> gradients;
    for (const auto& entry : model->named_parameters()) {
      if (step == 0) out.emplace_back("grad." + entry.name, entry.tensor.grad().clone());
      gradients.push_back(entry.tensor.grad());
    }
    if (const double clip = number("--clip", 0); clip > 0)
      optim::clip_(gradients, clip, optim::global_grad_norm(gradients));
    optimizer->step(number("--lr", 0.1));
    optimizer->zero_grad();
    sums.apply();
  }
  out.emplace_back("losses", at::tensor(losses, at::kDouble));
  write(options["--out"], out);
  if (options.contains("--save")) write(options["--save"], nn::state_dict(*model));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc > 1) return run(argc, argv);
    std::fputs("usage: model_probe MODEL --weights IN --input X --out Y ...\n", stderr);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
