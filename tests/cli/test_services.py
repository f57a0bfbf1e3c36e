"""A folder of tiles as a complete service: TileJSON, WMTS, a page, ArcGIS's files; read by GDAL, xmllint and Chromium over a
server of plain files."""
import functools
import http.server
import json
import os
import subprocess
import threading
import xml.etree.ElementTree as ET

import numpy as np
from osgeo import gdal

import harness
import runs

SCHEMAS = harness.ROOT / "tests/data/ogc-schemas"
BROWSER = harness.ROOT / "tests/browser"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Services(runs.Case):
    TILES = 4

    def setUp(self):
        super().setUp()
        self.make_scene(self.TILES)
        handler = functools.partial(Quiet, directory=str(self.folder))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def tearDown(self):
        self.server.shutdown()
        self.server.server_close()
        super().tearDown()

    def make(self, **output):
        self.config(output={"georeference": "none", "nodata": None, **output})
        return self.must_execute()

    def files(self, folder="out"):
        root = self.folder / folder
        names = {str(p.relative_to(root)) for p in root.rglob("*") if p.suffix in (".json", ".js", ".xml", ".cdi", ".html")}
        return {name for name in names if not name.startswith(".tilewright/")}

    def scene(self):
        return harness.read(self.folder / "scene.tif")

    def check_pixels(self, name):
        """What GDAL reads where the scene is, at the deepest zoom."""
        left, bottom, right, top = runs.scene_bounds(self.TILES)
        side = self.TILES * runs.TILE
        gdal.SetConfigOption("GDAL_DEFAULT_WMS_CACHE_PATH", str(self.folder / "cache"))
        dataset = gdal.Translate("", name, format="MEM", projWin=[left, top, right, bottom], width=side, height=side)
        self.assertIsNotNone(dataset)
        seen, wanted = dataset.ReadAsArray(), self.scene()
        valid = wanted.any(axis=0)
        self.assertTrue(np.array_equal(seen[:3][:, valid], wanted[:, valid]))


class Tilejson(Services):
    def test_it_says_where_tiles_are_and_how_large(self):
        for layout, scheme, path in (("xyz", "xyz", "{z}/{x}/{y}.png"), ("wmts", "xyz", "{z}/{y}/{x}.png"), ("tms", "tms", "{z}/{x}/{y}.png")):
            with self.subTest(layout):
                self.make(path=layout, layout=layout, services={"files": "tilejson", "base_url": "https://m.example/a/", "title": "T"})
                self.assertEqual(self.files(layout), {"tilejson.json", "metadata.json"})
                about = json.loads((self.folder / layout / "tilejson.json").read_text())
                self.assertEqual((about["tilejson"], about["name"], about["scheme"], about["tiles"]),
                                 ("3.0.0", "T", scheme, [f"https://m.example/a/{path}"]))
                self.assertEqual((about["minzoom"], about["maxzoom"], about["tileSize"], about["format"]), (3, 6, runs.TILE, "png"))
                self.assertTrue(-180 <= about["bounds"][0] < about["bounds"][2] <= 180)

    def test_without_a_base_links_are_relative(self):
        self.make(layout="xyz", services=["tilejson"])
        self.assertEqual(json.loads((self.folder / "out/tilejson.json").read_text())["tiles"], ["{z}/{x}/{y}.png"])


class Wmts(Services):
    def check_valid(self, path):
        subprocess.run(["xmllint", "--noout", "--nonet", "--schema", str(SCHEMAS / "wmts/1.0/wmtsGetCapabilities_response.xsd"), str(path)],
                       check=True, capture_output=True)

    def test_gdal_reads_the_tiles_of_a_plain_server(self):
        self.make(services={"files": ["wmts"], "base_url": f"{self.url}/out", "title": "A <b> & \"c\"", "attribution": "(c) me & you"})
        self.check_valid(self.folder / "out/WMTSCapabilities.xml")
        self.check_pixels(f"WMTS:{self.url}/out/WMTSCapabilities.xml")

    def test_metatiles_are_larger_tiles(self):
        self.make(metatiling=2, services={"files": ["wmts"], "base_url": f"{self.url}/out"})
        self.check_valid(self.folder / "out/WMTSCapabilities.xml")
        self.check_pixels(f"WMTS:{self.url}/out/WMTSCapabilities.xml")

    def test_other_grids(self):
        self.image("scene.tif", np.full((3, 256, 256), 99, "uint8"), (0, 0, 60, 60), srs="EPSG:4326")
        self.config(pyramid={"grid": "geodetic"}, output={"services": "wmts", "georeference": "none"})
        self.must_execute()
        self.check_valid(self.folder / "out/WMTSCapabilities.xml")
        self.assertIn("CRS84", (self.folder / "out/WMTSCapabilities.xml").read_text())


class Arcgis(Services):
    def test_the_files_of_an_exploded_cache(self):
        self.make(layout="arcgis", services=["arcgis"])
        self.assertEqual(self.files(), {"metadata.json", "conf.xml", "conf.cdi", "MapServer.json", "MapServer.js"})
        self.assertTrue((self.folder / f"out/_alllayers/L06/R{runs.FIRST_ROW:08x}/C{runs.FIRST_COL:08x}.png").exists())
        conf = ET.parse(self.folder / "out/conf.xml").getroot()
        self.assertEqual(conf.findtext("CacheStorageInfo/StorageFormat"), "esriMapCacheStorageModeExploded")
        self.assertEqual(conf.findtext("TileImageInfo/CacheTileFormat"), "PNG32")
        self.assertEqual([e.text for e in conf.iter("LevelID")], [str(i) for i in range(7)])
        self.assertEqual([float(e.text) for e in conf.iter("Resolution")][6], 2 * harness.HALF_MERCATOR / (runs.TILE << 6))
        self.assertEqual(conf.findtext("TileCacheInfo/SpatialReference/LatestWKID"), "3857")
        box = ET.parse(self.folder / "out/conf.cdi").getroot()
        seen = [float(box.findtext(key)) for key in ("XMin", "YMin", "XMax", "YMax")]
        self.assertTrue(np.allclose(seen, runs.scene_bounds(self.TILES)))

    def test_scales_are_those_of_esri(self):
        """Of its web mercator, at 96 dots per inch."""
        self.make(layout="arcgis", services=["arcgis"])
        lods = json.loads((self.folder / "out/MapServer.json").read_text())["tileInfo"]["lods"]
        self.assertAlmostEqual(lods[0]["scale"] / (256 / runs.TILE), 591657527.591555, delta=1)

    def test_the_script_is_the_same_json_in_a_call(self):
        self.make(layout="arcgis", services=["arcgis"])
        text, script = ((self.folder / f"out/MapServer.{x}").read_text() for x in ("json", "js"))
        self.assertEqual(script, f"callback({text.rstrip()});\n")
        about = json.loads(text)
        self.assertEqual((about["singleFusedMapCache"], about["tileInfo"]["rows"], about["minLOD"], about["maxLOD"]), (True, runs.TILE, 3, 6))

    def test_gdal_reads_a_map_server_of_files(self):
        self.make_scene(self.TILES, array=np.maximum(runs.scene(self.TILES), 1))  # GDAL asks for every tile
        self.make(layout="mapserver", services={"files": "arcgis", "title": "<script>alert(1)</script>"})
        page = (self.folder / "out/MapServer/index.html").read_text()
        self.assertNotIn("<", page)
        self.assertEqual(json.loads(page)["mapName"], "<script>alert(1)</script>")
        self.assertIn("MapServer/index.html", self.files())
        self.assertTrue((self.folder / f"out/MapServer/tile/6/{runs.FIRST_ROW}/{runs.FIRST_COL}").exists())
        self.check_pixels(f"{self.url}/out/MapServer?f=json&pretty=true")

    def test_tiles_without_an_extension_are_read_again(self):
        self.make(layout="mapserver")
        self.config("second.yaml", input={"inp": "out"}, output={"path": "again"}, zoom_levels=runs.ZOOM, baselevels=None)
        self.must_execute(config="second.yaml")
        self.config("direct.yaml", output={"path": "direct"}, zoom_levels=runs.ZOOM, baselevels=None)
        self.must_execute(config="direct.yaml")
        pixels = [harness.mosaic(self.folder / name, runs.ZOOM, "png")[0] for name in ("again", "direct")]
        self.assertTrue(np.array_equal(*pixels))
        self.assertIn("all is well", self.must_run("verify", "out"))


class Viewer(Services):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not (BROWSER / "node_modules/playwright-core").exists():
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=BROWSER, check=True, capture_output=True)

    def open(self, url):
        done = subprocess.run(["node", "viewer.mjs", url, str(self.folder / "shot.png")], cwd=BROWSER, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        seen = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual(seen["errors"], [])
        return seen

    def test_every_layout_is_shown_and_nothing_else_is_asked_for(self):
        for layout in ("wmts", "tms", "quadkey", "arcgis"):
            with self.subTest(layout):
                self.make(path=layout, layout=layout, services={"files": "viewer", "title": "</script><b>&", "attribution": "(c) <me>"})
                seen = self.open(f"{self.url}/{layout}/")
                self.assertEqual((seen["first"]["title"], seen["first"]["attribution"]), ("</script><b>&", "(c) <me>"))
                self.assertEqual([r for r in seen["requests"] if not r.startswith(self.url)], [])
                self.assertGreater(len(seen["first"]["shown"]), 1)
                far = seen["far"]
                self.assertEqual((far["images"], far["said"], far["saidNearer"]), (0, True, False))
                self.assertGreater(far["nearer"], 1)
                self.assertEqual(seen["again"]["shown"], seen["moved"]["shown"], "the address holds the place")

    def test_it_shows_the_scene_from_a_file(self):
        array = np.zeros((3, 512, 512), "uint8")
        array[0], array[1, :256], array[2, :, :256] = 200, 100, 250
        self.make_scene(self.TILES, array=array)
        self.make(services="viewer")
        seen = self.open((self.folder / "out/index.html").as_uri())
        self.assertGreater(len(seen["first"]["shown"]), 1)
        shot = harness.read(self.folder / "shot.png")
        middle = [tuple(shot[:3, 300 + dy, 400 + dx]) for dy in (-100, 100) for dx in (-100, 100)]
        self.assertEqual(middle, [(200, 100, 250), (200, 100, 0), (200, 0, 250), (200, 0, 0)])


class Command(Services):
    def test_it_describes_a_folder_that_is_there(self):
        self.make(layout="xyz")
        out = self.must_run("services", "out")
        self.assertEqual(out.strip(), "out: tilejson, wmts, viewer of zooms 3 to 6")
        self.assertEqual(self.files(), {"metadata.json", "tilejson.json", "WMTSCapabilities.xml", "index.html"})
        self.assertEqual(json.loads((self.folder / "out/tilejson.json").read_text())["name"], "out")
        before = self.stamps("out")
        self.must_run("services", "out", "--quiet")
        self.assertEqual(self.stamps("out"), before, "what is the same is not written again")

    def test_a_configuration_and_its_folder_give_the_same(self):
        about = {"base_url": "https://m.example/t", "title": "T", "attribution": "A"}
        self.make(layout="arcgis", services=about)
        self.make(path="bare", layout="arcgis")
        for target in ("bare", "run.yaml"):
            self.must_run("services", target, "--base-url", "https://m.example/t", "--title", "T", "--attribution", "A")
            self.assertEqual(self.tree("bare"), self.tree("out"))

    def test_json(self):
        self.make()
        out = self.must_run("services", "out", "--viewer", "--wmts", "--json")
        self.assertEqual(json.loads(out), {"event": "summary", "services": ["wmts", "viewer"]})

    def test_services_make_no_tile_anew(self):
        self.make()
        self.config(output={"georeference": "none", "nodata": None, "services": "all"})
        self.assertIn("all 7 metatiles are done", self.must_execute())
        self.assertIn("index.html", self.files())

    def test_names_that_are_no_utf8(self):
        self.make()
        name, title = os.fsdecode(b"m\xe4p"), os.fsdecode(b"l\xe4nder")
        os.rename(self.folder / "out", self.folder / name)
        self.must_run("services", name, "--quiet")
        self.assertEqual(json.loads((self.folder / name / "tilejson.json").read_text())["name"], "m?p")
        self.check_fails(2, "tilewright: --title must be UTF-8", "services", name, "--title", title)
        self.check_fails(2, "tilewright: --attribution must be UTF-8", "services", name, "--attribution", title)

    def test_wrong_usage(self):
        self.make(layout="quadkey")
        self.check_fails(2, "tilewright: a TileJSON cannot say where tiles lie as '{quadkey}.{extension}': use output.layout xyz, wmts or tms",
                         "services", "out", "--tilejson", "--viewer")
        self.check_fails(2, "tilewright: ArcGIS does not find tiles as '{quadkey}.{extension}': use output.layout arcgis, compact or mapserver",
                         "services", "out", "--arcgis")
        self.check_fails(2, "tilewright: --base-url must be the URL of the folder, such as https://maps.example.org/tiles, not 'maps'",
                         "services", "out", "--base-url", "maps")
        self.check_fails(2, "tilewright: which folder? usage: tilewright services TILEDIR [OPTIONS]", "services")
        self.make(path="webp", layout="arcgis", format="WebP")
        self.check_fails(2, "tilewright: ArcGIS knows tiles of PNG and JPEG, not of WebP", "services", "webp", "--arcgis")


class Refused(Services):
    def refuse(self, message, **changes):
        self.config(**changes)
        self.check_execute_fails(2, message)

    def test_wrong_values(self):
        self.refuse("run.yaml:24:17: unknown map service 'tilejsn'; did you mean 'tilejson'? (known: all, tilejson, wmts, viewer, arcgis)",
                    output={"services": "tilejsn"})
        self.refuse("run.yaml:24:17: output.services is empty: name some of tilejson, wmts, viewer, arcgis, or all", output={"services": []})
        self.refuse("run.yaml:25:19: output.services.base_url must be the URL of the folder, such as https://maps.example.org/tiles, "
                    "not 's3://b/t'", output={"services": {"base_url": "s3://b/t"}})
        self.refuse("run.yaml:25:7: unknown key of output.services 'titel'; did you mean 'title'? (known: files, base_url, title, attribution)",
                    output={"services": {"titel": "T"}})

    def test_what_a_service_cannot_say(self):
        services = {"services": ["tilejson"]}
        self.refuse("run.yaml:24:17: output.services: a TileJSON describes tiles in web mercator (pyramid.grid: mercator), and the grid is "
                    "'geodetic'", pyramid={"grid": "geodetic"}, output=services)
        self.refuse("run.yaml:24:17: output.services: a TileJSON describes single tiles: output.metatiling must be 1, not 2",
                    output={"metatiling": 2, **services})
        self.refuse("run.yaml:26:17: output.services: map services have pictures that browsers show (PNG, JPEG, WebP), and the tiles are GTiff",
                    output={"format": "GTiff", "dtype": "uint8", "bands": 3, **services})
        self.refuse("run.yaml:26:17: output.services: the tiles of map services do not overlap: output.pixelbuffer must be 0, not 4",
                    pyramid={"pixelbuffer": 4}, output={"pixelbuffer": 4, **services})
        self.refuse("run.yaml:24:17: output.services is for a folder of tiles; remove it", output={"path": "out.pmtiles", **services},
                    pyramid={"tile_size": 256})


if __name__ == "__main__":
    harness.main()
