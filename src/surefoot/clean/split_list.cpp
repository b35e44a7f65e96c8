#include "surefoot/clean/split_list.h"

#include <filesystem>

#include "surefoot/base/atomic_file.h"

namespace surefoot::clean {
namespace {

/// RFC 4180, bytes unchanged.
std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string text = "\"";
  for (const char c : field) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

std::string guarded(const std::string& path) {
  const bool is_formula = !path.empty() && std::string_view("=+-@\t\r").find(path[0]) != std::string_view::npos;
  return is_formula ? "./" + path : path;
}

}  // namespace

void write_split_list(Files& files,
                      const std::string& list_file,
                      const Collection& collection,
                      std::span<const uint32_t> pictures,
                      std::span<const Part> parts) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::absolute(parent_path(list_file)).lexically_normal(),
                 root = fs::absolute(collection.root).lexically_normal();
  std::string prefix = root.lexically_relative(folder).string();
  if (prefix.ends_with('/')) prefix.pop_back();
  const auto path_of = [&](const std::string& path) {
    return prefix.empty() || prefix == "." ? path : prefix + "/" + path;
  };
  write_atomically(files, list_file, [&](WritableFile& file) {
    std::string lines = "path,label,split\n";
    for (size_t i = 0; i < pictures.size(); ++i) {
      const Picture& picture = collection.pictures[pictures[i]];
      lines += quoted(guarded(path_of(picture.path))) + "," +
               quoted(collection.classes[static_cast<size_t>(picture.label)]) + "," + part_name(parts[i]) + "\n";
      if (lines.size() < size_t{1} << 16) continue;
      file.append(std::string_view(lines));
      lines.clear();
    }
    file.append(std::string_view(lines));
  });
}

}  // namespace surefoot::clean
