#!/usr/bin/env bash
# Watches memory over 2,000 steps of each method on a tiny network. See README.md.
#
#   bench/memory/run.sh [OPTION]...     options of the study, such as --steps 5000
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
source "$root/bench/java.sh"
build_trainer_with_tests
# A heap of fixed size, touched at the start: what grows after that is native.
JAVA_OPTS="-Xms96m -Xmx96m -XX:+AlwaysPreTouch -XX:+UseSerialGC ${JAVA_OPTS:-}"
failed=0
for method in edm sid; do
  trainer_java retort.trainer.bench.MemoryStudy --method "$method" "$@" || failed=1
done
exit $failed
