#include "surefoot/chaos/flat_maps.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "surefoot/base/error.h"

namespace surefoot::chaos {
namespace {

constexpr size_t kLongest = 1 << 20;  // bytes

[[noreturn]] void refuse(const std::string& file, int line, const std::string& why) {
  throw Error(ErrorCode::kRecipeSyntax, "the plan " + file + " is not valid (line " + std::to_string(line) + ")", why,
              "- {at_step: 12, fault: out_of_memory}");
}

class Reader final : public YAML::EventHandler {
 public:
  explicit Reader(const std::string& file) : file_(file) {}
  std::vector<FlatMap> take() { return std::move(maps_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) fail(mark, "it holds more than one document");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (depth_ > 0) scalar(mark, anchor, "");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { fail(mark, "aliases are not accepted"); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, const std::string& text) override {
    scalar(mark, anchor, text);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    if (depth_ != 0) fail(mark, "a list stands where a single value should");
    ++depth_;
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark& mark,
                  const std::string&,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    if (depth_ != 1 || anchor != 0) fail(mark, "a plan is a list of entries with single values");
    ++depth_;
    maps_.push_back({.line = mark.line + 1, .values = {}});
  }
  void OnMapEnd() override { --depth_; }

 private:
  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& why) const { refuse(file_, mark.line + 1, why); }

  void scalar(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& text) {
    if (anchor != 0) fail(mark, "anchors are not accepted");
    if (depth_ != 2) fail(mark, "a plan is a list of entries, `key: value`");
    auto& values = maps_.back().values;
    if (has_key_) {
      values.back().text = text;
    } else {
      if (std::ranges::find(values, text, &FlatMap::Value::key) != values.end())
        fail(mark, "`" + text + "` stands there twice");
      values.push_back({.key = text, .text = "", .line = mark.line + 1});
    }
    has_key_ = !has_key_;
  }

  const std::string& file_;
  std::vector<FlatMap> maps_;
  int documents_ = 0, depth_ = 0;
  bool has_key_ = false;  // its value comes next
};

}  // namespace

std::vector<FlatMap> read_flat_maps(const std::string& yaml, const std::string& file_name) {
  if (yaml.size() > kLongest)
    refuse(file_name, 1,
           "it has " + std::to_string(yaml.size()) + " bytes; at most " + std::to_string(kLongest) + " are read");
  try {
    std::istringstream stream(yaml);
    YAML::Parser parser(stream);
    Reader reader(file_name);
    while (parser.HandleNextDocument(reader)) {
    }
    return reader.take();
  } catch (const YAML::Exception& error) {
    refuse(file_name, std::max(0, error.mark.line) + 1, error.msg);
  }
}

}  // namespace surefoot::chaos
