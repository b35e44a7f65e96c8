#include "surefoot/cli/clean.h"

#include <unistd.h>

#include <algorithm>
#include <optional>

#include "surefoot/base/atomic_file.h"
#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/base/lock.h"
#include "surefoot/clean/file_walk.h"
#include "surefoot/clean/kept_label_scores.h"
#include "surefoot/clean/output_rows.h"
#include "surefoot/clean/run_checks.h"
#include "surefoot/clean/scan.h"
#include "surefoot/clean/settled.h"
#include "surefoot/clean/shard_census.h"
#include "surefoot/cli/clean_options.h"
#include "surefoot/cli/clean_page.h"
#include "surefoot/cli/clean_progress.h"
#include "surefoot/cli/clean_summary.h"
#include "surefoot/cli/engine_interrupt.h"
#include "surefoot/cli/engine_label_scorer.h"
#include "surefoot/cli/measure_folder.h"
#include "surefoot/cli/print_result.h"
#include "surefoot/cli/start_engine.h"
#include "surefoot/runs/console_text.h"

namespace surefoot::cli {
namespace {

class CleanRun {
 public:
  explicit CleanRun(CleanRequest request)
      : request_(std::move(request)), progress_(request_.quiet, request_.progress), started_(real_clock().now()) {}

  int run() {
    clean::check_data_folder(files_, request_.root);
    if (request_.undo) return undo();
    prepare_out();
    if (request_.shards > 1) return measure_shard();
    const auto store = clean::open_store(in_out("clean.sqlite3"));
    merge_into(*store);
    // Before the long work: a list that cannot be read is said at once.
    std::vector<clean::Decision> decided;
    if (!request_.decisions_file.empty()) decided = clean::read_decisions(files_, request_.decisions_file);
    const clean::Collection collection = scan(*store);
    clean::CleanResults results = check(collection, *store, decided);
    write(collection, results, store->decisions());
    if (request_.apply) apply(collection, results, *store);
    const clean::CleanSummary summary = clean::summarise(collection, results);
    print_result(request_.json ? clean::to_json(summary, collection, results, facts_)
                               : summary_text(request_, summary, results, facts_, request_.apply));
    return fails(request_.fail_on, summary) ? 1 : 0;
  }

 private:
  void prepare_out() {
    files_.make_folder(request_.out);
    const auto out = files_.status(request_.out), root = files_.status(request_.root);
    if (out && root && out->device == root->device && out->inode == root->inode) {
      throw Error(ErrorCode::kUsage, "the results cannot go into the data folder itself (" + request_.out + ")",
                  "they would be taken for data", "choose another folder with --out");
    }
    if (clean::has_unfinished_journal(files_, request_.out) && !request_.apply) {
      progress_.warn("a clean-up of this folder was cut short: --apply finishes it, --undo takes it back");
    }
  }

  void merge_into(clean::Store& store) {
    clean::ShardCensus census;
    for (const std::string& file : stores_to_merge()) {
      progress_.line("taking over " + file);
      store.merge(file);
      census.count(*clean::open_store(file));
    }
    facts_.missing_shards = census.missing();
    if (facts_.missing_shards.empty()) return;
    constexpr size_t kShown = 10;
    const size_t missing = facts_.missing_shards.size();
    std::string names;
    for (size_t i = 0; i < std::min(missing, kShown); ++i) names += (i == 0 ? "" : ", ") + facts_.missing_shards[i];
    if (missing > kShown) names += " and " + std::to_string(missing - kShown) + " more";
    facts_.warnings.push_back((missing == 1 ? "a share is missing or unfinished: " + names + "; its"
                                            : "shares are missing or unfinished: " + names + "; their") +
                              " files are measured here, now");
    progress_.warn(facts_.warnings.back());
  }

  /// A folder stands for the stores in it.
  std::vector<std::string> stores_to_merge() {
    std::vector<std::string> found;
    for (const std::string& named : request_.merge) {
      const auto status = files_.status(named);
      if (!status || status->kind != FileStatus::Kind::kFolder) {
        found.push_back(named);
        continue;
      }
      const size_t before = found.size();
      for (const FolderEntry& entry : files_.list(named)) {
        const bool is_own = join_path(named, entry.name) == in_out("clean.sqlite3");
        if (entry.name.ends_with(".sqlite3") && !is_own) found.push_back(join_path(named, entry.name));
      }
      if (found.size() == before) {
        throw Error(ErrorCode::kFileRead, "there is nothing to merge in " + named, "it holds no store",
                    "name the folders or stores that `surefoot clean --shard` wrote");
      }
    }
    return found;
  }

  clean::ScanReport measure(clean::Store& store, clean::Collection& collection) {
    clean::ScanReport report;
    collection = measure_folder(request_, store, progress_, report);
    if (report.sandbox.empty()) report.sandbox = "nothing was decoded";
    if (report.measured > 0) progress_.line("sandbox: " + report.sandbox);
    return report;
  }

  int measure_shard() {
    const std::string name =
        "shard-" + std::to_string(request_.shard + 1) + "-of-" + std::to_string(request_.shards) + ".sqlite3";
    const auto store = clean::open_store(in_out(name));
    clean::note_shard(*store, request_.shard, request_.shards, /*is_finished=*/false);
    clean::Collection collection;
    const clean::ScanReport report = measure(*store, collection);
    clean::note_shard(*store, request_.shard, request_.shards, /*is_finished=*/true);
    if (request_.json) {
      print_result("{\"shard\": " + std::to_string(request_.shard + 1) +
                   ", \"of\": " + std::to_string(request_.shards) + ", \"files\": " + std::to_string(report.files) +
                   ", \"measured\": " + std::to_string(report.measured) + ", \"unreadable\": " +
                   std::to_string(report.unreadable) + ", \"store\": " + json_string(in_out(name)) + "}\n");
    } else {
      print_result(runs::with_commas(static_cast<int64_t>(report.files)) + " files of this share, " +
                   runs::with_commas(static_cast<int64_t>(report.measured)) + " measured now\nstore    " +
                   escape_terminal(in_out(name)) +
                   "\nnext     when all shares are done: " + escape_terminal(merge_command()) + "\n");
    }
    return 0;
  }

  std::string merge_command() const {
    Arguments arguments;
    arguments.raw = {"clean", request_.root, "--out", request_.out, "--merge", request_.out};
    return command_line(arguments);
  }

  clean::Collection scan(clean::Store& store) {
    clean::Collection collection;
    const clean::ScanReport report = measure(store, collection);
    facts_.command = request_.command;
    facts_.sandbox = report.sandbox;
    facts_.measured = report.measured;
    facts_.from_store = report.from_store;
    facts_.warnings.insert(facts_.warnings.end(), report.warnings.begin(), report.warnings.end());
    for (const clean::DetectorSpec* check : request_.checks) facts_.checks.emplace_back(check->name);
    return collection;
  }

  clean::CleanResults check(const clean::Collection& collection,
                            clean::Store& store,
                            std::vector<clean::Decision>& decided) {
    EngineLabelScorer engine(request_.options.threads);
    clean::KeptLabelScores scorer(engine, store);
    const std::vector<clean::Decision> earlier = store.decisions();
    clean::CheckTools tools{.decisions = earlier, .progress = [&](const std::string& what, double share) {
                              if (interrupted())
                                throw Error(ErrorCode::kInterrupted, "interrupted while looking for " + what,
                                            "all files are measured and in the store", "");
                              progress_.check(what, share);
                            }};
    if (::access(engine_path().c_str(), X_OK) == 0) tools.scorer = &scorer;
    clean::CleanResults results = clean::run_checks(collection, request_.checks, request_.options, tools);
    if (!decided.empty()) {
      clean::complete_decisions(decided, collection, results.groups);
      store.put_decisions(decided);
    }
    return results;
  }

  void write(const clean::Collection& collection,
             const clean::CleanResults& results,
             const std::vector<clean::Decision>& decisions) {
    facts_.seconds = real_clock().now() - started_;
    const clean::CleanSummary summary = clean::summarise(collection, results);
    write_atomically(files_, in_out("report.html"), [&](WritableFile& file) {
      report::write_clean_report(report_of(collection, results, summary, facts_, decisions), file);
    });
    if (!decisions.empty()) clean::write_decisions_csv(files_, in_out("decisions.csv"), decisions);
    clean::write_outputs(files_, request_.out, collection, results, facts_);
  }

  void apply(const clean::Collection& collection, clean::CleanResults& results, clean::Store& store) {
    const clean::Plan plan =
        clean::plan_actions(collection, results.findings, results.groups, store.decisions(), request_.plan);
    tell_some(plan.left_alone);
    const clean::Applied applied = clean::apply(files_, request_.root, request_.out, plan.actions);
    tell(applied,
         "moved " + runs::with_commas(static_cast<int64_t>(applied.moved)) + " files to " + in_out("quarantine"));
    if (!results.sampler_weights.empty())
      clean::write_sampler_csv(files_, in_out("sampler.csv"), collection, results, applied.went);
    results.facts.emplace_back("applied", "{\"moved\": " + std::to_string(applied.moved) +
                                              ", \"relabelled\": " + std::to_string(applied.relabelled) +
                                              ", \"skipped\": " + std::to_string(applied.skipped) + "}");
    write_atomically(files_, in_out("summary.json"),
                     clean::to_json(clean::summarise(collection, results), collection, results, facts_));
  }

  int undo() {
    if (!files_.exists(request_.out)) {
      throw Error(ErrorCode::kFileRead, "there is nothing to undo in " + request_.out, "no such folder",
                  "name the folder of the cleaning with --out");
    }
    const FileLock lock(in_out("clean.sqlite3.lock"));
    const clean::Applied undone = clean::undo(files_, request_.root, request_.out);
    const std::string moved = std::to_string(undone.moved), relabelled = std::to_string(undone.relabelled),
                      skipped = std::to_string(undone.skipped);
    tell_some(undone.lines);
    if (undone.moved + undone.relabelled > 0 && files_.remove(in_out("sampler.csv")))
      progress_.line("sampler.csv was of the pictures without these: `surefoot clean` writes it again");
    print_result(request_.json
                     ? "{\"moved\": " + moved + ", \"relabelled\": " + relabelled + ", \"skipped\": " + skipped + "}\n"
                     : "put " + moved + " files back, and " + relabelled + " under their old label; " + skipped +
                           " left\n");
    return 0;
  }

  void tell_some(const std::vector<std::string>& lines) {
    constexpr size_t kShown = 20;
    for (size_t i = 0; i < std::min(lines.size(), kShown); ++i) progress_.line(lines[i]);
    if (lines.size() > kShown)
      progress_.line("and " + runs::with_commas(static_cast<int64_t>(lines.size() - kShown)) + " more");
  }

  void tell(const clean::Applied& applied, const std::string& what) {
    tell_some(applied.lines);
    progress_.line(what + ", relabelled " + std::to_string(applied.relabelled) +
                   (applied.skipped > 0 ? ", skipped " + std::to_string(applied.skipped) : "") +
                   "; --undo brings all of it back");
  }

  std::string in_out(const std::string& name) const { return join_path(request_.out, name); }

  CleanRequest request_;
  Files& files_ = real_files();
  CleanProgress progress_;
  double started_;
  clean::RunFacts facts_;
};

}  // namespace

int run_clean(const Arguments& arguments) {
  CleanRequest request = clean_request(arguments);
  catch_interrupts("\nstopping; what was measured is kept. Once more ends at once\n");
  try {
    return CleanRun(std::move(request)).run();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kInterrupted) throw;
    throw Error(ErrorCode::kInterrupted, error.what_failed(), error.why(), "to go on: " + command_line(arguments));
  }
}

}  // namespace surefoot::cli
