#pragma once
// What `surefoot clean` says on stderr while it works.
#include <string>

#include "surefoot/base/clock.h"
#include "surefoot/clean/scan.h"

namespace surefoot::cli {

/// A bar redrawn in place on a terminal, otherwise a plain line every ten seconds. NO_COLOR is honoured. Not
/// thread-safe.
class CleanProgress {
 public:
  /// @param quiet  says nothing at all  @param bar  false: plain lines even on a terminal
  CleanProgress(bool quiet, bool bar);
  ~CleanProgress();
  void scan(const clean::ScanProgress& progress);
  void check(const std::string& what, double share);
  /// A whole line, above the bar.
  void line(const std::string& text);
  /// Like `line`, marked as something to mind.
  void warn(const std::string& text);

 private:
  bool due(bool last);
  void show(const std::string& label, double share, const std::string& tail);
  void clear();

  bool quiet_, bar_, color_, unicode_;
  bool shown_ = false;
  double last_;
  std::string check_;
  const Clock& clock_;
};

}  // namespace surefoot::cli
