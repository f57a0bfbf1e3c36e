"""`info` tells what a configuration, a folder of tiles, a raster or features are, and touches nothing."""
import fcntl
import http.server
import json
import os
import shutil
import signal
import subprocess
import threading

from osgeo import gdal, ogr, osr

import harness
import runs
import tiles

POINT = ('{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, '
         '"geometry": {"type": "Point", "coordinates": [3, 4]}}]}')


class Server(http.server.BaseHTTPRequestHandler):
    """Files below server.folder, and parts of them."""

    def answer(self):
        data = (self.server.folder / self.path.lstrip("/")).read_bytes() if self.path == "/dem.tif" else None
        if data is None:
            self.send_error(404)
            return b""
        first, last = 0, len(data) - 1
        if asked := self.headers.get("Range"):
            first, last = (int(number) for number in asked.split("=")[1].split("-"))
            last = min(last, len(data) - 1)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        else:
            self.send_response(200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        return data[first:last + 1]

    def do_GET(self):
        self.wfile.write(self.answer())

    def do_HEAD(self):
        self.answer()

    def log_message(self, *_):
        pass


class Configurations(runs.Case):
    def setUp(self):
        super().setUp()
        self.make_scene(tiles=2)

    def info(self, target="run.yaml"):
        return self.must_run("info", target)

    def told(self, target="run.yaml"):
        return json.loads(self.must_run("info", target, "--json"))

    def test_one_that_was_not_run(self):
        self.config()
        self.assertEqual(self.info(), """run.yaml: configuration
process    run.lua
inputs     inp: raster, 3 bands (red green blue) of uint8, EPSG:3857, 256 x 256 pixels of 4891.97
pyramid    mercator (EPSG:3857), tiles of 128 pixels, metatiles of 2 x 2 tiles
output     out: PNG, 4 bands of uint8, nodata 0, new

 zoom   metatiles     to make  made
    3           1           1  overview
    4           1           1  overview
    5           1           1  overview
    6           1           1  computed
total           4           4
""")
        self.assertFalse((self.folder / "out").exists(), "something was written")
        self.assertEqual(self.told()["output"], {"path": "out", "format": "PNG", "state": "new"})

    def test_one_that_was_run(self):
        self.config()
        self.must_execute("--quiet")
        before = self.stamps("out")
        text = self.info()
        self.assertIn("output     out: PNG, 4 bands of uint8, nodata 0, complete\nmade by    tilewright ", text)
        self.assertRegex(text, r"""
 zoom       tiles        size     missing   metatiles     to make  made
    3           1 +\d.* kB           0           1           0  overview
    4           1 +\d.* kB           0           1           0  overview
    5           1 +\d.* kB           0           1           0  overview
    6           4 +\d.* kB           0           1           0  computed
total           7 +\d.* kB           0           4           0
\Z""")
        self.assertEqual(self.stamps("out"), before)

    def test_missing_tiles_are_to_be_made(self):
        self.config()
        self.must_execute("--quiet")
        (self.folder / "out/6/20/32.png").unlink()
        (self.folder / "out/5/10/16.png").unlink()
        self.assertIn("missing    2 tiles that were written; 'execute' makes them anew\n", self.info())
        told = self.told()
        self.assertEqual([(z["zoom"], z["to_make"]) for z in told["zooms"]], [(3, 0), (4, 0), (5, 1), (6, 1)])
        self.assertEqual((told["output"]["state"], told["output"]["missing"], told["output"]["tiles"]), ("begun", 2, 5))
        self.must_execute("--quiet")
        self.assertEqual(self.told()["output"]["state"], "complete")

    def test_tiles_without_a_journal(self):
        self.config(output={"metatiling": 2})
        self.must_execute("--quiet")
        shutil.rmtree(self.folder / "out/.tilewright")
        told = self.told()
        self.assertEqual(told["output"]["state"], "complete")
        self.assertNotIn("missing", told["output"])
        (self.folder / "out/6/10/16.png").unlink()
        self.assertEqual(self.told()["zooms"][3], {"zoom": 6, "metatiles": 1, "to_make": 1})

    def test_a_part_of_it_was_made(self):
        self.make_scene(tiles=8)
        self.config()
        self.must_execute("--quiet", "-z", "6", "-b", *map(str, runs.scene_bounds(2)))
        self.assertEqual([(z["metatiles"], z["to_make"]) for z in self.told()["zooms"]], [(1, 1), (2, 2), (4, 4), (16, 15)])

    def test_what_was_made_otherwise(self):
        self.config()
        self.must_execute("--quiet")
        self.config(process_parameters={"gain": 2})
        self.assertIn("\nchanged    the configuration or the script has changed since it was made\n", self.info())
        self.config()
        self.make_scene(tiles=2, seed=5)
        os.utime(self.folder / "scene.tif", (1, 1))
        self.assertNotIn("the configuration or the script", self.info())

    def test_failed_tiles(self):
        self.config(script=runs.SCRIPT.replace("return input", "if tile.zoom == 6 then error('no') end return input"))
        self.execute("--quiet")
        self.assertIn("failed     1 metatile in the last run; 'execute --retry-failed' makes them alone\n", self.info())
        self.assertIn("failed     1 metatile in the last run", self.info("out"))
        self.assertEqual(self.told("out")["failed_metatiles"], 1)

    def test_a_run_is_a_state_and_no_problem(self):
        self.config()
        self.must_execute("--quiet")
        with open(self.folder / "out/.tilewright/lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            lock.write("somewhere 4711 2026-01-01T12:00:00Z\n")
            lock.flush()
            line = "run        process 4711 on host 'somewhere' writes it, since 2026-01-01T12:00:00Z\n"
            self.assertIn(line, self.info())
            self.assertIn(line, self.info("out"))
            self.assertEqual(self.told("out")["run"], {"pid": 4711, "host": "somewhere", "since": "2026-01-01T12:00:00Z"})
        self.assertIsNone(self.told("out")["run"])
        self.assertNotIn("writes it", self.info("out"))

    def test_a_run_that_was_killed(self):
        self.make_scene(tiles=8)
        self.config(pyramid={"metatiling": 1}, script=runs.SCRIPT.replace("return input", "local n = 0; "
                    "for i = 1, 3e7 do n = n + i % 7 end return input"))
        run = self.start("--quiet", "--workers", "1", binary=harness.RELEASE)
        self.wait_until(lambda: len(list((self.folder / "out").glob("6/*/*.png"))) > 2, "some tiles")
        run.send_signal(signal.SIGKILL)
        self.end(run)
        told = self.told()
        self.assertEqual((told["output"]["state"], told["output"]["run"]), ("begun", None))

    def test_a_single_file(self):
        self.config(zoom_levels=6, baselevels=None, output={"path": "out.tif", "format": "GTiff", "metatiling": None, "dtype": "uint8", "bands": 3})
        self.assertIn("output     out.tif: GTiff, 3 bands of uint8, nodata 0, new\n\n zoom   metatiles     to make  made\n"
                      "    6           1           1  computed\n", self.info())
        self.must_execute("--quiet")
        self.assertRegex(self.info(), r"output     out.tif: GTiff, 3 bands of uint8, nodata 0, complete, \d+ kB\n\n"
                                      r" zoom   metatiles     to make  made\n    6           1           0  computed\n\Z")
        self.assertEqual(self.told()["output"]["state"], "complete")
        self.assertRegex(self.info("out.tif"), r"\Aout.tif: raster, \d+ kB\nmade by    tilewright\nformat     GTiff, ")
        self.assertEqual(self.told("out.tif")["made_by"], "tilewright")
        self.config(zoom_levels=6, baselevels=None, process_parameters={"gain": 2},
                    output={"path": "out.tif", "format": "GTiff", "metatiling": None, "dtype": "uint8", "bands": 3})
        self.assertIn("\nchanged    it was not made as the configuration says now\n", self.info())

    def test_a_single_file_that_failed(self):
        self.config(zoom_levels=6, baselevels=None, script=runs.SCRIPT.replace("return input", "error('no') return input"),
                    output={"path": "out.tif", "format": "GTiff", "metatiling": None, "dtype": "uint8", "bands": 3})
        self.execute("--quiet")
        self.assertIn("failed     1 metatile in the last run; 'execute --retry-failed' makes them alone\n", self.info())
        self.assertEqual(self.told()["output"]["state"], "new")

    def test_problems_are_told(self):
        self.config(zoom_levels=None)
        self.check_fails(2, "run.yaml:1:1: 'zoom_levels' is missing: give a zoom, a list of zooms or {min: 0, max: 8}", "info", "run.yaml")


class Tiles(tiles.Case):
    SOME = [(1, 0, 0), (1, 0, 1), (1, 1, 1), (2, 0, 0), (2, 1, 3), (3, 4, 4)]

    def test_a_folder_that_says_little(self):
        self.make_folder(tiles=self.SOME, sidecars=True)
        self.assertEqual(self.must_run("info", "tiles"), """tiles: 6 tiles, 66 bytes
format     PNG
paths      {zoom}/{row}/{col}.{extension}
pyramid    mercator (EPSG:3857), tiles of 256 pixels
bounds     0 -5009377.086 5009377.086 0

 zoom       tiles        size
    1           3    33 bytes
    2           2    22 bytes
    3           1    11 bytes
total           6    66 bytes
""")

    def test_json(self):
        self.make_folder(tiles=self.SOME, bands=3, dtype="uint8", nodata=0)
        told = json.loads(self.must_run("info", "tiles", "--json"))
        self.assertEqual([(z["zoom"], z["tiles"], z["bytes"]) for z in told["zooms"]], [(1, 3, 15), (2, 2, 10), (3, 1, 5)])
        self.assertEqual((told["kind"], told["tiles"], told["bands"], told["dtype"], told["nodata"], told["run"]),
                         ("tiles", 6, 3, "uint8", 0.0, None))
        self.assertEqual(told["pyramid"], {"grid": "mercator", "crs": "EPSG:3857", "tile_size": 256, "metatiling": 1,
                                           "pixelbuffer": 0})

    def test_an_empty_folder(self):
        self.make_folder()
        self.assertEqual(self.must_run("info", "tiles"), """tiles: 0 tiles, 0 bytes
format     PNG
paths      {zoom}/{row}/{col}.{extension}
pyramid    mercator (EPSG:3857), tiles of 256 pixels
""")

    def test_broken_metadata(self):
        self.write("tiles/metadata.json", '{"driver": {')
        self.check_fails(2, "tilewright: tiles/metadata.json:1:12: malformed JSON: string or '}' expected near end of file",
                         "info", "tiles")

    def test_a_broken_journal(self):
        root = self.make_folder(tiles=self.SOME)
        metadata = json.loads((root / "metadata.json").read_text())
        (root / "metadata.json").write_text(json.dumps({**metadata, "tilewright": {"process_metatiling": 1}}))
        self.write("tiles/.tilewright/journal", "not one\n")
        self.check_fails(3, "tilewright: cannot read 'tiles/.tilewright/journal': it is no journal; use --overwrite to begin anew",
                         "info", "tiles")


class Files(harness.Case):
    def test_a_raster(self):
        array = runs.scene(2, bands=1, dtype="int16")[0]
        self.image("dem.tif", array, (0, 0, 20, 10), srs="EPSG:4326", nodata=-9999,
                   options=("COMPRESS=DEFLATE", "TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64"))
        dataset = gdal.Open(str(self.folder / "dem.tif"), gdal.GA_Update)
        dataset.BuildOverviews("NEAREST", [2])
        dataset = None
        size = (self.folder / "dem.tif").stat().st_size
        self.assertEqual(self.must_run("info", "dem.tif"), f"""dem.tif: raster, {size / 1000:.{0 if size > 1e5 else 1}f} kB
format     GTiff, DEFLATE, blocks of 64 x 64 pixels, 1 overview
pixels     1 band of int16, nodata -9999
size       256 x 256 pixels of 0.078125 x 0.0390625
crs        EPSG:4326
bounds     0 0 20 10
""")
        told = json.loads(self.must_run("info", "dem.tif", "--json"))
        self.assertEqual((told["kind"], told["driver"], told["nodata"], told["bounds"], told["size"], told["overviews"],
                          told["compression"], told["cog"]),
                         ("raster", "GTiff", -9999.0, [0, 0, 20, 10], [256, 256], 1, "DEFLATE", False))

    def test_a_raster_on_a_server(self):
        self.image("dem.tif", runs.scene(1)[0], (0, 0, 20, 10), srs="EPSG:4326", nodata=0)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        server.folder = self.folder
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_port}/dem.tif"
        told = json.loads(self.must_run("info", url, "--json", env={"no_proxy": "*"}))
        self.assertEqual((told["target"], told["kind"], told["size"], told["nodata"]), (url, "raster", [128, 128], 0.0))
        self.assertNotIn("bytes", told)

    def test_features(self):
        self.write("places.geojson", POINT)
        self.assertEqual(self.must_run("info", "places.geojson"), """places.geojson: features, 136 bytes
format     GeoJSON
layer      places, 1 feature
crs        EPSG:4326
bounds     3 4 3 4
""")

    def test_one_of_several_layers(self):
        made = ogr.GetDriverByName("GPKG").CreateDataSource(str(self.folder / "two.gpkg"))
        srs = osr.SpatialReference()
        srs.ImportFromEPSG(3857)
        for name in ("roads", "rivers"):
            made.CreateLayer(name, srs, ogr.wkbLineString)
        made = None
        self.check_fails(2, "'two.gpkg' has 2 layers; choose one with 'layer:' (known: roads, rivers)", "info", "two.gpkg")
        self.assertIn("layer      rivers, 0 features\ncrs        EPSG:3857\n", self.must_run("info", "two.gpkg", "--layer", "rivers"))
        self.check_fails(2, "unknown layer 'river'; did you mean 'rivers'? (known: roads, rivers)",
                         "info", "two.gpkg", "--layer", "river")

    def test_many_rasters(self):
        for name in ("a", "b"):
            self.image(f"many/{name}.tif", runs.scene(1)[0], (0, 0, 20, 10), srs="EPSG:4326", nodata=0)
        self.assertIn("many: raster\nformat     catalogue\npixels     1 band of uint8", self.must_run("info", "many"))

    def test_names_that_are_no_utf8(self):
        path = self.write("places.geojson", POINT)
        name = os.fsencode(path.with_name("a")) + b"\xe4.geojson"
        os.rename(path, name)
        done = subprocess.run([harness.BINARY, "info", "--json", name], capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr.decode()),
                         (3, b"", "tilewright: cannot write this as JSON: a name is not UTF-8, or there is no memory left\n"))

    def test_what_is_nothing_is_refused(self):
        self.write("text.txt", "hello")
        self.write("cut.tif", "II*\0")
        self.write("empty.png", "")
        self.write("a.yaml", "process: a.lua\n")
        usage = "usage: tilewright info TARGET"
        for message, arguments in (
                (f"tilewright: what? {usage}", []),
                (f"tilewright: 'b' is one too many; {usage}", ["a", "b"]),
                ("tilewright: unknown option '--jso'; did you mean '--json'?", ["--jso"]),
                ("cannot open 'none.tif': No such file or directory", ["none.tif"]),
                ("cannot open 'none.yaml': No such file or directory", ["none.yaml"]),
                ("'text.txt' is not a raster", ["text.txt"]),
                ("tilewright: --layer is for files of features; 'a.yaml' is a configuration", ["a.yaml", "--layer", "x"])):
            with self.subTest(arguments):
                self.check_fails(2, message, "info", *arguments)
        for name in ("cut.tif", "empty.png"):
            code, out, err = self.run_tilewright("info", name)
            self.assertEqual((code, out), (2, ""))
            self.assertIn(f"'{name}'", err)


if __name__ == "__main__":
    harness.main()
