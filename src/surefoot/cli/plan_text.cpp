#include "surefoot/cli/plan_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "surefoot/base/escape.h"
#include "surefoot/base/units.h"

namespace surefoot::cli {
namespace {

std::string bytes(int64_t n) { return format_bytes(static_cast<uint64_t>(std::max<int64_t>(0, n))); }

std::string number(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof(text), format, value);
  return text;
}

std::string padded(const std::string& text, size_t width) {
  return text.size() < width ? text + std::string(width - text.size(), ' ') : text + " ";
}
std::string right(const std::string& text, size_t width) {
  return (text.size() < width ? std::string(width - text.size(), ' ') : " ") + text;
}

class Page {
 public:
  Page(const PlanReport& report, bool colour) : report_(report), run_(report.run), colour_(colour) {}

  std::string text() {
    head();
    device_bytes();
    host_bytes();
    ways();
    remedies();
    choice();
    hardware();
    probe();
    for (const plan::Advice& advice : report_.advice) line("Advice " + advice.why);
    return text_;
  }

 private:
  void line(const std::string& text) { text_ += text + "\n"; }
  void heading(const std::string& text) { line("\n" + (colour_ ? "\x1b[1m" + text + "\x1b[0m" : text)); }

  void head() {
    const auto& r = run_.recipe;
    line(escape_terminal(r.model.name) + ", " + std::to_string(r.data.image_size) + " px, batch " +
         std::to_string(r.train.batch) + " in micro-batches of " + std::to_string(r.train.micro_batch) + ", " +
         r.train.precision + ", " + r.optim.name + ", " + std::to_string(run_.data.classes) + " classes, on " +
         escape_terminal(run_.device));
    const plan::Option& asked = run_.fit.asked;
    line("a steady step holds " + bytes(asked.peak_bytes) + " at its peak (" + run_.asked.peak_phase +
         "), evaluation " + bytes(asked.evaluation_peak_bytes) +
         (asked.reserved_bytes > 0 ? "; the card's allocator reserves " + bytes(asked.reserved_bytes) : ""));
    line("budget " + bytes(run_.budget_bytes) + " (" + run_.budget_from +
         "): " + (asked.fits ? "it fits" : "it does not fit as it is"));
  }

  /// One row of the chart: eighths of a block make the bar.
  void bar(const std::string& name, int64_t value, int64_t whole) {
    constexpr int kEighths = 8 * 24;
    const char* const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const double share = whole > 0 ? static_cast<double>(value) / static_cast<double>(whole) : 0;
    const int eighths = static_cast<int>(std::lround(share * kEighths));
    std::string drawn;
    for (int i = 0; i < eighths / 8; ++i) drawn += "█";
    drawn += parts[eighths % 8];
    line("  " + padded(name, 16) + right(bytes(value), 12) + right(number("%.1f %%", 100 * share), 8) + "  " +
         (colour_ ? "\x1b[36m" + drawn + "\x1b[0m" : drawn));
  }

  void device_bytes() {
    heading("Where the bytes go, at the peak");
    const plan::DryRun& run = run_.asked;
    for (size_t h = 0; h < plan::kHolders; ++h) {
      if (run.at_peak[h] == 0) continue;
      bar(plan::holder_name(static_cast<plan::Holder>(h)), run.at_peak[h], run.predicted_peak_bytes);
      if (static_cast<plan::Holder>(h) != plan::Holder::kActivations) continue;
      for (const auto& [name, value] : activations_by_module(run))
        if (value > 0) bar("  " + name, value, run.predicted_peak_bytes);
    }
  }

  /// "layer1.0" and "layer1.1" are layer1.
  static std::vector<std::pair<std::string, int64_t>> activations_by_module(const plan::DryRun& run) {
    std::vector<std::pair<std::string, int64_t>> modules;
    for (size_t b = 0; b < run.activations_at_peak.size(); ++b) {
      const std::string name =
          b < run.blocks.size() ? run.blocks[b].name.substr(0, run.blocks[b].name.find('.')) : "head, loss";
      if (modules.empty() || modules.back().first != name) modules.emplace_back(name, 0);
      modules.back().second += run.activations_at_peak[b];
    }
    return modules;
  }

  void host_bytes() {
    heading("Host memory beside them: " + bytes(run_.host.total_bytes));
    for (const plan::HostTerm& term : run_.host.terms)
      line("  " + padded(term.name, 26) + right(bytes(term.bytes), 12) + "  " + term.why);
  }

  void way(const plan::Option& option) {
    const bool chosen = run_.fit.chosen && option.footing.micro_batch == run_.fit.chosen->footing.micro_batch &&
                        option.footing.recompute == run_.fit.chosen->footing.recompute && !option.changes_result;
    line((chosen ? "> " : "  ") + right(std::to_string(option.footing.micro_batch), 11) + "  " +
         padded(plan::recompute_words(option.footing.recompute), 24) + padded(option.precision, 10) +
         padded(option.optimizer, 10) + right(bytes(option.needed()), 11) +
         right(number("%.2fx", option.slow_down), 8) + (option.fits ? "  fits" : "  no") +
         (option.changes_result ? ", learns differently" : ""));
  }

  void ways() {
    heading("Ways to take a step, fastest first (> the choice)");
    line("  micro-batch  " + padded("computed again", 24) + padded("precision", 10) + padded("optimiser", 10) +
         right("peak", 11) + right("time", 8));
    for (const plan::Option& option : run_.fit.pareto) way(option);
    for (const plan::Option& option : run_.fit.others) way(option);
    line(
        "  cheap: norms and activations of a block are computed again in the backward instead of kept; whole: all of it.");
    line(
        "  The result is the same; a smaller micro-batch gives the same sums in another order. Time is estimated (--probe measures).");
  }

  void remedies() {
    if (run_.fit.remedies.empty()) return;
    const bool any = std::ranges::any_of(run_.fit.remedies, &plan::Remedy::fits);
    heading(any ? "Nothing fits. With the smallest way above, one of:"
                : "Nothing fits, and neither do these values, one by one or together; a smaller model may:");
    for (const plan::Remedy& remedy : run_.fit.remedies)
      line("  " + padded(plan::flags(remedy), 36) + right(bytes(remedy.needed_bytes), 11) +
           (remedy.fits ? "  fits" : "  still too much") +
           (remedy.changes.size() == 1 ? ": " + remedy.changes[0].effect : ""));
  }

  void choice() {
    if (!run_.fit.chosen) return;
    std::string keys;
    for (const auto& [key, value] : report_.choice) keys += " --set " + key + "=" + value;
    heading("The choice: " + (keys.empty() ? "the recipe as it is" : keys.substr(1)));
    if (!keys.empty())
      line("  " + bytes(run_.fit.chosen->needed()) + " at the peak, " + number("%.2f", run_.fit.chosen->slow_down) +
           " times the time of the recipe as it is");
  }

  std::string money(const std::optional<double>& amount) const {
    return amount ? number("%.0f ", *amount) + report_.table.prices.currency : "-";
  }

  void hardware() {
    if (report_.rigs.empty()) return;
    heading("On other hardware, when the loader keeps up");
    line("  " + padded("", 12) + right("pictures/s", 11) + right("time", 9) + right("energy", 10) + right("own", 12) +
         right("rent", 12) + "  " + padded("memory of a card", 24) + "micro-batch, computed again");
    for (const train::RigPlan& rig : report_.rigs) {
      const plan::Estimate& e = rig.estimate;
      const bool known = report_.data_known;
      const std::string memory = bytes(rig.way.needed()) + " of " + number("%.0f GiB", rig.memory_bytes / (1 << 30)) +
                                 (rig.fits ? "" : ": no");
      line("  " + padded(e.hardware, 12) + right(number("%.0f", e.rate), 11) +
           right(known ? format_duration(e.hours * 3600) : "-", 9) +
           right(known ? number("%.1f kWh", e.kwh) : "-", 10) + right(known ? money(e.own_cost) : "-", 12) +
           right(known ? money(e.rent_cost) : "-", 12) + "  " + padded(memory, 24) +
           std::to_string(rig.way.footing.micro_batch) + ", " + plan::recompute_words(rig.way.footing.recompute));
    }
    line("  speed: a roofline of arithmetic and memory traffic over " + std::to_string(report_.held_out.rows.size()) +
         " published rates; each left out in turn, it is off by " +
         number("%.0f %% in the median, ", 100 * report_.held_out.median) +
         number("%.0f %% at worst", 100 * report_.held_out.worst));
    line("  own: electricity and the wear of what is bought; rent: by the hour; - not known (--prices FILE)");
  }

  void probe() {
    if (!report_.probe) return;
    heading("Measured here: " + number("%.1f pictures a second, ", report_.probe->images_per_second) +
            number("%.3f s a step", report_.probe->seconds_a_step));
    if (!report_.data_known) return;
    const plan::RunSize size = train::run_size(run_.recipe, run_.data);
    line("  the run would take " +
         format_duration((size.trained + size.evaluated / 3) / report_.probe->images_per_second));
  }

  const PlanReport& report_;
  const train::RunPlan& run_;
  const bool colour_;
  std::string text_;
};

}  // namespace

std::string plan_text(const PlanReport& report, bool colour) { return Page(report, colour).text(); }

}  // namespace surefoot::cli
