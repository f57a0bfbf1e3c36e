#!/bin/sh
# Everything that docs/performance.md says of speed, measured on this machine in one table, with peers of Debian in turn.
#
#     sh tests/bench/run.sh                      all parts, 3 rounds: an hour and more, most of it gdal2tiles
#     sh tests/bench/run.sh --only aligned,start --rounds 5 --no-peers
#
# Installs what is missing (as root or with sudo); --help lists the parts and options.
set -eu
cd "$(dirname "$0")/../.."
. scripts/packages.sh
# shellcheck disable=SC2086
tw_install $TW_BUILD_PACKAGES $TW_BENCH_PACKAGES
[ -f build/release/build.ninja ] || cmake --preset release >/dev/null
cmake --build --preset release >/dev/null
# the tests' program that runs scripts on arrays, optimised
[ -f build/bench/build.ninja ] || cmake -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
ninja -C build/bench script_arrays >/dev/null
exec /usr/bin/python3 tests/bench/reach.py "$@"
