#!/usr/bin/env bash
# A teacher of CIFAR-10 from nothing, distilled by SiD and by SiDA, and what they are worth. Takes a
# day's part on two cores; every step resumes where it was stopped.
#
#   run.sh --train DIR --test DIR --resnet FILE.th [--images N]
#
#   --train, --test   CIFAR-10: a folder with a folder of pictures for each label, or CIFAR's .bin files
#   --resnet          weights of a published ResNet-20 on CIFAR-10, whose features compare images
#   --images          images that each distillation shows; 48000
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=examples/cifar10
runs=runs/cifar10
train='' test='' resnet='' images=48000

fail() { echo "run.sh: $*" >&2; exit 2; }
while (( $# > 0 )); do
  case $1 in
    --train | --test | --resnet | --images)
      (( $# > 1 )) || fail "$1 needs a value"
      declare "${1#--}=$2"; shift 2 ;;
    -h | --help) sed -n '2,/^set /{s/^# \{0,1\}//p;}' $here/run.sh; exit 0 ;;
    *) fail "unknown argument $1; --help tells them" ;;
  esac
done
[[ -e $train && -e $test && -e $resnet ]] \
  || fail "--train, --test and --resnet name what is yours to have; --help says what they are"

mkdir -p $runs/log
features=$runs/resnet20.onnx
measure=(--features $features --reference $runs/train-statistics.npz --threads 1)
[[ -e $features ]] || ./retort import --from "$resnet" --out $features
[[ -e $runs/train-statistics.npz ]] || ./retort evaluate --features $features --data "$train" \
  --write-reference $runs/train-statistics.npz --threads 1 > $runs/log/train.json
# No inception score: of images that lie sorted by label it says nothing.
[[ -e $runs/test.json ]] || ./retort evaluate "${measure[@]}" --data "$test" --out $runs/test.json \
  --metrics frechet_distance,kernel_distance,precision_recall,label_accuracy

./retort teach @$here/teach.flags --data "$train" --out $runs/teacher
teacher=$runs/teacher/teacher.onnx
[[ -e $runs/teacher/evaluation.json ]] || ./retort evaluate "${measure[@]}" --model $teacher \
  --out $runs/teacher/evaluation.json

# One core each, at the same time.
distil() {
  local method=$1; shift
  ./retort distill @$here/distill.flags --method "$method" --teacher $teacher --images "$images" \
    --out "$runs/$method" --features $features --reference $runs/train-statistics.npz "$@" \
    && { [[ -e $runs/$method/evaluation.json ]] || ./retort evaluate "${measure[@]}" \
      --model "$runs/$method/generator.onnx" --out "$runs/$method/evaluation.json"; }
}
distil sid > $runs/log/sid.txt 2>&1 & sid=$!
distil sida --data "$train" > $runs/log/sida.txt 2>&1 & sida=$!
wait $sid || { tail -n 3 $runs/log/sid.txt >&2; exit 1; }
wait $sida || { tail -n 3 $runs/log/sida.txt >&2; exit 1; }

./retort report $runs/sid $runs/sida --baseline "teacher, 18 Heun steps=$runs/teacher/evaluation.json" \
  --baseline "test images=$runs/test.json" --out $runs/table.html --markdown $runs/table.md
cat $runs/table.md
