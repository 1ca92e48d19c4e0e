#!/usr/bin/env bash
# Measures the server from outside. See README.md.
#
#   bench/serving/run.sh MODEL [throughput] [soak] [stall] [failover] [edge]
#
# MODEL is an exported generator. Without a name after it, all measurements run. BATCH is the largest
# batch in the throughput measurement, SECONDS_EACH how long each of its parts takes.
set -euo pipefail
export ORT_DISABLE_TELEMETRY=1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
if (( $# == 0 )) || [[ ! -f $1 ]]; then
  echo "run.sh: name an exported generator, as 'retort export' writes it" >&2
  exit 2
fi
model=$(realpath "$1")
shift
wanted=${*:-throughput soak stall failover edge}
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
      --max-batch "${max_batch:-1}" ) \
    > "$folder/out" 2> "$folder/err" &
  server=$!
  until grep -q '^ready on ' "$folder/out"; do
    kill -0 "$server" 2>/dev/null || { cat "$folder/err" >&2; exit 1; }
    sleep 0.1
  done
  address=$(sed -n 's/^ready on \([^ ]*\): .*/\1/p' "$folder/out")
}
flags=(-XX:+UseSerialGC -Xmx64m)
# As the launcher starts clients.
client_flags=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1)

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
      for round in 1 2 3; do
        taskset -c 0 "$java" -cp "$(classes server):$hdr" retort.server.bench.BareLoop \
          "$model" "$seconds" 1 "$batch" | tee "$folder/bare-$round.json"
        max_batch=$batch start 0 1 "${flags[@]}"
        for count in "${callers[@]}"; do
          taskset -c 1 "$java" "${client_flags[@]}" -cp "$(classes clients)" \
            retort.clients.cli.Main bench --server "$address" --callers "$count" \
            --warm-up "$(( seconds * 2 ))" --seconds "$seconds" \
            --json "$folder/served-$round-$count.json"
        done
        stop
      done
      client retort.clients.bench.AgainstBare "$folder" 3 "${callers[@]}"
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
