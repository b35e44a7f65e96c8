#!/usr/bin/env bash
# sizes.sh ROOT: a source file stays below 300 lines, so that it can be read in one go.
set -euo pipefail
cd "$1"
long=$(find src examples fuzz \( -name '*.cpp' -o -name '*.h' \) -exec awk 'END {if (NR >= 300) print FILENAME ": " NR " lines"}' {} \;)
[ -z "$long" ] || { printf '%s\n' "$long"; echo "FAILED: files of 300 lines and more"; exit 1; }
echo "every source file is shorter than 300 lines"
