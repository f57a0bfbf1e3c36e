"""The built-in processes on small images, checked against numpy, GDAL and its tools."""
import json
import shutil
import warnings

import numpy as np
from osgeo import gdal, ogr, osr
from scipy import ndimage

import harness

ogr.UseExceptions()
warnings.simplefilter("ignore", RuntimeWarning)  # numpy's, of pixels that are nodata everywhere
SIDE = 128
BOUNDS = harness.tile_bounds(4, 5, 6)
PIXEL = (BOUNDS[2] - BOUNDS[0]) / SIDE


class Case(harness.Case):
    def execute(self, process, inputs, output, parameters=None, pyramid=None, **more):
        config = {"process": process, "input": inputs, "zoom_levels": 4, "process_parameters": parameters or {},
                  "pyramid": {"grid": "mercator", "tile_size": SIDE, **(pyramid or {})}, "output": {"path": "out", **output},
                  **more}
        self.write("make.yaml", json.dumps(config))
        return self.run_tilewright("execute", "make.yaml", "--quiet", "--overwrite")

    def make(self, process, inputs, parameters=None, dtype="float32", bands=1, nodata=-9999, **more):
        """Runs a process whose result is a raster; returns the tile 4/5/6, nodata as NaN."""
        output = {"format": "GTiff", "dtype": dtype, "bands": bands, "nodata": nodata}
        code, _, err = self.execute(process, inputs, output, parameters, **more)
        self.assertEqual((code, err), (0, ""))
        tile = harness.read(self.folder / "out/4/5/6.tif").astype("float64")
        return np.where(tile == nodata, np.nan, tile)

    def make_features(self, process, inputs, geometry, properties, parameters=None, **more):
        output = {"format": "GeoJSON", "schema": {"geometry": geometry, "properties": properties}}
        code, _, err = self.execute(process, inputs, output, parameters, **more)
        self.assertEqual((code, err), (0, ""))
        return json.loads((self.folder / "out/4/5/6.geojson").read_text())["features"]

    def is_refused(self, message, *arguments, **more):
        """The process is refused before the first tile, with this message."""
        code, _, err = self.execute(*arguments, **more)
        self.assertEqual((code, err.splitlines()[0]), (2, message))

    def same(self, got, expected, tolerance=1e-6):
        self.assertTrue(np.array_equal(np.isnan(got), np.isnan(expected)), "nodata differs")
        self.assertLessEqual(np.nanmax(np.abs(got - expected) / np.maximum(1, np.abs(expected))), tolerance)

    def bands(self, name, names, array, nodata=0):
        self.image(name, array, BOUNDS, nodata=nodata)
        dataset = gdal.Open(str(self.folder / name), 1)
        for i, band in enumerate(names, 1):
            dataset.GetRasterBand(i).SetDescription(band)
        dataset = None

    def polygons(self, path, rings, **properties):
        """GeoJSON of polygons given in pixels (col, row) of the tile; properties: lists of values."""
        features = [{"type": "Feature", "properties": {key: values[i] for key, values in properties.items()},
                     "geometry": {"type": "Polygon", "coordinates": [[place(*point) for point in [*ring, ring[0]]]]}}
                    for i, ring in enumerate(rings)]
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
        self.write(path, json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))


def place(col, row):
    return [BOUNDS[0] + col * PIXEL, BOUNDS[3] - row * PIXEL]


def noise(seed, bands=1, low=1, high=4000, holes=0.1, dtype="uint16"):
    random = np.random.default_rng(seed)
    array = random.integers(low, high, (bands, SIDE, SIDE)).astype(dtype)
    array[:, random.random((SIDE, SIDE)) < holes] = 0
    return array


def with_nan(array):
    return np.where((array == 0).all(axis=0), np.nan, array.astype("float64"))


class Spectral(Case):
    def test_ndvi(self):
        array = noise(1, 4)
        self.bands("image.tif", ["blue", "green", "red", "nir"], array)
        _, _, red, nir = with_nan(array)
        self.same(self.make("ndvi", {"whatever": "image.tif"})[0], (nir - red) / (nir + red))
        blue, _, red, _ = with_nan(array)
        self.same(self.make("ndvi", {"image": "image.tif"}, {"nir": 1, "red": "red"})[0], (blue - red) / (blue + red))


class Stacks(Case):
    NAMES = ["red", "nir", "cloud"]

    def setUp(self):
        super().setUp()
        self.arrays = []
        for i in range(5):
            array = noise(10 + i, 3)
            array[2][array[2] > 0] %= 100
            array[2][(array[0] > 0) & (array[2] == 0)] = 1
            self.bands(f"{i}.tif", self.NAMES, array)
            self.arrays.append(array)
        dates = ["2020-03-01", "2020-05-01", "2020-01-01", "2020-04-01", "2020-02-01"]
        self.dates = dates
        files = [{"path": f"{i}.tif", "date": date} for i, date in enumerate(dates)]
        self.inputs = {"scenes": {"format": "stack", "files": files}}
        self.stack = np.stack([with_nan(a) for a in self.arrays])

    def first(self, order):
        result = np.full(self.stack.shape[1:], np.nan)
        for i in order:
            result = np.where(np.isnan(result), self.stack[i], result)
        return result

    def test_mosaic_statistics(self):
        for method, function in (("mean", np.nanmean), ("median", np.nanmedian), ("max", np.nanmax), ("min", np.nanmin)):
            with self.subTest(method):
                self.same(self.make("mosaic", self.inputs, {"method": method}, bands=3), function(self.stack, axis=0))
        got = self.make("mosaic", self.inputs, {"method": "count", "bands": ["nir"]}, dtype="uint8", nodata=255)
        self.same(got[0], (~np.isnan(self.stack[:, 1])).sum(axis=0).astype("float64"))

    def test_mosaic_orders(self):
        order = [int(i) for i in np.argsort([scene for scene in self.dates])]
        stored = self.make("mosaic", self.inputs, {"method": "first"}, bands=3)
        for method, expected in (("newest", self.first(order[::-1])), ("oldest", self.first(order))):
            with self.subTest(method):
                self.same(self.make("mosaic", self.inputs, {"method": method}, bands=3), expected)
        last = self.make("mosaic", self.inputs, {"method": "last"}, bands=3)
        self.assertFalse(np.array_equal(stored, last, equal_nan=True))
        self.assertTrue(any(np.array_equal(stored, self.first(o), equal_nan=True) for o in (range(5), order, order[::-1])))

    def test_mosaic_by_an_unknown_method(self):
        self.is_refused("tilewright: prepare: mosaic.lua:41: method must be one of first, last, newest, oldest, mean, median, max, "
                        "min, count, not 'mode'", "mosaic", self.inputs, {"format": "GTiff", "dtype": "float32", "bands": 3},
                        {"method": "mode"})

    def test_cloudless_with_a_mask_band(self):
        cloudy = self.stack[:, 2] > 40
        clear = np.where(cloudy[:, None], np.nan, self.stack[:, :2])
        for method, function in (("median", np.nanmedian), ("mean", np.nanmean)):
            with self.subTest(method):
                parameters = {"bands": ["red", "nir"], "clouds": "mask", "above": 40, "gain": 0.5, "method": method}
                self.same(self.make("cloudless", self.inputs, parameters, bands=2), function(clear, axis=0) * 0.5)

    def test_cloudless_by_brightness_takes_the_greenest_day(self):
        bright = self.stack[:, :2].mean(axis=1) > 2600
        clear = np.where(bright[:, None], np.nan, self.stack)
        ndvi = (clear[:, 1] - clear[:, 0]) / (clear[:, 1] + clear[:, 0])
        best = np.argmax(np.where(np.isnan(ndvi), -np.inf, ndvi), axis=0)
        expected = np.take_along_axis(clear, best[None, None], axis=0)[0][:2]
        parameters = {"bands": ["red", "nir"], "clouds": "brightness", "above": 2600, "method": "best_ndvi"}
        self.same(self.make("cloudless", self.inputs, parameters, bands=2), expected)

    def test_cloudless_grows_the_clouds(self):
        y, x = np.mgrid[-2:3, -2:3]
        cloudy = [ndimage.binary_dilation(np.nan_to_num(day) > 97, structure=x * x + y * y <= 4) for day in self.stack[:, 2]]
        clear = np.where(np.array(cloudy)[:, None], np.nan, self.stack[:, :2])
        clear = np.where(np.isnan(self.stack[:, 2:]), np.nan, clear)
        parameters = {"bands": ["red", "nir"], "clouds": "mask", "above": 97, "grow": 2}
        got = self.make("cloudless", self.inputs, parameters, bands=2, pyramid={"pixelbuffer": 2})
        self.same(got, np.nanmedian(clear, axis=0))

    def test_cloudless_with_wrong_words(self):
        output = {"format": "GTiff", "dtype": "float32", "bands": 2}
        self.is_refused("tilewright: prepare: cloudless.lua:8: clouds must be one of scl, mask, brightness, none, not 'fog'",
                        "cloudless", self.inputs, output, {"clouds": "fog"})
        self.is_refused("tilewright: prepare: cloudless.lua:8: method must be one of median, best_ndvi, medoid, mean, first, last, "
                        "not 'best'", "cloudless", self.inputs, output, {"method": "best"})


class Vectors(Case):
    # no edge meets the centre of a pixel, where it would be a matter of taste
    RINGS = [[(10.1, 10.2), (60.3, 14.7), (50.2, 70.9), (12.8, 50.3)],
             [(80.1, 20.2), (120.7, 20.3), (120.1, 100.8), (70.2, 90.9)],
             [(130.1, 130.1), (140.2, 130.3), (140.7, 140.1)]]

    def setUp(self):
        super().setUp()
        self.array = noise(3, 2)
        self.bands("image.tif", ["red", "nir"], self.array)
        self.polygons("fields.geojson", self.RINGS, name=["a", "b", "outside"], number=[3.5, -2, 9])

    def burnt(self, attribute=None, all_touched=False):
        """GDAL's own rasterization of the polygons: an attribute, or 1."""
        made = gdal.GetDriverByName("MEM").Create("", SIDE, SIDE, 1, gdal.GDT_Float64)
        made.SetGeoTransform([BOUNDS[0], PIXEL, 0, BOUNDS[3], 0, -PIXEL])
        reference = osr.SpatialReference()
        reference.ImportFromEPSG(3857)
        made.SetProjection(reference.ExportToWkt())
        layer = ogr.Open(str(self.folder / "fields.geojson"))
        options = ([f"ATTRIBUTE={attribute}"] if attribute else []) + (["ALL_TOUCHED=TRUE"] if all_touched else [])
        made.GetRasterBand(1).Fill(np.nan)
        gdal.RasterizeLayer(made, [1], layer.GetLayer(0), burn_values=[1], options=options)
        return made.ReadAsArray()

    def test_clip(self):
        inside = ~np.isnan(self.burnt())
        inputs = {"inp": "image.tif", "clip": "fields.geojson"}
        self.same(self.make("mapchete.processes.clip", inputs, bands=2), np.where(inside, with_nan(self.array), np.nan))
        outside = self.make("clip", inputs, {"invert": True, "band_indexes": ["nir"]})
        self.same(outside[0], np.where(inside, np.nan, with_nan(self.array)[1]))
        grown = self.make("clip", inputs, {"clip_pixelbuffer": 5}, bands=2)
        self.assertGreater((~np.isnan(grown[0])).sum(), 1.15 * (inside & ~np.isnan(with_nan(self.array)[0])).sum())

    def test_convert_within_polygons(self):
        inputs = {"inp": "image.tif", "clip": "fields.geojson"}
        expected = np.where(np.isnan(self.burnt()), np.nan, with_nan(self.array))
        self.same(self.make("mapchete.processes.convert", inputs, {"scale_ratio": 2}, bands=2), expected * 2)

    def test_convert_of_features(self):
        found = self.make_features("mapchete.processes.convert", {"fields": "fields.geojson"}, "Polygon",
                                   {"name": "str", "number": "float"})
        self.assertEqual([feature["properties"]["name"] for feature in found], ["a", "b"])

    def test_rasterize(self):
        inputs = {"fields": "fields.geojson"}
        self.same(self.make("rasterize", inputs)[0], self.burnt())
        self.same(self.make("rasterize", inputs, {"value": "number", "all_touched": True})[0], self.burnt("number", True))
        self.same(self.make("rasterize", inputs, {"value": 7, "background": 0})[0], np.where(np.isnan(self.burnt()), 0, 7.0))

    def test_polygonize(self):
        y, x = np.mgrid[0:SIDE, 0:SIDE]
        classes = (1 + x // 40 + 10 * (y // 50)).astype("uint8")
        classes[5:9, 5:9] = 0
        self.bands("classes.tif", ["class"], classes[None])
        found = self.make_features("polygonize", {"classes": "classes.tif"}, "Polygon", {"class": "int"}, {"field": "class"})
        areas = {}
        for feature in found:
            area = ogr.CreateGeometryFromJson(json.dumps(feature["geometry"])).Area() / PIXEL ** 2
            areas[feature["properties"]["class"]] = areas.get(feature["properties"]["class"], 0) + area
        expected = {int(value): int((classes == value).sum()) for value in np.unique(classes) if value}
        self.assertEqual({value: round(area, 3) for value, area in areas.items()}, expected)

    def test_contours(self):
        y, x = np.mgrid[0:SIDE, 0:SIDE]
        heights = (300 + 200 * np.sin(x / 20) * np.cos(y / 25)).astype("float32")
        self.image("dem.tif", heights, BOUNDS)
        lines = self.make_features("contours", {"dem": "dem.tif"}, "LineString", {"elev": "float"}, {"interval": 50})
        source = gdal.Open(str(self.folder / "dem.tif"))
        made = ogr.GetDriverByName("Memory").CreateDataSource("")
        layer = made.CreateLayer("")
        layer.CreateField(ogr.FieldDefn("elev", ogr.OFTReal))
        gdal.ContourGenerate(source.GetRasterBand(1), 50, 0, [], 0, 0, layer, -1, 0)
        expected = {}
        for feature in layer:
            expected[feature["elev"]] = expected.get(feature["elev"], 0) + feature.GetGeometryRef().Length()
        got = {}
        for line in lines:
            length = ogr.CreateGeometryFromJson(json.dumps(line["geometry"])).Length()
            got[line["properties"]["elev"]] = got.get(line["properties"]["elev"], 0) + length
        self.assertEqual(sorted(got), sorted(expected))
        for height, length in expected.items():
            self.assertAlmostEqual(got[height] / length, 1, 2)

    def test_contours_inside_of_polygons(self):
        y, x = np.mgrid[0:SIDE, 0:SIDE]
        self.image("dem.tif", (x * 10.0).astype("float32"), BOUNDS)
        inputs = {"dem": "dem.tif", "clip": "fields.geojson"}
        lines = self.make_features("mapchete.processes.contours", inputs, "LineString", {"h": "float"},
                                   {"interval": 100, "field": "h"})
        area = ogr.Geometry(ogr.wkbMultiPolygon)
        fields = ogr.Open(str(self.folder / "fields.geojson"))
        for feature in fields.GetLayer(0):
            area.AddGeometry(feature.GetGeometryRef())
        self.assertGreater(len(lines), 5)
        for line in lines:
            self.assertTrue(ogr.CreateGeometryFromJson(json.dumps(line["geometry"])).Within(area.Buffer(PIXEL / 1000)))

    def test_statistics(self):
        names = ("count", "min", "max", "mean", "std", "sum")
        properties = {"name": "str", **{f"red_{name}": "float" for name in names}}
        found = self.make_features("statistics", {"features": "fields.geojson", "values": "image.tif"}, "Polygon",
                                   {**properties, "number": "float"}, {"prefix": "red_"})
        self.assertEqual([feature["properties"]["name"] for feature in found], ["a", "b"])
        numbers, red = self.burnt("number"), with_nan(self.array)[0]
        for feature in found:
            values = red[(numbers == feature["properties"]["number"]) & ~np.isnan(red)]
            expected = [values.size, values.min(), values.max(), values.mean(), values.std(), values.sum()]
            got = [feature["properties"][f"red_{name}"] for name in names]
            np.testing.assert_allclose(got, expected, rtol=1e-6)


class Terrain(Case):
    def setUp(self):
        super().setUp()
        y, x = np.mgrid[0:SIDE, 0:SIDE]
        random = np.random.default_rng(5)
        self.heights = (PIXEL * (20 * np.sin(x / 20) * np.cos(y / 25) + random.random((SIDE, SIDE)))).astype("float32")
        self.image("dem.tif", self.heights, BOUNDS)

    def check(self, process, parameters, gdaldem, tolerance, **more):
        """Equal to gdaldem, but for the pixels at the edge."""
        got = self.make(process, {"dem": "dem.tif"}, {"scale": 1, **parameters}, pyramid={"pixelbuffer": 1}, **more)[0]
        expected = gdal.DEMProcessing("", str(self.folder / "dem.tif"), process, format="MEM", **gdaldem).ReadAsArray()
        inside = (slice(2, -2), slice(2, -2))
        self.assertLessEqual(np.abs(got[inside] - expected[inside]).max(), tolerance)
        self.assertGreater(np.ptp(expected[inside]), 20)

    def test_slope(self):
        self.check("slope", {}, {}, 1e-3)
        self.check("slope", {"units": "percent", "z": 0.5}, {"slopeFormat": "percent", "scale": 2}, 1e-2)

    def test_hillshade(self):
        self.check("hillshade", {}, {}, 2, dtype="uint8", nodata=0)
        light = {"azimuth": 90, "altitude": 30}
        self.check("hillshade", {**light, "z": 2}, {**light, "zFactor": 2}, 2, dtype="uint8", nodata=0)


class Examples(harness.Case):
    def test_there_is_an_example_of_each_process_and_it_runs(self):
        for path in ("examples/vectors", "examples/cloudless/sentinel2", "tests/bench/data"):
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).symlink_to(harness.ROOT / path)
        folder = self.folder / "examples/processes"
        shutil.copytree(harness.ROOT / "examples/processes", folder, ignore=shutil.ignore_patterns("out"))
        names = [path.stem for path in (harness.ROOT / "processes/builtin").glob("*.lua")]
        self.assertEqual(sorted(path.stem for path in folder.glob("*.yaml")), sorted(names))
        for name in sorted(names, key=lambda name: (name == "polygonize", name)):  # it reads what rasterize has made
            with self.subTest(name):
                self.must_run("execute", f"{name}.yaml", "--quiet", cwd=folder)
                made = [path for path in (folder / "out").rglob("*") if f"out/{name}" in str(path)]
                rasters = [path for path in made if path.suffix in (".tif", ".png")]
                features = [path for path in made if path.suffix == ".geojson"]
                self.assertTrue(rasters or features)
                self.assertTrue(all(np.ptp(harness.read(path)) > 0 for path in rasters))
                self.assertTrue(all(json.loads(path.read_text())["features"] for path in features))


if __name__ == "__main__":
    harness.main()
