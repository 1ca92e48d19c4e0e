#!/usr/bin/env bash
# Watches memory over 2,000 steps of each method on a tiny network. See README.md.
#
#   bench/memory/run.sh [OPTION]...     options of the study, such as --steps 5000
#   bench/memory/run.sh peak            the peak of SiD's step, whole and in segments
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
source "$root/bench/java.sh"
build_trainer_with_tests
if [[ ${1:-} == peak ]]; then
  shift
  JAVA_OPTS="-Xms1400m -Xmx1400m -XX:+AlwaysPreTouch -XX:+UseSerialGC ${JAVA_OPTS:-}"
  echo "| network | method | batch | segments | peak MiB | estimate MiB | CPU s a step |"
  echo "|---|---|---|---|---|---|---|"
  # Each in a process of its own: a process has one peak.
  for workload in "digits 64" "cifar32 8" "cifar32 32" "cifar128 2"; do
    read -r network batch <<<"$workload"
    for segments in 1 3 6; do
      trainer_java retort.trainer.bench.PeakStudy \
        --network "$network" --batch "$batch" --segments "$segments" "$@"
    done
  done
  exit
fi
# A heap of fixed size, touched at the start: what grows after that is native.
JAVA_OPTS="-Xms96m -Xmx96m -XX:+AlwaysPreTouch -XX:+UseSerialGC ${JAVA_OPTS:-}"
failed=0
for method in edm sid; do
  trainer_java retort.trainer.bench.MemoryStudy --method "$method" "$@" || failed=1
done
exit $failed
