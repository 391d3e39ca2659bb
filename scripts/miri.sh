#!/bin/sh
# Runs the tests of neat-core under miri, which finds undefined behaviour in its
# unsafe code. Miri knows no AVX-512 and runs slowly, so it takes the portable
# kernels and a few cases of each property.
#
#     scripts/miri.sh
set -eu
cd "$(dirname "$0")/.."

if ! cargo +nightly miri --version >/dev/null 2>&1; then
  echo "miri skipped: this toolchain has no miri (rustup +nightly component add miri)"
  exit 0
fi

export MIRIFLAGS="-Zmiri-disable-isolation"
export NEATRON_SIMD=portable PROPTEST_CASES=2 RAYON_NUM_THREADS=2
cargo +nightly miri test -p neat-core --lib
cargo +nightly miri test -p neat-core --test formats --test small_networks
