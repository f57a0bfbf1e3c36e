"""tilewright serve with several layers: configurations, files and tiles side by side, each with its own address."""
import concurrent.futures
import json
import re
import shutil
import socket
import subprocess

import jsonschema
import numpy as np
from osgeo import gdal

import harness
from preview import BOUNDS, SCHEMAS, SCRIPT, Serve

gdal.UseExceptions()
LAND = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"a": 1}, "geometry": {
    "type": "Polygon", "coordinates": [[[-40, 45], [-30, 45], [-30, 50], [-40, 45]]]}}]}


class Several(Serve):
    def several(self):
        """A configuration, its tiles, another configuration in degrees, a raster, features."""
        self.config()
        self.must_run("execute", "map.yaml", "--quiet")
        self.config("degrees.yaml", grid="geodetic", more=", metatiling: 1")
        self.write("land.geojson", json.dumps(LAND))
        return self.serve("map.yaml", "out/", "degrees.yaml", "image.tif", "land.geojson")

    def layers(self):
        return {layer["id"]: layer for layer in self.json("/layers.json")["layers"]}

    def test_each_operand_is_a_layer(self):
        server = self.several()
        layers = self.layers()
        self.assertEqual([(layer["id"], layer["kind"], layer["source"], layer["grid"], layer["is_vector"]) for layer in layers.values() if not layer["of"]],
                         [("map", "result", "map.yaml", "mercator", False), ("out", "tiles", "out/", "mercator", False),
                          ("degrees", "result", "degrees.yaml", "geodetic", False), ("image", "file", "image.tif", "mercator", False),
                          ("land", "file", "land.geojson", "mercator", True)])
        self.assertEqual(self.json("/layers/map.json"), layers["map"])
        self.assertEqual(self.json("/layer.json"), layers["map"])
        self.assertEqual(layers["map"]["params"],
                         [{"name": "gain", "type": "number", "value": 1, "default": 1, "min": None, "max": None}])
        self.assertEqual(layers["map"]["command"], {"verb": "execute", "arguments": ["map.yaml"]})
        self.assertEqual(layers["image"]["command"], {"verb": "convert", "arguments": ["image.tif", "converted"]})
        for name, content in self.tiles("png").items():
            zoom, row, col = re.match(r"(\d+)/(\d+)/(\d+)", name).groups()
            self.assertEqual(self.get(f"/layers/map/{zoom}/{col}/{row}.png"), self.get(f"/{zoom}/{col}/{row}.png"))
            if int(zoom) >= 4:
                self.assertEqual(self.get(f"/layers/map/tiles/{name}"), content)
        self.assertEqual(self.get("/layers/map/6/24/21.png"), self.get("/layers/out/6/24/21.png"))
        self.assertEqual(self.json("/layers/land/4/6/5.geojson")["features"][0]["properties"], {"a": 1})
        self.assertTrue(self.get("/layers/degrees/5/24/8.png").startswith(b"\x89PNG"))
        self.end(server)

    def test_what_is_told_of_a_layer(self):
        self.several()
        self.assertEqual(self.json("/layers/map.json")["bands"][0], {"name": "1", "dtype": "uint8", "min": None, "max": None, "nodata": 0, "stretch": None})
        self.get("/layers/map/6/25/21.png")
        band = self.json("/layers/map.json")["bands"][1]
        tile = self.array[:, :256, :256]  # a metatile of 2 x 2
        self.assertTrue(1 <= band["min"] < 10 and tile[1].max() - 10 < band["max"] <= tile[1].max(), band)
        about = self.json("/layers/image/tilejson.json")
        self.assertEqual(about["tiles"], [f"http://127.0.0.1:{self.port}/layers/image/{{z}}/{{x}}/{{y}}.png"])
        x, y = (BOUNDS[0] + BOUNDS[2]) / 2, (BOUNDS[1] + BOUNDS[3]) / 2
        one, other = (self.json(f"{layer}/point?x={x}&y={y}&zoom=5") for layer in ("/layers/map", ""))
        self.assertEqual(one["values"], other["values"])
        status = self.json("/status")
        self.assertEqual([layer["id"] for layer in status["layers"]], ["map", "out", "degrees", "image", "land"])
        self.assertEqual(status["made"], sum(layer["made"] for layer in status["layers"]))

    def test_names_that_meet(self):
        (self.folder / "a").mkdir()
        self.config()
        shutil.copy(self.folder / "image.tif", self.folder / "a/map.tif")
        shutil.copy(self.folder / "image.tif", self.folder / "größe 2.0.tif")
        self.serve("map.yaml", "a/map.tif", "map.yaml", "größe 2.0.tif")
        ids = [layer["id"] for layer in self.json("/layers.json")["layers"] if not layer["of"]]
        self.assertEqual(ids, ["map", "map-2", "map-3", "gr----e-2-0"])
        self.get("/layers/gr----e-2-0/4/6/5.png")

    def test_layers_that_there_are_not(self):
        self.several()
        self.assertTrue(self.error("/layers/imag.json", 404).startswith("there is no layer 'imag'; did you mean 'image'? (known: map, "))
        self.assertTrue(self.error("/layers/x/6/24/21.png", 404).startswith("there is no layer 'x'; known: map, "))
        self.assertTrue(self.error("/layers/", 404).startswith("there is no layer ''; known: map, "))
        self.assertEqual(self.error("/layers/map", 404), "there is nothing at /layers/map")
        self.assertEqual(self.error("/layers/map/", 404), "there is nothing at /layers/map/")
        self.assertEqual(self.error("/layers/map/status", 404), "there is nothing at /layers/map/status")
        self.assertEqual(self.error("/layers/map/9/1/1.png", 404), "zoom 9 is none of the configuration's: 3 to 6")
        self.assertIn(b'locator="layer"', self.ask("/wmts?request=GetTile&layer=none&tilematrix=6&tilerow=21&tilecol=24")[2])

    def test_all_that_is_wrong_is_told_at_once(self):
        self.config()
        self.config("bad.yaml", format="PNGG")
        code, _, err = self.run_tilewright("serve", "bad.yaml", "map.yaml", "none.tif")
        self.assertEqual(code, 2)
        self.assertIn("unknown output format 'PNGG'; did you mean 'PNG'?", err)
        self.assertIn("none.tif", err)

    def test_each_follows_its_own_files(self):
        self.config()
        self.write("other.lua", SCRIPT)
        (self.folder / "sub").mkdir()
        self.write("sub/other.lua", SCRIPT)
        self.write("sub/other.yaml", (self.folder / "map.yaml").read_text().replace("run.lua", "other.lua").replace("image.tif", "../image.tif"))
        self.serve("map.yaml", "sub/other.yaml")
        before = self.get("/6/24/21.png")
        self.assertEqual(self.get("/layers/other/6/24/21.png"), before)
        self.write("sub/other.lua", SCRIPT.replace("gain = 1", "gain = 0.5"))
        self.assertIn(b"data: 2\n", self.get("/events?since=1"))
        self.assertNotEqual(self.get("/layers/other/6/24/21.png"), before)
        self.assertEqual(self.get("/layers/map/6/24/21.png"), before)
        self.assertEqual([(id, layer["version"]) for id, layer in self.layers().items() if not layer["of"]], [("map", 1), ("other", 2)])
        self.write("run.lua", SCRIPT.replace("gain = 1", "gain = "))
        self.assertIn(b"data: 3\n", self.get("/events?since=2"))
        layers = self.layers()
        self.assertIn("run.lua:3:", layers["map"]["problem"])
        self.assertIsNone(layers["other"]["problem"])
        self.assertIn("run.lua:3:", self.json("/status")["problem"])


class Inputs(Serve):
    """Each input of a configuration as it is: loaded when it is asked for, on the configuration's pyramid."""
    SCRIPT = """return process {
  inputs = { inp = 'raster', scenes = 'stack', more = 'group', land = 'vector' },
  params = { gain = 1 },
  run = function(tile, input, p)
    return input.inp:read() * p.gain
  end,
}
"""

    def setUp(self):
        super().setUp()
        dem = np.arange(512 * 512, dtype="float32").reshape(1, 512, 512) - 1000
        dem[0, :256, :256] = -9999
        self.image("dem.tif", dem, BOUNDS, nodata=-9999)
        self.image("early.tif", np.where(self.array > 100, self.array, 0), BOUNDS, nodata=0)
        zeros = self.array.copy()
        zeros[:, 300:, 300:] = 0
        self.image("zeros.tif", zeros, BOUNDS)
        self.write("land.geojson", json.dumps(LAND))
        self.write("run.lua", self.SCRIPT)
        self.write("map.yaml", """process: run.lua
input:
  inp: image.tif
  scenes: {format: stack, order: oldest, files: [{path: early.tif, date: 2023-01-01}, {path: image.tif, date: 2024-01-01}]}
  more: {dem: {path: dem.tif, resampling: bilinear}, deep: {zeros: zeros.tif}}
  land: land.geojson
pyramid: {grid: mercator, tile_size: 128, metatiling: 2}
zoom_levels: [3, 6]
output: {path: out, format: PNG, dtype: uint8, bands: 3, metatiling: 1}
""")

    def picture(self, path):
        (self.folder / "tile.png").write_bytes(self.get(path))
        return gdal.Open(str(self.folder / "tile.png")).ReadAsArray()

    def layers(self):
        return {layer["id"]: layer for layer in self.json("/layers.json")["layers"]}

    def test_all_inputs_are_listed_and_loaded_when_asked_for(self):
        server = self.serve()
        layers = self.layers()
        self.assertEqual([(layer["id"], layer["kind"], layer["of"], layer["source"], layer["format"], layer["is_loaded"], layer["is_vector"])
                          for layer in layers.values()],
                         [("map", "result", None, "map.yaml", "PNG", True, False),
                          ("map.inp", "input", "map", "image.tif", "raster", False, False),
                          ("map.scenes", "input", "map", None, "stack", False, False),
                          ("map.more.dem", "input", "map", "dem.tif", "raster", False, False),
                          ("map.more.deep.zeros", "input", "map", "zeros.tif", "raster", False, False),
                          ("map.land", "input", "map", "land.geojson", "vector", False, True)])
        self.assertNotIn("crs", layers["map.inp"])
        about = self.json("/layers/map.more.dem.json")
        self.assertEqual((about["is_loaded"], about["grid"], about["min_zoom"], about["max_zoom"], about["tile_size"]), (True, "mercator", 3, 6, 128))
        self.assertEqual([(band["name"], band["dtype"]) for band in about["bands"]], [("band1", "float32")])
        self.assertEqual(about["command"]["verb"], "convert")
        self.assertEqual([id for id, layer in self.layers().items() if layer["is_loaded"]], ["map", "map.more.dem"])
        self.assertEqual(self.error("/layers/map.imp.json", 404).split(" (")[0], "there is no layer 'map.imp'; did you mean 'map.inp'?")
        self.end(server)

    def test_inputs_are_shown_as_they_are(self):
        server = self.serve()
        tile = self.picture("/layers/map.inp/6/25/21.png")
        self.assertTrue(np.array_equal(tile[:3], self.array[:, 128:256, 128:256]))
        tile = self.picture("/layers/map.more.deep.zeros/6/27/23.png")  # black is black without a nodata value
        self.assertEqual((int(tile[:3].max()), int(tile[-1].min())), (0, 255))
        early = np.where(self.array > 100, self.array, 0)
        mosaic = np.where((early > 0).any(axis=0), early, self.array)
        tile = self.picture("/layers/map.scenes/6/25/21.png")
        self.assertTrue(np.array_equal(tile[:3] * (tile[3] > 0), mosaic[:, 128:256, 128:256]))
        self.get("/layers/map.more.dem/6/25/21.png", 204)
        dem = self.picture("/layers/map.more.dem/6/27/23.png")
        self.assertEqual(int(dem[-1].min()), 255)
        self.assertEqual(self.json("/layers/map.land/4/6/5.geojson")["features"][0]["properties"], {"a": 1})
        self.end(server)

    def test_values_of_the_result_and_of_its_inputs(self):
        server = self.serve()
        left, bottom, right, top = BOUNDS
        for col, row in ((300, 200), (10, 10), (400, 400)):
            x, y = left + (col + 0.5) * (right - left) / 512, top - (row + 0.5) * (top - bottom) / 512
            answer = self.json(f"/layers/map/point?x={x}&y={y}")
            parts = {part["id"]: part for part in answer["layers"]}
            self.assertEqual(list(parts), ["map", "map.inp", "map.scenes", "map.more.dem", "map.more.deep.zeros", "map.land"])
            self.assertEqual(parts["map"]["values"], answer["values"])
            number = lambda id: [value["value"] for value in parts[id]["values"]]
            own = self.array[:, row, col].tolist()
            nothing = [None] * 3
            self.assertEqual(number("map.inp"), own if any(own) else nothing)
            self.assertEqual(number("map.more.deep.zeros"), [0, 0, 0] if row >= 300 and col >= 300 else own)
            dem = row * 512 + col - 1000
            self.assertEqual(number("map.more.dem"), [None if row < 256 and col < 256 else dem])
            early = np.where(self.array > 100, self.array, 0)[:, row, col].tolist()
            scenes = [(time, values) for time, values in (("2023-01-01", early), ("2024-01-01", own)) if any(values)]
            self.assertEqual(list(zip(parts["map.scenes"]["times"], parts["map.scenes"]["series"])), scenes)
            self.assertEqual(number("map.scenes"), scenes[0][1] if scenes else nothing)
            single = self.json(f"/layers/map.scenes/point?x={x}&y={y}")
            self.assertEqual((single["layers"], [value["value"] for value in single["values"]]), ([parts["map.scenes"]], number("map.scenes")))
        land = self.json("/point?lon=-32&lat=46")["layers"][-1]
        self.assertEqual((land["values"], land["features"]), ([{"name": "a", "value": 1}], 1))
        (self.folder / "dem.tif").unlink()
        gone = self.json(f"/layers/map/point?x={x}&y={y}")["layers"]
        self.assertIn("dem.tif", gone[3]["error"])
        self.assertNotIn("error", gone[2])
        self.end(server)

    def test_inputs_follow_their_configuration(self):
        server = self.serve()
        before = self.get("/layers/map.inp/6/25/21.png")
        self.get("/layers/map.more.dem/6/27/23.png")
        self.write("run.lua", self.SCRIPT.replace("gain = 1", "gain = 2"))
        self.get("/events?since=1")
        layers = self.layers()  # another script makes no other inputs
        self.assertEqual([(id, layer["version"]) for id, layer in layers.items() if layer["is_loaded"]],
                         [("map", 2), ("map.inp", 1), ("map.more.dem", 1)])
        self.assertEqual(self.get("/layers/map.inp/6/25/21.png"), before)
        self.write("map.yaml", (self.folder / "map.yaml").read_text().replace("inp: image.tif", "inp: early.tif"))
        self.get("/events?since=2")
        self.assertEqual([(id, layer["version"]) for id, layer in self.layers().items() if layer["is_loaded"]],
                         [("map", 3), ("map.more.dem", 1)])
        self.assertNotEqual(self.get("/layers/map.inp/6/25/21.png"), before)
        self.assertEqual(self.json("/layers/map.inp.json")["version"], 3)
        self.end(server)

    def test_the_status_counts_inputs(self):
        server = self.serve()
        self.get("/layers/map.inp/6/25/21.png")
        (self.folder / "dem.tif").unlink()
        self.error("/layers/map.more.dem/6/27/23.png", 500)
        self.get("/layers/map.scenes/6/25/21.png")
        status = self.json("/status")
        self.assertEqual(status["made"], 2)
        self.assertEqual(status["cached_tiles"] >= 2, True)
        self.end(server)

    def test_black_is_black_in_a_file_without_a_nodata_value(self):
        server = self.serve("zeros.tif")
        zoom = self.json("/layer.json")["max_zoom"]
        self.assertEqual(zoom, 4)
        tile = self.picture("/4/6/5.png")
        self.assertGreater(int(((tile[:3] == 0).all(axis=0) & (tile[-1] == 255)).sum()), 100)
        self.end(server)

    def test_many_ask_for_an_input_at_once(self):
        server = self.serve()
        paths = [f"/layers/{layer}/6/{col}/22.png" for layer in ("map", "map.inp", "map.scenes", "map.more.dem") for col in range(24, 28)] * 2
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(self.ask, paths))
        self.assertEqual({answer[0] for answer in answers}, {200})
        self.end(server)

    def test_a_file_that_comes_back_is_read(self):
        (self.folder / "dem.tif").rename(self.folder / "away.tif")
        (self.folder / "dem.tif").write_bytes((self.folder / "away.tif").read_bytes())
        server = self.serve()
        (self.folder / "dem.tif").unlink()
        self.assertIn("dem.tif", self.error("/layers/map.more.dem/6/27/23.png", 500))
        (self.folder / "away.tif").rename(self.folder / "dem.tif")
        self.get("/layers/map.more.dem/6/27/23.png")
        (self.folder / "image.tif").rename(self.folder / "away.tif")
        self.assertIn("image.tif", self.error("/6/25/21.png", 500))
        self.assertIn("image.tif", self.error("/6/25/21.png", 500))
        (self.folder / "away.tif").rename(self.folder / "image.tif")
        self.get("/6/25/21.png")
        self.end(server)


class Services(Serve):
    def valid(self, name, path):
        """The JSON there, checked against the schema of OGC API - Tiles."""
        answer = self.json(path)
        schemas = json.loads((SCHEMAS / "ogcapi/tiles.json").read_text())
        known = schemas["components"]["schemas"]
        known["extent-uad"] = known["extent"]  # that of other dimensions refuses `spatial` as one
        jsonschema.validate(answer, {**schemas, "$ref": f"#/components/schemas/{name}"})
        return answer

    def test_ogc_api_tiles(self):
        self.config()
        self.config("degrees.yaml", grid="geodetic", more=", metatiling: 1")
        self.write("web.yaml", (self.folder / "map.yaml").read_text().replace("tile_size: 128", "tile_size: 256").replace("[3, 6]", "[2, 5]").replace("min: 6", "min: 5"))
        self.write("land.geojson", json.dumps(LAND))
        server = self.serve("map.yaml", "degrees.yaml", "web.yaml", "land.geojson")
        base = f"http://127.0.0.1:{self.port}/ogc"
        links = {link["rel"]: link["href"] for link in self.valid("landingPage", "/ogc")["links"]}
        self.assertEqual(links["data"], base + "/collections")
        self.assertEqual(self.json("/ogc/"), self.json("/ogc"))
        self.assertIn("http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core", self.valid("confClasses", "/ogc/conformance")["conformsTo"])
        collections = self.valid("collections", "/ogc/collections")["collections"]
        self.assertEqual([collection["id"] for collection in collections], ["map", "degrees", "web", "land"])
        for collection in collections:
            self.assertEqual(self.valid("collectionInfo", f"/ogc/collections/{collection['id']}"), collection)
        self.assertEqual([round(number, 4) for number in collections[0]["extent"]["spatial"]["bbox"][0]], [-45, 40.9799, -22.5, 55.7766])
        self.valid("collectionInfo", "/ogc/collections/map.inp")
        sets = self.json("/ogc/tileMatrixSets")["tileMatrixSets"]
        self.assertEqual([item["id"] for item in sets], ["of-map", "of-degrees", "WebMercatorQuad"])
        web = self.valid("tileMatrixSet", "/ogc/tileMatrixSets/WebMercatorQuad")
        self.assertEqual((len(web["tileMatrices"]), web["uri"]), (25, "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"))
        self.assertAlmostEqual(web["tileMatrices"][0]["scaleDenominator"], 559082264.0287178, places=3)
        degrees = self.valid("tileMatrixSet", "/ogc/tileMatrixSets/of-degrees")
        self.assertEqual((degrees["crs"], degrees["orderedAxes"]), ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", ["Lon", "Lat"]))
        for id, kind, suffix in (("map", "map/tiles", "png"), ("map.inp", "map/tiles", "png"), ("web", "map/tiles", "png"), ("land", "tiles", "geojson")):
            with self.subTest(id):
                tilesets = self.json(f"/ogc/collections/{id}/{kind}")["tilesets"]
                self.assertEqual(len(tilesets), 1)
                path = {link["rel"]: link["href"] for link in tilesets[0]["links"]}["self"][len(base) - 4:]
                tileset = self.valid("tileSet", path)
                limits = tileset["tileMatrixSetLimits"][-1]
                item = {link["rel"]: link["href"] for link in tileset["links"]}["item"][len(base) - 4:]
                zoom, row, col = limits["tileMatrix"], limits["minTileRow"], limits["maxTileCol"]
                tile = item.replace("{tileMatrix}", zoom).replace("{tileRow}", str(row)).replace("{tileCol}", str(col))
                self.assertEqual(self.get(tile), self.get(f"/layers/{id}/{zoom}/{col}/{row}.{suffix}"))
        self.assertEqual(self.error("/ogc/tileMatrixSets/none", 404), "there is no tile matrix set 'none': /ogc/tileMatrixSets lists them")
        self.assertEqual(self.error("/ogc/collections/map/tiles", 404), f"'map' holds pixels: its tiles are at {base}/collections/map/map/tiles")
        self.assertEqual(self.error("/ogc/collections/land/map/tiles", 404), f"'land' holds features: its tiles are at {base}/collections/land/tiles")
        self.assertEqual(self.error("/ogc/collections/map/map/tiles/none", 404), "'map' is in the tile matrix set 'of-map', not 'none'")
        self.assertTrue(self.error("/ogc/collections/mop", 404).startswith("there is no layer 'mop'; did you mean 'map'?"))
        for path in ("/ogc/none", "/ogc/collections/map/map/tiles/of-map/6/x/1", "/ogc/collections/map/map/tiles/of-map/6/1", "/ogc/" + "a/" * 20):
            self.assertEqual(self.error(path, 404), "there is nothing there: /ogc is the way in")
        self.assertEqual(self.error("/ogcx", 404), "there is nothing at /ogcx")
        self.assertEqual(self.error("/ogc/collections/map/map/tiles/of-map/9/1/1", 404), "zoom 9 is none of the configuration's: 3 to 6")
        self.end(server)

    def test_addresses_of_version_six(self):
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            self.skipTest("this machine has no IPv6")
        self.config()
        server = self.serve("map.yaml", "--host", "::1", host="[::1]")
        self.assertEqual(self.json("/tilejson.json")["tiles"], [f"http://[::1]:{self.port}/{{z}}/{{x}}/{{y}}.png"])
        self.check_fails(3, f"tilewright: cannot listen on [::1]:{self.port}: Address already in use; --port 0 takes any free one", "serve", "map.yaml", "--host", "::1", "--port", self.port)
        self.end(server)
        server = self.serve("map.yaml", "--host", "::", host="[::]")
        for self.host in ("::1", "127.0.0.1"):
            self.assertEqual(self.get("/health"), b"ok\n")
        self.end(server)
        for host in ("::1::", "[::1]", "localhost"):
            self.check_fails(2, f"tilewright: --host must be an IP address such as 127.0.0.1 or ::1, not '{host}'", "serve", "map.yaml", "--host", host)

    def test_all_pictures_are_in_the_capabilities(self):
        gdal.SetConfigOption("GDAL_DEFAULT_WMS_CACHE_PATH", str(self.folder / "wms"))
        self.addCleanup(gdal.SetConfigOption, "GDAL_DEFAULT_WMS_CACHE_PATH", None)
        self.config()
        self.config("brighter.yaml", min_zoom=4)
        self.config("degrees.yaml", grid="geodetic", more=", metatiling: 1")
        self.write("land.geojson", json.dumps(LAND))
        self.serve("land.geojson", "map.yaml", "brighter.yaml", "degrees.yaml", "map.yaml")
        titles = re.findall(r"<Layer>\s*<ows:Title>([^<]+)<", self.get("/WMTSCapabilities.xml").decode())
        self.assertEqual(titles, ["map.yaml", "brighter.yaml", "degrees.yaml", "map.yaml"])
        xml = self.get("/WMTSCapabilities.xml?inputs=true").decode()
        self.write("capabilities.xml", xml)
        subprocess.run(["xmllint", "--noout", "--nonet", "--schema", str(SCHEMAS / "wmts/1.0/wmtsGetCapabilities_response.xsd"),
                        "capabilities.xml"], cwd=self.folder, check=True, capture_output=True)
        layers = re.findall(r"(?s)<Layer>.*?<ows:Identifier>([^<]+)</ows:Identifier>\s*<Style.*?<TileMatrixSet>([^<]+)<", xml)
        self.assertEqual(layers, [("map", "mercator"), ("map.inp", "mercator"), ("brighter", "mercator-brighter"), ("brighter.inp", "mercator-brighter"),
                                  ("degrees", "geodetic"), ("degrees.inp", "geodetic"), ("map-2", "mercator"), ("map-2.inp", "mercator")])
        url = f"WMTS:http://127.0.0.1:{self.port}/WMTSCapabilities.xml?inputs=true"
        names = [name for name, _ in gdal.OpenEx(url, gdal.OF_RASTER).GetSubDatasets()]
        self.assertGreaterEqual(len(names), 4)
        for layer, code in (("map", "3857"), ("map.inp", "3857"), ("degrees", ("4326", "CRS84"))):
            dataset = gdal.OpenEx(f"{url},layer={layer}", gdal.OF_RASTER, open_options=["EXTENT_METHOD=MOST_PRECISE_TILE_MATRIX"])
            self.assertIn(dataset.GetSpatialRef().GetAuthorityCode(None), code)
            if layer != "degrees":
                left, width, _, top, _, height = dataset.GetGeoTransform()
                read = dataset.ReadAsArray(round((BOUNDS[0] - left) / width), round((BOUNDS[3] - top) / height), 512, 512)
                self.assertTrue(np.array_equal(read[:3] * (read[3] > 0), self.array))
        self.assertEqual(self.get("/wmts?service=WMTS&request=GetTile&layer=map&TileMatrix=6&tilerow=21&TILECOL=24"),
                         self.get("/layers/map/6/24/21.png"))
        self.assertEqual(json.loads(self.ask("/wmts?request=GetTile&tilematrix=4&tilerow=5&tilecol=6")[2])["type"], "FeatureCollection")


if __name__ == "__main__":
    harness.main()
