#include "surefoot/chaos/leak.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace surefoot::chaos {
namespace {

#if !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)  // the first finds the leak, both have memory of their own
/// Bytes of this process that no file holds.
uint64_t resident_anonymous() {
  char line[256];
  unsigned long long kib = 0;
  std::FILE* file = std::fopen("/proc/self/status", "r");
  while (std::fgets(line, sizeof line, file) != nullptr) {
    if (std::sscanf(line, "RssAnon: %llu kB", &kib) == 1) break;
  }
  std::fclose(file);
  return kib * 1024;
}

TEST(Leak, ReallyTakesMemoryAndEnds) {
  const uint64_t before = resident_anonymous();
  {
    Leak leak(real_clock(), 100 << 20, 0.3);
    for (int i = 0; i < 100 && leak.bytes() < (29 << 20); ++i) real_clock().sleep(0.05);
    EXPECT_NEAR(static_cast<double>(leak.bytes()), 30 << 20, 1 << 20);
  }
  EXPECT_GE(resident_anonymous() - before, 29u << 20) << "touched, and not given back";
}
#endif

}  // namespace
}  // namespace surefoot::chaos
