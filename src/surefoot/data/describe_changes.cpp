#include <algorithm>

#include "surefoot/base/escape.h"
#include "surefoot/data/manifest.h"
#include "surefoot/data/picture_lookup.h"

namespace surefoot::data {
namespace {

const char* split_name(Split split) { return split == Split::kTrain ? "train" : "validation"; }

/// Where the validation part begins.
uint64_t first_validation(const Manifest& manifest) {
  uint64_t low = 0, high = manifest.size();
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    (manifest.split(middle) == Split::kTrain ? low = middle + 1 : high = middle);
  }
  return low;
}

std::optional<uint64_t> find_in(const Manifest& manifest, uint64_t low, uint64_t end, std::string_view path) {
  uint64_t high = end;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    (manifest.path(middle) < path ? low = middle + 1 : high = middle);
  }
  if (low < end && manifest.path(low) == path) return low;
  return std::nullopt;
}

/// Keeps the first lines and counts the rest.
class Changes {
 public:
  explicit Changes(size_t limit) : limit_(limit) {}
  void add(std::string line) {
    if (lines_.size() < limit_) lines_.push_back(std::move(line));
    ++count_;
  }
  std::vector<std::string> take() {
    if (count_ > limit_ && limit_ > 0) lines_.back() = "and " + std::to_string(count_ - limit_ + 1) + " more changes";
    return std::move(lines_);
  }

 private:
  size_t limit_, count_ = 0;
  std::vector<std::string> lines_;
};

void compare_classes(const Manifest& before, const Manifest& after, Changes& changes) {
  const auto& old_names = before.classes();
  const auto& new_names = after.classes();
  for (const std::string& name : old_names) {
    if (!std::binary_search(new_names.begin(), new_names.end(), name)) changes.add("removed class " + printable(name));
  }
  for (const std::string& name : new_names) {
    if (!std::binary_search(old_names.begin(), old_names.end(), name)) changes.add("added class " + printable(name));
  }
}

void compare_picture(const Manifest& before, uint64_t was, const Manifest& after, uint64_t is, Changes& changes) {
  const std::string name = printable(after.path(is));
  if (before.size_bytes(was) != after.size_bytes(is)) {
    changes.add("size of " + name + " " + std::to_string(before.size_bytes(was)) + " -> " +
                std::to_string(after.size_bytes(is)));
  }
  const std::string& old_class = before.classes()[static_cast<size_t>(before.label(was))];
  const std::string& new_class = after.classes()[static_cast<size_t>(after.label(is))];
  if (old_class != new_class)
    changes.add("class of " + name + " " + printable(old_class) + " -> " + printable(new_class));
  if (before.split(was) != after.split(is)) {
    changes.add("part of " + name + " " + split_name(before.split(was)) + " -> " + split_name(after.split(is)));
  }
}

}  // namespace

std::optional<uint64_t> find_picture(const Manifest& manifest, std::string_view path) {
  const uint64_t middle = first_validation(manifest);
  if (const auto found = find_in(manifest, 0, middle, path)) return found;
  return find_in(manifest, middle, manifest.size(), path);
}

std::vector<std::string> describe_changes(const Manifest& before, const Manifest& after, size_t limit) {
  Changes changes(limit);
  compare_classes(before, after, changes);
  for (uint64_t was = 0; was < before.size(); ++was) {
    if (!find_picture(after, before.path(was))) changes.add("removed " + printable(before.path(was)));
  }
  for (uint64_t is = 0; is < after.size(); ++is) {
    if (const auto was = find_picture(before, after.path(is))) {
      compare_picture(before, *was, after, is, changes);
    } else {
      changes.add("added " + printable(after.path(is)));
    }
  }
  return changes.take();
}

}  // namespace surefoot::data
