"""cp, rm, info, verify and index of tiles in object storage, against a real S3 server (Ceph's)."""
import json
import unittest

import harness
from object_storage import Storage, servers, start, stop

setUpModule, tearDownModule = start, stop


class Tools(Storage):
    def setUp(self):
        super().setUp()
        self.local()
        self.there = self.url("a")

    def test_a_copy_there_and_back(self):
        said = self.must_remote("cp", "out", self.there, *self.labels)
        self.assertRegex(said, rf"{self.there}: 78 tiles copied, [0-9.]+ kB, [0-9.]+ s\n")
        self.check_same("a", "out")
        for name in ("4/5/6.png", "metadata.json"):
            self.assertEqual(self.headers(f"a/{name}")["cache-control"], "max-age=5")
        self.assertEqual(self.must_remote("cp", "out", self.there), f"{self.there}: nothing to copy, all 78 tiles are there\n")
        self.must_remote("cp", self.there, "back", "--quiet")
        self.assertEqual(self.tree("back"), self.tree("out"))
        self.must_remote("cp", self.there, f"{self.scheme}://{self.bucket}/c", "-z", "4,5", "--quiet")
        self.assertIn("5/10/12.png", self.stored("c"))
        self.assertNotIn("6/22/26.png", self.stored("c"))

    def test_a_copy_through_faults(self):
        with servers.Proxy(self.server.port, "--faults", "0.2") as proxy:
            self.must_remote("cp", "out", self.there, "--quiet", port=proxy.port)
            self.must_remote("cp", self.there, "back", "--quiet", port=proxy.port)
        self.check_same("a", "out")
        self.assertEqual(self.tree("back"), self.tree("out"))

    def test_a_copy_that_stopped_goes_on(self):
        control = self.folder / "rate"
        control.write_text("0.9")
        with servers.Proxy(self.server.port, "--kinds", "500", "--control", control) as proxy:
            code, _, err = self.remote("cp", "out", self.there, "--quiet", port=proxy.port, GDAL_HTTP_MAX_RETRY="1")
        self.assertEqual(code, 3, err)
        self.assertRegex(err, r"cannot (read|write) '[a-z0-9]+://.*': the server says 500 InternalError: made to fail \(asked 2 times\)")
        self.must_remote("cp", "out", self.there, "--quiet")
        self.check_same("a", "out")

    def test_a_run_goes_on_from_a_copy(self):
        self.must_remote("cp", "out", self.there, "--quiet")
        self.assertIn("7 metatiles made (7 empty), 78 were done before", self.must_remote("execute", self.config()))

    def test_copies_into_themselves_are_refused(self):
        self.must_remote("cp", "out", self.there, "--quiet")
        for other, message in ((f"{self.gdal}{self.bucket}//a/", f"'{self.there}' and '{self.gdal}{self.bucket}//a/' are the same folder"),
                               (f"{self.there}/b", f"'{self.there}/b' lies inside '{self.there}', which cannot be copied into itself")):
            code, _, err = self.remote("cp", self.there, other)
            self.assertEqual((code, err), (2, f"tilewright: {message}\n"))

    def test_info(self):
        self.must_remote("execute", self.config(), "--quiet")
        for target in (self.there, "a.yaml"):
            said = self.must_remote("info", target)
            self.assertRegex(said, r"\n    7          58 +[0-9.]+ kB +0\b")
        there = json.loads(self.must_remote("info", self.there, "--json"))
        here = json.loads(self.must_run("info", "out", "--json"))
        self.assertEqual(there["zooms"], here["zooms"])
        code, _, err = self.remote("info", f"{self.scheme}://{self.bucket}/none")
        self.assertEqual(code, 2, err)

    def test_verify(self):
        self.must_remote("execute", self.config(), "--quiet")
        self.assertRegex(self.must_remote("verify", self.there), "78 tiles read, .*: all is well\n")
        self.client.put(self.bucket, "a/7/45/52.png", b"broken")
        self.client.put(self.bucket, "a/7/1/1.png", b"orphan")
        self.client.ask("DELETE", f"/{self.bucket}/a/7/45/53.png")
        code, out, _ = self.remote("verify", self.there)
        self.assertEqual((code, out.splitlines()[:-1]),
                         (1, ["missing  7/45/53.png: it was written, and is not there", "broken   7/1/1.png: it is no PNG file",
                              "broken   7/45/52.png: it is no PNG file", "orphan   7/1/1.png: no run has recorded it"]))
        self.must_remote("verify", "a.yaml", "--repair", "--remove-orphans", "-f")
        self.check_same("a", "out")

    def test_rm(self):
        self.must_remote("execute", self.config(), "--quiet")
        said = self.must_remote("rm", self.there, "--zoom", "7", "-f")
        self.assertRegex(said, rf"{self.there}: 58 tiles deleted, [0-9.]+ kB, [0-9.]+ s\n")
        self.assertEqual([name for name in self.stored("a") if name.startswith("7/")], [])
        self.assertRegex(self.must_remote("execute", self.config()), "metatiles made")
        self.check_same("a", "out")

    def test_index(self):
        self.must_remote("cp", "out", self.there, "--quiet")
        self.must_remote("index", self.there, "--txt", "--geojson", "--idx-out-dir", "index", "--quiet")
        self.must_run("index", "out", "--txt", "--basepath", self.there, "--idx-out-dir", "own", "--quiet")
        for zoom in range(4, 8):
            self.assertEqual((self.folder / f"index/{zoom}.txt").read_text(), (self.folder / f"own/{zoom}.txt").read_text())
        code, _, err = self.remote("index", self.there, "--txt")
        self.assertEqual((code, err), (2, f"tilewright: '{self.there}' is not on this machine; an index is written into local folders "
                                          "only\n"))

    def test_what_is_not_there(self):
        for command in (["cp", f"{self.scheme}://{self.bucket}/none", "b"], ["verify", f"{self.scheme}://{self.bucket}/none"],
                        ["rm", f"{self.scheme}://{self.bucket}/none", "--all", "-f"]):
            code, _, err = self.remote(*command)
            self.assertEqual((code, err), (2, f"'{self.scheme}://{self.bucket}/none' is no tile directory: it has no metadata.json\n"))
        code, _, err = self.remote("verify", self.url("a", "no-such-bucket"))
        self.assertEqual((code, err), (2, f"cannot read '{self.scheme}://no-such-bucket/a/metadata.json': the server says {self.no_bucket}\n"))


class Lock(Storage):
    def test_orphans_are_found_under_the_lock(self):
        """While they are looked for, nobody else changes the output."""
        self.local()
        self.write("out/7/1/1.png", "orphan")
        lock = self.folder / "out/.tilewright/lock"
        with open(lock, "w") as held:
            import fcntl
            fcntl.flock(held, fcntl.LOCK_EX)
            held.write("elsewhere 1 2026-01-01T00:00:00Z\n")
            held.flush()
            self.check_fails(2, "tilewright: 'out' is being written by process 1 on host 'elsewhere' since 2026-01-01T00:00:00Z; wait for it, "
                                "or stop it", "verify", "out", "--remove-orphans", "-f")
        self.assertTrue((self.folder / "out/7/1/1.png").exists())
        self.must_run("verify", "out", "--remove-orphans", "-f")
        self.assertFalse((self.folder / "out/7/1/1.png").exists())


if __name__ == "__main__":
    unittest.main()
