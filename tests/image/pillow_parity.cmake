# Runs pillow_parity.py where SUREFOOT_TEST_PYTHON names a Python with Pillow and NumPy; says so and is skipped where not.
if(NOT DEFINED ENV{SUREFOOT_TEST_PYTHON})
  message("skipped: SUREFOOT_TEST_PYTHON is not set; it names a Python with Pillow and NumPy")
  return()
endif()
execute_process(COMMAND $ENV{SUREFOOT_TEST_PYTHON} ${SCRIPT} ${PROBE} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "pillow_parity.py: ${result}")
endif()
