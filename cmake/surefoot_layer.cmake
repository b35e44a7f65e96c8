# surefoot_layer(NAME SOURCES a.cpp ... [DEPENDS layer ...] [LINK library ...] [TORCH])
#
# One static library a layer, linked only to the layers named in DEPENDS: a layer that reaches upwards does not link,
# and one above the torch wall does not even find torch's headers, because only TORCH attaches their path.
# The lint test tests/lint/layering reads the same calls and checks every #include against them.
add_library(surefoot_warnings INTERFACE)
target_compile_options(surefoot_warnings INTERFACE -Wall -Wextra -Wshadow -Wno-missing-field-initializers
  -Wno-restrict)  # false positives of GCC 12 in std::string (GCC bug 105329)
if(SUREFOOT_SANITIZE)
  target_compile_options(surefoot_warnings INTERFACE -fsanitize=${SUREFOOT_SANITIZE} -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS)
  target_link_options(surefoot_warnings INTERFACE -fsanitize=${SUREFOOT_SANITIZE})
endif()

function(surefoot_layer name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  add_library(surefoot_${name} STATIC ${ARG_SOURCES})
  add_library(surefoot::${name} ALIAS surefoot_${name})
  target_include_directories(surefoot_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  list(TRANSFORM ARG_DEPENDS PREPEND surefoot_)
  target_link_libraries(surefoot_${name} PUBLIC ${ARG_DEPENDS} Threads::Threads PRIVATE surefoot_warnings ${ARG_LINK})
  if(ARG_TORCH)
    surefoot_use_torch(surefoot_${name})
  endif()
endfunction()

# Test code is compiled more often than it computes: optimising it less halves the time of the build.
add_library(surefoot_test_options INTERFACE)
target_compile_options(surefoot_test_options INTERFACE $<$<NOT:$<CONFIG:Debug>>:-O1>)
if(SUREFOOT_SANITIZE)
  target_compile_options(surefoot_test_options INTERFACE -O0)
endif()

# surefoot_test(NAME SOURCES ... DEPENDS layer ... [LABEL label] [TORCH] [ONE_THREAD]): one test program a layer; links are
# cheap, torch compiles are not. Test programs run side by side: threads of OpenMP that wait must not spin for long, or two
# programs take ten times the time of one (ONE_THREAD: nothing in it depends on there being more).
function(surefoot_test name)
  cmake_parse_arguments(ARG "TORCH;ONE_THREAD" "LABEL" "SOURCES;DEPENDS;LINK" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  add_executable(${name}_tests ${ARG_SOURCES})
  list(TRANSFORM ARG_DEPENDS PREPEND surefoot_)
  target_include_directories(${name}_tests PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${name}_tests PRIVATE ${ARG_DEPENDS} surefoot_warnings surefoot_test_options ${ARG_LINK} GTest::gtest_main)
  if(ARG_TORCH)
    surefoot_use_torch(${name}_tests)
  endif()
  gtest_discover_tests(${name}_tests TEST_PREFIX "${name}." PROPERTIES LABELS ${ARG_LABEL}
    ENVIRONMENT $<IF:$<BOOL:${ARG_ONE_THREAD}>,OMP_NUM_THREADS=1,GOMP_SPINCOUNT=1000> DISCOVERY_TIMEOUT 60)
endfunction()

# surefoot_catalog(TARGET DEF): compiles DIR/NAME.cpp for every SUREFOOT_ENTRY(NAME) line of DIR/catalog.def,
# the same list that the C++ side includes: a new entry is one new file and one line.
function(surefoot_catalog target def)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${def})
  cmake_path(GET def PARENT_PATH dir)
  file(STRINGS ${def} lines REGEX "^SUREFOOT_ENTRY\\([a-z0-9_]+\\)")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^SUREFOOT_ENTRY\\(([a-z0-9_]+)\\).*" "\\1" entry "${line}")
    if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${dir}/${entry}.cpp)
      message(FATAL_ERROR "${def} lists '${entry}' but ${dir}/${entry}.cpp is missing. Create it, or remove the line.")
    endif()
    target_sources(${target} PRIVATE ${dir}/${entry}.cpp)
  endforeach()
endfunction()
