"""Vector inputs and outputs, and scripts that go from pixels to features and back, compared with what GDAL makes of the same."""
import json
import shutil
import subprocess

import numpy as np
from osgeo import gdal, ogr, osr

import harness
import runs

ogr.UseExceptions()
gdal.PushErrorHandler("CPLQuietErrorHandler")
ZOOM, ROW, COL = 6, 20, 32
SIDE = 2 * harness.HALF_MERCATOR / (1 << ZOOM)
LEFT, TOP = -harness.HALF_MERCATOR + COL * SIDE, harness.HALF_MERCATOR - ROW * SIDE

PASS = """return process {
  inputs = { shapes = 'vector' },
  run = function(tile, input)
    return input.shapes:features()
  end,
}
"""
SCHEMA = {"properties": {"name": "str", "size": "float", "rank": "int"}, "geometry": "Polygon"}


def polygons(count=40, seed=3):
    """Quadrangles here and there over 2 x 2 tiles of ZOOM, as name and geometry (mercator)."""
    random = np.random.default_rng(seed)
    found = []
    for i in range(count):
        x, y = LEFT + random.random() * 2 * SIDE, TOP - random.random() * 2 * SIDE
        angles = np.sort(random.random(4)) * 2 * np.pi
        radii = SIDE * (0.02 + 0.3 * random.random(4))
        points = [(x + r * np.cos(a), y + r * np.sin(a)) for a, r in zip(angles, radii)]
        text = ",".join(f"{px!r} {py!r}" for px, py in map(lambda p: (float(p[0]), float(p[1])), points + points[:1]))
        shape = ogr.CreateGeometryFromWkt(f"POLYGON (({text}))")
        found.append((f"p{i}", shape if shape.IsValid() else shape.ConvexHull()))
    return found


def reference(code):
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(code)
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return srs


def make_layer(dataset, name, features, code=3857):
    """Writes (name, mercator geometry) in another CRS, with properties name, size and rank."""
    move = osr.CoordinateTransformation(reference(3857), reference(code))
    layer = dataset.CreateLayer(name, reference(code), ogr.wkbUnknown if dataset.GetDriver().GetName() != "ESRI Shapefile"
                                else ogr.wkbPolygon)
    for field, kind in (("name", ogr.OFTString), ("size", ogr.OFTReal), ("rank", ogr.OFTInteger64)):
        layer.CreateField(ogr.FieldDefn(field, kind))
    for rank, (title, geometry) in enumerate(features):
        feature, moved = ogr.Feature(layer.GetLayerDefn()), geometry.Clone()
        moved.Transform(move)
        feature.SetGeometry(moved)
        feature["name"], feature["rank"] = title, rank
        if rank % 3:
            feature["size"] = rank / 7
        layer.CreateFeature(feature)
    return layer


def read_features(path):
    """(properties, geometry) of a file's only layer, and its EPSG code."""
    dataset = ogr.Open(str(path))
    layer = dataset.GetLayer(0)
    code = layer.GetSpatialRef().GetAuthorityCode(None)
    return [(feature.items(), feature.GetGeometryRef().Clone()) for feature in layer], code


class Case(runs.Case):
    def shapes(self, name="shapes.gpkg", driver="GPKG", features=None, code=4326):
        dataset = ogr.GetDriverByName(driver).CreateDataSource(str(self.folder / name))
        make_layer(dataset, "shapes", features or polygons(), code)
        dataset = None
        return name

    def vectors(self, script=PASS, **changes):
        """Writes a configuration that reads shapes.gpkg and writes GeoJSON at ZOOM, tiles of 128 pixels."""
        base = {"input": {"inp": None, "shapes": "shapes.gpkg"}, "zoom_levels": ZOOM, "baselevels": None,
                "pyramid": {"metatiling": 1},
                "output": {"format": "GeoJSON", "nodata": None, "schema": SCHEMA}}
        return self.config(script=script, **runs.merge(base, changes))

    def tiles(self, extension="geojson"):
        """(row, col) -> features of each tile."""
        found = {}
        for path in sorted((self.folder / f"out/{ZOOM}").rglob(f"*.{extension}")):
            found[int(path.parent.name), int(path.stem)] = read_features(path)[0]
        return found

    def from_dem(self, script, bounds_tiles=1, array=None, **changes):
        """A raster of one tile at ZOOM and a script that makes features of it; returns array, features."""
        side = runs.TILE * bounds_tiles
        y, x = np.mgrid[0:side, 0:side]
        array = (100 * np.sin(x / 17) + 60 * np.cos(y / 11) + x).astype("float32") if array is None else array
        self.image("dem.tif", array, (LEFT, TOP - bounds_tiles * SIDE, LEFT + bounds_tiles * SIDE, TOP), nodata=-9999)
        self.vectors(script, **runs.merge({"input": {"shapes": None, "dem": "dem.tif"}}, changes))
        self.must_execute()
        return array


class Sources(Case):
    def check_complete(self, extension="geojson"):
        """The parts in the tiles are the shapes, with their properties."""
        parts = {}
        for (row, col), features in self.tiles(extension).items():
            left, bottom, right, top = harness.tile_bounds(ZOOM, row, col)
            for properties, geometry in features:
                box = geometry.GetEnvelope()
                self.assertTrue(left - 1e-6 <= box[0] and box[1] <= right + 1e-6 and bottom - 1e-6 <= box[2] and
                                box[3] <= top + 1e-6)
                parts.setdefault(properties["name"], []).append((properties, geometry))
        for rank, (name, geometry) in enumerate(polygons()):
            area = sum(part.Area() for _, part in parts[name])
            self.assertAlmostEqual(area / geometry.Area(), 1, 6)
            self.assertEqual(parts[name][0][0]["rank"], rank)
            size = parts[name][0][0]["size"]
            self.assertTrue(size is None if rank % 3 == 0 else abs(size - rank / 7) < 1e-14 * rank)
        self.assertEqual(len(parts), 40)

    def test_every_format_is_read_and_brought_to_the_grid(self):
        for name, driver, code in (("a.gpkg", "GPKG", 4326), ("b.geojson", "GeoJSON", 4326), ("c.fgb", "FlatGeobuf", 32633),
                                   ("d.shp", "ESRI Shapefile", 3857)):
            with self.subTest(name):
                self.vectors(input={"shapes": self.shapes(name, driver, code=code)}, output={"path": name + ".out"})
                self.must_execute()
                (self.folder / "out").unlink(missing_ok=True)
                (self.folder / "out").symlink_to(self.folder / (name + ".out"))
                self.check_complete()

    def test_flatgeobuf_has_the_same_features(self):
        self.shapes()
        self.vectors(output={"format": "FlatGeobuf"})
        self.must_execute()
        self.check_complete("fgb")

    def test_geopackage_has_the_same_features(self):
        self.shapes()
        self.vectors(output={"format": "GeoPackage"})
        self.must_execute()
        self.check_complete("gpkg")
        path = next((self.folder / "out").rglob("*.gpkg"))
        said = subprocess.run(["ogrinfo", "-so", path, "features"], capture_output=True, text=True, check=True)
        self.assertEqual(said.stderr, "")
        for line in ("Layer name: features", "Geometry: Polygon", "FID Column = fid", "Geometry Column = geom"):
            self.assertIn(line, said.stdout)

    def test_any_number_of_workers_makes_the_same_bytes(self):
        self.shapes(features=polygons(200))
        for extension, form in (("geojson", "GeoJSON"), ("fgb", "FlatGeobuf"), ("gpkg", "GPKG")):
            for workers in (1, 4):
                self.vectors(output={"format": form, "path": f"{extension}{workers}"}, zoom_levels=[ZOOM - 1, ZOOM + 1],
                             pyramid={"metatiling": 2, "pixelbuffer": 7})
                self.must_execute("--workers", workers)
            self.assertEqual(self.tree(f"{extension}1"), self.tree(f"{extension}4"))

    def test_a_mixed_package_needs_a_layer(self):
        dataset = ogr.GetDriverByName("GPKG").CreateDataSource(str(self.folder / "shapes.gpkg"))
        for name in ("fields", "roads"):
            make_layer(dataset, name, polygons(3))
        dataset = None
        self.vectors()
        self.check_execute_fails(2, "run.yaml:4:15: 'shapes.gpkg' has 2 layers; choose one with 'layer:' "
                                 "(known: fields, roads)")
        self.vectors(input={"shapes": {"path": "shapes.gpkg", "layer": "road"}})
        self.check_execute_fails(2, "run.yaml:6:16: unknown layer 'road'; did you mean 'roads'? (known: fields, roads)")
        self.vectors(input={"shapes": {"path": "shapes.gpkg", "layer": "roads"}})
        self.must_execute()
        self.vectors(input={"shapes": {"path": "shapes.gpkg", "layer": "roads", "format": "vector_file"}}, output={"path": "o2"})
        self.must_execute()

    def test_kinds_of_inputs_are_told_apart(self):
        self.shapes()
        self.make_scene(1)
        self.vectors(script=PASS.replace("'vector'", "'raster'"))
        self.check_execute_fails(2, "run.yaml:4:15: input 'shapes' is a vector; the script run.lua wants a raster")
        self.vectors(input={"shapes": "scene.tif"})
        self.check_execute_fails(2, "run.yaml:4:15: input 'shapes' is a raster; the script run.lua wants a vector")
        self.vectors(input={"shapes": {"format": "vector", "path": "scene.tif"}})
        self.check_execute_fails(2, "run.yaml:4:15: 'scene.tif' is not a vector file")

    def test_only_tiles_that_the_layer_covers_are_made(self):
        self.shapes(features=[("one", ogr.CreateGeometryFromWkt(f"POINT ({LEFT + 5} {TOP - 5})"))])
        self.vectors(output={"schema": {"geometry": "Point"}})
        self.must_execute("--overwrite")
        self.assertEqual(list(self.tiles()), [(ROW, COL)])

    def test_an_empty_layer_adds_no_area(self):
        dataset = ogr.GetDriverByName("GPKG").CreateDataSource(str(self.folder / "shapes.gpkg"))
        make_layer(dataset, "shapes", [])
        dataset = None
        self.make_scene(1)
        script = """return process {
  inputs = { shapes = 'vector', inp = 'raster' },
  run = function(tile, input)
    return input.inp:read()[1] * (#input.shapes:features() + 1)
  end,
}
"""
        self.vectors(script, input={"inp": "scene.tif"}, output={"format": "GTiff", "dtype": "uint8", "bands": 1, "schema": None})
        self.assertIn("out: 1 metatiles made", self.must_execute())


class Conversions(Case):
    def test_rasterize_gives_what_gdal_gives(self):
        for touched in (False, True):
            with self.subTest(all_touched=touched):
                script = f"""return process {{
  inputs = {{ shapes = 'vector' }},
  run = function(tile, input)
    return vector.rasterize(input.shapes:features(), {{ value = 'rank', all_touched = {str(touched).lower()} }}) + 1
  end,
}}
"""
                self.shapes(f"s{touched}.gpkg", code=3857)
                self.vectors(script, input={"shapes": f"s{touched}.gpkg"}, pyramid={"metatiling": 2},
                             output={"format": "GTiff", "dtype": "float64", "bands": 1, "schema": None, "path": f"out{touched}",
                                     "metatiling": 2})
                self.must_execute()
                got = harness.read(self.folder / f"out{touched}/{ZOOM}/{ROW // 2}/{COL // 2}.tif")[0]
                wanted = gdal.GetDriverByName("MEM").Create("", 2 * runs.TILE, 2 * runs.TILE, 1, gdal.GDT_Float64)
                wanted.SetGeoTransform([LEFT, SIDE / runs.TILE, 0, TOP, 0, -SIDE / runs.TILE])
                wanted.SetSpatialRef(reference(3857))
                memory = ogr.GetDriverByName("Memory").CreateDataSource("")
                layer = make_layer(memory, "m", polygons())
                for feature in layer:
                    feature["rank"] = feature["rank"] + 1
                    layer.SetFeature(feature)
                gdal.RasterizeLayer(wanted, [1], layer, options=["ATTRIBUTE=rank", f"ALL_TOUCHED={str(touched).upper()}"])
                self.assertGreater(np.count_nonzero(got), 10000)
                np.testing.assert_array_equal(got, wanted.ReadAsArray())

    def gdal_layer(self, kind):
        self.memory = ogr.GetDriverByName("Memory").CreateDataSource("")  # a layer lives as long as its dataset
        layer = self.memory.CreateLayer("made")
        layer.CreateField(ogr.FieldDefn("value", kind))
        return layer

    def check_same(self, wanted):
        """The features in the only tile are GDAL's, with the same values."""
        (got,) = self.tiles().values()
        self.assertEqual(len(got), wanted.GetFeatureCount())
        for (properties, geometry), feature in zip(got, wanted):
            self.assertEqual(properties["value"], feature["value"])
            other = feature.GetGeometryRef()
            self.assertEqual(geometry.GetGeometryName(), other.GetGeometryName())
            near = other.Buffer(1e-3 * SIDE / runs.TILE)
            self.assertTrue(near.Contains(geometry), (geometry.ExportToWkt(), other.ExportToWkt()))
            self.assertAlmostEqual(geometry.Area(), other.Area(), delta=1e-6 * SIDE * SIDE)
            self.assertAlmostEqual(geometry.Boundary().Length() if geometry.Area() else geometry.Length(),
                                   other.Boundary().Length() if geometry.Area() else other.Length(), delta=1e-6 * SIDE)

    def test_polygonize_gives_what_gdal_gives(self):
        random = np.random.default_rng(5)
        array = np.repeat(np.repeat(random.integers(0, 4, (32, 32)), 4, 0), 4, 1).astype("uint8")
        array[:20, 30:60] = 255
        self.from_dem("""return process {
  inputs = { dem = 'raster' },
  run = function(tile, input)
    return input.dem:read()[1]:polygonize()
  end,
}
""", array=array, output={"schema": {"properties": {"value": "int"}, "geometry": "Polygon"}},
                      input={"dem": {"path": "dem.tif", "nodata": 255}})
        raster = gdal.Open(str(self.folder / "dem.tif"), gdal.GA_Update)
        raster.GetRasterBand(1).SetNoDataValue(255)
        layer = self.gdal_layer(ogr.OFTInteger)
        gdal.Polygonize(raster.GetRasterBand(1), raster.GetRasterBand(1).GetMaskBand(), layer, 0)
        self.check_same(layer)

    def test_contours_are_those_of_gdal(self):
        for options, keys in (("{ interval = 12.5, base = 3 }", ["LEVEL_INTERVAL=12.5", "LEVEL_BASE=3"]),
                              ("{ levels = { 50, 10.25, -20 } }", ["FIXED_LEVELS=-20,10.25,50"])):
            with self.subTest(options):
                array = self.from_dem(f"""return process {{
  inputs = {{ dem = 'raster' }},
  run = function(tile, input)
    return input.dem:read()[1]:contours {options}
  end,
}}
""", output={"schema": {"properties": {"value": "float"}, "geometry": "LineString"}, "path": "out"})
                layer = self.gdal_layer(ogr.OFTReal)
                raster = gdal.Open(str(self.folder / "dem.tif"))
                gdal.ContourGenerateEx(raster.GetRasterBand(1), layer, options=["ELEV_FIELD=0", *keys])
                self.assertGreater(layer.GetFeatureCount(), 3)
                self.check_same(layer)
                self.assertEqual(array.shape, (runs.TILE, runs.TILE))
                shutil.rmtree(self.folder / "out")

    def test_contours_meet_at_the_edges_of_tiles(self):
        self.from_dem("""return process {
  inputs = { dem = 'raster' },
  run = function(tile, input)
    return input.dem:read()[1]:contours { interval = 20 }
  end,
}
""", bounds_tiles=2, pyramid={"pixelbuffer": 2}, output={"schema": {"properties": {"value": "float"}, "geometry": "LineString"}})
        edge, ends = LEFT + SIDE, {0: set(), 1: set()}
        for (row, col), features in self.tiles().items():
            for properties, line in features:
                for i in (0, line.GetPointCount() - 1):
                    if abs(line.GetX(i) - edge) < 1e-6:
                        ends[col - COL].add((row, properties["value"], round(line.GetY(i), 3)))
        self.assertGreater(len(ends[0]), 10)
        self.assertEqual(ends[0], ends[1])


class Outputs(Case):
    def test_tiles_say_their_crs(self):
        self.shapes()
        self.vectors()
        self.must_execute()
        path = next((self.folder / f"out/{ZOOM}").rglob("*.geojson"))
        self.assertEqual(read_features(path)[1], "3857")
        text = json.loads(path.read_text())
        self.assertEqual(text["crs"]["properties"]["name"], "urn:ogc:def:crs:EPSG::3857")
        metadata = json.loads((self.folder / "out/metadata.json").read_text())
        self.assertEqual(metadata["driver"]["format"], "GeoJSON")
        self.assertEqual(metadata["driver"]["schema"], SCHEMA)
        self.assertNotIn("dtype", metadata["driver"])

    def test_runs_are_continued_and_empty_tiles_removed(self):
        script = PASS.replace("return input.shapes:features()", "return tile.col % 2 == PARITY and {} or input.shapes:features()")
        self.shapes()
        self.vectors(script.replace("PARITY", "2"))
        self.must_execute()
        before = set(self.tiles())
        self.assertIn("0 metatiles made", self.must_execute().replace(": nothing", ": 0 metatiles made"))
        self.vectors(script.replace("PARITY", "1"))
        code, _, err = self.execute()
        self.assertEqual(code, 2, err)
        self.must_execute("--overwrite")
        self.assertEqual(set(self.tiles()), {(row, col) for row, col in before if col % 2 == 0})

    def test_output_pixelbuffer_and_metatiling_cut_the_features(self):
        self.shapes(features=[("one", ogr.CreateGeometryFromWkt(
            f"POLYGON (({LEFT} {TOP},{LEFT + 2 * SIDE} {TOP},{LEFT + 2 * SIDE} {TOP - 2 * SIDE},{LEFT} {TOP - 2 * SIDE},{LEFT} {TOP}))"))],
                    code=3857)
        self.vectors(pyramid={"metatiling": 2, "pixelbuffer": 8}, output={"metatiling": 1, "pixelbuffer": 4})
        self.must_execute()
        tiles = self.tiles()
        ((_, geometry),) = tiles[ROW, COL]
        box, pixel = geometry.GetEnvelope(), SIDE / runs.TILE
        np.testing.assert_allclose(box, (LEFT, LEFT + SIDE + 4 * pixel, TOP - SIDE - 4 * pixel, TOP), atol=1e-6)

    def test_wrong_outputs_are_refused(self):
        self.shapes()
        for changes, message in (
                ({"schema": None}, "run.yaml:12:13: output.schema is missing: features need one, such as {properties: {name: str}, "
                                   "geometry: Polygon}"),
                ({"dtype": "uint8"}, "run.yaml:24:5: unknown output option 'dtype'; known: schema, path, format, metatiling, "
                                     "pixelbuffer, tile_size, tile_path_schema, layout, stac, acl, cache_control"),
                ({"path": "out.gpkg"}, "run.yaml:13:13: 'out.gpkg' looks like one file, and GeoJSON is written as a "
                                       "folder of tiles: name a folder; ogrmerge.py makes one file of it afterwards"),
                ({"path": "out.tif"}, "run.yaml:13:13: 'out.tif' is a single GeoTIFF, and output.format is GeoJSON: "
                                      "use format GTiff, or a folder"),
        ):
            with self.subTest(changes):
                self.vectors(output=changes)
                self.check_execute_fails(2, message)

    def test_a_dry_run_does_not_guess_the_size_of_features(self):
        self.shapes()
        self.vectors()
        self.assertIn("\noutput out as GeoJSON\n", self.must_execute("--dry-run"))

    def test_overviews_of_features_are_refused(self):
        self.shapes()
        self.vectors(zoom_levels={"min": 3, "max": ZOOM}, baselevels={"min": ZOOM})
        self.check_execute_fails(2, "run.yaml:15:17: GeoJSON holds features, of which no overviews are made: remove baselevels, and "
                                 "every zoom is computed")

    def check_tile_fails(self, message, script=PASS, **changes):
        self.vectors(script, **changes)
        code, out, err = self.execute("--overwrite")
        self.assertEqual(code, 1, err)
        self.assertIn(message, err.splitlines() if "\n" in message else err)

    def test_results_are_checked(self):
        x, y = LEFT + 1.5 * SIDE, TOP - SIDE / 2
        self.shapes(features=[("p0", ogr.CreateGeometryFromWkt(f"POINT ({x} {y})").Buffer(SIDE / 4))])
        self.make_scene(2)
        tile = f"tile {ZOOM}/{ROW}/{COL + 1}: run.lua: "
        self.check_tile_fails(tile + "feature 1: property 'rank' is not in output.schema; known: name, size",
                              output={"schema": {"properties": {"name": "str", "size": "float", "rank": None}}})
        self.check_tile_fails(tile + "feature 1: property 'name' must be a whole number (int), not 'p0'",
                              output={"schema": {"properties": {"name": "int"}}})
        self.check_tile_fails(tile + "feature 1: a Polygon; output.schema.geometry is Point",
                              output={"schema": {"geometry": "Point"}})
        self.check_tile_fails(tile + "the script returned features, and the output is GTiff, which holds rasters: return a raster, "
                              "or set output.format to GeoJSON or FlatGeobuf",
                              output={"format": "GTiff", "dtype": "uint8", "bands": 1, "schema": None, "path": "tif"})
        self.check_tile_fails(f"tile {ZOOM}/{ROW}/{COL}: run.lua: the script returned a raster, and the output is GeoJSON, which holds features: return a list of "
                              "features, or set output.format to GTiff or PNG",
                              PASS.replace("'vector'", "'raster'").replace("features()", "read()"),
                              input={"shapes": "scene.tif"})


class Examples(harness.Case):
    def run_example(self, name, extension):
        shutil.copytree(harness.ROOT / "examples/vectors", self.folder / "vectors", ignore=shutil.ignore_patterns("out"))
        self.must_run("execute", f"vectors/{name}.yaml", "--quiet")
        paths = sorted((self.folder / f"vectors/out/{name}").rglob(f"*.{extension}"))
        return [item for path in paths for item in read_features(path)[0]]

    def test_contours(self):
        lines = self.run_example("contours", "geojson")
        levels = {properties["elevation"] for properties, _ in lines}
        self.assertEqual(levels, set(range(600, 1961, 20)))
        self.assertEqual({p["elevation"] for p, _ in lines if p["index"]}, set(range(600, 1901, 100)))
        # The terrain has the line's elevation where the line is.
        move = osr.CoordinateTransformation(reference(3857), reference(32611))
        dem = gdal.Open(str(harness.ROOT / "examples/vectors/dem.tif"))
        left, width, _, top, _, height = dem.GetGeoTransform()
        terrain, off = dem.ReadAsArray(), []
        for properties, line in lines[::5]:
            x, y, _ = move.TransformPoint(*line.GetPoint(line.GetPointCount() // 2)[:2])
            row, col = int((y - top) / height), int((x - left) / width)
            if 0 < row < terrain.shape[0] and 0 < col < terrain.shape[1]:
                off.append(abs(terrain[row, col] - properties["elevation"]))
        self.assertGreater(len(off), 80)
        self.assertLess(np.median(off), 10)

    def test_steep_slopes(self):
        found = self.run_example("steep", "fgb")
        self.assertEqual({properties["zone"] for properties, _ in found}, {"north", "south"})
        move = osr.CoordinateTransformation(reference(4326), reference(3857))
        for properties, zone in read_features(harness.ROOT / "examples/vectors/zones.geojson")[0]:
            zone.Transform(move)
            near = zone.Buffer(60)
            self.assertTrue(all(near.Contains(part) for p, part in found if p["zone"] == properties["name"]))


if __name__ == "__main__":
    harness.main()
