#!/usr/bin/env bash
# Clients of others against a server, unmodified. See README.md.
#
#   bench/conformance/run.sh GENERATOR [--venv DIR] [--perf-analyzer FILE] [--grpcurl FILE]
#                            [--health-probe FILE] [--ghz FILE]
#
# GENERATOR is an exported generator. What is not given and not on the PATH is skipped, and said so.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
here=$root/bench/conformance
if (( $# == 0 )) || [[ ! -f $1 ]]; then
  echo "run.sh: name an exported generator, as 'retort export' writes it" >&2
  exit 2
fi
model=$(realpath "$1")
shift
venv=$here/target/venv
declare -A tool=(
  [perf-analyzer]=$(command -v perf_analyzer || true)
  [grpcurl]=$(command -v grpcurl || true)
  [health-probe]=$(command -v grpc_health_probe || command -v grpc-health-probe || true)
  [ghz]=$(command -v ghz || true)
)
while (( $# > 0 )); do
  case $1 in
    --venv) venv=$2 ;;
    --perf-analyzer | --grpcurl | --health-probe | --ghz) tool[${1#--}]=$2 ;;
    *)
      echo "run.sh: $1 is no flag of it" >&2
      exit 2
      ;;
  esac
  shift 2
done

work=$(mktemp -d)
server=
stop() {
  [[ -z $server ]] || { kill "$server" && wait "$server"; } 2> "$work/stop" || true
  rm -rf "$work"
}
trap stop EXIT

[[ -x $venv/bin/python ]] || python3 -m venv "$venv"
python=$venv/bin/python
has() { "$python" -c "import $1" 2> "$work/import"; }
for package in 'tritonclient[grpc]' kserve; do
  has "${package%%[*}" || "$venv/bin/pip" install -q "$package" || true
done

mkdir "$work/models"
cp "$model" "$work/models/digits.onnx"
"$root/retort" serve "$work/models" --port 0 > "$work/out" 2> "$work/err" &
server=$!
until grep -q '^ready on ' "$work/out"; do
  kill -0 "$server" 2> "$work/stop" || { cat "$work/err" >&2; exit 1; }
  sleep 0.1
done
address=$(sed -n 's/^ready on \([^ ]*\): .*/\1/p' "$work/out")

failed=0
# check NAME COMMAND...: one line, and what it printed where it fails
check() {
  local name=$1
  shift
  if "$@" > "$work/printed" 2>&1; then
    echo "ok: $name"
  else
    echo "FAILED: $name"
    sed 's/^/  /' "$work/printed"
    failed=1
  fi
}
skip() { echo "skipped: $1: $2"; }
script() {
  local module=$1 name=$2
  shift 2
  if has "$module"; then
    check "$name" env -C "$here" "$python" -B "$@"
  else
    skip "$name" "$module could not be installed in $venv"
  fi
}

script tritonclient.grpc 'tritonclient, blocking' triton_sync.py "$address" digits
script tritonclient.grpc 'tritonclient, streaming and decoupled' triton_stream.py "$address" digits frames
script tritonclient.grpc 'tritonclient, asyncio' triton_aio.py "$address" digits frames
script kserve "KServe's client" kserve_client.py "$address" digits

if [[ -n ${tool[perf-analyzer]} ]]; then
  measure=("${tool[perf-analyzer]}" -i grpc -u "$address" --measurement-interval 1000 -s 999)
  check 'perf_analyzer, unary' "${measure[@]}" -m digits --concurrency-range 1:2
  check 'perf_analyzer, decoupled' \
    "${measure[@]}" -m digits-frames --streaming --input-data "$here/frames.json"
else
  skip perf_analyzer 'pass --perf-analyzer FILE'
fi

service=inference.GRPCInferenceService
if [[ -n ${tool[grpcurl]} ]]; then
  grpcurl=${tool[grpcurl]}
  check 'grpcurl, reflection' "$grpcurl" -plaintext "$address" describe $service.ModelInfer
  check 'grpcurl, metadata' \
    "$grpcurl" -plaintext -d '{"name": "digits"}' "$address" $service/ModelMetadata
  frames='{"model_name": "digits-frames", "outputs": [{"name": "index"}], "inputs": [
    {"name": "seed", "datatype": "INT64", "shape": [1], "contents": {"int64_contents": [7]}},
    {"name": "frames", "datatype": "INT64", "shape": [1], "contents": {"int64_contents": [10]}}]}'
  check 'grpcurl, frames' "$grpcurl" -plaintext -d "$frames" "$address" $service/ModelStreamInfer
else
  skip grpcurl 'pass --grpcurl FILE'
fi

if [[ -n ${tool[health-probe]} ]]; then
  for name in '' $service digits; do
    check "grpc_health_probe, '$name'" "${tool[health-probe]}" -addr="$address" -service="$name"
  done
else
  skip grpc_health_probe 'pass --health-probe FILE'
fi

if [[ -n ${tool[ghz]} ]]; then
  load() {
    "${tool[ghz]}" --insecure --call $service/ModelReady -d '{"name": "digits"}' -n 2000 -c 8 \
      "$address" | tee /dev/stderr | grep -q '\[OK\] *2000 responses'
  }
  check ghz load
else
  skip ghz 'pass --ghz FILE'
fi
exit $failed
