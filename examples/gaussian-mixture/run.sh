#!/usr/bin/env bash
# Distils the mixture by every method, prints how close each generator came, and draws them.
#
#   examples/gaussian-mixture/run.sh [method...]
#
# Finished runs are kept: a second call goes on where the first was stopped.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
cd "$root"
here=examples/gaussian-mixture
runs=runs/gaussian-mixture
mkdir -p "$runs/samples"
if (( $# == 0 )); then
  set -- sid sida dmd dmd2 progressive consistency
fi

# The teacher's sampler is no method: it shows what these samples would be without any error of a
# generator.
samples=("$runs/samples/teacher.npz")
./retort sample --model $here/teacher.onnx --steps 64 --images 20000 --threads 1 --out "${samples[0]}"
for method in "$@"; do
  if [[ $method == dmd && ! -e $runs/pairs.npz ]]; then
    ./retort sample @$here/pairs.flags --out $runs/pairs.npz
  fi
  ./retort distill @"$here/$method.flags" --out "$runs/$method"
  ./retort sample --model "$runs/$method/generator.onnx" --images 20000 --threads 1 \
    --out "$runs/samples/$method.npz"
  samples+=("$runs/samples/$method.npz")
done

source "$root/bench/java.sh"
build_trainer_with_tests
trainer_java retort.trainer.mixture.MixtureTable "$runs/points.png" "${samples[@]}"
echo "the points are drawn in $runs/points.png"
