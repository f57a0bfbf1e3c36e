"""Settings of single inputs: credentials, GDAL's options, local copies; files that are named by others and not there."""
import base64
import http.server
import json
import os
import pathlib
import subprocess
import threading

import numpy as np
from osgeo import gdal

import harness

CONFIG = """process: script.lua
input:
  {inputs}
pyramid: {{grid: mercator, tile_size: 128}}
zoom_levels: 5
output: {{path: out, format: GTiff, dtype: uint16, bands: 1}}
"""
SCRIPT = """return process {
  inputs = { dem = 'raster', other = 'raster?' },
  run = function(tile, input, p) return input.other and input.dem[1] + input.other[1] or input.dem[1] end,
}
"""
ZOOM, ROW, COL = 5, 10, 12
SECRET = "Sesame-123"


class Handler(http.server.BaseHTTPRequestHandler):
    """Files of a folder, in ranges; those below /private/ only for the user who knows the password."""

    def log_message(self, *_):
        pass

    def is_allowed(self):
        wanted = "Basic " + base64.b64encode(f"me:{SECRET}".encode()).decode()
        return not self.path.startswith("/private/") or self.headers.get("Authorization") == wanted

    def do_HEAD(self):
        self.answer(False)

    def do_GET(self):
        self.answer(True)

    def answer(self, with_body):
        self.server.asked.append((self.command, self.path, self.headers.get("Authorization")))
        path = self.server.folder / pathlib.Path(self.path).name
        if not self.is_allowed() or not path.is_file():
            self.send_response(401 if path.is_file() else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        data = path.read_bytes()
        begin, end = 0, len(data)
        is_late = self.headers.get("Range", "bytes=0-").split("=")[1][0] != "0"
        if self.server.breaks_off and with_body and is_late:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.headers.get("Range"):
            first, _, last = self.headers["Range"].removeprefix("bytes=").partition("-")
            begin, end = int(first), min(int(last or len(data)) + 1, len(data))
        self.send_response(206 if self.headers.get("Range") else 200)
        self.send_header("Content-Length", str(end - begin))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", f'"{hash(data)}"')
        if self.headers.get("Range"):
            self.send_header("Content-Range", f"bytes {begin}-{end - 1}/{len(data)}")
        self.end_headers()
        if with_body:
            self.wfile.write(data[begin:end])


class Case(harness.Case):
    def setUp(self):
        super().setUp()
        self.image("served/a.tif", np.full((128, 128), 7, "uint16"), harness.tile_bounds(ZOOM, ROW, COL), nodata=0)
        self.image("local.tif", np.full((128, 128), 100, "uint16"), harness.tile_bounds(ZOOM, ROW, COL), nodata=0)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.folder, self.server.asked = self.folder / "served", []
        self.server.breaks_off = False
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.env = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}

    def config(self, dem, more=""):
        self.write("config.yaml", CONFIG.format(inputs=f"dem: {dem}\n  {more}"))
        self.write("script.lua", SCRIPT)

    def value(self):
        return int(harness.mosaic(self.folder / "out", ZOOM, "tif")[0].max())

    def everything(self):
        """All that was written, and said, by a run."""
        return b"".join(path.read_bytes() for path in sorted((self.folder / "out").rglob("*")) if path.is_file())


class Settings(Case):
    def test_credentials(self):
        dem = f"{{path: {self.url}/private/a.tif, storage_options: {{username: me, password: '{SECRET}'}}}}"
        self.config(dem, "other: local.tif")
        code, out, err = self.run_tilewright("execute", "config.yaml", env=self.env)
        self.assertEqual(code, 0, err)
        self.assertEqual(self.value(), 107)
        _, checked, _ = self.run_tilewright("check", "config.yaml", "--json", env=self.env)
        encoded = base64.b64encode(f"me:{SECRET}".encode()).decode()
        for said in (out, err, checked, self.everything().decode(errors="replace")):
            self.assertNotIn(SECRET, said)
            self.assertNotIn(encoded, said)
        made = json.loads((self.folder / "out/metadata.json").read_text())["tilewright"]["input"]
        self.assertEqual(made["dem"], {"path": f"{self.url}/private/a.tif"})
        self.config(f"\n    path: {self.url}/private/a.tif\n    storage_options:\n      username: ${{USER_OF_TEST:-me}}\n      password: ${{SECRET_OF_TEST}}",
                    "other: local.tif")
        done = self.run_tilewright("execute", "config.yaml", env={**self.env, "SECRET_OF_TEST": SECRET})
        self.assertEqual(done[0], 0, done[2])
        self.assertIn("nothing to do", done[1] + done[2])

    def test_credentials_of_many_files(self):
        """Their headers are read by several threads."""
        for i in range(80):
            (self.folder / f"served/{i}.tif").write_bytes((self.folder / "served/a.tif").read_bytes())
        listed = ", ".join(f"'{self.url}/private/{i}.tif'" for i in range(80))
        self.config(f"{{format: catalogue, path: [{listed}], storage_options: {{username: me, password: {SECRET}}}}}")
        code, _, err = self.run_tilewright("execute", "config.yaml", env=self.env)
        self.assertEqual((code, self.value()), (0, 7), err)
        self.assertNotIn(SECRET, self.everything().decode(errors="replace"))

    def test_wrong_credentials(self):
        for options in ("", ", storage_options: {username: me, password: Sesam-321}"):
            self.config(f"{{path: {self.url}/private/a.tif{options}}}")
            code, out, err = self.run_tilewright("execute", "config.yaml", env=self.env)
            self.assertEqual(code, 2)
            self.assertIn(f"cannot open '/vsicurl/{self.url}/private/a.tif': ", err)
            self.assertNotIn("Sesam-321", out + err)

    def test_passwords_in_urls_are_not_shown(self):
        url = self.url.replace("//", "//me:Sesam-321@")
        self.config(f"{{path: {url}/gone.tif}}")
        code, out, err = self.run_tilewright("execute", "config.yaml", env=self.env)
        self.assertEqual(code, 2)
        self.assertIn("//me:*********@127.0.0.1", err)
        self.assertNotIn("Sesam-321", out + err)

    def test_options_hold_for_one_input(self):
        self.config(f"{{path: {self.url}/private/a.tif, gdal_options: {{GDAL_HTTP_USERPWD: 'me:{SECRET}', GDAL_HTTP_AUTH: BASIC, VSI_CACHE: true}}}}",
                    f"other: {self.url}/open/a.tif")
        code, _, err = self.run_tilewright("execute", "config.yaml", env=self.env)
        self.assertEqual((code, self.value()), (0, 14), err)
        self.assertTrue(all(sent is None for _, path, sent in self.server.asked if path.startswith("/open/")))
        self.assertTrue(any(sent for _, path, sent in self.server.asked if path.startswith("/private/")))
        text = (self.folder / "out/metadata.json").read_text()
        self.assertNotIn(SECRET, text)
        self.assertEqual(json.loads(text)["tilewright"]["input"]["dem"]["gdal_options"], {"GDAL_HTTP_AUTH": "BASIC", "VSI_CACHE": True})

    def test_wrong_uses(self):
        for options, message in (
            ("gdal_options: 5", "3:40: gdal_options must be a map of GDAL's configuration options, not a number"),
            ("gdal_options: {A: [1]}", "3:44: gdal_options.A must be a text, a number or true or false, not a list"),
            ("storage_options: me", "3:43: storage_options must be a map of credentials, not a string"),
            ("storage_options: {secret: [x]}", "3:52: storage_options.secret must be a text, a number or true or false, not a list"),
            ("storage_options: {secrt: x}", "3:44: unknown storage option 'secrt'; did you mean 'secret'?"),
        ):
            self.config(f"{{path: local.tif, {options}}}")
            with self.subTest(options):
                code, _, err = self.run_tilewright("execute", "config.yaml")
                self.assertEqual((code, err.splitlines()[0].split(" (known")[0]), (2, "config.yaml:" + message))

    def test_the_environment_in_lists(self):
        self.config("{format: catalogue, path: ['${WHERE}/a.tif', '${MORE:-local}.tif']}")
        self.must_run("execute", "config.yaml", "--quiet", env={"WHERE": "served"})
        self.assertEqual(self.value(), 100)


class Copies(Case):
    def copies(self):
        return sorted(path for path in (self.folder / "cache").rglob("*") if path.is_file())

    def test_a_copy_is_made_once(self):
        self.config(f"{{path: {self.url}/open/a.tif, cache: {{path: cache, format: COG, keep: true}}}}", "other: local.tif")
        self.must_run("check", "config.yaml", env=self.env)
        self.assertFalse((self.folder / "cache").exists())
        code, _, err = self.run_tilewright("execute", "config.yaml", env=self.env)
        self.assertEqual((code, self.value()), (0, 107), err)
        [copy] = self.copies()
        self.assertRegex(str(copy.relative_to(self.folder)), "^cache/[0-9a-f]{16}/a.tif$")
        self.assertEqual(copy.read_bytes(), (self.folder / "served/a.tif").read_bytes())
        self.assertIn(f"tilewright: copied '/vsicurl/{self.url}/open/a.tif' to '{copy.relative_to(self.folder)}'\n", err)
        before = copy.stat().st_mtime_ns
        _, _, err = self.run_tilewright("execute", "config.yaml", "--overwrite", env=self.env)
        self.assertNotIn("copied", err)
        self.assertEqual(self.copies()[0].stat().st_mtime_ns, before)
        self.assertIn("nothing to do", "".join(self.run_tilewright("execute", "config.yaml", env=self.env)[1:]))

    def test_pixels_come_from_the_copy(self):
        self.config(f"{{path: {self.url}/open/a.tif, cache: {{path: cache}}}}")
        self.must_run("execute", "config.yaml", "--quiet", env=self.env)
        [copy] = self.copies()
        self.image("marked.tif", np.full((128, 128), 55, "uint16"), harness.tile_bounds(ZOOM, ROW, COL), nodata=0)
        os.replace(self.folder / "marked.tif", copy)
        self.must_run("execute", "config.yaml", "--quiet", "--overwrite", env=self.env)
        self.assertEqual(self.value(), 55)

    def test_a_changed_file_is_copied_anew(self):
        self.config(f"{{path: {self.url}/open/a.tif, cache: {{path: cache}}}}")
        self.must_run("execute", "config.yaml", "--quiet", env=self.env)
        self.image("served/a.tif", np.full((128, 128), 8, "uint16"), harness.tile_bounds(ZOOM, ROW, COL), nodata=0)
        self.must_run("execute", "config.yaml", "--quiet", "--update", env=self.env)
        self.assertEqual((self.value(), len(self.copies())), (8, 2))

    def test_several_processes_make_one(self):
        for i in range(3):
            self.config(f"{{path: {self.url}/open/a.tif, cache: {{path: cache}}}}")
            text = (self.folder / "config.yaml").read_text()
            self.write(f"config{i}.yaml", text.replace("path: out", f"path: out{i}"))
        running = [subprocess.Popen([harness.BINARY, "execute", f"config{i}.yaml"], cwd=self.folder, env={**os.environ, **self.env},
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for i in range(3)]
        said = [process.communicate()[1] for process in running]
        self.assertEqual([process.returncode for process in running], [0] * 3, said)
        self.assertEqual((len(self.copies()), sum("copied" in text for text in said)), (1, 1))

    def test_what_was_broken_off_is_swept(self):
        self.config(f"{{path: {self.url}/open/a.tif, cache: {{path: cache}}}}")
        self.write("cache/copy.part", "half")
        self.must_run("execute", "config.yaml", "--quiet", env=self.env)
        self.assertEqual(len(self.copies()), 1)

    def test_half_a_copy_is_none(self):
        noise = np.random.default_rng(1).integers(1, 60000, (512, 512)).astype("uint16")
        self.image("served/a.tif", noise, harness.tile_bounds(ZOOM, ROW, COL), nodata=0)
        self.config(f"{{path: {self.url}/open/a.tif, cache: {{path: cache}}}}")
        self.server.breaks_off = True
        code, _, err = self.run_tilewright("execute", "config.yaml", env=self.env)
        self.assertNotEqual(code, 0)
        self.assertRegex(err, f"^tilewright: input 'dem': cannot copy '/vsicurl/{self.url}/open/a.tif': it ends after [0-9]+ of [0-9]+ bytes\n")
        self.assertEqual(self.copies(), [])
        self.server.breaks_off = False
        self.must_run("execute", "config.yaml", "--quiet", env=self.env)
        self.assertEqual(len(self.copies()), 1)

    def test_vectors_and_credentials(self):
        self.write("served/f.geojson", '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": {"type": "Point", '
                                       '"coordinates": [-44, 52]}}]}')
        self.config(f"{{path: {self.url}/private/f.geojson, cache: {{path: cache}}, storage_options: {{username: me, password: {SECRET}}}}}")
        self.write("config.yaml", (self.folder / "config.yaml").read_text().replace(
            "format: GTiff, dtype: uint16, bands: 1", "format: GeoJSON, schema: {properties: {}, geometry: Point}"))
        self.write("script.lua", "return process { inputs = { dem = 'vector' }, run = function(tile, input) return input.dem:features() end }\n")
        self.must_run("execute", "config.yaml", "--quiet", env=self.env)
        self.assertEqual(len(list(self.folder.glob("out/5/*/*.geojson"))), 1)
        self.assertTrue(self.copies()[0].name == "f.geojson")

    def test_only_when_enough_is_needed(self):
        self.image("served/a.tif", np.full((512, 512), 7, "uint16"), harness.tile_bounds(ZOOM - 2, ROW // 4, COL // 4), nodata=0)
        left, bottom, right, top = harness.tile_bounds(ZOOM, ROW, COL)
        self.config(f"{{path: {self.url}/open/a.tif, cache: {{path: cache, intersection_percent: 50}}}}")
        self.must_run("execute", "config.yaml", "--quiet", "--bounds", left, bottom, right, top, env=self.env)
        self.assertFalse((self.folder / "cache").exists())
        self.must_run("execute", "config.yaml", "--quiet", env=self.env)
        self.assertEqual(len(self.copies()), 1)

    def test_local_files_need_none(self):
        self.config("{path: local.tif, cache: {path: cache}}")
        self.must_run("execute", "config.yaml", "--quiet")
        self.assertFalse((self.folder / "cache").exists())
        self.config("{path: local.tif, cache: memory}")
        self.must_run("execute", "config.yaml", "--quiet")

    def test_what_cannot_be_written(self):
        self.write("cache", "no folder")
        self.config(f"{{path: {self.url}/open/a.tif, cache: {{path: cache}}}}")
        code, _, err = self.run_tilewright("execute", "config.yaml", env=self.env)
        self.assertEqual((code, err.strip()), (3, "tilewright: input 'dem': cannot make the folder 'cache': Not a directory"))

    def test_wrong_uses(self):
        for cache, message in (
            ("disk", "3:33: cache must be a map with the path of a folder, not 'disk'"),
            ("{}", "3:33: cache.path must be a local folder, not missing"),
            ("{path: s3://bucket}", "3:40: cache.path must be a local folder, not 's3://bucket'"),
            ("{path: c, intersection: 5}", "3:43: unknown cache key 'intersection'; known: path, intersection_percent, format, keep"),
            ("{path: c, intersection_percent: 101}", "3:65: cache.intersection_percent must be a number from 0 to 100, not 101"),
        ):
            self.config(f"{{path: local.tif, cache: {cache}}}")
            with self.subTest(cache):
                self.check_fails(2, "config.yaml:" + message, "execute", "config.yaml")


class NamedByOthers(Case):
    def test_files_of_a_vrt(self):
        self.image("b.tif", np.full((128, 128), 9, "uint16"), harness.tile_bounds(ZOOM, ROW, COL), nodata=0)
        subprocess.run(["gdalbuildvrt", "-q", "all.vrt", "local.tif", "b.tif", "served/a.tif"], cwd=self.folder, check=True)
        self.config("all.vrt")
        self.must_run("execute", "config.yaml", "--quiet")
        self.assertEqual(self.value(), 7)
        os.remove(self.folder / "b.tif")
        self.check_fails(2, "config.yaml:3:8: 'all.vrt' refers to 'b.tif', which is not there", "execute", "config.yaml", "--overwrite")
        for dem, message in (("{format: stack, files: [{path: all.vrt, date: 2020-01-01}]}", "3:39: "), ("{format: catalogue, path: ['all.vrt']}", "3:35: ")):
            self.config(dem)
            self.check_fails(2, f"config.yaml:{message}'all.vrt' refers to 'b.tif', which is not there", "execute", "config.yaml", "--overwrite")
        self.config("all.vrt")
        os.remove(self.folder / "served/a.tif")
        self.check_fails(2, "config.yaml:3:8: 'all.vrt' refers to 'b.tif', which is not there; nor is 1 more", "execute", "config.yaml")


if __name__ == "__main__":
    harness.main()
