#include "surefoot/clean/journal.h"

#include <nlohmann/json.hpp>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/base/units.h"

namespace surefoot::clean {
namespace {

std::string line_of(const Action& action, uint64_t id) {
  return "{\"action\": " + std::to_string(id) +
         ", \"kind\": " + (action.kind == Action::Kind::kRelabel ? "\"relabel\"" : "\"quarantine\"") +
         ", \"from\": " + json_string(action.from) + ", \"to\": " + json_string(action.to) +
         ", \"issue\": " + json_string(action.issue) + ", \"content\": " + json_string(action.content) +
         ", \"size_bytes\": " + std::to_string(action.size_bytes) +
         ", \"mtime_ns\": " + std::to_string(action.mtime_ns) + ", \"score\": " + format_number(action.score) +
         ", \"related\": " + json_string(action.related) + "}\n";
}

Action action_of(const nlohmann::json& line) {
  const auto text = [&](const char* key) { return unprintable(line.at(key).get<std::string>()); };
  return {.kind = text("kind") == "relabel" ? Action::Kind::kRelabel : Action::Kind::kQuarantine,
          .from = text("from"),
          .to = text("to"),
          .issue = text("issue"),
          .content = text("content"),
          .size_bytes = line.at("size_bytes").get<uint64_t>(),
          .mtime_ns = line.at("mtime_ns").get<int64_t>(),
          .score = line.at("score").get<double>(),
          .related = text("related")};
}

}  // namespace

Journal::Journal(Files& files, const std::string& out)
    : files_(files), out_(out), path_(join_path(out, "journal.jsonl")) {
  if (!files_.exists(path_)) return;
  const std::string text = files_.read(path_);
  uint64_t number = 0;
  size_t begin = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; begin = end + 1, end = text.find('\n', begin)) {
    take(text.substr(begin, end - begin), ++number);
  }
  if (begin < text.size()) files_.truncate(path_, begin);
}

void Journal::take(const std::string& line, uint64_t number) {
  try {
    const nlohmann::json value = nlohmann::json::parse(line);
    // Keys come sorted: "action", "folder" and "plan" stand before the others of their lines, marks have one key.
    const std::string kind = value.begin().key();
    const uint64_t entry_id = value.begin()->get<uint64_t>();
    if (kind == "plan") {
      entries_.push_back({.id = entry_id, .root = unprintable(value.value("root", "")), .actions = {}, .made = {}});
      return;
    }
    JournalEntry* entry = nullptr;
    for (JournalEntry& each : entries_) {
      if (each.id == entry_id) entry = &each;
    }
    if (entry == nullptr) throw std::runtime_error("a plan is missing");
    if (kind == "action")
      entry->actions.push_back(action_of(value));
    else if (kind == "folder")
      entry->made.push_back(unprintable(value.at("path").get<std::string>()));
    else if (kind == "planned")
      entry->planned = true;
    else if (kind == "done")
      entry->done = true;
    else if (kind == "undoing")
      entry->undoing = true;
    else if (kind == "undone")
      entry->undone = true;
    else
      throw std::runtime_error("an unknown kind of line");
  } catch (const std::exception& error) {
    throw Error(
        ErrorCode::kStore, "cannot read " + path_, "line " + std::to_string(number) + ": " + error.what(),
        "what was moved lies in " + join_path(out_, "quarantine") + " under its own names; mend or remove the line");
  }
}

JournalEntry& Journal::add(const std::string& root,
                           const std::vector<Action>& actions,
                           const std::vector<std::string>& made) {
  const uint64_t id = entries_.empty() ? 1 : entries_.back().id + 1;
  std::string lines = "{\"plan\": " + std::to_string(id) + ", \"root\": " + json_string(root) + "}\n";
  for (const std::string& folder : made)
    lines += "{\"folder\": " + std::to_string(id) + ", \"path\": " + json_string(folder) + "}\n";
  for (const Action& action : actions) lines += line_of(action, id);
  append(lines);
  append(mark("planned", id));
  entries_.push_back({.id = id, .root = root, .actions = actions, .made = made, .planned = true});
  return entries_.back();
}

std::string Journal::mark(const char* what, uint64_t id) {
  return std::string("{\"") + what + "\": " + std::to_string(id) + "}\n";
}

void Journal::append(const std::string& lines) {
  const bool is_new = !files_.exists(path_);
  if (is_new) files_.make_folder(out_);
  const auto file = files_.create(path_, /*append_to=*/true);
  file->append(lines);
  file->sync();
  file->close();
  if (is_new) files_.sync_folder(out_);
}

}  // namespace surefoot::clean
