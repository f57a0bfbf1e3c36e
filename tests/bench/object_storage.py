#!/usr/bin/python3
"""Writing to object storage with 50 ms of latency: many requests at once against one at a time.

    python3 tests/bench/object_storage.py [TILES [RUNS [LATENCY_MS]]]

TILES small PNG tiles (4096) are copied into Ceph's S3 server through a proxy that answers LATENCY_MS (50) later, by
`tilewright cp`; one at a time are 100 requests of Python's http.client over one connection through the same proxy.
Medians of RUNS (3).
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/s3"))
import s3  # noqa: E402
import servers  # noqa: E402

PROGRAM = ROOT / "build/release/tilewright"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000"
                    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082") + bytes(8000)


def make_tiles(folder, count, zoom=12):
    side = int(count ** 0.5)
    for row in range(side):
        (folder / f"{zoom}/{row}").mkdir(parents=True)
        for col in range(side):
            (folder / f"{zoom}/{row}/{col}.png").write_bytes(PNG)
    (folder / "metadata.json").write_text(json.dumps({"driver": {"format": "PNG", "extension": "png"},
                                                      "pyramid": {"grid": "mercator", "metatiling": 1, "tile_size": 256}}))
    return side * side


def one_at_a_time(port, count=100):
    """Seconds for a request."""
    client = s3.S3(port)
    started = time.monotonic()
    for number in range(count):
        client.put("bench", f"single/{number}.png", PNG)
    return (time.monotonic() - started) / count


def many_at_once(port, folder, name):
    started = time.monotonic()
    subprocess.run([PROGRAM, "cp", folder, f"s3://bench/{name}", "--quiet"], check=True,
                   env={**os.environ, **s3.S3(port).environment()})
    return time.monotonic() - started


def main():
    count, runs, latency = ([int(text) for text in sys.argv[1:]] + [4096, 3, 50][len(sys.argv) - 1:])[:3]
    server = servers.Server()
    try:
        server.client.make("bench")
        with tempfile.TemporaryDirectory() as folder, servers.Proxy(server.port, "--latency-ms", latency) as proxy:
            count = make_tiles(pathlib.Path(folder), count)
            single, many = [], []
            for run in range(runs):
                single.append(one_at_a_time(proxy.port))
                many.append(many_at_once(proxy.port, folder, f"run{run}"))
            single, many = statistics.median(single), statistics.median(many) / count
            print(f"one at a time   {1000 * single:7.2f} ms a tile  {1 / single:7.1f} tiles/s")
            print(f"tilewright cp   {1000 * many:7.2f} ms a tile  {1 / many:7.1f} tiles/s  {single / many:.1f} times as fast")
    finally:
        server.stop()


if __name__ == "__main__":
    main()
