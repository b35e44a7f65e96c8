#pragma once
// The commands of surefoot-engine; each returns the exit code and prints its result on stdout.
#include "surefoot/cli/arguments.h"

namespace surefoot::cli {

int run_train(const Arguments& arguments);
int run_eval(const Arguments& arguments);
int run_predict(const Arguments& arguments);
int run_models(const Arguments& arguments);
int run_plan(const Arguments& arguments);
int run_bench(const Arguments& arguments);
int run_label_scores(const Arguments& arguments);

}  // namespace surefoot::cli
