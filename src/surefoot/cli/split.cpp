#include "surefoot/cli/split.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/base/units.h"
#include "surefoot/clean/file_walk.h"
#include "surefoot/clean/group_split.h"
#include "surefoot/clean/scan.h"
#include "surefoot/clean/split_list.h"
#include "surefoot/cli/clean_options.h"
#include "surefoot/cli/clean_progress.h"
#include "surefoot/cli/engine_interrupt.h"
#include "surefoot/cli/measure_folder.h"
#include "surefoot/cli/print_result.h"
#include "surefoot/runs/console_text.h"

namespace surefoot::cli {
namespace {

clean::SplitShares shares_of(const Arguments& arguments) {
  const clean::SplitShares shares{share_of(arguments, "val", 0.1, ShareRange::kBelowOne),
                                  share_of(arguments, "test", 0, ShareRange::kBelowOne)};
  if (shares.validation + shares.test < 1) return shares;
  throw Error(ErrorCode::kUsage, "--val and --test leave nothing to train on",
              "together they are " + format_number(shares.validation + shares.test) + " of the pictures",
              "make them smaller: --val 0.1 --test 0.1");
}

/// What `surefoot clean` would be asked for over the same data: its store is used, so nothing is measured twice.
CleanRequest clean_request_of(Arguments arguments) {
  arguments.options.erase("out");
  if (arguments.has("groups")) arguments.options["out"] = arguments.values("groups");
  return clean_request(arguments);
}

class Split {
 public:
  explicit Split(const Arguments& arguments)
      : arguments_(arguments),
        shares_(shares_of(arguments)),
        request_(clean_request_of(arguments)),
        progress_(request_.quiet, request_.progress) {}

  void run() {
    clean::check_data_folder(files_, request_.root);
    files_.make_folder(request_.out);
    const auto store = clean::open_store(join_path(request_.out, "clean.sqlite3"));
    clean::ScanReport report;
    collection_ = measure_folder(request_, *store, progress_, report);
    choose();
    const clean::CopySearchOptions search{.threads = request_.options.threads};
    groups_ = clean::find_copies(collection_, search, [&](uint64_t done, uint64_t total) {
      if (interrupted())
        throw Error(ErrorCode::kInterrupted, "interrupted while looking for copies",
                    "all files are measured and in the store", "");
      progress_.check("copies", total == 0 ? 0 : static_cast<double>(done) / static_cast<double>(total));
    });
    deal();
    clean::write_split_list(files_, arguments_.text("out"), collection_, pictures_, parts_);
    count();
    print_result(arguments_.has("json") ? json() : table());
  }

 private:
  /// Pictures with a label that could be decoded.
  void choose() {
    uint64_t broken = 0, unlabelled = 0;
    for (uint32_t i = 0; i < collection_.pictures.size(); ++i) {
      const clean::Picture& picture = collection_.pictures[i];
      const bool is_broken = picture.facts.status != image::DecodeStatus::kOk;
      if (is_broken)
        ++broken;
      else if (picture.label < 0)
        ++unlabelled;
      else
        pictures_.push_back(i);
    }
    if (pictures_.empty()) {
      throw Error(ErrorCode::kDataLayout, "there is nothing to split in " + request_.root,
                  "no picture lies in a class folder", "put the pictures of each class into a folder of its own");
    }
    if (broken > 0) progress_.warn(counted(broken) + " files that are no whole pictures are left out");
    if (unlabelled > 0) progress_.warn(counted(unlabelled) + " pictures outside of class folders are left out");
    if (collection_.has_parts) progress_.line("the pictures of all parts of the folder are dealt out anew");
  }

  void deal() {
    const std::vector<uint32_t> ids = clean::group_ids(collection_, groups_);
    std::vector<int32_t> labels;
    std::vector<uint32_t> groups;
    std::vector<std::string_view> names;
    for (const uint32_t i : pictures_) {
      labels.push_back(collection_.pictures[i].label);
      groups.push_back(ids[i]);
      names.push_back(collection_.pictures[i].path);
    }
    parts_ = clean::split_groups(labels, groups, names, shares_, request_.options.seed);
    std::unordered_map<uint32_t, uint64_t> sizes;
    for (const uint32_t group : groups) ++sizes[group];
    for (const auto& [group, size] : sizes) {
      if (size > 1) ++kept_together_, in_groups_ += size;
    }
  }

  void count() {
    counts_.resize(collection_.classes.size());
    for (size_t i = 0; i < pictures_.size(); ++i) {
      const auto part = static_cast<size_t>(parts_[i]);
      ++counts_[static_cast<size_t>(collection_.pictures[pictures_[i]].label)][part];
      ++totals_[part];
    }
  }

  std::string table() const {
    size_t width = 6;
    for (const std::string& name : collection_.classes)
      width = std::max(width, std::min<size_t>(40, escape_terminal(name).size()));
    const auto line = [&](const std::string& name, const std::array<std::string, 3>& cells) {
      std::string text = name + std::string(name.size() < width ? width - name.size() : 0, ' ');
      for (const std::string& cell : cells) text += std::string(cell.size() < 10 ? 10 - cell.size() : 1, ' ') + cell;
      return text + "\n";
    };
    const auto numbers = [](const std::array<uint64_t, 3>& counts) {
      return std::array<std::string, 3>{counted(counts[0]), counted(counts[1]), counted(counts[2])};
    };
    std::string text = line("class", {"train", "val", "test"});
    constexpr size_t kMostRows = 50;
    for (size_t c = 0; c < std::min(counts_.size(), kMostRows); ++c)
      text += line(escape_terminal(collection_.classes[c]), numbers(counts_[c]));
    if (counts_.size() > kMostRows) text += "... and " + counted(counts_.size() - kMostRows) + " more classes\n";
    text += line("all", numbers(totals_)) + "\n" + counted(kept_together_) + " groups of copies (" +
            counted(in_groups_) + " pictures) stay together\nlist     " + escape_terminal(arguments_.text("out")) +
            "\n";
    Arguments next;
    next.raw = {"train", arguments_.text("out")};
    return text + "next     " + escape_terminal(command_line(next)) + "\n";
  }

  std::string json() const {
    std::string text = "{\"list\": " + json_string(arguments_.text("out")) +
                       ", \"groups\": " + std::to_string(kept_together_) +
                       ", \"pictures_in_groups\": " + std::to_string(in_groups_) + ", \"classes\": {";
    for (size_t c = 0; c < counts_.size(); ++c) {
      text += (c == 0 ? "" : ", ") + json_string(collection_.classes[c]) +
              ": {\"train\": " + std::to_string(counts_[c][0]) + ", \"val\": " + std::to_string(counts_[c][1]) +
              ", \"test\": " + std::to_string(counts_[c][2]) + "}";
    }
    return text + "}}\n";
  }

  static std::string counted(uint64_t count) { return runs::with_commas(static_cast<int64_t>(count)); }

  const Arguments& arguments_;
  clean::SplitShares shares_;
  CleanRequest request_;
  Files& files_ = real_files();
  CleanProgress progress_;
  clean::Collection collection_;
  std::vector<clean::CopyGroup> groups_;
  std::vector<uint32_t> pictures_;
  std::vector<clean::Part> parts_;  // of `pictures_`
  uint64_t kept_together_ = 0, in_groups_ = 0;
  std::vector<std::array<uint64_t, 3>> counts_;  // per class and part
  std::array<uint64_t, 3> totals_{};
};

}  // namespace

void run_split(const Arguments& arguments) {
  if (!arguments.has("out")) {
    throw Error(ErrorCode::kUsage, "`surefoot split` needs to know where the list goes", "there is no --out",
                "surefoot split DIR --out list.csv");
  }
  Split split(arguments);
  catch_interrupts("\nstopping; what was measured is kept. Once more ends at once\n");
  try {
    split.run();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kInterrupted) throw;
    throw Error(ErrorCode::kInterrupted, error.what_failed(), error.why(), "to go on: " + command_line(arguments));
  }
}

}  // namespace surefoot::cli
