#include "surefoot/runs/safetensors.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "surefoot/base/error.h"

namespace surefoot::runs {
namespace {

using nlohmann::ordered_json;
constexpr uint64_t kLongestHeader = 100'000'000;  // the format's own limit

[[noreturn]] void throw_format(const std::string& why) {
  throw Error(ErrorCode::kWeightsFormat, "this is not a whole safetensors file", why,
              "fetch or save the file again; .pth files must be converted with safetensors first");
}

/// Refuses what the JSON library would silently accept: a name that stands there twice. Also bounds the depth.
class StrictJson final : public nlohmann::json_sax<ordered_json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(size_t) override { return (names_.emplace_back(), ++depth_ <= 3); }
  bool end_object() override { return (names_.pop_back(), --depth_, true); }
  bool start_array(size_t) override { return ++depth_ <= 3; }
  bool end_array() override { return (--depth_, true); }
  bool key(string_t& name) override {
    if (names_.back().insert({name, true}).second) return true;
    why = "the name `" + name + "` stands there twice";
    return false;
  }
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) override {
    why = "the header is not JSON (at byte " + std::to_string(position) + ")";
    return false;
  }
  std::string why = "the header is nested too deep";

 private:
  std::vector<std::map<std::string, bool>> names_;
  int depth_ = 0;
};

uint64_t element_count(const TensorEntry& entry) {
  uint64_t count = 1;
  for (const int64_t size : entry.shape) {
    if (size < 0 || __builtin_mul_overflow(count, static_cast<uint64_t>(size), &count))
      throw_format("`" + entry.name + "` has an impossible shape");
  }
  return count;
}

TensorEntry parse_entry(const std::string& name, const ordered_json& json) {
  TensorEntry entry{.name = name};
  json.at("dtype").get_to(entry.dtype);
  if (!json.at("shape").is_array()) throw_format("`" + name + "` has an impossible shape");
  for (const auto& size : json.at("shape")) {
    if (!size.is_number_unsigned()) throw_format("`" + name + "` has an impossible shape");
    entry.shape.push_back(size.get<int64_t>());
  }
  const auto& offsets = json.at("data_offsets");
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned())
    throw_format("`" + name + "` has no data_offsets");
  entry.begin = offsets[0].get<uint64_t>();
  entry.end = offsets[1].get<uint64_t>();
  const uint64_t width = dtype_bytes(entry.dtype);
  if (width == 0) throw_format("`" + name + "` has the unknown dtype " + entry.dtype);
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(element_count(entry), width, &bytes) || entry.end < entry.begin ||
      entry.end - entry.begin != bytes) {
    throw_format("`" + name + "`: its bytes do not agree with its dtype and shape");
  }
  return entry;
}

}  // namespace

uint64_t dtype_bytes(std::string_view dtype) {
  if (dtype == "F64" || dtype == "I64" || dtype == "U64") return 8;
  if (dtype == "F32" || dtype == "I32" || dtype == "U32") return 4;
  if (dtype == "F16" || dtype == "BF16" || dtype == "I16" || dtype == "U16") return 2;
  if (dtype == "I8" || dtype == "U8" || dtype == "BOOL" || dtype == "F8_E4M3" || dtype == "F8_E5M2") return 1;
  return 0;
}

SafetensorsHeader parse_safetensors(std::string_view prefix, uint64_t file_size) {
  if (prefix.size() < 8) throw_format("it has " + std::to_string(file_size) + " bytes, less than a header");
  uint64_t length = 0;
  for (size_t i = 0; i < 8; ++i) length |= uint64_t{static_cast<uint8_t>(prefix[i])} << (8 * i);
  if (length > kLongestHeader) throw_format("its header claims " + std::to_string(length) + " bytes");
  if (length + 8 > file_size || length + 8 > prefix.size())
    throw_format("its header claims " + std::to_string(length) + " bytes, the file has " + std::to_string(file_size));
  const std::string_view text = prefix.substr(8, length);
  if (text.empty() || text[0] != '{') throw_format("its header does not begin with {");

  StrictJson strict;
  if (!ordered_json::sax_parse(text, &strict)) throw_format(strict.why);
  SafetensorsHeader header{.data_offset = length + 8};
  try {
    const ordered_json json = ordered_json::parse(text);
    for (const auto& [name, value] : json.items()) {
      if (name == "__metadata__") {
        value.get_to(header.metadata);
      } else {
        header.tensors.push_back(parse_entry(name, value));
      }
    }
  } catch (const nlohmann::json::exception& error) {
    throw_format(std::string("its header has the wrong form: ") + error.what());
  }
  std::stable_sort(header.tensors.begin(), header.tensors.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  uint64_t next = 0;
  for (const TensorEntry& entry : header.tensors) {
    if (entry.begin != next)
      throw_format("`" + entry.name + "` begins at byte " + std::to_string(entry.begin) + " instead of " +
                   std::to_string(next));
    next = entry.end;
  }
  if (next != file_size - header.data_offset)
    throw_format("its tensors take " + std::to_string(next) + " bytes, " +
                 std::to_string(file_size - header.data_offset) + " are there");
  return header;
}

std::string write_safetensors_header(std::span<const TensorEntry> tensors,
                                     const std::map<std::string, std::string>& metadata) {
  ordered_json json = ordered_json::object();
  if (!metadata.empty()) json["__metadata__"] = metadata;
  uint64_t offset = 0;
  for (const TensorEntry& entry : tensors) {
    const uint64_t bytes = element_count(entry) * dtype_bytes(entry.dtype);
    SUREFOOT_CHECK(dtype_bytes(entry.dtype) > 0, entry.dtype);
    json[entry.name] = {{"dtype", entry.dtype}, {"shape", entry.shape}, {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  std::string text = json.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  std::string out(8, '\0');
  for (size_t i = 0; i < 8; ++i) out[i] = static_cast<char>(text.size() >> (8 * i) & 255);
  return out + text;
}

}  // namespace surefoot::runs
