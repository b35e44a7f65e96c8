#!/usr/bin/env bash
# hostile_inputs.sh SUREFOOT_DECODE: what is not a picture at all, names that are not text, and wrong options.
set -euo pipefail
decode=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
complain() { echo "FAILED: $*"; bad=1; }
# expect STATUS FILE [OPTION...]
expect() {
  local out
  out=$("$decode" --json "${@:3}" -- "$2" 2> /dev/null) || complain "exit $? for $2"
  [[ $out == *"\"status\":\"$1\""* ]] || complain "$2: wanted $1, got $out"
}
: > "$work/empty.jpg"
head -c 100000 /dev/zero > "$work/zeros.png"
printf '<html>' > "$work/page.gif"
printf '\377\330\377\340\0\20JFIF\0' > "$work/head_only.jpg"
printf 'BM' > "$work/two_bytes.bmp"
name=$(printf '%s/-\n\033[31m"<b>\377.jpg' "$work")
: > "$name"
expect not-an-image "$work/empty.jpg"
expect not-an-image "$work/zeros.png"
expect not-an-image "$work/page.gif"
expect truncated "$work/head_only.jpg"
expect unreadable "$work/none.jpg"
expect unreadable "$work"
expect not-an-image "$name"
"$decode" "$name" 2> /dev/null | grep -q "$(printf '\033')" && complain "a name steers the terminal"
[ "$("$decode" --json "$name" 2> /dev/null | wc -l)" = 1 ] || complain "a name breaks a line"
"$decode" --json "$work/two_bytes.bmp" > /dev/null 2>&1 || complain "exit $? for two bytes"
for wrong in "" "--what x" "--seconds 0 x" "--seconds" "--memory lots x" "--max-pixels -1 x"; do
  status=0
  # shellcheck disable=SC2086
  "$decode" $wrong > /dev/null 2>&1 || status=$?
  [ $status = 2 ] || complain "'$wrong' ended with $status, not 2"
done
exit $bad
