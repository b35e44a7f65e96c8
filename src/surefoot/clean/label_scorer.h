#pragma once
// What learned detectors need of a network, as arrays in and arrays out: `train` implements it, `clean` stays
// torch-free.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace surefoot::clean {

struct LabelTask {
  int side = 64;                    // px of the squares
  std::vector<uint8_t> pictures;    // [N, side, side, 3] RGB
  std::vector<int32_t> labels;      // [N], 0..classes-1
  std::vector<int32_t> folds;       // [N], 0..fold_count-1; copies share a fold
  int classes = 0, fold_count = 0;  // no classes: only embeddings are asked for, which takes `weights`
  uint64_t seed = 0;
  std::string weights;        // safetensors file; empty: trained from the labels alone
  double seconds_budget = 0;  // 0: none
};

struct LabelScores {
  int classes = 0, dimensions = 0;
  std::vector<float> probabilities;  // [N, classes], each row from a network that did not see the picture
  std::vector<float> embeddings;     // [N, dimensions], unit length
  double accuracy = 0;               // share of pictures whose given label is the most likely one, out of fold
  std::string method;                // one line for people: "5 folds x 2, small ResNet at 64 px, 20 epochs"
};

class LabelScorer {
 public:
  virtual ~LabelScorer() = default;
  /// Blocks. @param progress  share done, 0..1; may throw to stop. The same task gives the same scores on the same
  /// machine.
  virtual LabelScores score(const LabelTask& task, const std::function<void(double share)>& progress) = 0;
};

}  // namespace surefoot::clean
