#pragma once
// Collections made by hand: facts without files.
#include <string>
#include <vector>

#include "surefoot/clean/collection.h"

namespace surefoot::testing {

struct MadePicture {
  std::string path, content, pixels;
  int width = 100, height = 100;
  int32_t label = 0;
  clean::Part part = clean::Part::kTrain;
  bool reference = false;
};

inline clean::Picture make_picture(const MadePicture& made) {
  clean::Picture picture;
  picture.path = made.path, picture.content = made.content, picture.label = made.label, picture.part = made.part,
  picture.reference = made.reference;
  picture.size_bytes = 1000;
  picture.facts.measured = true;
  picture.facts.format = image::Format::kJpeg;
  picture.facts.width = made.width, picture.facts.height = made.height;
  picture.facts.jpeg_quality = 90;
  picture.facts.pixels_hash = made.pixels.empty() ? "pixels of " + made.content : made.pixels;
  return picture;
}

inline clean::Collection make_collection(const std::vector<MadePicture>& made) {
  clean::Collection collection;
  collection.classes = {"cat", "dog"};
  for (const MadePicture& picture : made) {
    collection.pictures.push_back(make_picture(picture));
    collection.has_parts = collection.has_parts || picture.part != clean::Part::kTrain;
  }
  collection.view = [](size_t) { return index::PictureView(); };
  return collection;
}

}  // namespace surefoot::testing
