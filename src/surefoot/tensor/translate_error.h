#pragma once
// libtorch's exceptions become surefoot::Error at the torch wall.
#include <exception>
#include <string>
#include <utility>

namespace surefoot::tensor {

/// Throws the error as surefoot::Error: out of memory -> kOutOfMemory, CUDA and device trouble -> kDevice, anything
/// else of libtorch or the standard library -> kInternal, without libtorch's backtrace. A surefoot::Error passes
/// unchanged.
/// @param doing what failed, for the message: "training step 12"
[[noreturn]] void rethrow_translated(std::exception_ptr error, const std::string& doing);
/// True for c10::OutOfMemoryError, std::bad_alloc and surefoot's own kOutOfMemory.
bool is_out_of_memory(std::exception_ptr error) noexcept;

/// Runs `body`, translating what it throws.
template <class Body>
auto translated(const std::string& doing, Body&& body) -> decltype(body()) {
  try {
    return std::forward<Body>(body)();
  } catch (...) {
    rethrow_translated(std::current_exception(), doing);
  }
}

}  // namespace surefoot::tensor
