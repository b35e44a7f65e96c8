#include "surefoot/clean/run_checks.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "surefoot/base/error.h"
#include "surefoot/clean/copy_groups.h"
#include "surefoot/clean/settled.h"

namespace surefoot::clean {
namespace {

std::set<std::string> words_of(const std::string& names) {
  std::set<std::string> words;
  for (size_t begin = 0; begin <= names.size();) {
    const size_t end = std::min(names.find(',', begin), names.size());
    if (end > begin) words.insert(names.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

}  // namespace

std::vector<const DetectorSpec*> choose_checks(const std::string& names) {
  std::set<std::string> wanted = words_of(names);
  const bool all = wanted.erase("all") > 0, fast = wanted.erase("fast") > 0;
  for (const std::string& name : wanted) find_detector(name);
  std::vector<const DetectorSpec*> chosen;
  for (const DetectorSpec& spec : all_detectors()) {
    if (all || (fast && !spec.learned) || wanted.contains(spec.name)) chosen.push_back(&spec);
  }
  return chosen;
}

CleanResults run_checks(const Collection& collection,
                        const std::vector<const DetectorSpec*>& checks,
                        const CleanOptions& options,
                        const CheckTools& tools) {
  CleanResults results;
  const auto tell = [&](const std::string& what, double share) {
    if (tools.progress) tools.progress(what, share);
  };
  const auto is_duplicates = [](const DetectorSpec* spec) { return std::string_view(spec->name) == "duplicates"; };
  if (std::any_of(checks.begin(), checks.end(), is_duplicates)) {
    CopySearchOptions search{.threads = options.threads};
    PictureCodes codes;
    if (!options.weights.empty() && tools.scorer == nullptr) {
      results.notes.push_back("copies not looked for with the given weights: surefoot-engine is not at hand");
    } else if (!options.weights.empty()) {
      codes = picture_codes(collection, options.weights, *tools.scorer, options.seed, options.threads,
                            [&](double share) { tell("looking at pictures with the given weights", share); });
      search.codes = &codes;
    }
    results.groups = find_copies(collection, search, [&](uint64_t done, uint64_t total) {
      tell("comparing copies", total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total));
    });
  }
  DetectorContext context{options, results, tools.scorer, tell, tools.decisions};
  for (const DetectorSpec* check : checks) {
    tell(check->name, 0);
    check->run(collection, context);
  }
  forget_settled(results.findings, tools.decisions, collection);
  std::sort(results.findings.begin(), results.findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.path, a.issue, a.related, a.detail) < std::tie(b.path, b.issue, b.related, b.detail);
  });
  return results;
}

}  // namespace surefoot::clean
