#include "surefoot/base/clock.h"

#include <thread>

namespace surefoot {
namespace {
class RealClock final : public Clock {
 public:
  double now() const override {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  double wall() const override {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  }
  void sleep(double seconds) const override { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }
};
}  // namespace

const Clock& real_clock() {
  static const RealClock clock;
  return clock;
}

}  // namespace surefoot
