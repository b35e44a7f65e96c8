#include "surefoot/runs/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "surefoot/base/escape.h"
#include "surefoot/base/units.h"
#include "surefoot/runs/console_text.h"
#include "surefoot/runs/incident_line.h"

namespace surefoot::runs {
namespace {

constexpr const char *kBold = "1", *kDim = "2", *kRed = "31", *kGreen = "32", *kYellow = "33", *kCyan = "36";
constexpr int64_t kBadPicturesShown = 5;

std::string joined(const std::vector<std::string>& parts, const std::string& between) {
  std::string out;
  for (const std::string& part : parts) {
    if (!part.empty()) out += (out.empty() ? "" : between) + part;
  }
  return out;
}

std::string bytes_text(double bytes) { return bytes > 0 ? format_bytes(static_cast<uint64_t>(bytes)) : ""; }

/// The figures of a step event, most important first: the bar shows as many as fit.
std::vector<std::string> step_figures(const Event& e) {
  std::vector<std::string> figures{"loss " + short_number(e.number("loss"))};
  if (e.find("images_per_second"))
    figures.push_back(with_commas(std::llround(e.number("images_per_second"))) + " img/s");
  if (e.find("eta_seconds")) figures.push_back("ETA " + format_duration(e.number("eta_seconds")));
  if (e.find("data_wait")) figures.push_back("wait " + percent(e.number("data_wait"), 0));
  if (e.find("lr")) figures.push_back("lr " + short_number(e.number("lr")));
  const double memory = e.number("memory_bytes") > 0 ? e.number("memory_bytes") : e.number("rss_bytes");
  if (memory > 0) figures.push_back(bytes_text(memory));
  return figures;
}

}  // namespace

Console::Console(ConsoleStyle style, std::function<void(std::string_view)> print)
    : style_(std::move(style)), print_(std::move(print)) {}

Console::~Console() {
  try {
    clear_bar();
  } catch (...) {  // a closed stderr is no reason to fail
  }
}

void Console::write(const Event& event) noexcept {
  try {
    handle(event);
  } catch (...) {  // a sink may drop, not throw
  }
}

void Console::handle(const Event& e) {
  if (e.event == "run_started") return on_start(e);
  if (e.event == "step") return on_step(e);
  if (e.event == "eval") return on_eval(e);
  if (e.event == "bad_picture") return on_bad_picture(e);
  if (e.event == "run_finished") return on_finish(e);
  if (e.event == "epoch") {
    line(joined(
        {paint(kBold, epoch_label(e)), "train loss " + short_number(e.number("train_loss")),
         with_commas(std::llround(e.number("images_per_second"))) + " img/s",
         e.find("data_wait") ? "wait " + percent(e.number("data_wait"), 0) : "", format_duration(e.number("seconds"))},
        "  "));
  } else if (e.event == "resolved") {
    line(paint(kDim, "  " + escape_terminal(e.text("key") + " = " + e.text("value") + "  (" + e.text("why") + ")")));
  } else if (e.event == "run_resumed") {
    notice(kCyan, "resumed",
           "from " + e.text("from") + ", epoch " + with_commas(static_cast<int64_t>(e.number("epoch"))));
  } else if (e.event == "warning") {
    notice(kYellow, "warning", e.text("message"));
  } else if (e.event == "checkpoint_failed") {
    notice(kRed, "checkpoint not saved", e.text("message") + "; training goes on, the earlier one is kept");
  } else if (e.event == "checkpoint_damaged") {
    notice(kRed, "checkpoint damaged", e.text("file") + ": " + e.text("why") + "; trying an earlier one");
  } else if (e.event == "recipe_changed") {
    notice(kYellow, "recipe changed", e.text("key") + ": " + e.text("before") + " -> " + e.text("after"));
  } else if (e.event == "scaler" && e.text("reason") == "overflow") {
    notice(kYellow, "step skipped",
           "fp16 overflow at step " + with_commas(e.step) + "; loss scale now " + short_number(e.number("scale")));
  } else if (e.event == "early_stop") {
    notice(kCyan, "stopping early", e.text("reason"));
  } else if (e.event == "interrupted") {
    notice(kYellow, "interrupted", e.text("signal") + " at step " + with_commas(e.step) + "; saving a checkpoint");
  } else if (const auto incident = incident_line(e)) {
    notice(incident->grave ? kRed : kYellow, incident->label.c_str(), incident->message);
  }
}

void Console::on_start(const Event& e) {
  epochs_ = static_cast<int64_t>(e.number("epochs"));
  steps_per_epoch_ = static_cast<int64_t>(e.number("steps_per_epoch"));
  total_steps_ = static_cast<int64_t>(e.number("total_steps"));
  out_ = e.text("out");
  const auto count = [&](const char* name) { return static_cast<int64_t>(e.number(name)); };
  const std::string dot = style_.unicode ? " · " : ", ";
  line(paint(kBold, "surefoot " + escape_terminal(e.text("version"))) + "  " +
       joined({escape_terminal(e.text("model")), short_count(count("parameters")) + " parameters",
               escape_terminal(e.text("device")), e.text("precision"), with_commas(count("threads")) + " threads"},
              dot));
  std::string batch = "batch " + with_commas(count("batch"));
  if (count("micro_batch") > 0 && count("micro_batch") != count("batch"))
    batch += " in micro-batches of " + with_commas(count("micro_batch"));
  line(joined({with_commas(count("classes")) + " classes",
               with_commas(count("train_pictures")) + " training + " + with_commas(count("val_pictures")) +
                   " validation pictures",
               batch, with_commas(total_steps_) + " steps"},
              dot));
}

void Console::on_step(const Event& e) {
  if (!style_.terminal) return line(plain_line(e));
  clear_bar();
  print_(bar_line(e));
  bar_shown_ = true;
}

std::string Console::epoch_label(const Event& e) const {
  const std::string total = std::to_string(epochs_);
  std::string epoch = std::to_string(static_cast<int64_t>(e.number("epoch")));
  if (epochs_ > 0 && epoch.size() < total.size()) epoch.insert(0, total.size() - epoch.size(), ' ');
  return "epoch " + epoch + (epochs_ > 0 ? "/" + total : "");
}

std::string Console::bar_line(const Event& e) const {
  const int width = std::max(20, style_.width());
  const int64_t total = steps_per_epoch_ > 0 ? steps_per_epoch_ : total_steps_;
  const int64_t done = steps_per_epoch_ > 0 && e.step > 0 ? (e.step - 1) % steps_per_epoch_ + 1 : e.step;
  const double share = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0;
  std::string total_text = with_commas(total), done_text = with_commas(done);
  if (done_text.size() < total_text.size()) done_text.insert(0, total_text.size() - done_text.size(), ' ');
  const std::string label = epoch_label(e), position = done_text + "/" + total_text;

  std::string tail;
  const int fixed = columns_of(label) + columns_of(position) + 2;
  int room = width - 1 - fixed;  // the last column stays free: some terminals wrap when it is written
  const int cells = std::clamp(room / 4, 6, 30);
  room -= cells;
  for (const std::string& figure : step_figures(e)) {
    if (columns_of(tail) + 2 + columns_of(figure) > room) break;
    tail += "  " + figure;
  }
  if (fixed + cells > width - 1) return paint(kBold, label) + " " + position;
  return paint(kBold, label) + " " + paint(kCyan, progress_bar(share, cells, style_.unicode)) + " " + position + tail;
}

std::string Console::plain_line(const Event& e) const {
  std::string step = "step " + with_commas(e.step);
  if (total_steps_ > 0) step += "/" + with_commas(total_steps_);
  return epoch_label(e) + "  " + step + "  " + joined(step_figures(e), "  ");
}

void Console::on_eval(const Event& e) {
  const bool averaged = e.text("weights") == "ema";
  const double top1 = e.number("top1", -1);
  std::string label = averaged ? "ema val" : "val";
  label.insert(0, std::max<size_t>(columns_of(epoch_label(e)), label.size()) - label.size(), ' ');
  const bool best = top1 > best_top1_;
  if (best) best_top1_ = top1;
  const std::string figures =
      joined({"loss " + short_number(e.number("loss")), "top-1 " + percent(top1, 2),
              "top-5 " + percent(e.number("top5"), 2), format_duration(e.number("seconds")),
              e.number("bad") > 0 ? with_commas(std::llround(e.number("bad"))) + " unreadable, counted as wrong" : ""},
             "  ");
  line(label + "  " + (best ? paint(kGreen, figures + "  best so far") : figures));
}

void Console::on_bad_picture(const Event& e) {
  if (++bad_pictures_ <= kBadPicturesShown) {
    line(paint(kYellow, "skipped") + "  " + escape_terminal(e.text("path")) + ": " + escape_terminal(e.text("why")));
    if (bad_pictures_ == kBadPicturesShown)
      line(paint(kDim, "         further unreadable pictures are counted; all are named in events.jsonl"));
  }
}

void Console::on_finish(const Event& e) {
  const auto row = [&](const std::string& name, const std::string& value) {
    line("  " + paint(kDim, name + std::string(name.size() < 18 ? 18 - name.size() : 1, ' ')) + value);
  };
  line("");
  line(paint(kGreen, paint(kBold, "finished")) + "  " + escape_terminal(e.text("reason")));
  row("top-1", paint(kBold, percent(e.number("top1"), 2)));
  row("top-5", percent(e.number("top5"), 2));
  row("best epoch", with_commas(static_cast<int64_t>(e.number("best_epoch"))));
  const double effective = e.number("effective_training_time", 1);
  row("time",
      format_duration(e.number("seconds")) +
          (effective < 0.995 ? "; " + percent(effective, 0) + " of the time since the start was progress that was kept"
                             : ""));
  row("speed", with_commas(std::llround(e.number("images_per_second"))) + " images/s");
  if (const double peak = e.number("peak_memory_bytes"), predicted = e.number("predicted_peak_bytes"); peak > 0) {
    char error[48];
    std::snprintf(error, sizeof error, " (%+.1f %%)", 100 * (predicted / peak - 1));
    row("peak memory", bytes_text(peak) + (predicted > 0 ? ", predicted " + bytes_text(predicted) + error : ""));
  }
  if (!out_.empty()) row("run", escape_terminal(out_));
  if (const std::string incidents = e.text("incidents"); !incidents.empty()) {
    row("incidents", paint(kYellow, escape_terminal(incidents)));
    row("ended with", escape_terminal(e.text("footing")));
  }
}

void Console::line(const std::string& text) {
  clear_bar();
  print_(text + "\n");
}

void Console::notice(const char* color, const char* label, const std::string& message) {
  line(paint(color, label) + "  " + escape_terminal(message));
}

void Console::clear_bar() {
  if (bar_shown_) print_("\r\x1b[K");
  bar_shown_ = false;
}

std::string Console::paint(const char* color, const std::string& text) const {
  return style_.color ? "\x1b[" + std::string(color) + "m" + text + "\x1b[0m" : text;
}

std::shared_ptr<Console> make_console(bool progress) {
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org: present and not empty
  std::string locale;
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') {
      locale = value;
      break;
    }
  }
  std::transform(locale.begin(), locale.end(), locale.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool terminal = ::isatty(STDERR_FILENO) == 1 && !dumb;
  ConsoleStyle style{
      .terminal = progress && terminal,
      .color = terminal && (no_color == nullptr || *no_color == '\0'),
      .unicode = locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos,
      .width = [] {
        winsize size{};
        return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? static_cast<int>(size.ws_col) : 100;
      }};
  return std::make_shared<Console>(std::move(style), [](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
  });
}

}  // namespace surefoot::runs
