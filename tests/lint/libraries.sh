#!/usr/bin/env bash
# libraries.sh EXECUTABLE...: a system BLAS would rebind libtorch's own matrix product (thirty times slower, silently), and the torch-free
# executables have to start in milliseconds.
set -euo pipefail
bad=0
for program in "$@"; do
  needed=$(ldd "$program")
  if grep -E 'lib(blas|cblas|openblas|lapack|atlas|mkl_rt|protobuf)[^ ]*\.so' <<< "$needed"; then echo "FAILED: $program needs the libraries above"; bad=1; fi
  case ${program##*/} in
    surefoot-engine)
      grep -q 'libtorch_cpu\.so => /' <<< "$needed" || { echo "FAILED: $program does not find libtorch"; bad=1; }
      [ "$(grep -c 'lib[gi]*omp[0-9]*[-.]' <<< "$needed")" -le 1 ] || { grep omp <<< "$needed"; echo "FAILED: $program loads two OpenMP runtimes"; bad=1; } ;;
    *)
      if grep -E 'lib(torch|c10)' <<< "$needed"; then echo "FAILED: $program is torch-free no longer"; bad=1; fi ;;
  esac
  if grep 'not found' <<< "$needed"; then echo "FAILED: $program lacks the libraries above"; bad=1; fi
done
[ $bad = 0 ] && echo "$# executables need nothing that they should not"
exit $bad
