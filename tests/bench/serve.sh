#!/bin/sh
# Latency of the preview: a cached tile, and tiles that are made. Needs wrk and curl (Debian packages), and build/release.
#   sh tests/bench/serve.sh
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
cp -r "$root/examples/cloudless" "$work"
cd "$work/cloudless"
"$root/build/release/tilewright" serve cloudless.yaml --port 5987 >/dev/null &
server=$!
until curl -s localhost:5987/health >/dev/null; do sleep 0.05; done
echo "a metatile of 4 x 4 tiles, ten scenes, median without clouds (s), five times:"
for tile in 11/1112/724 11/1112/728 11/1108/728 11/1112/732 11/1108/724; do
    curl -s -o /dev/null -w '%{time_total}\n' "localhost:5987/$tile.png"
done
echo "the page and its parts (s):"
for path in / /page/vendor.js /layer.json; do curl -s -o /dev/null -w "$path %{time_total}\n" "localhost:5987$path"; done
echo "a tile that is in the cache:"
wrk -t1 -c4 -d5s --latency http://localhost:5987/11/1113/728.png
echo "the same, when the browser has it (304):"
tag=$(curl -s -o /dev/null -D - localhost:5987/11/1113/728.png | sed -n 's/^ETag: //p' | tr -d '\r')
wrk -t1 -c4 -d5s --latency -H "If-None-Match: $tag" http://localhost:5987/11/1113/728.png
