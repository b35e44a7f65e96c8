#pragma once
// RUN/summary.json: what came out, for machines.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "surefoot/runs/time_spent.h"

namespace surefoot::runs {

struct Summary {
  std::string model, reason, precision, device;
  double top1 = 0, top5 = 0, loss = 0;
  int64_t best_epoch = 0, steps = 0, epochs = 0, classes = 0, train_pictures = 0, val_pictures = 0;
  std::string best_weights = "raw";
  double seconds = 0;                         // all processes of the run
  double images_per_second = 0;               // training pictures over all seconds
  TimeSpent time;                             // where the wall time went; its effective() is `effective_training_time`
  std::map<std::string, int64_t> incidents;   // what befell the run, see TimeAccount::incidents
  bool rehearsed = false;                     // faults were asked for (--chaos)
  uint64_t peak_memory_bytes = 0;             // live bytes of training steps
  uint64_t evaluation_peak_memory_bytes = 0;  // of evaluations
  uint64_t predicted_peak_bytes = 0;          // for a training step, before the run; 0: not known
  int64_t memory_shortages = 0;               // each was recovered from
  std::string footing;                        // how the run held itself within memory at its end
  int64_t eval_resize = 0, eval_crop = 0;
  std::vector<double> mean, std;
  std::string interpolation;
  std::map<std::string, int64_t> events;  // counted by name
};

std::string to_json(const Summary& summary);

}  // namespace surefoot::runs
