#pragma once
// What a file's folder says of it: class and part, as `surefoot train` reads them.
#include <string>
#include <string_view>
#include <vector>

#include "surefoot/base/files.h"
#include "surefoot/clean/collection.h"

namespace surefoot::clean {

class FolderLayout {
 public:
  struct Place {
    Part part = Part::kTrain;
    std::string_view class_name;  // empty: in no class folder; a piece of the path asked for
  };
  /// Looks at the folders directly in `root` (data/scan_parts.h). Throws kFileRead.
  FolderLayout(Files& files, const std::string& root);
  /// `DIR/{train,val,test}/<class>/**`, or `DIR/<class>/**`. @param path  relative to the root
  Place place(std::string_view path) const;
  bool has_parts() const { return has_parts_; }

 private:
  bool has_parts_;
};

/// Gives the pictures (those of the data folder) label and part, and the collection its classes: the folders with at
/// least one file that `train` would take for a picture, sorted by bytes.
void label_pictures(const FolderLayout& layout, Collection& collection);

}  // namespace surefoot::clean
