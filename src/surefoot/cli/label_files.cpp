#include "surefoot/cli/label_files.h"

#include <charconv>
#include <cstdio>
#include <cstring>
#include <span>
#include <vector>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/runs/safetensors.h"

namespace surefoot::cli {
namespace {

using Metadata = std::map<std::string, std::string>;

struct Array {
  runs::TensorEntry entry;
  std::span<const std::byte> bytes;
};

template <class Value>
Array array(const char* name, const char* dtype, std::vector<int64_t> shape, const std::vector<Value>& values) {
  return {{.name = name, .dtype = dtype, .shape = std::move(shape)}, std::as_bytes(std::span(values))};
}

void write(Files& files, const std::string& path, const std::vector<Array>& arrays, const Metadata& metadata) {
  std::vector<runs::TensorEntry> entries;
  for (const Array& each : arrays) entries.push_back(each.entry);
  const auto file = files.create(path);
  file->append(runs::write_safetensors_header(entries, metadata));
  for (const Array& each : arrays) file->append(each.bytes);
  file->close();
}

/// A whole file, and its parts by name.
class Reader {
 public:
  Reader(Files& files, const std::string& path)
      : path_(path), bytes_(files.read(path)), header_(runs::parse_safetensors(bytes_, bytes_.size())) {}

  template <class Value>
  std::vector<Value> values(const std::string& name, const char* dtype) const {
    for (const runs::TensorEntry& entry : header_.tensors) {
      if (entry.name != name) continue;
      if (entry.dtype != dtype) fail(name + " has the dtype " + entry.dtype);
      std::vector<Value> values((entry.end - entry.begin) / sizeof(Value));
      if (!values.empty())
        std::memcpy(values.data(), bytes_.data() + header_.data_offset + entry.begin, values.size() * sizeof(Value));
      return values;
    }
    fail("it has no " + name);
  }
  const std::string& text(const std::string& key) const {
    const auto found = header_.metadata.find(key);
    if (found == header_.metadata.end()) fail("it does not say `" + key + "`");
    return found->second;
  }
  template <class Number>
  Number number(const std::string& key) const {
    const std::string& from = text(key);
    Number value{};
    const auto [end, error] = std::from_chars(from.data(), from.data() + from.size(), value);
    if (error != std::errc() || end != from.data() + from.size()) fail("`" + key + "` is " + from);
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(ErrorCode::kWeightsFormat, "cannot use " + path_, why,
                "give a file that surefoot clean wrote for its engine");
  }
  std::string path_, bytes_;
  runs::SafetensorsHeader header_;
};

std::string exact(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

}  // namespace

void write_label_task(Files& files, const std::string& path, const clean::LabelTask& task) {
  const auto n = static_cast<int64_t>(task.labels.size());
  write(files, path,
        {array("pictures", "U8", {n, task.side, task.side, 3}, task.pictures), array("labels", "I32", {n}, task.labels),
         array("folds", "I32", {n}, task.folds)},
        {{"side", std::to_string(task.side)},
         {"classes", std::to_string(task.classes)},
         {"fold_count", std::to_string(task.fold_count)},
         {"seed", std::to_string(task.seed)},
         {"weights", printable(task.weights)},
         {"seconds_budget", exact(task.seconds_budget)}});
}

clean::LabelTask read_label_task(Files& files, const std::string& path) {
  const Reader reader(files, path);
  clean::LabelTask task;
  task.side = reader.number<int>("side");
  task.classes = reader.number<int>("classes");
  task.fold_count = reader.number<int>("fold_count");
  task.seed = reader.number<uint64_t>("seed");
  task.weights = unprintable(reader.text("weights"));
  task.seconds_budget = reader.number<double>("seconds_budget");
  task.pictures = reader.values<uint8_t>("pictures", "U8");
  task.labels = reader.values<int32_t>("labels", "I32");
  task.folds = reader.values<int32_t>("folds", "I32");
  return task;
}

void write_label_scores(Files& files, const std::string& path, const clean::LabelScores& scores) {
  const auto rows = [](const std::vector<float>& values, int columns) {
    return columns == 0 ? 0 : static_cast<int64_t>(values.size()) / columns;
  };
  write(
      files, path,
      {array("probabilities", "F32", {rows(scores.probabilities, scores.classes), scores.classes},
             scores.probabilities),
       array("embeddings", "F32", {rows(scores.embeddings, scores.dimensions), scores.dimensions}, scores.embeddings)},
      {{"classes", std::to_string(scores.classes)},
       {"dimensions", std::to_string(scores.dimensions)},
       {"accuracy", exact(scores.accuracy)},
       {"method", printable(scores.method)}});
}

clean::LabelScores read_label_scores(Files& files, const std::string& path) {
  const Reader reader(files, path);
  clean::LabelScores scores;
  scores.classes = reader.number<int>("classes");
  scores.dimensions = reader.number<int>("dimensions");
  scores.accuracy = reader.number<double>("accuracy");
  scores.method = unprintable(reader.text("method"));
  scores.probabilities = reader.values<float>("probabilities", "F32");
  scores.embeddings = reader.values<float>("embeddings", "F32");
  return scores;
}

}  // namespace surefoot::cli
