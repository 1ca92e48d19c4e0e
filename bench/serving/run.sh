#!/usr/bin/env bash
# Measures the server from outside. See README.md.
#
#   bench/serving/run.sh MODEL [throughput] [capacity] [steer] [soak] [stall] [freeze] [swap]
#                        [failover] [edge]
#
# MODEL is an exported generator. Without a name after it, all measurements run. SECONDS_EACH is how
# long a part of one takes; of throughput, BATCH is the largest batch, CALLERS who ask, and WARM_UP the
# seconds before each part.
set -euo pipefail
export ORT_DISABLE_TELEMETRY=1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
if (( $# == 0 )) || [[ ! -f $1 ]]; then
  echo "run.sh: name an exported generator, as 'retort export' writes it" >&2
  exit 2
fi
model=$(realpath "$1")
shift
wanted=${*:-throughput capacity steer soak stall freeze swap failover edge}
java=java
if [[ -n ${JAVA_HOME:-} ]]; then
  java=$JAVA_HOME/bin/java
fi

(
  cd "$root"
  ./mvnw -q -B -ntp -DskipTests -Dspotless.check.skip=true \
    -Dmaven.compiler.failOnWarning=false -pl server,clients -am package
) >&2

classes() {
  echo "$root/$1/target/test-classes:$root/$1/target/retort-$1.jar:$root/$1/target/lib/*"
}
hdr=$(echo "$root"/clients/target/lib/HdrHistogram-*.jar)
client() { "$java" -cp "$(classes clients)" "$@"; }

folder=$(mktemp -d)
server=
stop() {
  if [[ -n $server ]]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
  fi
}
trap 'stop; rm -rf "$folder"' EXIT
mkdir "$folder/models"
cp "$model" "$folder/models/"

# start CORES THREADS [JVM FLAG]...: sets $server and $address
start() {
  local cores=$1 threads=$2
  shift 2
  # What an earlier server has said must be gone before this one is waited for.
  : > "$folder/out"
  # exec in a subshell, so that $! is the JVM itself.
  ( exec taskset -c "$cores" "$java" "$@" -cp "$root/server/target/retort-server.jar:$root/server/target/lib/*" \
      retort.server.Main serve "$folder/models" --port 0 --threads "$threads" \
      --max-batch "${max_batch:-1}" "${serve_flags[@]}" ) \
    > "$folder/out" 2> "$folder/err" &
  server=$!
  until grep -q '^ready on ' "$folder/out"; do
    kill -0 "$server" 2>/dev/null || { cat "$folder/err" >&2; exit 1; }
    sleep 0.1
  done
  address=$(sed -n 's/^ready on \([^ ]*\): .*/\1/p' "$folder/out")
}
# As the launcher starts servers.
flags=(-XX:+UseSerialGC -Xmx320m -Xmn24m -XX:TieredStopAtLevel=1)
serve_flags=()
# As the launcher starts clients, on the other core.
bench() {
  taskset -c 1 "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$(classes clients)" \
    retort.clients.cli.Main bench "$@"
}
resident() { awk '/^VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$server/status"; }

for what in $wanted; do
  echo "== $what"
  case $what in
    throughput)
      # The server on one core, the client on another; rounds alternate with the bare loop.
      batch=${BATCH:-1} seconds=${SECONDS_EACH:-5}
      callers=(1 2 4)
      if (( batch > 1 )); then
        callers=(1 "$batch" $(( 2 * batch )))
      fi
      read -ra callers <<< "${CALLERS:-${callers[*]}}"
      for round in 1 2 3; do
        taskset -c 0 "$java" -cp "$(classes server):$hdr" retort.server.bench.BareLoop \
          "$model" "$seconds" 1 "$batch" | tee "$folder/bare-$round.json"
        max_batch=$batch start 0 1 "${flags[@]}"
        for count in "${callers[@]}"; do
          bench --server "$address" --callers "$count" --warm-up "${WARM_UP:-$(( seconds * 2 ))}" \
            --seconds "$seconds" --json "$folder/served-$round-$count.json"
        done
        stop
      done
      client retort.clients.bench.AgainstBare "$folder" 3 "${callers[@]}"
      ;;
    capacity)
      # As many streams as the server promises a place once it has served as many, for five minutes,
      # and every ten seconds one more.
      start 0 1 "${flags[@]}"
      bench --server "$address" --callers 4 --seconds 20 > "$folder/warm"
      count=250 least=250
      for probe in 1 2 3 4; do
        bench --server "$address" --streams "$count" --seconds 10 > "$folder/probe"
        refused=$(awk '/^failed: / { gsub(/[()]/, "", $NF); sum += $NF } END { print sum + 0 }' "$folder/probe")
        held=$(( count - refused )) count=$(( count - refused + 8 ))
        (( probe < 3 || held > least )) || least=$held
      done
      count=$least seconds=${SECONDS_EACH:-300}
      bench --server "$address" --streams "$count" --warm-up 5 --seconds "$seconds" > "$folder/full" &
      full=$!
      for (( more = 0; more < seconds / 10; more++ )); do
        sleep 9
        bench --server "$address" --streams 1 --warm-up 0 --seconds 1 | grep '^failed' || echo taken
      done > "$folder/more"
      wait "$full"
      cat "$folder/full"
      echo "one more: refused $(grep -c '^failed' "$folder/more") times of $(wc -l < "$folder/more")"
      tail -n 1 "$folder/more"
      stop
      ;;
    steer)
      start 0 1 "${flags[@]}"
      bench --server "$address" --streams 8 --steer 10 --seconds "${SECONDS_EACH:-20}"
      bench --server "$address" --streams 1 --steer 1000 --seconds "${SECONDS_EACH:-20}"
      stop
      ;;
    soak)
      start 0,1 2 "${flags[@]}"
      client retort.clients.bench.Soak --server "$address" --pid "$server"
      stop
      ;;
    stall)
      start 0,1 2 "${flags[@]}"
      client retort.clients.bench.Stall --server "$address" --pid "$server"
      stop
      ;;
    freeze)
      start 0,1 2 "${flags[@]}"
      client retort.clients.bench.Freeze --server "$address" --pid "$server"
      stop
      ;;
    swap)
      # The model's file is replaced, by turns with itself under another digest, while streams and
      # callers use it.
      swaps=${SWAPS:-100}
      serve_flags=(--poll 1)
      start 0 1 "${flags[@]}"
      serve_flags=()
      long=$(( swaps * 3 + 10 ))
      bench --server "$address" --streams 8 --seconds "$long" > "$folder/streams" &
      streams=$!
      bench --server "$address" --callers 1 --seconds "$long" > "$folder/calls" &
      calls=$!
      done=0
      while (( done <= swaps )); do
        (( done % 10 && done < swaps )) || echo "$done swaps, $(resident) MiB resident"
        (( done < swaps )) || break
        # A description after the network: another digest, the same images.
        { cat "$model"; printf '\x32\x06%06d' "$done"; } > "$folder/part"
        mv "$folder/part" "$folder/models/$(basename "$model")"
        done=$(( done + 1 ))
        until (( $(grep -c 'ready after' "$folder/err") > done )); do sleep 0.1; done
      done
      wait "$streams" "$calls"
      cat "$folder/streams" "$folder/calls"
      stop
      ;;
    failover)
      # The first of two servers is killed in the middle of a stream.
      for round in 1 2 3; do
        start 0 1 "${flags[@]}"
        first=$address killed=$server
        start 1 1 "${flags[@]}"
        client retort.clients.bench.Failover --first "$first" --second "$address" --pid "$killed"
        # Gone already, unless the measurement has failed.
        kill "$killed" 2>/dev/null || true
        wait "$killed" 2>/dev/null || true
        stop
      done
      ;;
    edge)
      du -ck "$root/server/target/retort-server.jar" "$root"/server/target/lib/*.jar | tail -n 1
      for round in 1 2 3; do
        begun=$(date +%s%N)
        start 0,1 1 "${flags[@]}"
        echo "ready after $(( ($(date +%s%N) - begun) / 1000000 )) ms"
        if (( round == 3 )); then
          client retort.clients.cli.Main bench --server "$address" --callers 1
          grep VmRSS "/proc/$server/status"
        fi
        stop
      done
      ;;
    *)
      echo "run.sh: there is no measurement $what; its first lines say which there are" >&2
      exit 2
      ;;
  esac
done
