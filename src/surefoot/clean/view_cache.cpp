#include "surefoot/clean/view_cache.h"

#include "surefoot/image/decode.h"

namespace surefoot::clean {
namespace {

std::shared_ptr<const DecodedView> decode_view(const Collection& collection, uint32_t picture) {
  auto decoded = std::make_shared<DecodedView>();
  index::PictureView view = collection.view(picture);
  decoded->features = std::move(view.features);
  image::Pixels pixels;
  if (image::decode(view.thumbnail, {}, pixels).ok()) index::to_gray(pixels, decoded->thumbnail);
  return decoded;
}

}  // namespace

std::shared_ptr<const DecodedView> ViewCache::view(uint32_t picture) {
  if (auto known = find(picture)) return known;
  auto view = decode_view(collection_, picture);
  keep(picture, view);
  return view;
}

std::shared_ptr<const DecodedView> ViewCache::find(uint32_t picture) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(picture);
  if (found == places_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->view;
}

void ViewCache::keep(uint32_t picture, const std::shared_ptr<const DecodedView>& view) {
  const size_t bytes = sizeof(Entry) + sizeof(DecodedView) + view->thumbnail.values.size() +
                       view->features.size() * sizeof(index::LocalFeature);
  const std::lock_guard lock(mutex_);
  if (places_.contains(picture)) return;
  entries_.push_front({picture, view, bytes});
  places_[picture] = entries_.begin();
  bytes_ += bytes;
  while (bytes_ > limit_bytes_ && entries_.size() > 1) {
    bytes_ -= entries_.back().bytes;
    places_.erase(entries_.back().picture);
    entries_.pop_back();
  }
}

}  // namespace surefoot::clean
