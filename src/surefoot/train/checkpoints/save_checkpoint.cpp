#include "surefoot/train/checkpoints/save_checkpoint.h"

#include "surefoot/tensor/translate_error.h"
#include "surefoot/train/memory/memory_events.h"

namespace surefoot::train {
namespace {

/// Null where it went well.
std::exception_ptr hand_over(Session& s, bool keep) {
  try {
    if (s.observer != nullptr) s.observer->entering(Phase::kSaving);
    Snapshot copy = s.snapshot(Session::Copies::kYes);
    copy.keep = keep;
    s.writer->submit(std::move(copy));
    return nullptr;
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

void save_checkpoint(Session& s, bool keep) {
  for (int tries = 0; tries < 2; ++tries) {
    const std::exception_ptr error = hand_over(s, keep);
    if (!error) return;
    if (!s.recipe.memory.recovery || !tensor::is_out_of_memory(error))
      tensor::rethrow_translated(error, "saving a checkpoint");
    say_out_of_memory(s, Phase::kSaving, message_of(error));
    s.writer->wait();  // the snapshot that it holds is memory, too
    free_caches(s);
  }
  say_memory_action(s, {.action = "stream_checkpoint",
                        .before = "a copy of everything, written while training goes on",
                        .after = "written tensor by tensor, while training waits",
                        .why = "there is no memory for a copy"});
  s.writer->write_now(s.progress, [&] {
    Snapshot live = s.snapshot(Session::Copies::kNo);
    live.keep = keep;
    return live;
  });
}

}  // namespace surefoot::train
