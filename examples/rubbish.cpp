#include "rubbish.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "shapes.h"
#include "surefoot/base/files.h"
#include "surefoot/base/philox.h"
#include "surefoot/image/encode_jpeg.h"
#include "surefoot/image/resize.h"

namespace surefoot::examples {
namespace {

image::Pixels resized(const image::Pixels& from, double factor) {
  image::Pixels to;
  to.resize(std::max(1, static_cast<int>(std::lround(from.width * factor))),
            std::max(1, static_cast<int>(std::lround(from.height * factor))));
  image::resize(from, 0, 0, from.width, from.height, image::Filter::kBicubic, to.rgb.data(), to.width, to.height);
  return to;
}

void brighten(image::Pixels& pixels, double factor) {
  for (uint8_t& value : pixels.rgb) value = static_cast<uint8_t>(std::min(255.0, value * factor));
}

/// A stamp of rings and bars somewhere, half transparent: a watermark without a typeface.
void mark(image::Pixels& pixels, Philox& random) {
  const double radius = random.uniform(0.08, 0.14) * std::min(pixels.width, pixels.height);
  const double x0 = random.uniform(radius, pixels.width - radius), y0 = random.uniform(radius, pixels.height - radius);
  const auto ink = static_cast<int>(random.below(2) * 255);
  const double opacity = random.uniform(0.5, 0.9);
  for (int y = 0; y < pixels.height; ++y) {
    for (int x = 0; x < pixels.width; ++x) {
      const double r = std::hypot(x - x0, y - y0) / radius;
      const bool ring = r < 1 && r > 0.75, bar = r < 0.75 && static_cast<int>((y - y0) / radius * 6 + 12) % 2 == 0;
      if (!ring && !bar) continue;
      uint8_t* pixel = pixels.row(y) + 3 * x;
      for (int c = 0; c < 3; ++c) pixel[c] = static_cast<uint8_t>(pixel[c] + opacity * (ink - pixel[c]));
    }
  }
}

class Crawl {
 public:
  Crawl(const std::string& folder, uint64_t classes, uint64_t per_class, uint64_t seed)
      : folder_(folder), classes_(classes), per_class_(per_class), seed_(seed) {}

  std::vector<Planted> plant() {
    const uint64_t all = classes_ * per_class_;
    const auto share = [&](double of) {
      return std::max<uint64_t>(2, static_cast<uint64_t>(std::lround(of * static_cast<double>(all))));
    };
    for (uint64_t i = 0; i < share(0.04); ++i) copy("exact-duplicate", [](image::Pixels&, Philox&) {}, /*exact=*/true);
    for (uint64_t i = 0; i < share(0.02); ++i)
      copy("near-duplicate", [](image::Pixels& p, Philox&) { p = resized(p, 0.7); });
    for (uint64_t i = 0; i < share(0.02); ++i)
      copy("near-duplicate", [](image::Pixels& p, Philox&) { brighten(p, 1.25); });
    burger(std::min<uint64_t>(20, share(0.02)));
    for (uint64_t i = 0; i < share(0.02); ++i) broken(i);
    for (uint64_t i = 0; i < share(0.02); ++i) blank();
    for (uint64_t i = 0; i < share(0.03); ++i) enlarged();
    for (uint64_t i = 0; i < share(0.10); ++i) mislabelled();
    return std::move(planted_);
  }

 private:
  struct Original {
    uint64_t shape, number;
  };
  /// Originals in a fixed shuffled order, each used once, so that every planted file has one meaning.
  Original next() {
    const uint64_t at = Permutation(seed_, Purpose::kSynthetic, 77, classes_ * per_class_)[used_++];
    return {at / per_class_, at % per_class_};
  }
  Philox draws() const { return {seed_, Purpose::kSynthetic, 78, used_}; }
  std::string path_of(const Original& o) const {
    char name[32];
    std::snprintf(name, sizeof name, "/%04llu.jpg", static_cast<unsigned long long>(o.number));
    return "train/" + std::string(kShapes[o.shape]) + name;
  }
  std::string new_path(uint64_t shape) {
    char name[32];
    std::snprintf(name, sizeof name, "/crawled%04llu.jpg", static_cast<unsigned long long>(++files_));
    return "train/" + std::string(kShapes[shape]) + name;
  }
  void write(const std::string& path, const std::string& bytes) {
    const auto file = real_files().create(join_path(folder_, path));
    file->append(bytes);
    file->close();
  }
  void say(const std::string& path, const std::string& kind, const std::string& original) {
    planted_.push_back({path, kind, original});
  }

  template <typename Edit>
  void copy(const std::string& kind, Edit edit, bool exact = false) {
    const Original original = next();
    const std::string path = new_path(original.shape);
    Philox random = draws();
    image::Pixels pixels = draw_shape(seed_, static_cast<int>(original.shape), original.number);
    edit(pixels, random);
    write(path, exact ? real_files().read(join_path(folder_, path_of(original))) : image::encode_jpeg(pixels, 80));
    say(path, kind, path_of(original));
  }

  void burger(uint64_t marks) {
    const Original original = next();
    for (uint64_t i = 0; i < marks; ++i) {
      image::Pixels pixels = draw_shape(seed_, static_cast<int>(original.shape), original.number);
      Philox random(seed_, Purpose::kSynthetic, 79, i);
      mark(pixels, random);
      const std::string path = new_path(original.shape);
      write(path, image::encode_jpeg(pixels, 85));
      say(path, "near-duplicate", path_of(original));
    }
  }

  void broken(uint64_t i) {
    const Original original = next();
    const std::string path = new_path(original.shape);
    if (i % 2 == 0) {
      write(path, "<!DOCTYPE html><html><body>404 Not Found</body></html>\n");
      return say(path, "not-an-image", "");
    }
    const std::string bytes = real_files().read(join_path(folder_, path_of(original)));
    write(path, bytes.substr(0, bytes.size() * 6 / 10));
    say(path, "corrupt", path_of(original));
  }

  void blank() {
    const Original original = next();
    Philox random = draws();
    image::Pixels pixels;
    pixels.resize(120, 90);
    const auto shade = static_cast<uint8_t>(random.below(250));
    for (uint8_t& value : pixels.rgb) value = static_cast<uint8_t>(shade + random.below(3));
    const std::string path = new_path(original.shape);
    write(path, image::encode_jpeg(pixels, 85));
    say(path, "blank", "");
  }

  void enlarged() {
    const Original original = next();
    const image::Pixels pixels = draw_shape(seed_, static_cast<int>(original.shape), original.number);
    write(path_of(original), image::encode_jpeg(resized(pixels, 4), 90));
    say(path_of(original), "fake-resolution", "");
  }

  void mislabelled() {
    const Original original = next();
    const std::string from = path_of(original),
                      path = new_path((original.shape + 1 + draws().below(classes_ - 1)) % classes_);
    real_files().rename(join_path(folder_, from), join_path(folder_, path));
    say(path, "mislabelled", "");
  }

  std::string folder_;
  uint64_t classes_, per_class_, seed_, used_ = 0, files_ = 0;
  std::vector<Planted> planted_;
};

}  // namespace

std::vector<Planted> plant_rubbish(const std::string& folder, uint64_t classes, uint64_t per_class, uint64_t seed) {
  return Crawl(folder, classes, per_class, seed).plant();
}

}  // namespace surefoot::examples
