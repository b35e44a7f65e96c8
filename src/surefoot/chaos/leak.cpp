#include "surefoot/chaos/leak.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace surefoot::chaos {

Leak::Leak(const Clock& clock, double bytes_per_second, double seconds)
    : thread_([this, &clock, bytes_per_second, seconds](const std::stop_token& stop) {
        constexpr double kPause = 0.1;        // seconds
        constexpr uint64_t kMost = 64 << 20;  // bytes at once
        const double began = clock.now();
        while (!stop.stop_requested()) {
          const double elapsed = std::min(clock.now() - began, seconds);
          while (static_cast<double>(bytes_) < elapsed * bytes_per_second && !stop.stop_requested()) {
            const uint64_t block = std::min(kMost, static_cast<uint64_t>(elapsed * bytes_per_second) - bytes_ + 1);
            void* memory = std::malloc(block);
            if (memory == nullptr) return;  // it has done its work
            std::memset(memory, 0x5f, block);
            asm volatile("" : : "r"(memory) : "memory");  // so that nobody proves it unused
            bytes_ += block;
          }
          if (elapsed >= seconds) return;
          clock.sleep(kPause);
        }
      }) {}

Leak::~Leak() = default;

}  // namespace surefoot::chaos
