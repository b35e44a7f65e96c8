#include "surefoot/cli/clean_options.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <thread>

#include "surefoot/base/error.h"
#include "surefoot/base/files.h"
#include "surefoot/base/nearest_name.h"
#include "surefoot/clean/issue.h"
#include "surefoot/clean/run_checks.h"

namespace surefoot::cli {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& why, const std::string& fix) {
  throw Error(ErrorCode::kUsage, what, why, fix);
}

std::vector<std::string> list_of(const std::vector<std::string>& texts) {
  std::vector<std::string> words;
  for (const std::string& text : texts) {
    for (size_t begin = 0; begin <= text.size();) {
      const size_t end = std::min(text.find(',', begin), text.size());
      if (end > begin) words.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return words;
}

/// Every word is one of `more` or an issue.
void check_issues(const std::string& option, const std::vector<std::string>& words, std::vector<std::string> more) {
  for (const clean::IssueInfo& issue : clean::all_issues()) more.emplace_back(issue.id);
  for (const std::string& word : words) {
    if (std::find(more.begin(), more.end(), word) != more.end()) continue;
    const std::string near = nearest_name(word, more);
    std::string all;
    for (const std::string& name : more) all += (all.empty() ? "" : ", ") + name;
    throw Error(ErrorCode::kUnknownName, "--" + option + " " + word + ": there is no such issue",
                near.empty() ? "no issue has a name like it" : "did you mean `" + near + "`?", "one of " + all);
  }
}

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string default_out(const std::string& root) {
  const std::string name = std::filesystem::absolute(root + "/").lexically_normal().parent_path().filename().string();
  return "runs/clean-" + (name.empty() ? "data" : name);
}

int parse_shard_number(const std::string& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : -1;
}

void take_shard(const std::string& text, CleanRequest& request) {
  const size_t slash = std::min(text.find('/'), text.size());
  const int shard = parse_shard_number(text.substr(0, slash)),
            shards = slash < text.size() ? parse_shard_number(text.substr(slash + 1)) : -1;
  if (shards < 1 || shards > 100000 || shard < 1 || shard > shards) {
    refuse("--shard " + text + " cannot be understood", "it is I/N: share I of N, counted from 1",
           "--shard 1/4 ... --shard 4/4, one on each machine");
  }
  request.shard = shard - 1;
  request.shards = shards;
}

uint64_t parse_seed(const std::string& text) {
  uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc() || end != text.data() + text.size())
    refuse("--seed " + text + " cannot be understood", "it must be a whole number from 0", "--seed 0");
  return seed;
}

void check_combination(const Arguments& arguments, const CleanRequest& request) {
  const auto exclude = [&](const char* one, std::initializer_list<const char*> others) {
    if (!arguments.has(one)) return;
    for (const char* other : others) {
      if (arguments.has(other))
        refuse(std::string("--") + one + " and --" + other + " do not go together", "they ask for different things",
               "run one after the other");
    }
  };
  exclude("undo", {"apply", "shard", "merge", "take", "fail-on"});
  exclude("shard", {"apply", "merge", "take", "fail-on"});
  for (const char* option : {"take", "max-share", "force"}) {
    if (arguments.has(option) && !request.apply)
      refuse(std::string("--") + option + " needs --apply", "without it nothing is taken",
             "add --apply, or leave it away");
  }
  if (arguments.positionals.size() > 1 && !arguments.has("merge")) {
    refuse("`surefoot clean` takes one folder", std::to_string(arguments.positionals.size()) + " names were given",
           "surefoot clean DIR; more names are the stores of --merge, after it");
  }
}

}  // namespace

double share_of(const Arguments& arguments, const std::string& option, double fallback, ShareRange range) {
  if (!arguments.has(option)) return fallback;
  const std::string text = arguments.text(option);
  double share = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), share);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  const bool fits = range == ShareRange::kAboveZero ? share > 0 && share <= 1 : share >= 0 && share < 1;
  if (is_number && fits) return share;
  refuse("--" + option + " " + text + " cannot be understood",
         range == ShareRange::kAboveZero ? "it must be a share above 0, at most 1"
                                         : "it must be a share from 0 to below 1",
         "--" + option + " 0.1");
}

CleanRequest clean_request(const Arguments& arguments) {
  CleanRequest request;
  request.apply = arguments.has("apply");
  request.undo = arguments.has("undo");
  check_combination(arguments, request);
  request.command = command_line(arguments);
  request.root = without_slashes(arguments.positionals.at(0));
  request.out = arguments.has("out") ? without_slashes(arguments.text("out")) : default_out(request.root);
  request.checks = clean::choose_checks(arguments.has("checks") ? arguments.text("checks") : "all");
  if (request.checks.empty())
    refuse("--checks " + arguments.text("checks") + " names no check", "there is nothing to look for", "--checks all");
  request.options.threshold_typed = arguments.has("threshold");
  request.options.threshold =
      static_cast<int>(std::min<int64_t>(arguments.number("threshold", request.options.threshold), 1000000));
  request.options.weights = arguments.text("weights");
  request.options.label_budget =
      share_of(arguments, "label-budget", request.options.label_budget, ShareRange::kAboveZero);
  if (arguments.has("seed")) request.options.seed = parse_seed(arguments.text("seed"));
  request.options.threads = static_cast<int>(
      std::min<int64_t>(arguments.number("threads", std::max(1u, std::thread::hardware_concurrency())), 1024));
  for (const std::string& folder : arguments.values("reference")) request.references.push_back(without_slashes(folder));
  request.decisions_file = arguments.text("apply");
  request.plan.take = list_of(arguments.values("take"));
  request.plan.most_of_class = share_of(arguments, "max-share", request.plan.most_of_class, ShareRange::kAboveZero);
  request.plan.force = arguments.has("force");
  request.fail_on = list_of(arguments.values("fail-on"));
  check_issues("take", request.plan.take, {});
  check_issues("fail-on", request.fail_on, {"low", "medium", "high"});
  if (arguments.has("shard")) take_shard(arguments.text("shard"), request);
  request.merge = arguments.values("merge");
  request.merge.insert(request.merge.end(), arguments.positionals.begin() + 1, arguments.positionals.end());
  request.json = arguments.has("json");
  request.quiet = arguments.has("quiet");
  request.progress = !arguments.has("no-progress");
  return request;
}

}  // namespace surefoot::cli
