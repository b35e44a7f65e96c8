#pragma once
// Loops for vectors of 256 bits where the processor has them.

/// Before a function that is mostly such loops: GCC compiles it twice, for AVX2 and for any x86-64, and the program
/// picks one when it starts. Without fused multiply-add, so results are the same. Elsewhere, and under sanitizers
/// (whose start-up such a choice would precede), it is compiled once.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define SUREFOOT_WIDE [[gnu::target_clones("avx2", "default")]]
#else
#define SUREFOOT_WIDE
#endif
