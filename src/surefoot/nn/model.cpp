#include "surefoot/nn/model.h"

#include <algorithm>

#include "surefoot/base/error.h"
#include "surefoot/base/nearest_name.h"

namespace surefoot::nn {

// One function a family, defined in models/FAMILY.cpp.
#define SUREFOOT_ENTRY(family) std::vector<ModelSpec> family##_family();
#include "surefoot/nn/models/catalog.def"
#undef SUREFOOT_ENTRY

namespace {

std::vector<ModelSpec> gather() {
  std::vector<ModelSpec> all;
  const auto add = [&](std::vector<ModelSpec> family) {
    all.insert(all.end(), std::make_move_iterator(family.begin()), std::make_move_iterator(family.end()));
  };
#define SUREFOOT_ENTRY(family) add(family##_family());
#include "surefoot/nn/models/catalog.def"
#undef SUREFOOT_ENTRY
  return all;
}

[[noreturn]] void refuse(const ModelSpec& spec, const std::string& why, const std::string& fix) {
  throw Error(ErrorCode::kRecipeConflict, "the model " + spec.name + " cannot be built like this", why, fix);
}

}  // namespace

int64_t Model::num_classes() const {
  const std::string name = head_prefix() + ".bias";
  for (const NamedTensor& entry : named_parameters()) {
    if (entry.name == name) return entry.tensor.size(0);
  }
  SUREFOOT_CHECK(false, "no head named " + head_prefix());
}

void Model::freeze_backbone() {
  const std::string head = head_prefix() + ".";
  for (NamedTensor& entry : named_parameters()) {
    if (!entry.name.starts_with(head)) entry.tensor.requires_grad_(false);
  }
}

bool learns_from_groups(const Model& model) {
  constexpr std::string_view kStatistics = "running_mean";
  const auto entries = model.named_tensors();
  return std::ranges::any_of(entries, [&](const NamedTensor& buffer) {
    if (!buffer.name.ends_with(kStatistics)) return false;
    const std::string weight = buffer.name.substr(0, buffer.name.size() - kStatistics.size()) + "weight";
    return std::ranges::any_of(entries,
                               [&](const NamedTensor& e) { return e.name == weight && e.tensor.requires_grad(); });
  });
}

const std::vector<ModelSpec>& all_models() {
  static const std::vector<ModelSpec> all = gather();
  return all;
}

const ModelSpec& find_model(const std::string& name) {
  std::vector<std::string> names;
  for (const ModelSpec& spec : all_models()) {
    if (spec.name == name) return spec;
    names.push_back(spec.name);
  }
  const std::string near = nearest_name(name, names);
  throw Error(ErrorCode::kUnknownName, "there is no model '" + name + "'",
              near.empty() ? "no name is near it" : "did you mean '" + near + "'?", "`surefoot models` lists them");
}

std::unique_ptr<Model> make_model(const std::string& name, const ModelOptions& options, const Build& build) {
  const ModelSpec& spec = find_model(name);
  ModelOptions filled = options;
  if (filled.image_size == 0) filled.image_size = spec.default_image_size;
  if (filled.image_size % spec.image_multiple != 0) {
    const int64_t down = std::max(spec.image_multiple, filled.image_size / spec.image_multiple * spec.image_multiple);
    refuse(spec,
           "data.image_size=" + std::to_string(filled.image_size) + " is not a multiple of " +
               std::to_string(spec.image_multiple),
           "use data.image_size=" + std::to_string(down));
  }
  if (filled.cifar_stem && !spec.has_cifar_stem)
    refuse(spec, "it has no variant with the small-picture stem", "use model.stem=imagenet, or a ResNet");
  if (filled.num_classes < 1) refuse(spec, std::to_string(filled.num_classes) + " classes", "give at least one class");
  return spec.make(spec, filled, build);
}

}  // namespace surefoot::nn
