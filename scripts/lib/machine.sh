# Brings this machine to the state that scripts/build, scripts/test and scripts/demo need: Debian packages, libtorch, the Python
# packages of the tests. Sourced, never run. Every function is idempotent, says what it does and asks nothing.
# Environment: SUREFOOT_PIP_INDEX (another package index), SUREFOOT_PYTHON (default python3).

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=${SUREFOOT_PYTHON:-python3}
torch_given=""   # --torch PATH
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 DEBIAN_FRONTEND=noninteractive

say() { printf '== %s\n' "$*"; }
fail() { printf 'error: %s\n' "$1" >&2; printf '  fix: %s\n' "$2" >&2; exit "${3:-4}"; }

# retry COMMAND...: three tries, for what goes over a network.
retry() {
  local try
  for try in 1 2 3; do
    "$@" && return 0
    [ "$try" = 3 ] || { say "failed (try $try of 3), again in $((try * 5)) s: $*"; sleep $((try * 5)); }
  done
  return 1
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

ensure_packages() {
  local package missing=()
  command -v dpkg-query > /dev/null || { say "no dpkg here: the packages of scripts/apt-packages.txt are taken for granted"; return 0; }
  while read -r package; do
    [[ $package = \#* || -z $package ]] && continue
    dpkg-query -W -f='${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || missing+=("$package")
  done < "$root/scripts/apt-packages.txt"
  if [ ${#missing[@]} = 0 ]; then say "Debian packages: all there"; return 0; fi
  say "Debian packages to install: ${missing[*]}"
  if [ "$(id -u)" != 0 ] && ! sudo -n true 2> /dev/null; then
    fail "installing needs root" "run as root: apt-get install ${missing[*]}"
  fi
  retry as_root apt-get update -q || fail "apt-get update failed three times" "check the network and the package sources"
  retry as_root apt-get install -q -y --no-install-recommends "${missing[@]}" ||
    fail "apt-get install failed three times" "see the messages above; install by hand: ${missing[*]}"
}

# require_free GIGABYTES WHAT: before something large is written below the repository.
require_free() {
  local free
  free=$(df --output=avail -B 1G "$root" | tail -1 | tr -d ' ')
  [ "$free" -ge "$1" ] || fail "$2 needs about $1 GB of disk, $free GB are free at $root" "free some space there"
}

pip_index() { if [ -n "${SUREFOOT_PIP_INDEX:-}" ]; then printf '%s\n' --index-url "$SUREFOOT_PIP_INDEX"; fi; }

# ensure_torch: libtorch is at $torch afterwards.
ensure_torch() {
  if [ -n "$torch_given" ]; then
    torch=$(cd "$torch_given" 2> /dev/null && pwd) || fail "--torch $torch_given is not a folder" "give a libtorch folder" 2
    [ -e "$torch/lib/libtorch.so" ] || fail "no lib/libtorch.so in $torch" "give the folder that holds lib/ and include/ of libtorch" 2
    say "libtorch: $torch (given)"
    return 0
  fi
  local venv=$root/.venv requirement wanted index sizes
  requirement=$(grep -v '^#' "$root/scripts/requirements-torch.txt")
  wanted=$requirement
  if torch=$(torch_of "$venv") && [ "$(cat "$venv/.installed" 2> /dev/null)" = "$requirement" ]; then
    say "libtorch: $torch (${requirement}, there already)"
    return 0
  fi
  [ -x "$venv/bin/pip" ] || { say "virtual environment for libtorch: $venv"; "$python" -m venv "$venv"; }
  mapfile -t index < <(pip_index)
  # A machine without an NVIDIA driver takes the CPU build (0.2 GB instead of several) where the index has one.
  if ! command -v nvidia-smi > /dev/null && "$venv/bin/pip" install -q --dry-run --no-deps \
      "${index[@]}" "$requirement+cpu" > /dev/null 2>&1; then wanted=$requirement+cpu; fi
  say "asking the index what $wanted brings"
  sizes=$("$venv/bin/python" "$root/scripts/lib/download_size.py" "${index[@]}" "$wanted") ||
    fail "no index that can be reached offers $wanted for $("$python" --version)" "check the network, name another index with SUREFOOT_PIP_INDEX, or give --torch PATH"
  say "download: $sizes"
  require_free "$(awk '{print int($1 * 3 / 1e9) + 2}' <<< "$sizes")" "unpacking $wanted"
  retry "$venv/bin/pip" install -q "${index[@]}" "$wanted" ||
    fail "installing $wanted failed three times" "check the network; name another index with SUREFOOT_PIP_INDEX, or give --torch PATH"
  printf '%s\n' "$requirement" > "$venv/.installed"
  torch=$(torch_of "$venv") || fail "the wheel has no lib/libtorch.so" "remove $venv and run this again"
  say "libtorch: $torch"
}

torch_of() {
  local candidate
  for candidate in "$1"/lib/python*/site-packages/torch; do
    [ -e "$candidate/lib/libtorch.so" ] && { printf '%s\n' "$candidate"; return 0; }
  done
  return 1
}

# ensure_test_python: $test_python can import torch (the one that surefoot is linked with), torchvision, timm, Pillow ... afterwards.
ensure_test_python() {
  local venv=$root/.venv-test index wanted
  test_python=$venv/bin/python
  wanted=$(cat "$root"/scripts/requirements-test*.txt; printf '%s\n' "$torch")
  if [ "$(cat "$venv/.installed" 2> /dev/null)" = "$wanted" ]; then say "Python of the tests: $venv (there already)"; return 0; fi
  [ -e "$torch/__init__.py" ] || fail "$torch is a bare libtorch without its Python part, which the parity tests compare with" \
    "give the torch folder of a Python environment, or leave --torch away"
  say "Python of the tests: $venv (about 0.2 GB)"
  require_free 2 "the Python packages of the tests"
  "$python" -m venv "$venv"
  mapfile -t index < <(pip_index)
  # A .pth file lends it the engine's torch, so that there is one torch and it is loaded from one place.
  dirname "$torch" > "$(echo "$venv"/lib/python*/site-packages)/surefoot_torch.pth"
  retry "$venv/bin/pip" install -q "${index[@]}" -r "$root/scripts/requirements-test.txt" &&
    retry "$venv/bin/pip" install -q "${index[@]}" --no-deps -r "$root/scripts/requirements-test-without-dependencies.txt" ||
    fail "installing the Python packages of the tests failed three times" "check the network; name another index with SUREFOOT_PIP_INDEX"
  "$test_python" "$root/scripts/lib/torchvision_on_cpu.py"
  printf '%s\n' "$wanted" > "$venv/.installed"
}

# build PRESET [TARGET...]: configures and builds in build/PRESET.
build() {
  local preset=$1
  shift
  say "building $preset${*:+: $*}"
  (cd "$root" && SUREFOOT_TORCH=${torch:-} cmake --preset "$preset" > "/tmp/surefoot-configure.$$" 2>&1) ||
    { cat "/tmp/surefoot-configure.$$"; rm -f "/tmp/surefoot-configure.$$"; fail "configuring $preset failed" "see the messages above"; }
  rm -f "/tmp/surefoot-configure.$$"
  (cd "$root" && ${runner:-} cmake --build --preset "$preset" --parallel "${jobs:-$(nproc)}" ${*:+--target "$@"})
}
