#include "surefoot/train/memory/footing_record.h"

namespace surefoot::train {

std::string levels_to_text(const std::vector<nn::Recompute>& levels) {
  std::string text;
  for (const nn::Recompute level : levels) text += static_cast<char>('0' + static_cast<int>(level));
  return text;
}

std::vector<nn::Recompute> levels_from_text(const std::string& text) {
  std::vector<nn::Recompute> levels;
  for (const char digit : text)
    levels.push_back(digit >= '0' && digit <= '2' ? static_cast<nn::Recompute>(digit - '0') : nn::Recompute::kNone);
  return levels;
}

}  // namespace surefoot::train
