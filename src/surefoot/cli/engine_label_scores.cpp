#include <cmath>
#include <cstdio>

#include "surefoot/base/files.h"
#include "surefoot/cli/engine_commands.h"
#include "surefoot/cli/label_files.h"
#include "surefoot/train/labels/label_scorer.h"

namespace surefoot::cli {

/// Started by `surefoot clean`. Standard output is the protocol: "progress SHARE" a line, flushed.
int run_label_scores(const Arguments& arguments) {
  Files& files = real_files();
  const clean::LabelTask task = read_label_task(files, arguments.text("in"));
  train::NetworkLabelScorer scorer(files, static_cast<int>(arguments.number("threads", 0)));
  int told = -1;  // thousandths
  const clean::LabelScores scores = scorer.score(task, [&](double share) {
    const int now = static_cast<int>(std::floor(share * 1000));
    if (now == told) return;
    told = now;
    std::printf("progress %.3f\n", share);
    std::fflush(stdout);
  });
  write_label_scores(files, arguments.text("out"), scores);
  return 0;
}

}  // namespace surefoot::cli
