#!/bin/sh
# All tests: installs what is missing, builds with AddressSanitizer and UndefinedBehaviorSanitizer, runs everything.
# Runs on Debian 12. `sh tests/run.sh NAME` runs the tests whose names match. Prints the counts last.
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh
# shellcheck disable=SC2086
tw_install $TW_BUILD_PACKAGES $TW_TEST_PACKAGES
# whoever has a node of their own keeps it
command -v node >/dev/null || tw_install nodejs
command -v npm >/dev/null || tw_install npm
[ -d tests/browser/node_modules/pmtiles ] || (cd tests/browser && npm ci --no-audit --no-fund --ignore-scripts >/dev/null)
[ -d tests/azure/node_modules/azurite ] || (cd tests/azure && npm ci --no-audit --no-fund --ignore-scripts --loglevel error >/dev/null)
[ -f build/asan/build.ninja ] || cmake --preset asan >/dev/null
[ -f build/release/build.ninja ] || cmake --preset release >/dev/null
for preset in asan release; do
    [ -f build/$preset/build.log ] || echo "building (log: build/$preset/build.log)"
    cmake --build --preset $preset >build/$preset/build.log 2>&1 || { cat build/$preset/build.log; exit 3; }
done
# leaks that libraries keep for the life of a process are listed, with the reason, in tests/lsan.supp
export LSAN_OPTIONS="suppressions=$PWD/tests/lsan.supp:print_suppressions=0"
export ASAN_OPTIONS="detect_leaks=1:strict_string_checks=1"
export UBSAN_OPTIONS="print_stacktrace=1"
status=0
echo "testing (to follow: tail -f build/asan/tests.log)"
ctest --test-dir build/asan --output-on-failure -j "$(nproc)" ${1:+-R "$1"} >build/asan/tests.log 2>&1 || status=1
cat build/asan/tests.log
passed=$(grep -c '   Passed ' build/asan/tests.log || true)
failed=$(grep -c -E '\*\*\*(Failed|Exception|Timeout|Not Run)|Subprocess (aborted|killed)\*\*\*' build/asan/tests.log || true)
[ "$passed" -gt 0 ] || status=1
echo "$passed passed, $failed failed"
exit $status
