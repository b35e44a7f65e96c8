#!/usr/bin/env bash
# odd_pictures.sh SUREFOOT_DECODE: the odd and broken pictures of the test data, all in one call.
set -euo pipefail
decode=$1
data=${SUREFOOT_TEST_DATA:-$(cd "$(dirname "$0")/../../.." && pwd)/shared/data}
[ -e "$data/odd_a.tar" ] || { echo "skipped: no data at $data"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xf "$data/odd_a.tar" -C "$work"
find "$work/odd_a" -type f -print0 | sort -z | xargs -0 "$decode" --json > "$work/out" 2> "$work/err"
files=$(find "$work/odd_a" -type f -print0 | tr -dc '\0' | wc -c)
bad=0
complain() { echo "FAILED: $*"; bad=1; }
[ "$(wc -l < "$work/out")" = "$files" ] || complain "$(wc -l < "$work/out") outcomes for $files files"
grep -q '^sandbox: seccomp+rlimits' "$work/err" || complain "the sandbox level is not said: $(head -3 "$work/err")"
grep -E '"status":"(crashed|timeout|out-of-memory|unreadable)"' "$work/out" && complain "the decoder broke on the files above"
grep -c '"status":"ok"' "$work/out" | awk '{exit $1 < 100}' || complain "fewer than 100 of the pictures decode"
# A second time, the same pixels.
find "$work/odd_a" -type f -print0 | sort -z | xargs -0 "$decode" --json 2> /dev/null | cmp - "$work/out" || complain "two runs differ"
exit $bad
