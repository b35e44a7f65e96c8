// surefoot-render-pictures: makes a small picture set with known truth, DIR/{train,val}/<shape>/NNNN.jpg. The same
// arguments give the same bytes. With --rubbish it is a crawl: what was planted stands in DIR.truth.csv. It is what
// scripts/demo cleans and trains on, and an example of surefoot's base and image layers in a program of one's own.
#include <charconv>
#include <cstdio>
#include <string>

#include "rubbish.h"
#include "shapes.h"
#include "surefoot/base/error.h"
#include "surefoot/base/files.h"
#include "surefoot/base/philox.h"
#include "surefoot/image/encode_jpeg.h"

namespace surefoot::examples {
namespace {

constexpr char kUsage[] =
    "usage: surefoot-render-pictures DIR [--classes 2..8] [--per-class N] [--val-per-class N] [--seed N] [--rubbish]\n";

struct Arguments {
  std::string folder;
  uint64_t classes = 6, per_class = 60, val_per_class = 15, seed = 0;
  bool rubbish = false;
};

Arguments parse(int count, char** values) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string word = values[i];
    uint64_t* target = word == "--classes"         ? &arguments.classes
                       : word == "--per-class"     ? &arguments.per_class
                       : word == "--val-per-class" ? &arguments.val_per_class
                       : word == "--seed"          ? &arguments.seed
                                                   : nullptr;
    if (target == nullptr && !word.starts_with("-") && arguments.folder.empty()) {
      arguments.folder = word;
      continue;
    }
    if (word == "--rubbish") {
      arguments.rubbish = true;
      continue;
    }
    const std::string number = target != nullptr && i + 1 < count ? values[++i] : "";
    const auto [end, error] =
        std::from_chars(number.data(), number.data() + number.size(), target != nullptr ? *target : arguments.seed);
    if (target == nullptr || error != std::errc() || end != number.data() + number.size()) {
      throw Error(ErrorCode::kUsage, "cannot understand " + word + " " + number, "", kUsage);
    }
  }
  if (arguments.folder.empty() || arguments.classes < 2 || arguments.classes > kShapes.size()) {
    throw Error(ErrorCode::kUsage, "a folder and 2 to 8 classes are wanted", "", kUsage);
  }
  return arguments;
}

void render(const Arguments& arguments) {
  for (uint64_t shape = 0; shape < arguments.classes; ++shape) {
    for (uint64_t n = 0; n < arguments.per_class + arguments.val_per_class; ++n) {
      const std::string part = n < arguments.per_class ? "train" : "val";
      const std::string folder = arguments.folder + "/" + part + "/" + std::string(kShapes[shape]);
      if (n == 0 || n == arguments.per_class) real_files().make_folder(folder);
      Philox random(arguments.seed, Purpose::kSynthetic, shape, n, 1);
      const int quality = 70 + static_cast<int>(random.below(26));
      char name[32];
      std::snprintf(name, sizeof name, "%04llu.jpg", static_cast<unsigned long long>(n));
      const auto file = real_files().create(folder + "/" + name);
      file->append(
          image::encode_jpeg(draw_shape(arguments.seed, static_cast<int>(shape), n), quality, /*optimize=*/false));
      file->close();
    }
  }
  std::printf("%llu classes, %llu train and %llu val pictures each, in %s\n",
              static_cast<unsigned long long>(arguments.classes), static_cast<unsigned long long>(arguments.per_class),
              static_cast<unsigned long long>(arguments.val_per_class), arguments.folder.c_str());
}

void plant(const Arguments& arguments) {
  const auto planted = plant_rubbish(arguments.folder, arguments.classes, arguments.per_class, arguments.seed);
  const std::string truth = arguments.folder + ".truth.csv";
  const auto file = real_files().create(truth);
  file->append("path,kind,edit,original\n");
  for (const Planted& each : planted) file->append(each.path + "," + each.kind + ",," + each.original + "\n");
  file->close();
  std::printf("%zu of them planted rubbish or wrong labels: %s\n", planted.size(), truth.c_str());
}

}  // namespace
}  // namespace surefoot::examples

int main(int count, char** values) {
  try {
    const auto arguments = surefoot::examples::parse(count, values);
    surefoot::examples::render(arguments);
    if (arguments.rubbish) surefoot::examples::plant(arguments);
    return 0;
  } catch (const surefoot::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return error.exit_code();
  }
}
