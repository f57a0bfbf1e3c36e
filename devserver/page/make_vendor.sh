#!/bin/sh
# Makes vendor.js, the part of OpenLayers and proj4 that the page uses, anew: needs node and npm. The result is kept
# in the repository, so that neither building nor running needs this.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp vendor_entry.js "$work"
cd "$work"
npm init -y >/dev/null
npm install --no-audit --no-fund ol@10.11.0 proj4@2.22.0 esbuild@0.28.2 >/dev/null
node node_modules/esbuild/install.js
npx esbuild vendor_entry.js --bundle --minify --format=esm --legal-comments=none --outfile=vendor.js
cp vendor.js "$OLDPWD/vendor.js"
cp node_modules/ol/ol.css "$OLDPWD/vendor.css"
{ echo "OpenLayers 10.11.0"; cat node_modules/ol/LICENSE.md; echo; echo "proj4 2.22.0"; cat node_modules/proj4/LICENSE.md; } >"$OLDPWD/vendor.licenses.txt"
