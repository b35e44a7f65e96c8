#include "surefoot/tensor/translate_error.h"

#include <new>

#include <c10/util/Exception.h>

#include "surefoot/base/error.h"

namespace surefoot::tensor {
namespace {

[[noreturn]] void throw_out_of_memory(const std::string& doing, const std::string& why) {
  throw Error(ErrorCode::kOutOfMemory, doing + " ran out of memory", why,
              "lower train.micro_batch, train.batch or data.image_size, or choose a smaller model");
}

bool is_device_trouble(const std::string& text) {
  return text.find("CUDA error") != std::string::npos || text.find("cuDNN error") != std::string::npos ||
         text.find("NVIDIA driver") != std::string::npos;
}

/// After these no call of this process to the device succeeds (CUDA runtime API, cudaError: "the context must be
/// destroyed"): a new process may.
bool is_device_lost(const std::string& text) {
  for (const char* fatal : {"unspecified launch failure", "an illegal memory access", "uncorrectable ECC error",
                            "uncorrectable NVLink error", "hardware stack error", "launch timed out", "GPU is lost",
                            "fallen off the bus", "CUDA error: unknown error", "CUBLAS_STATUS_EXECUTION_FAILED"}) {
    if (text.find(fatal) != std::string::npos) return true;
  }
  return false;
}

/// Libraries under libtorch report some exhausted allocations (workspaces, handles) as plain errors. cuDNN says
/// NOT_SUPPORTED, or finds no engine, where no algorithm is left whose workspace fits.
bool tells_of_memory(const std::string& text) {
  for (const char* sign :
       {"out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED", "CUDNN_STATUS_NOT_SUPPORTED",
        "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED", "unable to find an engine to execute",
        "DefaultCPUAllocator", "could not create a memory", "std::bad_alloc"}) {
    if (text.find(sign) != std::string::npos) return true;
  }
  return false;
}

[[noreturn]] void throw_other(const std::string& doing, const std::string& why) {
  if (tells_of_memory(why)) throw_out_of_memory(doing, why);
  if (is_device_lost(why)) {
    throw Error(
        ErrorCode::kDeviceLost, doing + " failed: the device stopped answering", why,
        "look at `nvidia-smi` and the kernel log for the GPU; the same command goes on from the last checkpoint");
  }
  if (is_device_trouble(why)) {
    throw Error(ErrorCode::kDevice, doing + " failed on the device", why,
                "look at `nvidia-smi` and the kernel log for the GPU; restart resumes from the last checkpoint");
  }
  throw Error(ErrorCode::kInternal, doing + " failed inside libtorch", why,
              "this is a bug of surefoot: report it with the recipe and this message");
}

}  // namespace

void rethrow_translated(std::exception_ptr error, const std::string& doing) {
  try {
    std::rethrow_exception(error);
  } catch (const Error&) {
    throw;
  } catch (const c10::OutOfMemoryError& e) {
    throw_out_of_memory(doing, e.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    throw_out_of_memory(doing, "the system has no memory left (std::bad_alloc)");
  } catch (const c10::Error& e) {
    throw_other(doing, e.what_without_backtrace());
  } catch (const std::exception& e) {
    throw_other(doing, e.what());
  }
}

bool is_out_of_memory(std::exception_ptr error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const Error& e) {
    return e.code() == ErrorCode::kOutOfMemory;
  } catch (const c10::OutOfMemoryError&) {
    return true;
  } catch (const std::bad_alloc&) {
    return true;
  } catch (const c10::Error& e) {
    return tells_of_memory(e.what_without_backtrace());
  } catch (const std::exception& e) {
    return tells_of_memory(e.what());
  } catch (...) {
    return false;
  }
}

}  // namespace surefoot::tensor
