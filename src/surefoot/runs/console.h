#pragma once
// What a person sees while a run goes on: a bar on a terminal, plain lines otherwise. Made from events alone.
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "surefoot/runs/sink.h"

namespace surefoot::runs {

struct ConsoleStyle {
  bool terminal = false;                            // a bar redrawn in place; otherwise one plain line a step event
  bool color = false;                               // ANSI colours
  bool unicode = false;                             // false: ASCII only
  std::function<int()> width = [] { return 100; };  // columns, asked at each redraw
};

/// Not thread-safe on its own: the event log calls one event at a time.
class Console final : public Sink {
 public:
  /// @param print receives text for the terminal, as it is to be written; hostile names are escaped already
  Console(ConsoleStyle style, std::function<void(std::string_view)> print);
  ~Console() override;
  void write(const Event& event) noexcept override;

 private:
  void handle(const Event& event);
  void on_start(const Event& event);
  void on_step(const Event& event);
  void on_eval(const Event& event);
  void on_bad_picture(const Event& event);
  void on_finish(const Event& event);
  /// A whole line above the bar.
  void line(const std::string& text);
  void notice(const char* color, const char* label, const std::string& message);
  void clear_bar();
  std::string bar_line(const Event& event) const;
  std::string plain_line(const Event& event) const;
  std::string paint(const char* color, const std::string& text) const;
  std::string epoch_label(const Event& event) const;

  ConsoleStyle style_;
  std::function<void(std::string_view)> print_;
  bool bar_shown_ = false;
  int64_t epochs_ = 0, steps_per_epoch_ = 0, total_steps_ = 0, bad_pictures_ = 0;
  double best_top1_ = -1;
  std::string out_;
};

/// A console on stderr: bar, colours (NO_COLOR honoured) and Unicode as far as the terminal and the locale go.
/// @param progress false: plain lines even on a terminal
std::shared_ptr<Console> make_console(bool progress);

}  // namespace surefoot::runs
