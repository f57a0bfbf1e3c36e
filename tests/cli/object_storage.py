"""What the tests of object storage share: a server, a bucket for each test, and an image to make tiles of.

SPDX-License-Identifier: MIT
"""
import hashlib
import pathlib
import sys

import numpy as np

import harness

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "s3"))
import s3  # noqa: E402
import servers  # noqa: E402

SERVER = None
CONFIG = """process: script.lua
input: {{image: image.tif}}
pyramid: {{grid: mercator, tile_size: 128}}
zoom_levels: {{min: {first}, max: {last}}}
output: {{path: {path}, format: PNG{more}}}
"""
SCRIPT = """return process {
  inputs = { image = 'raster' },
  run = function(tile, input, p)
    return input.image:read()
  end,
}
"""
SOON = {"GDAL_HTTP_RETRY_DELAY": "0.02", "GDAL_HTTP_LOW_SPEED_TIME": "2"}


def start():
    use(servers.Server())


def use(server):
    global SERVER
    SERVER = server


def stop():
    SERVER.stop()


class Storage(harness.Case):
    """What differs from server to server: test_azure.py says its own."""
    scheme, gdal = "s3", "/vsis3/"
    no_bucket = "404 NoSuchBucket"  # as the server says it
    labels = ("--acl", "public-read", "--cache-control", "max-age=5")

    def setUp(self):
        super().setUp()
        self.server = SERVER
        self.client = SERVER.client
        self.bucket = self.id().split(".")[-1].lower().replace("_", "-")[:60].strip("-")
        self.client.make(self.bucket)
        y, x = np.mgrid[0:96, 0:96]
        image = np.stack([1 + (x * 7 + y * 3) % 250, 1 + (x + y * 11) % 250, 1 + (x * y) % 250]).astype("uint8")
        image[:, :30, :40] = 0
        self.image("image.tif", image, harness.tile_bounds(4, 5, 6), nodata=0)
        self.write("script.lua", SCRIPT)

    def configure(self, name, path, first=4, last=7, more=""):
        self.write(name, CONFIG.format(path=path, first=first, last=last, more=more))
        return name

    def environment(self, port=None, **more):
        return {**type(self.client)(port or SERVER.port).environment(), **SOON, **more}

    def url(self, name, bucket=None):
        return f"{self.scheme}://{bucket or self.bucket}/{name}"

    def headers(self, name):
        """What everybody is told of a file that everybody may read."""
        status, headers, _ = self.client.ask("GET", f"/{self.bucket}/{name}", signed=False)
        self.assertEqual(status, 200, name)
        return headers

    def remote(self, *arguments, port=None, **more):
        return self.run_tilewright(*arguments, env=self.environment(port, **more))

    def must_remote(self, *arguments, **more):
        code, out, err = self.remote(*arguments, **more)
        self.assertEqual(code, 0, f"{arguments}: {err}{out}")
        return out + err

    def stored(self, prefix, hidden=False):
        """Name below the prefix -> hash of the bytes."""
        found = {}
        for key in self.client.names(self.bucket, prefix + "/"):
            name = key[len(prefix) + 1:]
            if (hidden or not name.startswith(".tilewright")) and name not in (".tilewright/seen", ".tilewright/inputs",
                                                                                      ".tilewright/progress", ".tilewright/summary.json"):
                found[name] = hashlib.sha256(self.client.get(self.bucket, key)).hexdigest()
        return found

    def check_same(self, prefix, folder, hidden=False):
        wanted = self.tree(folder, hidden)
        got = self.stored(prefix, hidden)
        self.assertEqual(sorted(got), sorted(wanted))
        self.assertEqual([name for name in wanted if got[name] != wanted[name]], [])

    def check_journal(self, prefix):
        """It names no more tiles than there are."""
        names = self.client.names(self.bucket, prefix)
        for line in self.client.get(self.bucket, f"{prefix}/.tilewright/journal").decode().splitlines()[1:]:
            zoom, first, last, files = map(int, line.split())
            there = sum(name.startswith(f"{prefix}/{zoom}/") and name.endswith(".png") for name in names)
            self.assertLessEqual((last - first + 1) * files, there, line)

    def local(self, **more):
        self.must_run("execute", self.configure("local.yaml", "out", **more), "--quiet")
        return "out"

    def config(self, prefix="a", **more):
        return self.configure(f"{prefix}.yaml", self.url(prefix), **more)
