#pragma once
#include <string>
#include <vector>

#include "surefoot/clean/detector.h"
#include "surefoot/clean/quarantine.h"
#include "surefoot/cli/arguments.h"

namespace surefoot::cli {

/// What `surefoot clean` was asked for.
struct CleanRequest {
  std::string root, out;
  std::vector<const clean::DetectorSpec*> checks;
  clean::CleanOptions options;
  std::vector<std::string> references;
  bool apply = false, undo = false;
  std::string decisions_file;  // of --apply FILE
  clean::PlanOptions plan;
  std::vector<std::string> fail_on;  // severities and issues
  int shard = 0, shards = 1;         // shard counts from 0
  std::vector<std::string> merge;    // stores, and folders that hold some
  bool json = false, quiet = false, progress = true;
  std::string command;  // as typed, for people
};

/// Throws kUsage where the options contradict each other or cannot be understood, kUnknownName for a check or an issue
/// that does not exist.
CleanRequest clean_request(const Arguments& arguments);

enum class ShareRange { kAboveZero, kBelowOne };
/// The share that was typed; `fallback` where none was. Throws kUsage where it is no number above 0 up to 1
/// (kAboveZero), or from 0 to below 1 (kBelowOne).
double share_of(const Arguments& arguments, const std::string& option, double fallback, ShareRange range);

}  // namespace surefoot::cli
