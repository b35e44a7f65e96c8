#include "surefoot/train/start_weights.h"

#include "surefoot/nn/weights.h"
#include "surefoot/tensor/safetensors_io.h"

namespace surefoot::train {

void load_start_weights(Session& s) {
  const std::string& path = s.recipe.model.weights;
  const nn::LoadReport report = nn::load_weights(*s.model, tensor::read_safetensors(s.files, path));
  const auto tell = [&](const std::string& what, const std::vector<std::string>& names) {
    if (names.empty()) return;
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    s.log->write(s.progress.step, "warning", {{"message", path + ": " + what + ": " + list}});
  };
  tell("missing, kept as initialised", report.missing);
  tell("not used by this model", report.surplus);
  tell("resized", report.resized);
  tell("renamed", report.renamed);
  tell("of another shape (number of classes), kept as initialised", report.reinitialised);
}

}  // namespace surefoot::train
