#include "surefoot/plan/fit.h"

#include <algorithm>
#include <set>

#include "surefoot/plan/caching_allocator.h"

namespace surefoot::plan {
namespace {

using nn::Recompute;

class Fitter {
 public:
  Fitter(const FitRequest& request, const Rehearsal& rehearse)
      : request_(request), recipe_(request.recipe), rehearse_(rehearse) {}

  Fit run() {
    asked_ = footing(recipe_.train.micro_batch, {});
    blocks_ = dry(recipe_, asked_).blocks.size();
    asked_.recompute = recompute_levels(recipe_.memory.recompute, blocks_);
    fit_.asked = option(recipe_, asked_);
    asked_seconds_ = fit_.asked.seconds;
    fit_.asked.slow_down = 1;
    if (request_.choice_only && fit_.asked.fits) {
      fit_.chosen = fit_.asked;
      shrink_evaluation(*fit_.chosen);
      return std::move(fit_);
    }
    std::vector<Option> all = {fit_.asked};
    for (const int64_t micro_batch : micro_batches_to_try(recipe_, request_.groups_matter)) add_ways(micro_batch, all);
    choose(all);
    fit_.pareto = pareto(std::move(all));
    if (fit_.chosen) add_others();
    if (!fit_.chosen && !request_.choice_only) add_remedies();
    fit_.dry_runs = static_cast<int>(dry_runs_.size());
    return std::move(fit_);
  }

 private:
  Footing footing(int64_t micro_batch, std::vector<Recompute> levels) const {
    return {.micro_batch = micro_batch,
            .recompute = std::move(levels),
            .offload = recipe_.memory.offload == "always",
            .prefetch = recipe_.data.prefetch,
            .eval_batch = recipe_.train.eval_batch};
  }

  const DryRun& dry(const config::Recipe& recipe, const Footing& footing) {
    const config::Recipe run = shortened(recipe, footing.micro_batch);
    std::string key = config::to_yaml(run) + std::to_string(footing.micro_batch) + " " +
                      recompute_text(footing.recompute) + " " + std::to_string(footing.eval_batch);
    const auto known = dry_runs_.find(key);
    return known != dry_runs_.end() ? known->second
                                    : dry_runs_.emplace(std::move(key), rehearse_(run, footing)).first->second;
  }

  Option option(const config::Recipe& recipe, const Footing& footing) {
    const DryRun &run = dry(recipe, footing), &plain = dry(recipe, this->footing(footing.micro_batch, {}));
    const config::Recipe shorter = shortened(recipe, footing.micro_batch);
    const int64_t batch = shorter.train.batch, micro_batch = std::min(footing.micro_batch, batch);
    Option option{.precision = recipe.train.precision,
                  .optimizer = recipe.optim.name,
                  .footing = footing,
                  .peak_bytes = run.predicted_peak_bytes};
    option.peak_bytes += bytes_of_labels(recipe.train.batch - batch);
    if (request_.counts_reserved) option.reserved_bytes = reserved_bytes(run);
    option.evaluation_peak_bytes = run.evaluation_peak_bytes;
    option.resident_bytes = run.resident_bytes;
    const bool half = recipe.train.precision == "bf16" || recipe.train.precision == "fp16";
    const int64_t step_events = static_cast<int64_t>(run.evaluation_begins - run.second_step_begins) / 2;
    const int64_t cuts = std::max<int64_t>(1, batch / micro_batch);
    option.work = work_of(run, plain, batch, micro_batch, half);
    option.seconds = seconds_a_picture(
        speed(option.precision), option.work,
        {.micro_batch = micro_batch, .weight_bytes = weight_bytes(run), .operators = step_events / cuts});
    option.slow_down = asked_seconds_ > 0 ? option.seconds / asked_seconds_ : 1;
    option.fits = option.needed() <= request_.budget_bytes;
    return option;
  }

  const Speed& speed(const std::string& precision) const {
    const auto other = request_.other_speeds.find(precision);
    return other != request_.other_speeds.end() && precision != recipe_.train.precision ? other->second
                                                                                        : request_.speed;
  }

  static int64_t weight_bytes(const DryRun& run) { return run.at_peak[static_cast<size_t>(Holder::kWeights)]; }

  /// The ways to go with this micro-batch: the three uniform ones, and the cheapest mix that fits where a uniform one
  /// that does wastes time.
  void add_ways(int64_t micro_batch, std::vector<Option>& all) {
    const bool free = recipe_.memory.recompute == "auto";
    const std::vector<Recompute> fixed = asked_.recompute;
    all.push_back(option(recipe_, footing(micro_batch, fixed)));
    if (!free) return;
    const Option plain = all.back();
    all.push_back(option(recipe_, footing(micro_batch, recompute_levels("cheap", blocks_))));
    const Option cheap = all.back();
    all.push_back(option(recipe_, footing(micro_batch, recompute_levels("block", blocks_))));
    const Option block = all.back();
    if (plain.fits || block.needed() > request_.budget_bytes) {
      // Nothing to search for; the list shows what half-way costs.
      if (micro_batch == asked_.micro_batch) add_mix(micro_batch, (plain.peak_bytes + block.peak_bytes) / 2, all);
      return;
    }
    add_mix(micro_batch, request_.budget_bytes, all);
  }

  /// The cheapest levels within `budget`; what a dry run finds above it is taken off and tried again.
  void add_mix(int64_t micro_batch, int64_t budget, std::vector<Option>& all) {
    const auto at = [&](const char* level) {
      return &dry(recipe_, footing(micro_batch, recompute_levels(level, blocks_)));
    };
    const int64_t batch = shortened(recipe_, micro_batch).train.batch;
    const BlockChain chain({at("none"), at("cheap"), at("block")}, request_.speed, batch, std::min(micro_batch, batch));
    int64_t target = budget;
    for (int tries = 0; tries < 4; ++tries) {
      const auto levels = chain.within(target);
      if (!levels) return;
      all.push_back(option(recipe_, footing(micro_batch, *levels)));
      const int64_t above = all.back().needed() - budget;
      if (above <= 0) return;
      target -= above + above / 8;
    }
  }

  void choose(const std::vector<Option>& all) {
    constexpr double kSame = 1.001;  // times: not worth a change
    for (const Option& option : all) {
      if (!option.fits) continue;
      if (!fit_.chosen || option.seconds * kSame < fit_.chosen->seconds) fit_.chosen = option;
    }
    if (fit_.asked.fits) {
      if (fit_.asked.seconds <= fit_.chosen->seconds * kSame) fit_.chosen = fit_.asked;
    }
    if (fit_.chosen) shrink_evaluation(*fit_.chosen);
  }

  void shrink_evaluation(Option& option) {
    while (option.evaluation_peak_bytes > request_.budget_bytes && option.footing.eval_batch > 1) {
      option.footing.eval_batch /= 2;
      option.evaluation_peak_bytes = dry(recipe_, option.footing).evaluation_peak_bytes;
    }
  }

  std::vector<Option> pareto(std::vector<Option> all) const {
    std::ranges::stable_sort(all, [](const Option& a, const Option& b) {
      return std::pair(a.seconds, a.needed()) < std::pair(b.seconds, b.needed());
    });
    std::vector<Option> kept;
    for (Option& option : all)
      if (kept.empty() || option.needed() < kept.back().needed()) kept.push_back(std::move(option));
    return kept;
  }

  void add_others() {
    for (const std::string& precision : request_.precisions) {
      for (const std::string& optimizer : request_.optimizers) {
        if (precision == recipe_.train.precision && optimizer == recipe_.optim.name) continue;
        config::Recipe other = recipe_;
        other.train.precision = precision;
        other.optim.name = optimizer;
        Option way = option(other, fit_.chosen->footing);
        way.changes_result = true;
        fit_.others.push_back(std::move(way));
      }
    }
  }

  void add_remedies() {
    const auto need = [&](const config::Recipe& recipe) {
      return option(recipe, least_footing(recipe, fit_.pareto.back().footing, request_.groups_matter, blocks_))
          .needed();
    };
    fit_.remedies = remedies(recipe_, request_.groups_matter, request_.budget_bytes, need);
  }

  const FitRequest& request_;
  const config::Recipe& recipe_;
  const Rehearsal& rehearse_;
  Footing asked_;
  double asked_seconds_ = 0;
  size_t blocks_ = 0;
  std::map<std::string, DryRun> dry_runs_;
  Fit fit_;
};

}  // namespace

Fit fit(const FitRequest& request, const Rehearsal& rehearse) { return Fitter(request, rehearse).run(); }

config::Recipe shortened(config::Recipe recipe, int64_t micro_batch) {
  constexpr int64_t kFew = 4, kLeft = 2;  // micro-batches
  if (micro_batch > 0 && recipe.train.batch > kFew * micro_batch) recipe.train.batch = kLeft * micro_batch;
  return recipe;
}

int64_t bytes_of_labels(int64_t pictures) { return pictures * static_cast<int64_t>(sizeof(int64_t)); }

std::map<std::string, std::string> choice_keys(const config::Recipe& recipe, const Option& option, bool groups_matter) {
  std::map<std::string, std::string> keys;
  const Footing& footing = option.footing;
  if (footing.micro_batch != recipe.train.micro_batch) keys["train.micro_batch"] = std::to_string(footing.micro_batch);
  // A recipe whose micro-batch is smaller than a group is refused; without a batch norm that learns the group means
  // nothing.
  const int64_t group = recipe.train.batch_norm_group > 0 ? recipe.train.batch_norm_group : recipe.train.batch;
  if (!groups_matter && footing.micro_batch < group)
    keys["train.batch_norm.group"] = std::to_string(std::max<int64_t>(2, footing.micro_batch));
  const std::string levels = recompute_text(footing.recompute);
  if (recipe.memory.recompute == "auto" && levels != "none") keys["memory.recompute"] = levels;
  if (footing.eval_batch != recipe.train.eval_batch) keys["train.eval_batch"] = std::to_string(footing.eval_batch);
  return keys;
}

}  // namespace surefoot::plan
