#include "surefoot/cli/clean_progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "surefoot/base/escape.h"
#include "surefoot/base/units.h"
#include "surefoot/runs/console_text.h"

namespace surefoot::cli {
namespace {

constexpr double kRedraw = 0.1, kPlainLine = 10;  // seconds

bool set_and_not_empty(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool is_terminal() {
  const char* term = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && term != nullptr && std::string_view(term) != "dumb";
}

bool speaks_unicode() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (!set_and_not_empty(name)) continue;
    std::string locale = std::getenv(name);
    std::transform(locale.begin(), locale.end(), locale.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return false;
}

int terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 100;
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

std::string rate_text(const clean::ScanProgress& progress) {
  if (progress.seconds < 0.5) return "";
  const double files = static_cast<double>(progress.done) / progress.seconds,
               bytes = static_cast<double>(progress.bytes) / progress.seconds;
  std::string text = "  " + runs::with_commas(std::llround(files)) + " files/s  " +
                     runs::short_number(std::round(bytes / 1e5) / 10) + " MB/s";
  if (files > 0 && progress.done < progress.files)
    text += "  ETA " + format_duration(static_cast<double>(progress.files - progress.done) / files);
  return text;
}

}  // namespace

CleanProgress::CleanProgress(bool quiet, bool bar)
    : quiet_(quiet),
      bar_(bar && is_terminal()),
      color_(is_terminal() && !set_and_not_empty("NO_COLOR")),
      unicode_(speaks_unicode()),
      last_(real_clock().now()),
      clock_(real_clock()) {}

CleanProgress::~CleanProgress() { clear(); }

bool CleanProgress::due(bool last) {
  const double now = clock_.now();
  if (quiet_ || (!last && now - last_ < (bar_ ? kRedraw : kPlainLine))) return false;
  last_ = now;
  return true;
}

void CleanProgress::scan(const clean::ScanProgress& progress) {
  if (!due(false)) return;
  if (progress.done == 0 && progress.measured == 0)
    return show("listing", -1, runs::with_commas(static_cast<int64_t>(progress.files)) + " files");
  const std::string position = runs::with_commas(static_cast<int64_t>(progress.done)) + "/" +
                               runs::with_commas(static_cast<int64_t>(progress.files));
  const std::string known =
      progress.from_store > 0 ? "  " + runs::with_commas(static_cast<int64_t>(progress.from_store)) + " known" : "";
  show("measuring", static_cast<double>(progress.done) / static_cast<double>(std::max<uint64_t>(progress.files, 1)),
       position + rate_text(progress) + known);
}

void CleanProgress::check(const std::string& what, double share) {
  const bool is_new = what != check_;
  check_ = what;
  if (due(is_new && bar_)) show(what, share, runs::percent(std::clamp(share, 0.0, 1.0), 0));
}

void CleanProgress::show(const std::string& label, double share, const std::string& tail) {
  if (!bar_) return print(label + "  " + tail + "\n");
  const int width = std::max(20, terminal_width());
  std::string text = label + " ";
  if (share >= 0) {
    const std::string bar = runs::progress_bar(std::clamp(share, 0.0, 1.0), std::clamp(width / 4, 6, 30), unicode_);
    text += color_ ? "\x1b[36m" + bar + "\x1b[0m " : bar + " ";
  }
  const int room = width - 1 - runs::columns_of(text);
  clear();
  print(text + tail.substr(0, static_cast<size_t>(std::max(0, room))));
  shown_ = true;
}

void CleanProgress::line(const std::string& text) {
  if (quiet_) return;
  clear();
  print(escape_terminal(text) + "\n");
}

void CleanProgress::warn(const std::string& text) {
  if (quiet_) return;
  clear();
  print((color_ ? "\x1b[33mwarning\x1b[0m  " : "warning  ") + escape_terminal(text) + "\n");
}

void CleanProgress::clear() {
  if (shown_) print("\r\x1b[K");
  shown_ = false;
}

}  // namespace surefoot::cli
