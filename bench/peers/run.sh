#!/usr/bin/env bash
# How many streams this server and its peers hold on one core, with the same network. See README.md.
#
#   bench/peers/run.sh MODEL [--fps F] [--rounds N] [--seconds S] [--first N] [--out DIR]
#                      [--warm S] [--work DIR] [--python FILE] [PEER...]
#
#   MODEL      an exported generator
#   --fps      frames a second of each stream; 20
#   --rounds   of all contestants, one after the other; 3
#   --seconds  that each number of streams is tried; 6
#   --warm     seconds of calls, as fast as they are answered, before a contestant's trials; 20
#   --first    streams that are tried first; 8
#   --out      where the figures go; runs/peers/NAME of the model
#   --work     where peers are installed; runs/peers/work
#   --python   3.10 or newer, with venv; python3
#   PEER       python, node, mlserver, triton; all. One that cannot be installed is named and left out
set -euo pipefail
export ORT_DISABLE_TELEMETRY=1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
self=$root/bench/peers/run.sh
here=$root/bench/peers
onnxruntime=$(sed -n 's/.*<onnxruntime.version>\(.*\)<.*/\1/p' "$root/pom.xml")

usage() { sed -n '2,/^set /{s/^# \{0,1\}//p;}' "$self"; }
fail() { echo "run.sh: $*" >&2; exit 2; }

model='' fps=20 rounds=3 seconds=6 first=8 warm=20 out='' work=$root/runs/peers/work python=python3 peers=()
while (( $# > 0 )); do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --fps | --rounds | --seconds | --warm | --first | --out | --work | --python)
      (( $# > 1 )) || fail "$1 needs a value"
      declare "${1#--}=$2"; shift 2 ;;
    python | node | mlserver | triton) peers+=("$1"); shift ;;
    -*) fail "unknown flag $1; --help tells them" ;;
    *) [[ -z $model && -f $1 ]] || fail "$1 is neither an exported generator nor a peer"; model=$1; shift ;;
  esac
done
[[ -n $model ]] || fail "name an exported generator, as 'retort export' writes it"
(( ${#peers[@]} > 0 )) || peers=(python node mlserver triton)
model=$(realpath "$model")
name=$(basename "$model" .onnx)
[[ -n $out ]] || out=$root/runs/peers/$name
mkdir -p "$out" "$work"
out=$(realpath "$out") work=$(realpath "$work")
protos=$root/proto/src/main/proto

# venv NAME PACKAGE...: unless it is there.
venv() {
  local name=$1; shift
  [[ ! -e $work/$name/done ]] || return 0
  "$python" -m venv "$work/$name" && "$work/$name/bin/pip" install -q "$@" && touch "$work/$name/done"
}

install() {
  case $1 in
    python)
      venv python grpcio grpcio-tools numpy "onnxruntime==$onnxruntime"
      mkdir -p "$work/stubs"
      "$work/python/bin/python" -m grpc_tools.protoc -I "$protos" --python_out="$work/stubs" \
        --grpc_python_out="$work/stubs" inference/grpc_service.proto inference/model_config.proto ;;
    node)
      mkdir -p "$work/node"
      cd "$work/node"
      [[ -e package.json ]] || echo '{"private": true}' > package.json
      # Its installer would load a GPU's libraries from elsewhere.
      [[ -e node_modules/onnxruntime-node ]] || ONNXRUNTIME_NODE_INSTALL=skip npm install --no-audit --no-fund \
        --silent @grpc/grpc-js @grpc/proto-loader "onnxruntime-node@$onnxruntime" ;;
    mlserver) venv mlserver mlserver "onnxruntime==$onnxruntime" ;;
    triton) venv triton nvidia-pytriton "onnxruntime==$onnxruntime" ;;
  esac
}

# Runs one on core 0, in the foreground.
serve() {
  case $1 in
    retort)
      mkdir -p "$work/models"
      rm -f "$work"/models/*.onnx
      cp "$model" "$work/models/generator.onnx"
      exec taskset -c 0 "$root/retort" serve "$work/models" --port 7001 --threads 1 --load 1 ;;
    python) PYTHONPATH=$work/stubs exec taskset -c 0 "$work/python/bin/python" "$here/python/server.py" "$model" 7001 ;;
    node) NODE_PATH=$work/node/node_modules exec taskset -c 0 node "$here/node/server.js" "$model" 7001 "$protos" ;;
    mlserver)
      mkdir -p "$work/mlrun"
      cp "$here/mlserver/runtime.py" "$here/mlserver/settings.json" "$work/mlrun/"
      printf '{"name": "generator", "implementation": "runtime.Generator", "parameters": {"uri": "%s"}}\n' \
        "$model" > "$work/mlrun/model-settings.json"
      exec taskset -c 0 "$work/mlserver/bin/mlserver" start "$work/mlrun" ;;
    triton) exec taskset -c 0 "$work/triton/bin/python" "$here/triton/server.py" "$model" 7001 ;;
  esac
}

server=''
stop() {
  [[ -n $server ]] || return 0
  kill -TERM -- "-$server" 2> /dev/null || true
  wait "$server" 2> /dev/null || true
  server=''
}
trap stop EXIT

# start NAME: in a process group of its own, since some peers are several processes.
set -m
start() {
  serve "$1" > "$out/$1.log" 2>&1 &
  server=$!
  local tries=0
  until taskset -c 1 "$root/retort" bench --oip 127.0.0.1:7001 --model generator --rate 1 --seconds 0.5 \
      --warm-up 0 > /dev/null 2>&1; do
    kill -0 "$server" 2> /dev/null && (( ++tries < 30 )) || { stop; return 1; }
    sleep 1
  done
  # What compiles itself while it runs shall have done so.
  taskset -c 1 "$root/retort" bench --oip 127.0.0.1:7001 --model generator --callers 4 --warm-up 0 \
    --seconds "$warm" > /dev/null || true
}

# held FILE FLAG...: how many streams it holds.
held() {
  local file=$1; shift
  taskset -c 1 "$root/retort" bench --ramp --fps "$fps" --streams "$first" \
    --seconds "$seconds" --warm-up 1 --json "$file" "$@" | tail -n 1 | sed "s|^|$(basename "$file" .json): |"
}

"$root/mvnw" -q -B -ntp -f "$root/pom.xml" -DskipTests -Dspotless.check.skip=true -pl server,clients -am package >&2
there=()
for peer in "${peers[@]}"; do
  if ( install "$peer" ) > "$out/$peer.install.log" 2>&1; then
    there+=("$peer")
  else
    echo "$peer cannot be installed: $(tail -n 1 "$out/$peer.install.log")"
  fi
done

java=java
[[ -z ${JAVA_HOME:-} ]] || java=$JAVA_HOME/bin/java
bare() {
  taskset -c 0 "$java" -cp "$root/server/target/test-classes:$root/server/target/retort-server.jar:$root/server/target/lib/*:$(echo "$root"/clients/target/lib/HdrHistogram-*.jar)" \
    retort.server.bench.BareLoop "$model" 5
}

for (( round = 1; round <= rounds; round++ )); do
  bare | tee "$out/bare-$round.json"
  for contestant in retort "${there[@]}"; do
    if ! start "$contestant"; then
      echo "$contestant does not serve: $(tail -n 1 "$out/$contestant.log")"
      continue
    fi
    held "$out/$contestant-calls-$round.json" --oip 127.0.0.1:7001 --model generator --calls
    case $contestant in
      retort)
        held "$out/retort-own-calls-$round.json" --server 127.0.0.1:7001 --calls
        held "$out/retort-frames-$round.json" --oip 127.0.0.1:7001 --model generator-frames
        held "$out/retort-own-frames-$round.json" --server 127.0.0.1:7001 ;;
      python | node) held "$out/$contestant-frames-$round.json" --oip 127.0.0.1:7001 --model generator-frames ;;
    esac
    stop
  done
done

# Medians of the rounds, as a table.
median() { sort -g | awk '{ v[NR] = $1 } END { print NR ? v[int((NR + 1) / 2)] : "" }'; }
figure() { sed -n "s/.*\"$1\": *\([0-9.]*\).*/\1/p" "${@:2}"; }
{
  echo "| streams at $fps frames a second, 99 % on time | a call for each frame | frames on the server's clock |"
  echo "|---|---|---|"
  echo "| the session's compute | $(figure images_per_second "$out"/bare-*.json | median | awk -v fps="$fps" '{ printf "%.1f", $1 / fps }') | |"
  for contestant in retort-own retort "${there[@]}"; do
    row="| $contestant |"
    for what in calls frames; do
      files=("$out/$contestant-$what-"[0-9]*.json)
      [[ -e ${files[0]} ]] && row+=" $(figure streams_held "${files[@]}" | median) |" || row+=" |"
    done
    echo "$row"
  done
} | tee "$out/table.md"
