#pragma once
// A label task and its scores as safetensors files: how `surefoot` and `surefoot-engine` hand them over. Torch-free.
#include <string>

#include "surefoot/base/files.h"
#include "surefoot/clean/label_scorer.h"

namespace surefoot::cli {

/// Tensors `pictures` U8 [N, side, side, 3], `labels` I32 [N], `folds` I32 [N]; the rest in the metadata. Throws
/// kDiskFull, kFileWrite.
void write_label_task(Files& files, const std::string& path, const clean::LabelTask& task);
/// Throws kFileRead, kWeightsFormat for a file that `write_label_task` did not write.
clean::LabelTask read_label_task(Files& files, const std::string& path);

/// Tensors `probabilities` F32 [N, classes], `embeddings` F32 [N, dimensions].
void write_label_scores(Files& files, const std::string& path, const clean::LabelScores& scores);
clean::LabelScores read_label_scores(Files& files, const std::string& path);

}  // namespace surefoot::cli
