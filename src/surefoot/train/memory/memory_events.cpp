#include "surefoot/train/memory/memory_events.h"

#include "surefoot/base/error.h"
#include "surefoot/base/units.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/tensor/memory_budget.h"
#include "surefoot/tensor/translate_error.h"

namespace surefoot::train {

std::string message_of(std::exception_ptr error) {
  try {
    tensor::rethrow_translated(error, "this");
  } catch (const Error& translated) {
    return translated.why().empty() ? translated.what() : translated.why();
  }
}

void say_out_of_memory(Session& s, Phase phase, const std::string& message) {
  s.log->write(s.progress.step, "out_of_memory",
               {{"phase", std::string(phase_name(phase))},
                {"message", message},
                {"live_bytes", static_cast<int64_t>(tensor::device_memory(s.device).live_bytes)},
                {"budget_bytes", static_cast<int64_t>(tensor::memory_budget(s.device))}});
}

void say_memory_action(Session& s, const MemoryAction& action) {
  s.log->write(s.progress.step, "memory_action",
               {{"action", action.action},
                {"kind", std::string(change_name(action.kind))},
                {"before", action.before},
                {"after", action.after},
                {"why", action.why}});
  if (action.kind != ChangeKind::kNeutral) s.log->flush(/*sync=*/true);  // a run that is killed repeats it
}

void free_caches(Session& s) {
  const uint64_t before = tensor::memory_capacity(s.device).free_bytes;
  tensor::free_caches(s.device);
  say_memory_action(s, {.action = "free_caches",
                        .before = format_bytes(before) + " free",
                        .after = format_bytes(tensor::memory_capacity(s.device).free_bytes) + " free",
                        .why = "kept for later by the allocator, used by nothing"});
}

}  // namespace surefoot::train
