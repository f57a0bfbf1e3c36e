"""Single files in object storage: GeoTIFFs and PMTiles archives, whole and in pieces, against a real S3 server (Ceph's)."""
import hashlib
import os
import signal
import subprocess
import time
import unittest

import harness
from object_storage import SCRIPT, Storage, servers, start, stop

setUpModule, tearDownModule = start, stop

CONFIG = """process: script.lua
input: {{image: image.tif}}
pyramid: {{grid: mercator, tile_size: 256}}
zoom_levels: {zooms}
output: {{path: {path}, {output}}}
"""
SMALL = "format: GTiff, bands: 3, dtype: uint8, nodata: 0"
LARGE = SMALL + ", compress: none"  # 50 MB at zoom 8


class Files(Storage):
    public = ", acl: public-read"
    once = "POST"  # what of an upload is asked once

    def setUp(self):
        super().setUp()
        (self.folder / "tmp").mkdir()

    def config(self, path, output=SMALL, zooms="5"):
        name = path.replace("/", "-").replace(":", "") + ".yaml"
        self.write(name, CONFIG.format(zooms=zooms, path=path, output=output))
        return name

    def environment(self, port=None, **more):
        return super().environment(port, TMPDIR=str(self.folder / "tmp"), **more)

    def check_same(self, name):
        there, here = self.client.get(self.bucket, name), (self.folder / name).read_bytes()
        self.assertEqual(hashlib.sha256(there).hexdigest(), hashlib.sha256(here).hexdigest(), f"{len(there)} {len(here)}")
        self.assertEqual(self.client.uploads(self.bucket), 0)

    def check_nothing_is_left(self):
        self.assertEqual([str(path) for path in (self.folder / "tmp").rglob("*") if path.is_file()], [])
        self.assertEqual([name for name in self.client.names(self.bucket) if "tilewright/" in name], [])

    def test_a_geotiff(self):
        small = SMALL + self.public
        said = self.must_remote("execute", self.config(self.url("a.tif"), small))
        self.assertIn("4 metatiles made", said)
        self.must_run("execute", self.config("a.tif"), "--quiet")
        self.check_same("a.tif")
        self.assertEqual(self.headers("a.tif")["content-type"], "image/tiff")
        self.check_nothing_is_left()
        self.assertRegex(self.must_remote("verify", self.url("a.tif")), "all is well")
        self.assertRegex(self.must_remote("info", self.url("a.tif")), "512 x 512 pixels")
        self.assertIn("nothing to do", self.must_remote("execute", self.config(self.url("a.tif"), small)))
        code, _, err = self.remote("execute", self.config(self.url("a.tif"), SMALL, "6"))
        self.assertEqual((code, err), (2, f"tilewright: '{self.url('a.tif')}' exists already; use --overwrite to replace it\n"))
        self.must_remote("execute", self.config(self.url("a.tif"), SMALL, "6"), "--overwrite", "--quiet")
        self.must_run("execute", self.config("a.tif", SMALL, "6"), "--overwrite", "--quiet")
        self.check_same("a.tif")

    def test_a_pmtiles_archive(self):
        self.must_remote("execute", self.config(self.url("a.pmtiles"), "format: PNG", "[4, 7]"), "--quiet")
        self.must_run("execute", self.config("a.pmtiles", "format: PNG", "[4, 7]"), "--quiet")
        self.check_same("a.pmtiles")
        self.check_nothing_is_left()
        _, headers, _ = self.client.ask("GET", f"/{self.bucket}/a.pmtiles")
        self.assertEqual(headers["content-type"], "application/vnd.pmtiles")

    def test_a_compact_cache(self):
        output = "format: PNG, layout: compact" + self.public
        self.must_run("execute", self.config("cache", "format: PNG, layout: compact"), "--quiet")
        here = {str(path.relative_to(self.folder / "cache")): path.read_bytes() for path in (self.folder / "cache").rglob("*") if path.is_file()}
        here = {name: bytes for name, bytes in here.items() if not name.startswith(".")}
        self.assertGreater(sum(name.endswith(".bundle") for name in here), 0)
        for zooms, options in (("6", ()), ("5", ("--overwrite",))):  # what the first has and the second has not is removed
            self.must_remote("execute", self.config(self.url("cache"), output, zooms), "--quiet", *options)
        there = {name[len("cache/"):]: self.client.get(self.bucket, name) for name in self.client.names(self.bucket, "cache/")}
        self.assertEqual(sorted(there), sorted(here))
        self.assertEqual([name for name in here if name.endswith(".bundle") and there[name] != here[name]], [])
        for name in here:
            self.headers("cache/" + name)
        self.check_nothing_is_left()
        self.assertIn("nothing to do", self.must_remote("execute", self.config(self.url("cache"), output)))
        code, _, err = self.remote("execute", self.config(self.url("cache"), output, "6"))
        self.assertEqual((code, err), (2, f"tilewright: '{self.url('cache')}' exists already; use --overwrite to replace it\n"))

    def test_a_large_one_goes_in_pieces_through_faults(self):
        with servers.Proxy(self.server.port, "--faults", "0.2", "--kinds", "500,503,reset,truncated,late-reset") as proxy:
            self.must_remote("execute", self.config(self.url("a.tif"), LARGE, "8"), "--quiet", port=proxy.port)
        self.must_run("execute", self.config("a.tif", LARGE, "8"), "--quiet")
        self.assertGreater((self.folder / "a.tif").stat().st_size, 3 << 24)
        self.check_same("a.tif")
        self.check_nothing_is_left()
        self.assertIn("nothing to do", self.must_remote("execute", self.config(self.url("a.tif"), LARGE, "8")))

    def test_one_whose_beginning_is_answered_to_nobody_leaves_nothing(self):
        """The server has begun an upload, and its answer is lost: it is begun once more."""
        with servers.Proxy(self.server.port, "--faults", "1", "--kinds", "late-reset", "--only", self.once, "--times", "1") as proxy:
            self.must_remote("execute", self.config(self.url("a.tif"), LARGE, "8"), "--quiet", port=proxy.port)
        self.must_run("execute", self.config("a.tif", LARGE, "8"), "--quiet")
        self.check_same("a.tif")

    def start(self, port):
        return subprocess.Popen([harness.BINARY, "execute", self.config(self.url("a.tif"), LARGE, "8"), "--quiet"], cwd=self.folder,
                                stderr=subprocess.PIPE, text=True,
                                env={**os.environ, **self.environment(port, GDAL_HTTP_MAX_RETRY="2")})

    def test_one_that_does_not_get_through_is_taken_back(self):
        control = self.folder / "rate"
        control.write_text("0")
        with servers.Proxy(self.server.port, "--faults", "0", "--kinds", "500", "--latency-ms", "100", "--control", control) as proxy:
            run = self.start(proxy.port)
            while self.client.uploads(self.bucket) == 0:
                time.sleep(0.01)
            control.write_text("1")
            _, err = run.communicate(timeout=120)
        self.assertEqual(run.returncode, 3, err)
        self.assertIn(f"cannot write '{self.url('a.tif')}': the server says 500 InternalError: made to fail (asked 3 times)", err)
        self.assertNotIn("a.tif", self.client.names(self.bucket))
        self.client.ask("DELETE", f"/{self.bucket}/a.tif.tilewright/lock")
        self.must_remote("execute", self.config(self.url("a.tif"), LARGE, "8"), "--quiet")
        self.must_run("execute", self.config("a.tif", LARGE, "8"), "--quiet")
        self.check_same("a.tif")

    def test_one_that_is_killed_goes_on_and_takes_its_pieces_back(self):
        with servers.Proxy(self.server.port, "--latency-ms", "300") as proxy:
            run = self.start(proxy.port)
            while self.client.uploads(self.bucket) == 0:
                time.sleep(0.01)
            run.send_signal(signal.SIGKILL)
            run.communicate()
        self.must_remote("execute", self.config(self.url("a.tif"), LARGE, "8"), "--quiet")
        self.must_run("execute", self.config("a.tif", LARGE, "8"), "--quiet")
        self.check_same("a.tif")
        self.check_nothing_is_left()

    def test_a_file_of_somebody_else_is_left_alone(self):
        self.client.put(self.bucket, "a.tif", b"precious")
        code, _, err = self.remote("execute", self.config(self.url("a.tif")))
        self.assertEqual((code, err), (2, f"tilewright: '{self.url('a.tif')}' exists already; use --overwrite to replace it\n"))
        self.assertEqual(self.client.get(self.bucket, "a.tif"), b"precious")


if __name__ == "__main__":
    unittest.main()
