#!/usr/bin/env bash
# run_scenario.sh SUREFOOT FILE.test: runs each command of the file, one after the other, in a folder of their own.
#   $ COMMAND       a line of shell; `surefoot` is the program under test
#   exit N          its exit code (default 0)
#   out REGEX       a line of stdout that must match (extended regular expression)
#   err REGEX       the same for stderr
#   no-out REGEX    no line of stdout may match; no-err likewise
set -uo pipefail
program=$1 scenario=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
surefoot() { "$program" "$@"; }
export -f surefoot
export program LC_ALL=C.UTF-8
unset SUREFOOT_ENGINE NO_COLOR
failures=0 checks=0 command="" expected=0

fail() {
  failures=$((failures + 1))
  printf 'FAILED: %s: $ %s\n  %s\n' "${scenario##*/}" "$command" "$1"
  printf '  --- stdout\n'; head -c 2000 out; printf '  --- stderr\n'; head -c 2000 err
}
finish_command() {
  [ -z "$command" ] && return
  checks=$((checks + 1))
  [ "$status" = "$expected" ] || fail "exit $status, expected $expected"
}
status=0
while IFS= read -r line || [ -n "$line" ]; do
  case $line in
    '$ '*)
      finish_command
      command=${line#'$ '} expected=0
      bash -c "$command" > out 2> err < /dev/null
      status=$? ;;
    'exit '*) expected=${line#exit } ;;
    'out '* | 'err '*)
      checks=$((checks + 1))
      grep -Eqe "${line#* }" "${line%% *}" || fail "no line of std${line%% *} matches: ${line#* }" ;;
    'no-out '* | 'no-err '*)
      checks=$((checks + 1))
      stream=${line%% *}
      if grep -Eqe "${line#* }" "${stream#no-}"; then fail "a line of std${stream#no-} matches: ${line#* }"; fi ;;
    '' | '#'*) ;;
    *) echo "${scenario##*/}: this line is not understood: $line"; exit 1 ;;
  esac
done < "$scenario"
finish_command
[ "$checks" -gt 0 ] || { echo "${scenario##*/} checks nothing"; exit 1; }
[ "$failures" = 0 ] && echo "${scenario##*/}: $checks checks"
exit $((failures > 0))
