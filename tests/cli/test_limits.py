"""Inputs that are read within bounds or an area of their own; areas as WKT, GeoJSON and layers of files."""
import json
import shutil

import numpy as np
from osgeo import gdal, ogr, osr
from shapely import wkt
from shapely.geometry import mapping, shape

import harness

CONFIG = """process: script.lua
input:
  {inputs}
pyramid: {{grid: {grid}, tile_size: 128, metatiling: {metatiling}, pixelbuffer: {buffer}}}
zoom_levels: {zoom}
output: {output}
"""
RASTER = """return process {{
  inputs = {{ dem = '{kind}', other = 'raster?' }},
  run = function(tile, input, p) return {body} end,
}}
"""
TIFF = "{path: out, format: GTiff, dtype: uint16, bands: 1, metatiling: 1}"
ZOOM, ROW, COL, SIDE = 5, 10, 12, 4 * 128  # of the image, which is 4 x 4 tiles large
CORNERS = harness.tile_bounds(ZOOM, ROW, COL)
SIZE = CORNERS[2] - CORNERS[0]
LEFT, TOP, PIXEL = CORNERS[0], CORNERS[3], SIZE / 128
BOUNDS = LEFT, TOP - 4 * SIZE, LEFT + 4 * SIZE, TOP


def place(col, row):
    """Of a pixel's north-western corner in the image."""
    return LEFT + col * PIXEL, TOP - row * PIXEL


def polygon(*corners):
    points = [place(*corner) for corner in corners]
    return "POLYGON ((" + ", ".join(f"{x!r} {y!r}" for x, y in points + points[:1]) + "))"


def burnt(text):
    """The pixels of the image whose centres lie in a polygon, found by GDAL."""
    made = gdal.GetDriverByName("MEM").Create("", SIDE, SIDE, 1, gdal.GDT_Byte)
    made.SetGeoTransform([LEFT, PIXEL, 0, TOP, 0, -PIXEL])
    source = ogr.GetDriverByName("Memory").CreateDataSource("")
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(3857)
    made.SetProjection(reference.ExportToWkt())
    layer = source.CreateLayer("a", reference)
    feature = ogr.Feature(layer.GetLayerDefn())
    feature.SetGeometry(ogr.CreateGeometryFromWkt(text))
    layer.CreateFeature(feature)
    gdal.RasterizeLayer(made, [1], layer, burn_values=[1])
    return made.ReadAsArray().astype(bool)


TRIANGLE = polygon((30.3, 20.2), (470.1, 130.7), (200.6, 490.4))
HOLE = TRIANGLE[:-1] + ", " + polygon((200.2, 150.1), (300.7, 180.2), (220.4, 300.6))[9:]


class Case(harness.Case):
    def setUp(self):
        super().setUp()
        y, x = np.mgrid[0:SIDE, 0:SIDE]
        self.array = (1000 + 3 * x + 5 * y).astype("uint16")
        self.image("image.tif", self.array, BOUNDS, nodata=0)

    def config(self, dem, grid="mercator", zoom=ZOOM, metatiling=2, buffer=0, output=TIFF, kind="raster", body="input.dem:read()", more=""):
        self.write("config.yaml", CONFIG.format(inputs=f"dem: {dem}\n  {more}", grid=grid, zoom=zoom, metatiling=metatiling, buffer=buffer,
                                                output=output))
        self.write("script.lua", RASTER.format(kind=kind, body=body))

    def made(self):
        """The image as the output has it; 0 where there is no tile."""
        whole, row, col = harness.mosaic(self.folder / "out", ZOOM, "tif")
        image = np.zeros((SIDE, SIDE), "uint16")
        top, left = (row - ROW) * 128, (col - COL) * 128
        self.assertTrue(top >= 0 and left >= 0)
        image[top:top + whole.shape[1], left:left + whole.shape[2]] = whole[0]
        return image

    def run_limited(self, limits, path="path: image.tif", **more):
        self.config(f"{{{path}, {limits}}}", **more)
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        self.must_run("execute", "config.yaml", "--quiet")
        return self.made()

    def check_same(self, made, inside):
        self.assertTrue(np.array_equal(made, np.where(inside, self.array, 0)), f"{np.count_nonzero((made != 0) != inside)} pixels differ")


class Rasters(Case):
    def test_bounds(self):
        inside = np.zeros((SIDE, SIDE), bool)
        inside[50:301, 101:400] = True  # whose centres lie inside
        (left, top), (right, bottom) = place(100.6, 49.7), place(400.4, 300.8)
        self.check_same(self.run_limited(f"bounds: [{left}, {bottom}, {right}, {top}]"), inside)
        self.check_same(self.run_limited(f"bounds: {{left: {left}, bottom: {bottom}, right: {right}, top: {top}}}", buffer=7), inside)
        self.assertEqual(len(list(self.folder.glob("out/5/*/*.tif"))), 3 * 4)

    def test_bounds_in_another_crs(self):
        lon = np.degrees(np.array([LEFT, LEFT + 4 * SIZE]) / 6378137)
        made = self.run_limited(f"bounds: [{lon[0]}, 20, {(lon[0] + lon[1]) / 2}, 80], bounds_crs: EPSG:4326")
        self.assertTrue((made[:, :256] == self.array[:, :256]).all() and (made[:, 256:] == 0).all())

    def test_areas(self):
        for area in (TRIANGLE, HOLE):
            self.check_same(self.run_limited(f"area: '{area}'", metatiling=4), burnt(area))
            self.check_same(self.run_limited(f"area: '{area}'", metatiling=1, buffer=9), burnt(area))

    def test_bounds_and_area(self):
        (left, top), (right, bottom) = place(100, 0), place(300, 512)
        inside = burnt(TRIANGLE)
        inside[:, :100] = inside[:, 300:] = False
        self.check_same(self.run_limited(f"area: '{TRIANGLE}', bounds: [{left}, {bottom}, {right}, {top}]"), inside)

    def test_areas_that_share_an_edge_share_no_pixel(self):
        middle = place(256.5, 0)[0]  # through centres
        left = self.run_limited(f"bounds: [{BOUNDS[0]}, {BOUNDS[1]}, {middle}, {BOUNDS[3]}]")
        right = self.run_limited(f"bounds: [{middle}, {BOUNDS[1]}, {BOUNDS[2]}, {BOUNDS[3]}]")
        self.assertTrue(((left != 0) ^ (right != 0)).all())

    def test_geojson(self):
        geometry = mapping(wkt.loads(TRIANGLE))
        text = json.dumps(geometry)
        self.check_same(self.run_limited(f"area: {text}, area_crs: EPSG:3857"), burnt(TRIANGLE))
        self.check_same(self.run_limited(f"area: '{text}', area_crs: 3857"), burnt(TRIANGLE))
        feature = {"type": "Feature", "properties": {}, "geometry": geometry}
        self.check_same(self.run_limited(f"area: {json.dumps(feature)}, area_crs: EPSG:3857"), burnt(TRIANGLE))
        collection = {"type": "FeatureCollection", "features": [feature, feature]}
        self.check_same(self.run_limited(f"area: {json.dumps(collection)}, area_crs: EPSG:3857"), burnt(TRIANGLE))

    def layers(self, **layers):
        made = ogr.GetDriverByName("GPKG").CreateDataSource(str(self.folder / "areas.gpkg"))
        reference = osr.SpatialReference()
        reference.ImportFromEPSG(3857)
        for name, text in layers.items():
            layer = made.CreateLayer(name, reference)
            feature = ogr.Feature(layer.GetLayerDefn())
            feature.SetGeometry(ogr.CreateGeometryFromWkt(text))
            layer.CreateFeature(feature)
            layer = None

    def test_layers_of_files(self):
        self.layers(whole=TRIANGLE, holed=HOLE)
        self.check_same(self.run_limited("area: {path: areas.gpkg, layer: holed}"), burnt(HOLE))
        self.config("image.tif")
        self.write("config.yaml", (self.folder / "config.yaml").read_text() + "area: {path: areas.gpkg, layer: whole}\n")
        self.must_run("execute", "config.yaml", "--quiet", "--overwrite")
        self.config("image.tif")
        self.write("config.yaml", (self.folder / "config.yaml").read_text() + "area: areas.gpkg\n")
        self.check_fails(2, "config.yaml:8:7: 'areas.gpkg' has 2 layers (whole, holed); name one of them, as in area: {path: areas.gpkg, "
                         "layer: whole}", "execute", "config.yaml")

    def test_a_changed_area_is_noticed(self):
        self.write("area.geojson", json.dumps({"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "EPSG:3857"}}, "features": [
            {"type": "Feature", "properties": {}, "geometry": mapping(wkt.loads(TRIANGLE))}]}))
        self.check_same(self.run_limited("area: area.geojson"), burnt(TRIANGLE))
        self.write("area.geojson", (self.folder / "area.geojson").read_text().replace(json.dumps(mapping(wkt.loads(TRIANGLE))),
                                                                                     json.dumps(mapping(wkt.loads(HOLE)))))
        _, _, err = self.run_tilewright("execute", "config.yaml")
        self.assertIn("1 input has changed since 'out' was made ('area.geojson' replaced)", err)
        self.must_run("execute", "config.yaml", "--quiet", "--update")
        self.check_same(self.made(), burnt(HOLE))

    def test_all_kinds_of_rasters(self):
        (left, top), (right, bottom) = place(100, 120), place(300, 400)
        limits = f"bounds: [{left}, {bottom}, {right}, {top}]"
        inside = np.zeros((SIDE, SIDE), bool)
        inside[120:400, 100:300] = True
        self.check_same(self.run_limited(limits, "format: catalogue, path: ['image.tif']"), inside)
        self.check_same(self.run_limited(limits, "format: stack, files: [{path: image.tif, date: 2020-01-01}]", kind="stack",
                                         body="input.dem:median()"), inside)
        self.config("image.tif", output=TIFF.replace("out", "first"))
        self.must_run("execute", "config.yaml", "--quiet")
        self.check_same(self.run_limited(limits, "path: first"), inside)
        self.write("first.yaml", (self.folder / "config.yaml").read_text().replace("path: first", "path: image.tif").replace("path: out", "path: first"))
        self.check_same(self.run_limited(limits, "path: first.yaml"), inside)

    def test_stacks_have_no_scenes_beyond(self):
        (left, top), (right, bottom) = place(0, 0), place(128, 128)
        self.config(f"{{format: stack, files: [{{path: image.tif, date: 2020-01-01}}], bounds: [{left}, {bottom}, {right}, {top}]}}", kind="stack",
                    body="input.other[1]:fill(0) * 0 + input.dem:count().count:fill(0) + 1", more="other: image.tif")
        self.write("script.lua", "return process { inputs = { dem = 'stack', other = 'raster' }, run = function(tile, input, p)\n"
                                 "local n = 0\nfor scene in input.dem:each() do n = n + 1 end\nreturn input.other[1] * 0 + n + 1\nend }\n")
        self.must_run("execute", "config.yaml", "--quiet")
        made = self.made()
        self.assertEqual((set(np.unique(made[:256, :256])), set(np.unique(made[256:])), set(np.unique(made[:, 256:]))), ({2}, {1}, {1}))

    def test_nothing_is_read_beyond(self):
        path = self.image("broken.tif", self.array, BOUNDS, nodata=0, options=("TILED=YES", "BLOCKXSIZE=128", "BLOCKYSIZE=128"))
        data = path.read_bytes()
        path.write_bytes(data[:len(data) * 5 // 8])
        self.config("broken.tif", metatiling=4)
        self.assertEqual(self.run_tilewright("execute", "config.yaml", "--quiet")[0], 1)
        (left, top), (right, bottom) = place(0, 0), place(512, 256)
        made = self.run_limited(f"bounds: [{left}, {bottom}, {right}, {top}]", "path: broken.tif", metatiling=4)
        self.assertTrue((made[:256] == self.array[:256]).all() and (made[256:] == 0).all())

    def test_over_the_antimeridian(self):
        array = np.tile(np.arange(1, 361, dtype="uint16"), (180, 1))
        self.image("world.tif", array, (-180, -90, 180, 90), "EPSG:4326", nodata=0)
        self.config("{path: world.tif, bounds: [170.2, -45.2, 190.4, 45.3]}", "geodetic", 0, 1, 5)
        self.must_run("execute", "config.yaml", "--quiet")
        made, row, col = harness.mosaic(self.folder / "out", 0, "tif")
        lon = -180 + (np.arange(256) + 0.5) * 360 / 256
        lat = 90 - (np.arange(128) + 0.5) * 180 / 128
        inside = ((lon > 170.2) | (lon < -169.6))[None, :] & ((lat < 45.3) & (lat > -45.2))[:, None]
        self.assertTrue(np.array_equal(made[0] != 0, inside))

    def test_wrong_uses(self):
        for limits, message in (
            ("bounds: [1, 2, 3]", "3:34: bounds must be four numbers, [left, bottom, right, top], not a list of 3"),
            ("bounds: [5, 0, 3, 1]", "3:34: bounds: left 5 must be less than right 3"),
            ("bounds: {left: 1}", "3:34: 'bounds.bottom' is missing: give left, bottom, right and top\n"
             "config.yaml:3:34: 'bounds.right' is missing: give left, bottom, right and top\n"
             "config.yaml:3:34: 'bounds.top' is missing: give left, bottom, right and top\ntilewright: 3 problems, nothing was done"),
            ("bounds: 3", "3:34: bounds must be four numbers, [left, bottom, right, top], not 3"),
            ("bounds: [0, 0, 1, 1], bounds_crs: EPSG:99999", "3:34: unknown CRS 'EPSG:99999'; write a code such as EPSG:3857, WKT or a PROJ text"),
            ("bounds: [0, 0, 1, 1], bounds_crs: []", "3:60: bounds_crs must be a CRS such as EPSG:4326, not a list"),
            ("bounds: [0, 0, 1, 1]", "3:34: nothing of input 'dem' lies within its own bounds"),
            ("area: 'POLYGON ((0 0, 1 0, 1 1, 0 0))'", "3:32: nothing of input 'dem' lies within its own area"),
            ("area: 5", "3:32: area must be WKT, GeoJSON or the path of a vector file, not 5"),
            ("area: {}", "3:32: area must be WKT, GeoJSON or the path of a vector file, not a map"),
            ("area: POINT (1 2)", "3:32: an area must be a Polygon or a MultiPolygon, not a Point"),
            ("area: 'POLYGON ((1 2)'", "3:32: cannot read the area: malformed WKT 'POLYGON ((1 2)'"),
            ("area: '{type: Polygon}'", "3:32: cannot read the area: malformed GeoJSON '{type: Polygon}'"),
            ("area: {type: Point, coordinates: [1, 2]}", "3:32: an area must be a Polygon or a MultiPolygon, not a Point"),
            ("area: {type: Polygon, coordinates: []}", "3:32: cannot read the area: malformed GeoJSON "
             "'{\"type\": \"Polygon\", \"coordinates\": []}'"),
            ("area: {type: Polgon, coordinates: []}", "3:32: cannot read the area: malformed GeoJSON '{\"type\": \"Polgon\", \"coordinates\": []}'"),
            ("area: gone.gpkg", "3:32: cannot open 'gone.gpkg': No such file or directory"),
            ("area: image.tif", "3:32: 'image.tif' is not a vector file"),
            ("area: {path: areas.gpkg, layer: holes}", "3:32: 'areas.gpkg' has no layer 'holes'; did you mean 'holed'? (known: whole, holed)"),
            ("area: {path: areas.gpkg, layr: hole}", "3:51: unknown area key 'layr'; did you mean 'layer'? (known: path, layer)"),
            ("area: bare.shp", "3:32: 'bare.shp' does not say what its coordinates mean: it has no CRS; name it with area_crs"),
        ):
            self.layers(whole=TRIANGLE, holed=HOLE) if not (self.folder / "areas.gpkg").exists() else None
            if not (self.folder / "bare.shp").exists():
                gdal.VectorTranslate(str(self.folder / "bare.shp"), str(self.folder / "areas.gpkg"), layers=["whole"], format="ESRI Shapefile")
                (self.folder / "bare.prj").unlink()
            self.config(f"{{path: image.tif, {limits}}}")
            with self.subTest(limits):
                self.check_fails(2, "config.yaml:" + message, "execute", "config.yaml")
        self.check_same(self.run_limited("area: bare.shp, area_crs: EPSG:3857"), burnt(TRIANGLE))


class Vectors(Case):
    SCHEMA = "{path: out, format: GeoJSON, schema: {properties: {name: str}, geometry: %s}}"

    def features(self, **shapes):
        self.write("shapes.geojson", json.dumps({"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "EPSG:3857"}}, "features": [
            {"type": "Feature", "properties": {"name": name}, "geometry": mapping(wkt.loads(text))} for name, text in shapes.items()]}))

    def run_vectors(self, limits, geometry):
        self.config(f"{{path: shapes.geojson, {limits}}}", output=self.SCHEMA % geometry, kind="vector", body="input.dem:features()", metatiling=4)
        self.must_run("execute", "config.yaml", "--quiet", "--overwrite")
        found = []
        for path in sorted(self.folder.glob("out/5/*/*.geojson")):
            found += [(f["properties"]["name"], shape(f["geometry"])) for f in json.loads(path.read_text())["features"]]
        return found

    def test_polygons_are_cut(self):
        whole, inside = polygon((0, 0), (512, 0), (512, 512), (0, 512)), polygon((150, 120), (160, 120), (160, 130), (150, 130))
        self.features(whole=whole, inside=inside, outside=polygon((0, 500), (10, 500), (10, 510), (0, 510)))
        made = self.run_vectors(f"area: '{TRIANGLE}'", "Polygon")
        self.assertEqual({name for name, _ in made}, {"whole", "inside"})
        total = sum(geometry.area for name, geometry in made if name == "whole")
        self.assertAlmostEqual(total / wkt.loads(TRIANGLE).area, 1, places=9)
        self.assertEqual([geometry.equals_exact(wkt.loads(inside), 1e-6) for name, geometry in made if name == "inside"], [True])

    def test_points_and_lines(self):
        (ax, ay), (bx, by) = place(150, 125), place(5, 500)
        self.features(a=f"POINT ({ax} {ay})", b=f"POINT ({bx} {by})")
        self.assertEqual([name for name, _ in self.run_vectors(f"area: '{TRIANGLE}'", "Point")], ["a"])
        line = "LINESTRING ({} {}, {} {})".format(*place(0, 150), *place(512, 150))
        self.features(line=line)
        made = self.run_vectors(f"area: '{HOLE}'", "LineString")
        self.assertAlmostEqual(sum(g.length for _, g in made) / wkt.loads(line).intersection(wkt.loads(HOLE)).length, 1, places=9)

    def test_over_the_antimeridian(self):
        self.features(band="POLYGON ((-20037508 -1000000, 20037508 -1000000, 20037508 1000000, -20037508 1000000, -20037508 -1000000))")
        self.config("{path: shapes.geojson, bounds: [170, -5, 190, 5], bounds_crs: EPSG:4326}", zoom=3, output=self.SCHEMA % "Polygon", kind="vector",
                    body="input.dem:features()", buffer=16)
        self.must_run("execute", "config.yaml", "--quiet")
        self.assertEqual({path.stem for path in self.folder.glob("out/3/*/*.geojson")}, {"0", "3"})


if __name__ == "__main__":
    harness.main()
