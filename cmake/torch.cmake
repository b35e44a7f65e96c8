# libtorch as an imported target, straight from its folder. The wheel's own TorchConfig.cmake asks for a CUDA toolkit
# as soon as the wheel has CUDA; a trainer that only calls ATen does not need one.
set(torch_lib ${SUREFOOT_TORCH}/lib)
set(torch_include ${SUREFOOT_TORCH}/include)
if(NOT EXISTS ${torch_lib}/libtorch.so OR NOT EXISTS ${torch_include}/ATen/ATen.h)
  message(FATAL_ERROR "SUREFOOT_TORCH=${SUREFOOT_TORCH} is not a libtorch folder: lib/libtorch.so or include/ATen/ATen.h is missing. "
                      "Give the folder of `python -c 'import torch; print(torch.__path__[0])'`, or run scripts/build.")
endif()
add_library(torch_wheel INTERFACE)
target_include_directories(torch_wheel SYSTEM INTERFACE ${torch_include} ${torch_include}/torch/csrc/api/include)
target_link_directories(torch_wheel INTERFACE ${torch_lib})
# libtorch_cuda registers its kernels when it is loaded; nothing names its symbols, so the linker must be told to keep it.
set(torch_libraries torch torch_cpu c10)
if(EXISTS ${torch_lib}/libtorch_cuda.so)
  list(APPEND torch_libraries torch_cuda c10_cuda)
endif()
list(TRANSFORM torch_libraries PREPEND -l)
target_link_options(torch_wheel INTERFACE -Wl,--no-as-needed ${torch_libraries} -Wl,--as-needed)
target_link_options(torch_wheel INTERFACE -Wl,-rpath,${torch_lib} -Wl,-rpath-link,${torch_lib})

# One precompiled header for every target below the wall (12 s a file without, 5 s with). A flag that differs would
# silently disable it, hence the error.
add_library(torch_pch OBJECT ${CMAKE_SOURCE_DIR}/src/surefoot/tensor/pch.cpp)
target_link_libraries(torch_pch PUBLIC torch_wheel Threads::Threads PRIVATE surefoot_warnings)
target_include_directories(torch_pch PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_precompile_headers(torch_pch PRIVATE ${CMAKE_SOURCE_DIR}/src/surefoot/tensor/pch.h)
function(surefoot_use_torch target)
  target_link_libraries(${target} PUBLIC torch_wheel)
  # -fPIC also for executables: it must be the flag that the header was compiled with.
  target_compile_options(${target} PRIVATE -Winvalid-pch -Werror=invalid-pch -fPIC)
  target_precompile_headers(${target} REUSE_FROM torch_pch)
endfunction()
