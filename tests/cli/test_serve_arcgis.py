"""The preview as an ArcGIS Server: GDAL reads it, answers in every form, callbacks that are no names are refused."""
import json
import pathlib

import numpy as np
from osgeo import gdal

import harness
from preview import BOUNDS, Serve

SERVER = "/arcgis/rest/services/map/MapServer"


class Arcgis(Serve):
    def setUp(self):
        super().setUp()
        self.config()

    def test_gdal_reads_the_right_pixels(self):
        self.serve()
        gdal.SetConfigOption("GDAL_DEFAULT_WMS_CACHE_PATH", str(self.folder / "wms"))
        self.addCleanup(gdal.SetConfigOption, "GDAL_DEFAULT_WMS_CACHE_PATH", None)
        dataset = gdal.Open(f"http://127.0.0.1:{self.port}{SERVER}?f=json&pretty=true")
        self.assertEqual(dataset.GetDriver().ShortName, "WMS")
        self.assertEqual(dataset.GetSpatialRef().GetAuthorityCode(None), "3857")
        left, bottom, right, top = BOUNDS
        seen = gdal.Translate("", dataset, format="MEM", projWin=[left, top, right, bottom], width=512, height=512).ReadAsArray()
        valid = self.array.any(axis=0)
        self.assertTrue(np.array_equal(seen[:3][:, valid], self.array[:, valid]))

    def test_every_form_says_the_same(self):
        self.serve()
        plain = self.json(f"{SERVER}?f=json")
        self.assertEqual(self.json(f"{SERVER}/?f=pjson"), plain)
        self.assertEqual(self.json(f"{SERVER}?f=json&pretty=true"), plain)
        self.assertIn(b'\n "singleFusedMapCache" : true,\n', self.get(f"{SERVER}?f=pjson"))
        self.assertEqual((plain["tileInfo"]["rows"], plain["minLOD"], plain["maxLOD"]), (128, 3, 6))
        self.assertEqual([lod["level"] for lod in plain["tileInfo"]["lods"]], list(range(7)))
        self.assertTrue(np.allclose([plain["fullExtent"][key] for key in ("xmin", "ymin", "xmax", "ymax")], BOUNDS))
        status, headers, script = self.ask(f"{SERVER}?f=json&callback=dojo.io.script.jsonp_1._cb")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/javascript; charset=utf-8"))
        self.assertTrue(script.startswith(b"dojo.io.script.jsonp_1._cb({") and script.endswith(b"});"))
        self.assertEqual(json.loads(script[len("dojo.io.script.jsonp_1._cb("):-2]), plain)
        status, headers, page = self.ask(SERVER)
        self.assertEqual((status, headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        self.assertIn(b"<h1>map", page)

    def test_it_is_the_static_file(self):
        self.config(more=", metatiling: 1, layout: mapserver, services: {files: arcgis, title: map.yaml}")
        self.must_run("execute", "map.yaml", "--quiet")
        self.serve()
        static = json.loads((self.folder / "out/MapServer.json").read_text())
        live = self.json(f"{SERVER}?f=json")
        for about in (static, live):
            for key in ("mapName", "documentInfo", "layers"):
                del about[key]
        self.assertEqual(live, static)
        for path in sorted((self.folder / "out/MapServer/tile").rglob("*/*/*")):
            if path.suffix == "" and int(path.parts[-3]) >= 4:
                self.assertEqual(self.get(f"{SERVER}/tile/{path.relative_to(self.folder / 'out/MapServer/tile')}"), path.read_bytes())

    def test_services_are_listed(self):
        self.config("other.yaml")
        self.write("land.geojson", json.dumps({"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [0, 0]}}))
        self.serve("map.yaml", "other.yaml", "land.geojson")
        listed = [service["name"] for service in self.json("/arcgis/rest/services?f=json")["services"]]
        self.assertEqual(listed[:2], ["map", "other"])
        self.assertNotIn("land", listed)
        self.assertEqual(self.json("/arcgis/rest/info?f=json")["authInfo"], {"isTokenBasedSecurity": False})
        self.assertEqual(self.get("/arcgis/rest/services/other/MapServer/tile/6/21/25"), self.get("/layers/other/6/25/21.png"))
        self.assertEqual(self.error("/arcgis/rest/services/land/MapServer?f=json", 404),
                         "a MapServer has pictures, and the tiles here hold features")

    def test_tiles_without_data_are_blank(self):
        self.serve()
        self.write("blank.png", "")
        path = pathlib.Path(self.folder / "blank.png")
        path.write_bytes(self.get(f"{SERVER}/tile/6/0/0"))
        blank = harness.read(path)
        self.assertEqual((blank.shape, blank.max()), ((4, 128, 128), 0))
        self.assertEqual(self.error(f"{SERVER}/tile/6/0/0?blankTile=false", 404), "there is no such tile")
        self.assertEqual(self.error(f"{SERVER}/tile/9/0/0", 404), "zoom 9 is none of the configuration's: 3 to 6")

    def test_callbacks_that_are_no_names(self):
        self.serve()
        for name in ("alert(1)//", "a;b", "a b", "1a", "a.", ".a", "a..b", "%3Cscript%3E", "a[0]", "a" * 129, "", "caf%C3%A9", "a%0Ab"):
            self.assertEqual(self.error(f"{SERVER}?f=json&callback={name.replace(' ', '%20')}", 400), "callback must be the name of a function", name)
        for name in ("a", "$", "_cb.x1", "jQuery123_456"):
            self.assertTrue(self.get(f"{SERVER}?f=json&callback={name}").startswith(name.encode() + b"({"))

    def test_wrong_paths(self):
        self.serve()
        self.assertEqual(self.error(f"{SERVER}?f=kml", 400), "f must be json, pjson or html")
        self.assertEqual(self.error("/arcgis/rest/services/none/MapServer?f=json", 404),
                         "there is no such service; /arcgis/rest/services?f=json lists them")
        for path in ("/export", "/tile/6/24", "/tile/6/24/21/1", "/tile/6/-1/0", "/tile/99/0/0", "X"):
            self.assertEqual(self.error(SERVER + path, 404), "a MapServer here has tiles as /tile/LEVEL/ROW/COLUMN, and nothing else")
        self.assertEqual(self.error("/arcgis/rest/login", 404), "there is nothing at /arcgis/rest/login")


if __name__ == "__main__":
    harness.main()
