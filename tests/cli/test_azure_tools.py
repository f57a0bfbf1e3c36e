"""Commands and single files in Azure's Blob storage, against Microsoft's emulator: the cases of the S3 server."""
import unittest

import test_object_files
import test_object_tools
from azure_storage import Azure, servers, start, stop

setUpModule, tearDownModule = start, stop


class Tools(Azure, test_object_tools.Tools):
    def test_map_services(self):
        """Written with the tiles, and later; the types of files whose names say nothing are those of their bytes."""
        self.must_remote("execute", self.config("map", last=4, more=", layout: mapserver, services: all, georeference: none"), "--quiet")
        for name, kind in (("index.html", "text/html; charset=utf-8"), ("MapServer", "application/json"), ("MapServer/tile/4/5/6", "image/png")):
            self.assertEqual(self.headers(f"map/{name}")["content-type"], kind, name)
        self.assertIn("all is well", self.must_remote("verify", self.url("map")))
        self.must_remote("cp", "out", self.there, "--quiet")
        self.must_remote("services", self.there, "--viewer", "--cache-control", "max-age=7", "--quiet")
        headers = self.headers("a/index.html")
        self.assertEqual((headers["content-type"], headers["cache-control"]), ("text/html; charset=utf-8", "max-age=7"))


class Files(Azure, test_object_files.Files):
    once = "comp=blocklist"

    def test_an_archive_is_an_input(self):
        self.must_remote("execute", self.config(self.url("a.pmtiles"), "format: PNG", "[4, 7]"), "--quiet")
        self.must_run("execute", self.config("a.pmtiles", "format: PNG", "[4, 7]"), "--quiet")
        for name, archive in (("near", "a.pmtiles"), ("far", self.url("a.pmtiles"))):
            text = (self.folder / self.config(name, "format: PNG, georeference: none", "[5, 6]")).read_text()
            self.write(f"{name}.yaml", text.replace("image.tif", archive))
            self.must_remote("execute", f"{name}.yaml", "--quiet")
        pictures = [{path: tag for path, tag in self.tree(folder).items() if path.endswith(".png")} for folder in ("near", "far")]
        self.assertGreater(len(pictures[0]), 1)
        self.assertEqual(*pictures)

    def test_one_that_does_not_get_through_is_taken_back(self):
        """Nobody sees blocks that are not committed, and the next run replaces them."""
        with servers.Proxy(self.server.port, "--faults", "1", "--kinds", "500", "--only", "comp=blocklist") as proxy:
            _, err = self.start(proxy.port).communicate(timeout=120)
        self.assertEqual(err, f"tilewright: cannot write '{self.url('a.tif')}': the server says 500 InternalError: made to fail (asked 3 times)\n")
        self.assertNotIn("a.tif", self.client.names(self.bucket))
        self.assertEqual(self.client.uploads(self.bucket), 1)
        self.must_remote("execute", self.config(self.url("a.tif"), test_object_files.LARGE, "8"), "--quiet")
        self.must_run("execute", self.config("a.tif", test_object_files.LARGE, "8"), "--quiet")
        self.check_same("a.tif")


if __name__ == "__main__":
    unittest.main()
