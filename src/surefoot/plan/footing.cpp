#include "surefoot/plan/footing.h"

#include <algorithm>

#include "surefoot/base/error.h"

namespace surefoot::plan {

using nn::Recompute;

std::vector<Recompute> recompute_levels(const std::string& recompute, size_t blocks) {
  if (recompute == "auto" || recompute == "none") return {};
  if (recompute == "cheap" || recompute == "block") {
    std::vector<Recompute> levels(blocks, recompute == "cheap" ? Recompute::kCheap : Recompute::kBlock);
    if (blocks > 0) levels.back() = Recompute::kCheap;
    return levels;
  }
  if (recompute.size() != blocks) {
    throw Error(
        ErrorCode::kRecipeConflict, "memory.recompute=" + recompute + " does not fit the model",
        "it has " + std::to_string(recompute.size()) + " digits, the model " + std::to_string(blocks) + " blocks",
        "a digit for each block, or none, cheap, block, auto");
  }
  std::vector<Recompute> levels;
  for (const char digit : recompute) levels.push_back(static_cast<Recompute>(std::clamp(digit - '0', 0, 2)));
  return levels;
}

std::string recompute_text(const std::vector<Recompute>& levels) {
  for (const char* all : {"cheap", "block"})
    if (!levels.empty() && levels == recompute_levels(all, levels.size())) return all;
  std::string text;
  for (const Recompute level : levels) text += static_cast<char>('0' + static_cast<int>(level));
  return text.find_first_not_of('0') == std::string::npos ? "none" : text;
}

std::string recompute_words(const std::vector<Recompute>& levels) {
  const std::string uniform = recompute_text(levels);
  if (uniform == "none") return "nothing";
  if (uniform == "cheap") return "norms, activations";
  if (uniform == "block") return "whole blocks";
  const auto whole = std::ranges::count(levels, Recompute::kBlock),
             cheap = std::ranges::count(levels, Recompute::kCheap);
  std::string text = whole > 0 ? std::to_string(whole) + " whole" : "";
  if (cheap > 0) text += (text.empty() ? "" : ", ") + std::to_string(cheap) + " cheap";
  return text + " of " + std::to_string(levels.size());
}

std::string describe(const Footing& footing) {
  std::string text = "micro-batch " + std::to_string(footing.micro_batch);
  if (const std::string words = recompute_words(footing.recompute); words != "nothing")
    text += ", computed again: " + words;
  if (footing.offload) text += ", activations offloaded";
  return text;
}

}  // namespace surefoot::plan
