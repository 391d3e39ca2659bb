#!/bin/sh
# Runs tests of neat-core under miri, which finds undefined behaviour in its
# unsafe code. Miri knows no AVX-512 and runs slowly, so it takes the portable
# kernels and a few cases of each property: some twenty minutes.
#
#     scripts/miri.sh
set -eu
cd "$(dirname "$0")/.."

if ! cargo +nightly miri --version >/dev/null 2>&1; then
  echo "miri skipped: this toolchain has no miri (rustup +nightly component add miri)"
  exit 0
fi

export NEATRON_SIMD=portable PROPTEST_CASES=2 RAYON_NUM_THREADS=2
export MIRIFLAGS="-Zmiri-disable-isolation"
cargo +nightly miri test -p neat-core --lib
cargo +nightly miri test -p neat-core --test formats
# Rayon's queues (crossbeam-epoch) break the rules of Stacked Borrows, but not those of Tree
# Borrows, so tests that use several threads run under these; and its threads never end.
export MIRIFLAGS="$MIRIFLAGS -Zmiri-tree-borrows -Zmiri-permissive-provenance -Zmiri-ignore-leaks"
cargo +nightly miri test -p neat-core --test small_networks --test recurrent
