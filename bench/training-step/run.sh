#!/usr/bin/env bash
# Measures our training step beside PyTorch eager's. See README.md.
#
#   bench/training-step/run.sh [--venv DIR] [--threads N] [--json FILE] [case...]
#
# A case is NETWORK-METHOD-LAYOUT, such as digits-edm-contiguous; a part may be left out from the
# end, and then stands for all: digits, digits-sid. Without any, all cases run.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

python=python3
threads=$(nproc)
options=()
while [[ ${1:-} == --* ]]; do
  case $1 in
    --venv) python=$(cd "$2" && pwd -P)/bin/python; shift 2 ;;
    --threads) threads=$2; shift 2 ;;
    --json) options+=(--json "$(realpath -m "$2")"); shift 2 ;;
    *) echo "run.sh: there is no option $1; its first lines say which there are" >&2; exit 2 ;;
  esac
done
"$python" -c 'import torch' || {
  echo "run.sh: $python cannot import torch; README.md says how to install it" >&2
  exit 2
}

cases=()
for network in digits cifar32 cifar128; do
  for method in edm sid sida dmd dmd2 progressive consistency; do
    for layout in contiguous channels_last; do
      name=$network-$method-$layout
      for wanted in "${@:-$name}"; do
        if [[ $name == "$wanted" || $name == "$wanted"-* ]]; then
          cases+=("$name")
        fi
      done
    done
  done
done
if (( ${#cases[@]} == 0 )); then
  echo "run.sh: no case is called $*; one is digits-edm-contiguous" >&2
  exit 2
fi

source "$root/bench/java.sh"
build_trainer_with_tests
heading=(--heading)
for name in "${cases[@]}"; do
  IFS=- read -r network method layout <<< "$name"
  effort=()
  if [[ $network == cifar128 ]]; then
    effort=(--warm-up 3 --pairs 7 --steps 2)
  fi
  trainer_java retort.trainer.bench.StepBenchmark --network "$network" --method "$method" \
    --layout "$layout" --threads "$threads" --python "$python" \
    --peer "$root/bench/training-step/peer.py" \
    ${effort[@]+"${effort[@]}"} ${options[@]+"${options[@]}"} ${heading[@]+"${heading[@]}"}
  heading=()
done
