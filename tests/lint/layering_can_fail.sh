#!/usr/bin/env bash
# layering_can_fail.sh PYTHON: the layering test finds each kind of offence in a made-up tree.
set -euo pipefail
python=$1 here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
layer() { mkdir -p "$work/src/surefoot/$1"; echo "surefoot_layer($1 SOURCES a.cpp DEPENDS ${*:2} LINK x)" > "$work/src/surefoot/$1/CMakeLists.txt"; : > "$work/src/surefoot/$1/a.cpp"; }
layer base; layer config base; layer image base; layer data image base; layer tensor base
check() { "$python" "$here/layering.py" "$work" > "$work/out" 2>&1; }
check || { cat "$work/out"; echo "FAILED: a clean tree is refused"; exit 1; }
offend() {  # FILE LINE
  echo "$2" > "$work/src/surefoot/$1"
  if check; then echo "FAILED: not found: $2 in $1"; exit 1; fi
  : > "$work/src/surefoot/$1"
}
offend image/a.cpp '#include "surefoot/data/loader.h"'
offend config/a.cpp '#include "surefoot/tensor/x.h"'
offend base/a.cpp '#include <torch/torch.h>'
offend data/a.cpp '#include <ATen/ATen.h>'
layer data image base tensor
if check; then echo "FAILED: a dependency across the wall is not found"; exit 1; fi
layer data image base
layer base data
if check; then echo "FAILED: a circle is not found"; exit 1; fi
echo "every offence is found"
