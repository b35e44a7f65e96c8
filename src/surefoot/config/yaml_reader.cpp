// Reads a recipe from the events of the YAML parser instead of a tree: anchors and deep nesting are refused when they
// appear, so a hostile text costs no more than its length.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/config/fields.h"

namespace surefoot::config {
namespace {

constexpr size_t kLongestRecipe = 1 << 20;  // bytes; a recipe has a hundred lines
constexpr size_t kDeepest = 4;              // the deepest key, train.batch_norm.group, needs three

class Reader final : public YAML::EventHandler {
 public:
  Reader(Recipe& recipe, const std::string& file) : recipe_(recipe), file_(file) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) fail(mark.line, "it holds more than one document");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (maps_.empty() && !list_) return;                  // an empty text
    if (!list_ && is_section(maps_.back().full_key())) {  // all of its values are commented out
      maps_.back().key.clear();
      return;
    }
    scalar(mark, anchor, "");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { fail(mark.line, "aliases are not accepted"); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, const std::string& value) override {
    scalar(mark, anchor, value);
  }
  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string&,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin_collection(mark, anchor);
    if (maps_.empty()) fail(mark.line, "it is a list, not `key: value`");
    const std::string key = maps_.back().full_key();
    if (is_section(key)) field_index(key, where());
    if (fields()[field_index(key, where())].type != "Doubles") throw_not_one_value(key, "a list");
    list_ = "";
  }
  void OnSequenceEnd() override {
    const std::string text = *list_;
    list_.reset();
    deliver(text);
  }
  void OnMapStart(const YAML::Mark& mark,
                  const std::string&,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin_collection(mark, anchor);
    if (maps_.size() == kDeepest) fail(mark.line, "it is nested more than " + std::to_string(kDeepest) + " deep");
    std::string prefix;
    if (!maps_.empty()) {
      const std::string key = maps_.back().full_key();
      if (!is_section(key)) {
        field_index(key, where());
        throw_not_one_value(key, "a map");
      }
      prefix = key + ".";
      maps_.back().key.clear();
    }
    maps_.push_back({.prefix = prefix, .key = ""});
  }
  void OnMapEnd() override { maps_.pop_back(); }

 private:
  struct Map {
    std::string prefix;
    std::string key;  // empty: a key comes next; otherwise its value does
    std::string full_key() const { return prefix + key; }
  };

  [[noreturn]] void fail(int line, const std::string& why) const {
    throw Error(ErrorCode::kRecipeSyntax,
                "the recipe " + file_ + " is not valid (line " + std::to_string(line + 1) + ")", why,
                "surefoot recipe --explain prints a whole valid recipe");
  }
  [[noreturn]] void throw_not_one_value(const std::string& key, const std::string& what) const {
    const Field& field = fields()[field_index(key, where())];
    throw Error(ErrorCode::kRecipeBadValue, what + " is no value for `" + key + "` (" + where() + ")",
                "it must be " + describe_values(field), describe_default(field));
  }
  std::string where() const { return file_ + " line " + std::to_string(line_ + 1); }

  void begin_collection(const YAML::Mark& mark, YAML::anchor_t anchor) const {
    if (anchor != 0) fail(mark.line, "anchors are not accepted");
    if (list_) fail(mark.line, "a list may hold only single values");
    if (!maps_.empty() && maps_.back().key.empty()) fail(mark.line, "a key is not a word");
  }

  void scalar(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& text) {
    if (anchor != 0) fail(mark.line, "anchors are not accepted");
    if (list_) {
      *list_ += (list_->empty() ? "" : ",") + text;
    } else if (maps_.empty()) {
      fail(mark.line, "it is a single word, not `key: value`");
    } else if (maps_.back().key.empty()) {
      if (text.empty()) fail(mark.line, "a key is empty");
      maps_.back().key = text;
      line_ = mark.line;
      const std::string key = maps_.back().full_key();
      if (const auto [earlier, is_new] = lines_.emplace(key, line_); !is_new) {
        fail(line_, "`" + key + "` stands there twice; the first is on line " + std::to_string(earlier->second + 1));
      }
    } else {
      deliver(text);
    }
  }

  void deliver(const std::string& text) {
    const std::string key = maps_.back().full_key();
    const bool is_text = fields()[field_index(key, where())].type == "std::string";
    set(recipe_, key, is_text ? unprintable(text) : text, where());
    maps_.back().key.clear();
  }

  Recipe& recipe_;
  const std::string& file_;
  std::vector<Map> maps_;             // those that we are in
  std::optional<std::string> list_;   // values so far, where we are in a list
  std::map<std::string, int> lines_;  // where each key stood
  int line_ = 0, documents_ = 0;
};

/// The parser would replace bytes that are not UTF-8 without a word, and blame another line for a tab.
void refuse_foreign_bytes(const std::string& yaml, const std::string& file) {
  std::string line;
  int number = 0;
  for (size_t at = 0; at < yaml.size(); at += line.size() + 1) {
    ++number;
    line = yaml.substr(at, yaml.find('\n', at) - at);
    const size_t indent = line.find_first_not_of(" \t\r");
    if (indent != std::string::npos && line.find('\t') < indent) {
      throw Error(ErrorCode::kRecipeSyntax,
                  "the recipe " + file + " is not valid (line " + std::to_string(number) + ")",
                  "the line begins with a tab", "YAML is indented with spaces");
    }
    std::string rest = line;
    std::erase_if(rest, [](char c) { return c == '\t' || c == '\r' || c == '\\'; });
    if (printable(rest) == rest) continue;
    throw Error(ErrorCode::kRecipeSyntax, "the recipe " + file + " is not valid (line " + std::to_string(number) + ")",
                "it holds bytes that are not UTF-8, or control characters",
                "write such a byte of a file name as \\xNN");
  }
}

}  // namespace

void apply_yaml(Recipe& recipe, const std::string& yaml, const std::string& file_name) {
  if (yaml.size() > kLongestRecipe) {
    throw Error(
        ErrorCode::kRecipeSyntax, "the recipe " + file_name + " is not valid",
        "it has " + std::to_string(yaml.size()) + " bytes; at most " + std::to_string(kLongestRecipe) + " are read",
        "surefoot recipe --explain prints a whole valid recipe");
  }
  refuse_foreign_bytes(yaml, file_name);
  Recipe changed = recipe;  // a refused text changes nothing
  try {
    std::istringstream stream(yaml);
    YAML::Parser parser(stream);
    Reader reader(changed, file_name);
    while (parser.HandleNextDocument(reader)) {
    }
  } catch (const YAML::Exception& error) {
    throw Error(
        ErrorCode::kRecipeSyntax,
        "the recipe " + file_name + " is not valid (line " + std::to_string(std::max(0, error.mark.line) + 1) + ")",
        error.msg, "surefoot recipe --explain prints a whole valid recipe");
  }
  recipe = std::move(changed);
}

}  // namespace surefoot::config
