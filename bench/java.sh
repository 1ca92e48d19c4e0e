# Sourced by the benchmarks' run.sh, with $root set: builds the trainer with its tests, runs a class.

build_trainer_with_tests() {
  (
    cd "$root"
    ./mvnw -q -B -ntp -DskipTests -Dspotless.check.skip=true \
      -Dmaven.compiler.failOnWarning=false -pl trainer -am package
  ) >&2
}

# trainer_java CLASS ARGUMENT...
trainer_java() {
  local target=$root/trainer/target
  local java=java
  if [[ -n ${JAVA_HOME:-} ]]; then
    java=$JAVA_HOME/bin/java
  fi
  # Space-separated flags on purpose.
  # shellcheck disable=SC2086
  OPT_OUT_TRACKING=true ORT_DISABLE_TELEMETRY=1 "$java" -Dai.djl.offline=true ${JAVA_OPTS:-} \
    -cp "$target/test-classes:$target/retort-trainer.jar:$target/lib/*" "$@"
}
