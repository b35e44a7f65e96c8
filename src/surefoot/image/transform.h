#pragma once
// From the bytes of a file to the square of uint8 that a model sees. Random choices come from the Philox stream handed
// in.
#include <string_view>

#include "surefoot/base/philox.h"
#include "surefoot/image/decode.h"
#include "surefoot/image/resize.h"

namespace surefoot::image {

enum class Crop { kRandomResized, kPad, kNone };

struct TransformOptions {
  int image_size = 224;
  int eval_resize = 256;  // short side before the centre crop
  Filter filter = Filter::kBilinear;
  Crop crop = Crop::kRandomResized;
  double scale_min = 0.35, scale_max = 1.0, ratio_max = 4.0 / 3.0;
  int pad = 4;
  double flip = 0.5;
  bool dct_scaling = false;
  DecodeOptions decode;  // crop and scale_denominator are chosen by the transform
};

/// Where a random resized crop falls; torchvision's RandomResizedCrop.get_params with Philox draws (10 tries, then the
/// centre).
Rect random_resized_crop(Size size, double scale_min, double scale_max, double ratio_max, Philox& random);

/// Nanoseconds spent, added up by the caller per stage.
struct StageTimes {
  uint64_t decode_ns = 0, augment_ns = 0;
};

/// Decodes and augments into `target`, [image_size, image_size, 3] uint8. Draws: crop first, flip last, the same number
/// whatever the picture. kPad resizes the picture to image_size squared first where it has another size, pads by
/// reflection and crops. Thread-safe.
Outcome train_transform(std::string_view bytes,
                        const TransformOptions& options,
                        Philox& random,
                        uint8_t* target,
                        StageTimes* times = nullptr);

/// Short side to eval_resize (torchvision's Resize rounding), centre crop of image_size (torchvision's CenterCrop
/// rounding, padded with black where smaller). Never DCT-scaled.
Outcome eval_transform(std::string_view bytes,
                       const TransformOptions& options,
                       uint8_t* target,
                       StageTimes* times = nullptr);

}  // namespace surefoot::image
