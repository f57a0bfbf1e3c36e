#!/bin/sh
# The main job on real data: installs what is missing, builds the release binary, makes a cloud-free mosaic from ten
# Sentinel-2 scenes as a web tile pyramid and as a GeoTIFF, and says where they are. Runs on Debian 12.
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh
# shellcheck disable=SC2086
tw_install $TW_BUILD_PACKAGES
[ -f build/release/build.ninja ] || cmake --preset release >/dev/null
[ -f build/release/tilewright ] || echo "building (log: build/release/build.log)"
cmake --build --preset release >build/release/build.log 2>&1 || { cat build/release/build.log; exit 3; }
echo "built: build/release/tilewright ($(build/release/tilewright --version))"
build/release/tilewright execute examples/cloudless/cloudless.yaml "$@"
build/release/tilewright execute examples/cloudless/cloudless_geotiff.yaml "$@"
echo
echo "web tiles:  examples/cloudless/out/tiles/{zoom}/{row}/{col}.png"
echo "GeoTIFF:    examples/cloudless/out/cloudless.tif"
echo "to look at: open examples/cloudless/index.html in a browser, or the GeoTIFF in QGIS"
