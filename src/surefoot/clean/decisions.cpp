#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/clean/quarantine.h"
#include "surefoot/data/csv.h"

namespace surefoot::clean {
namespace {

std::optional<Choice> choice_of(const std::string& name) {
  for (const Choice choice : {Choice::kKeep, Choice::kRemove, Choice::kRelabel, Choice::kKeepBoth}) {
    if (name == choice_name(choice)) return choice;
  }
  return std::nullopt;
}

using Complain = std::function<void(const std::string& why, const std::string& fix)>;

/// @param fields by name, escapes already taken off
Decision decision_of(std::map<std::string, std::string>& fields, const Complain& complain) {
  const auto choice = choice_of(fields["decision"]);
  if (!choice) complain("`" + fields["decision"] + "` is no decision", "one of keep, remove, relabel, keep-both");
  if (fields["path"].empty() && fields["content"].empty())
    complain("neither path nor content is given", "name the file in `path`");
  if (choice == Choice::kRelabel && fields["label"].empty())
    complain("relabel needs the new class", "give it in `label`");
  return {.content = fields["content"],
          .path = fields["path"],
          .issue = fields["issue"],
          .choice = *choice,
          .label = fields["label"],
          .related = fields["related"]};
}

std::vector<Decision> from_csv(const std::string& text, const std::string& file) {
  data::CsvReader reader(text, file, ErrorCode::kDataList);
  const Complain complain = [&](const std::string& why, const std::string& fix) { reader.fail(why, fix); };
  std::vector<std::string> header, row;
  if (!reader.next(header)) return {};
  bool has_decision = false;
  for (const std::string& name : header) has_decision |= name == "decision";
  if (!has_decision)
    complain("the header has no column `decision`", "begin with the line path,content,issue,decision,label,related");
  std::vector<Decision> decisions;
  while (reader.next(row)) {
    if (row.size() != header.size())
      complain(std::to_string(row.size()) + " fields where the header has " + std::to_string(header.size()),
               "quote fields that hold a comma");
    std::map<std::string, std::string> fields;
    for (size_t i = 0; i < row.size(); ++i) fields[header[i]] = unescape_csv_field(row[i]);
    if (!fields["decision"].empty()) decisions.push_back(decision_of(fields, complain));  // rows that nobody decided
  }
  return decisions;
}

std::vector<Decision> from_json(const std::string& text, const std::string& file) {
  size_t number = 0;
  const Complain complain = [&](const std::string& why, const std::string& fix) {
    throw Error(ErrorCode::kDataList, "cannot read " + file,
                (number == 0 ? "" : "decision " + std::to_string(number) + ": ") + why, fix);
  };
  std::vector<Decision> decisions;
  try {
    for (const auto& item : nlohmann::json::parse(text)) {
      ++number;
      std::map<std::string, std::string> fields;
      for (const auto& [key, value] : item.items()) fields[key] = unprintable(value.get<std::string>());
      decisions.push_back(decision_of(fields, complain));
    }
  } catch (const nlohmann::json::exception& error) {
    complain(
        error.what(),
        "an array of objects with path, content, issue, decision, label, related is wanted: download it again from report.html");
  }
  return decisions;
}

}  // namespace

const char* choice_name(Choice choice) {
  switch (choice) {
    case Choice::kKeep:
      return "keep";
    case Choice::kRemove:
      return "remove";
    case Choice::kRelabel:
      return "relabel";
    case Choice::kKeepBoth:
      return "keep-both";
  }
  return "";
}

std::vector<Decision> read_decisions(Files& files, const std::string& file) {
  const std::string text = files.read(file);
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] == '[' ? from_json(text, file) : from_csv(text, file);
}

}  // namespace surefoot::clean
