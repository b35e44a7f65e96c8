#!/usr/bin/env bash
# format.sh ROOT: C++ is formatted as .clang-format says. The pinned clang-format comes with the Python of the tests.
set -euo pipefail
cd "$1"
program=${SUREFOOT_TEST_PYTHON:+$(dirname "$SUREFOOT_TEST_PYTHON")/clang-format}
[ -x "${program:-}" ] || { echo "skipped: no clang-format beside SUREFOOT_TEST_PYTHON"; exit 0; }
find src tests bench fuzz examples \( -name '*.cpp' -o -name '*.h' -o -name '*.cu' \) -print0 | xargs -0 "$program" --dry-run -Werror ||
  { echo "FAILED: run clang-format -i on the files above"; exit 1; }
echo "every file is formatted"
