#!/usr/bin/env bash
# Measures our exported generators beside torch.onnx's, in ONNX Runtime. See README.md.
#
#   bench/export/run.sh [--venv DIR] [digits] [cifar32] [cifar128]
#
# Without --venv only our own two forms are compared.
set -euo pipefail
export ORT_DISABLE_TELEMETRY=1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
python=
if [[ ${1:-} == --venv ]]; then
  python=$(cd "$2" && pwd -P)/bin/python
  shift 2
fi
java=java
if [[ -n ${JAVA_HOME:-} ]]; then
  java=$JAVA_HOME/bin/java
fi
(
  cd "$root"
  ./mvnw -q -B -ntp -DskipTests -Dspotless.check.skip=true \
    -Dmaven.compiler.failOnWarning=false -pl exporter -am package
) >&2
target=$root/exporter/target
latency() {
  "$java" -cp "$target/test-classes:$target/retort-exporter.jar:$target/lib/*" \
    retort.exporter.bench.LatencyBenchmark "$@"
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for network in ${*:-digits cifar32 cifar128}; do
  peer=()
  rounds=()
  if [[ -n $python ]]; then
    # Flags are words, on purpose.
    # shellcheck disable=SC2046
    "$python" "$root/bench/export/peer.py" "$folder/$network.onnx" \
      $(latency --network "$network" --flags) 2> "$folder/log" || { cat "$folder/log" >&2; exit 1; }
    peer=(--peer "$folder/$network.onnx")
  fi
  [[ $network == digits ]] || rounds=(--rounds 20)
  latency --network "$network" ${peer[@]+"${peer[@]}"} ${rounds[@]+"${rounds[@]}"}
done
