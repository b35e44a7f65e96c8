#!/usr/bin/env bash
# own_words.sh ROOT: the repository speaks of itself: no path of some machine, no package host, no line that is left to be done.
set -euo pipefail
cd "$1"
files() { if [ -e .git ]; then git ls-files; else find . -type f -not -path './build/*' -not -path './.venv*'; fi | grep -v '^tests/lint/own_words.sh$'; }
bad=0
none() {  # WHAT PATTERN
  if files | tr '\n' '\0' | xargs -0 grep -nIE -- "$2" 2> /dev/null; then echo "FAILED: $1 in the lines above"; bad=1; fi
}
none "a path of one machine" '(^|[^A-Za-z0-9_.])/(work|root|home/[a-z]+|opt/(pypi|wheels))/|/tmp/(sf|b/)'
none "a package host" 'files\.pythonhosted|pypi\.org|deb\.debian\.org'
none "something left to be done" '\b(TODO|FIXME|XXX|not implemented)\b'
# What only a merge leaves.
none "a conflict mark" '^(<<<<<<<|>>>>>>>) '
[ $bad = 0 ] && echo "$(files | wc -l) files speak of the project alone"
exit $bad
