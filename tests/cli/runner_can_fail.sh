#!/usr/bin/env bash
# Each of these scenarios is wrong, so the runner has to refuse it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
wrong() {
  printf '%b' "$1" > "$folder/wrong.test"
  if "$here/run_scenario.sh" "$program" "$folder/wrong.test" > /dev/null; then echo "FAILED: accepted: $1"; exit 1; fi
}
program=$1
wrong '$ surefoot --version\nexit 2\n'
wrong '$ surefoot --version\nout nothing like it\n'
wrong '$ surefoot --version\nno-out surefoot\n'
wrong '$ surefoot nope\nexit 2\nerr nothing like it\n'
wrong '$ surefoot nope\n'
wrong '$ surefoot --version\nouput surefoot\n'
wrong '# nothing\n'
echo "wrong scenarios are refused"
