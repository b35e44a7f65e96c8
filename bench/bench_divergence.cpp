// What the divergence guard costs, as a share of the step: judging (every step) and a snapshot (every
// guards.snapshot_every steps), in CPU time, which a busy machine disturbs least.
// usage: bench_divergence DATA [MODEL] [BATCH] [SIZE]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>

#include "surefoot/guards/divergence.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/train/memory/recovery.h"
#include "surefoot/train/safety/snapshot_ring.h"

namespace {

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Of one call; the median of five rounds.
double cost(int64_t calls, const std::function<void()>& call) {
  std::vector<double> rounds;
  for (int round = 0; round < 5; ++round) {
    const double start = cpu_seconds();
    for (int64_t i = 0; i < calls; ++i) call();
    rounds.push_back((cpu_seconds() - start) / static_cast<double>(calls));
  }
  std::sort(rounds.begin(), rounds.end());
  return rounds[2];
}

}  // namespace

int main(int argc, char** argv) {
  using namespace surefoot;
  if (argc < 2) return std::fprintf(stderr, "usage: bench_divergence DATA [MODEL] [BATCH] [SIZE]\n"), 2;
  tensor::install_cpu_allocator();
  config::Recipe recipe;
  config::set(recipe, "data.path", argv[1]);
  config::set(recipe, "model.name", argc > 2 ? argv[2] : "resnet18");
  config::set(recipe, "train.batch", argc > 3 ? argv[3] : "32");
  config::set(recipe, "data.image_size", argc > 4 ? argv[4] : "224");
  config::set(recipe, "train.threads", "1");
  config::set(recipe, "train.ema", "0.999");
  config::set(recipe, "train.precision", "fp32");
  config::set(recipe, "log.tensorboard", "false");
  char folder[] = "/tmp/bench_divergence.XXXXXX";
  if (::mkdtemp(folder) == nullptr) return 4;
  {
    std::string finished;
    const auto s = train::open_session({.recipe = recipe, .out = folder}, real_files(), real_clock(), finished);
    train::Trainee trainee = s->trainee();
    train::Recovery recovery(*s);
    const data::Batch batch = recovery.next_batch();
    const double step = cost(1, [&] { recovery.step(trainee, batch); });
    train::SnapshotRing ring(s->recipe.guards.snapshots);
    for (int64_t i = 0; i < recipe.guards.snapshots; ++i) ring.take(*s);  // from here on nothing is allocated
    const double snapshot = cost(1, [&] { ring.take(*s); });
    guards::DivergenceState state;
    const double judging = cost(200000, [&] {
      if (guards::judge(state, state.loss.count, 1.5 + 0.1 * state.loss.variance, 2, 2.3).fine())
        guards::accept(state, 1.5, 2);
    });
    const double share = (judging + snapshot / static_cast<double>(recipe.guards.snapshot_every)) / step;
    std::printf(
        R"({"model": "%s", "step_ms": %.1f, "judging_ns": %.0f, "snapshot_ms": %.1f, "snapshot_every": %lld, "ring_bytes": %llu, "share_of_step": %.5f})"
        "\n",
        recipe.model.name.c_str(), 1e3 * step, 1e9 * judging, 1e3 * snapshot,
        static_cast<long long>(recipe.guards.snapshot_every), static_cast<unsigned long long>(ring.bytes()), share);
  }
  std::filesystem::remove_all(folder);
  return 0;
}
