"""The command convert: what it writes, compared with GDAL, what it chooses, and what it says about wrong uses."""
import json
import shutil

import numpy as np
from osgeo import gdal, ogr

import harness

BOUNDS = harness.tile_bounds(4, 5, 6)
LAND = {"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"name": "a", "size": 3, "share": 0.5, "open": True, "day": "2020-01-31"},
     "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [40, 0], [40, 40], [0, 40], [0, 0]]]}},
    {"type": "Feature", "properties": {"name": "b", "size": 4, "share": 1.5, "open": False, "day": None},
     "geometry": {"type": "Polygon", "coordinates": [[[50, 10], [60, 10], [60, 20], [50, 10]]]}}]}


class Convert(harness.Case):
    def setUp(self):
        super().setUp()
        y, x = np.mgrid[0:256, 0:256]
        self.array = np.stack([1 + x % 200, 1 + y % 200, 201 - x % 200]).astype("uint8")
        self.array[:, :20, :30] = 0
        self.image("image.tif", self.array, BOUNDS, nodata=0)
        self.write("land.geojson", json.dumps(LAND))

    def convert(self, *arguments):
        return self.run_tilewright("convert", *arguments)

    def must_convert(self, *arguments):
        code, out, err = self.convert(*arguments)
        self.assertEqual(code, 0, err + out)
        return err.strip()

    def check_refused(self, message, *arguments):
        self.check_fails(2, message, "convert", *arguments)
        self.assertFalse((self.folder / "out").exists(), "something was written")

    def features(self, folder):
        found = []
        for path in sorted((self.folder / folder).rglob("*.*")):
            if path.suffix in (".geojson", ".fgb"):
                layer = ogr.Open(str(path))
                found += [(f.ExportToJson(as_object=True)) for f in layer.GetLayer(0)]
        return found


class Taken(Convert):
    """Tiles that need no change are taken byte for byte."""

    def setUp(self):
        super().setUp()
        self.must_convert("image.tif", "jpeg", "--output-format", "JPEG", "-z", "0,6", "--co", "quality=60", "--output-pyramid", "mercator")
        self.wanted = self.pictures("jpeg")

    def pictures(self, folder):
        return {name: tag for name, tag in self.tree(folder).items() if name.endswith((".jpg", ".png"))}

    def test_between_folders_and_archives_and_layouts(self):
        self.must_convert("jpeg", "map.pmtiles")
        self.must_convert("map.pmtiles", "map.mbtiles")
        self.must_convert("map.mbtiles", "xyz", "--co", "layout=xyz")
        self.must_convert("xyz", "back")
        self.assertEqual(self.pictures("back"), self.wanted)
        self.assertEqual(self.pictures("back"), self.pictures("jpeg"))
        self.assertGreater(len(self.wanted), 20)

    def test_some_zooms_and_places(self):
        self.must_convert("jpeg", "part", "--tile", "5", "10", "12")
        self.assertEqual(self.pictures("part"), {"5/10/12.jpg": self.wanted["5/10/12.jpg"]})

    def test_what_changes_tiles_is_done(self):
        for name, options in (("quality", ("--co", "quality=90")), ("bands", ("--bidx", "3,2,1")), ("scale", ("--scale-ratio", "0.5")),
                              ("png", ("--output-format", "PNG"))):
            with self.subTest(name):
                self.must_convert("jpeg", name, *options)
                self.assertEqual(set(self.pictures(name).values()) & set(self.wanted.values()), set())

    def test_a_tile_that_is_cut_off_fails(self):
        path = self.folder / "jpeg/5/10/12.jpg"
        whole = path.read_bytes()
        path.write_bytes(whole[:-20])
        code, _, err = self.convert("jpeg", "out")
        self.assertEqual(code, 1)
        self.assertRegex(err, r"tile 5/10/12: input 'inp': 'jpeg/5/10/12\.jpg': the file is cut off\n")
        path.write_bytes(whole)
        self.must_convert("jpeg", "out")
        self.assertEqual(self.pictures("out"), self.wanted)

    def test_tiles_that_changed_are_taken_again(self):
        self.must_convert("jpeg", "out")
        (self.folder / "jpeg/5/10/12.jpg").write_bytes((self.folder / "jpeg/5/10/13.jpg").read_bytes())
        self.must_convert("jpeg", "out", "--overwrite")
        self.assertEqual(self.pictures("out"), self.pictures("jpeg"))
        self.assertEqual(self.pictures("out")["5/10/12.jpg"], self.wanted["5/10/13.jpg"])


class Pixels(Convert):
    def test_pixels_of_the_same_grid_are_copied(self):
        self.assertEqual(self.must_convert("image.tif", "out", "-z", "4", "--output-pyramid", "mercator"),
                         "tilewright: chosen: --output-format GTiff --output-dtype uint8 --nodata 0")
        self.assertTrue(np.array_equal(harness.read(self.folder / "out/4/5/6.tif"), self.array))

    def test_what_is_not_given_is_chosen_and_told(self):
        self.assertEqual(self.must_convert("image.tif", "out"),
                         "tilewright: chosen: --output-format GTiff --output-pyramid mercator --zoom 0,3 --output-dtype uint8 "
                         "--nodata 0")
        self.assertEqual(sorted(path.name for path in (self.folder / "out").iterdir() if path.is_dir() and path.name[0] != "."),
                         ["0", "1", "2", "3"])

    def test_what_was_chosen_says_the_same(self):
        self.must_convert("image.tif", "out")
        before = self.tree("out")
        out = self.must_run("convert", "image.tif", "out", "--output-format", "GTiff", "--output-pyramid", "mercator", "--zoom",
                            "0,3")
        self.assertIn("out: nothing to do, all 4 metatiles are done", out)
        self.assertEqual(self.tree("out"), before)

    def test_nothing_is_told_when_quiet(self):
        self.assertEqual(self.convert("image.tif", "out", "--quiet"), (0, "", ""))

    def test_every_resampling_is_as_gdalwarps(self):
        for name, gdals in (("nearest", "near"), ("bilinear", "bilinear"), ("cubic", "cubic"), ("lanczos", "lanczos"),
                            ("average", "average"), ("mode", "mode")):
            with self.subTest(name):
                self.must_convert("image.tif", "out", "-z", "4", "--output-pyramid", "geodetic", "-r", name, "--overwrite")
                for path in (self.folder / "out/4").rglob("*.tif"):
                    found = gdal.Open(str(path))
                    left, width, _, top, _, height = found.GetGeoTransform()
                    wanted = gdal.Warp("", str(self.folder / "image.tif"), format="MEM", dstSRS="EPSG:4326", width=256, height=256,
                                       outputBounds=(left, top + 256 * height, left + 256 * width, top), resampleAlg=gdals,
                                       errorThreshold=0).ReadAsArray()
                    both = (found.ReadAsArray() > 0) & (wanted > 0)
                    self.assertGreater(both.mean(), 0.05)
                    difference = np.abs(found.ReadAsArray()[both].astype(int) - wanted[both])
                    self.assertLess((difference > 2).mean(), 0.02)

    def test_bands_and_scale(self):
        self.must_convert("image.tif", "out", "-z", "4", "--bidx", "3,red", "--scale-offset", "-1", "--scale-ratio", "2.5",
                          "--output-dtype", "float32", "--nodata", "-9999")
        wanted = np.where(self.array[[2, 0]] == 0, -9999, (self.array[[2, 0]] - 1.0) * 2.5)
        self.assertTrue(np.array_equal(harness.read(self.folder / "out/4/5/6.tif"), wanted))

    def test_png_is_in_mercator(self):
        self.assertEqual(self.must_convert("image.tif", "out", "--output-format", "PNG", "-z", "4", "--co", "georeference=none"),
                         "tilewright: chosen: --output-pyramid mercator")
        self.assertTrue(np.array_equal(harness.read(self.folder / "out/4/5/6.png")[:3], self.array))

    def test_png_of_larger_values_warns(self):
        self.image("deep.tif", self.array.astype("uint16") * 100, BOUNDS, nodata=0)
        self.assertIn("warning: 'deep.tif' is uint16, and PNG holds 0 to 255: what is larger becomes 255, unless --scale-ratio "
                      "makes it smaller", self.must_convert("deep.tif", "out", "--output-format", "PNG", "-z", "4"))

    def test_overviews_are_made_of_the_deepest_zoom(self):
        self.must_convert("image.tif", "out", "-z", "3,4", "--overviews", "--overviews-resampling-method", "average")
        found = harness.read(self.folder / "out/3/2/3.tif")[0, 128:, :128].astype(float)
        wanted = self.array[0, 32:, 32:].reshape(112, 2, 112, 2).mean(axis=(1, 3))
        self.assertLessEqual(np.abs(found[16:, 16:] - wanted).max(), 0.5)

    def test_creation_options(self):
        self.must_convert("image.tif", "out", "-z", "4", "--co", "compress=lzw", "--profile", "BLOCKSIZE=128")
        found = gdal.Open(str(self.folder / "out/4/5/6.tif"))
        self.assertEqual(found.GetMetadata("IMAGE_STRUCTURE")["COMPRESSION"], "LZW")
        self.assertEqual(found.GetRasterBand(1).GetBlockSize(), [128, 128])

    def test_one_file_of_the_best_zoom(self):
        self.assertEqual(self.must_convert("image.tif", "one.tif", "--cog"),
                         "tilewright: chosen: --output-pyramid mercator --zoom 3 --output-dtype uint8 --nodata 0")
        found = gdal.Open(str(self.folder / "one.tif"))
        self.assertEqual(found.GetMetadata("IMAGE_STRUCTURE")["LAYOUT"], "COG")
        self.assertEqual(found.GetGeoTransform()[1], 2 * harness.HALF_MERCATOR / 256 / 8)

    def test_one_file_with_overviews(self):
        self.must_convert("image.tif", "one.tif", "-z", "6", "--overviews")
        found = gdal.Open(str(self.folder / "one.tif"))
        self.assertGreater(found.GetRasterBand(1).GetOverviewCount(), 0)

    def test_a_folder_of_tiles_keeps_its_grid_zooms_and_metatiles(self):
        self.must_convert("image.tif", "first", "-z", "3,5", "--output-metatiling", "2")
        self.assertEqual(self.must_convert("first", "out"),
                         "tilewright: chosen: --output-format GTiff --zoom 3,5 --output-dtype uint8 --nodata 0")
        for name in self.tree("first"):
            if name.endswith(".tif"):
                self.assertTrue(np.array_equal(harness.read(self.folder / "out" / name), harness.read(self.folder / "first" / name)))

    def test_zooms_are_chosen_by_the_deepest_tiles(self):
        """The coarsest tile reaches around a large part of the earth, and its pixels are those of the deepest zoom."""
        self.must_convert("image.tif", "tiles", "-z", "0,4", "--output-pyramid", "mercator")
        self.assertIn("--zoom 0,3 ", self.must_convert("tiles", "out", "--output-pyramid", "geodetic") + " ")

    def test_a_configuration_is_what_it_has_made(self):
        self.write("first.yaml", "process: convert\ninput: {inp: image.tif}\npyramid: {grid: mercator, metatiling: 2}\n"
                                 "zoom_levels: [3, 4]\noutput: {path: tiles, format: PNG, bands: 3}\n")
        self.check_refused("'first.yaml' has no output yet; run it first: tilewright execute first.yaml", "first.yaml", "out")
        self.must_run("execute", "first.yaml", "--quiet")
        self.assertEqual(self.must_convert("first.yaml", "out"),
                         "tilewright: chosen: --output-format PNG --zoom 3,4")
        same = {name: tile for name, tile in self.tree("tiles").items() if name.endswith(".png")}
        self.assertEqual({name: tile for name, tile in self.tree("out").items() if name.endswith(".png")}, same)
        self.write("first.yaml", "process: convert\ninput: {inp: image.tif}\nzoom_levels: 3\noutput: {path: o, formt: PNG}\n")
        code, _, err = self.convert("first.yaml", "other")
        self.assertEqual(code, 2)
        self.assertIn("first.yaml:4:9: 'output.format' is missing: name a format such as PNG or GTiff", err)

    def test_a_grid_of_its_own_is_kept(self):
        self.write("grid.json", json.dumps({"shape": [1, 1], "bounds": [0, 0, 8000000, 8000000], "srs": {"epsg": 3035}}))
        self.must_convert("image.tif", "first", "--output-pyramid", "grid.json", "-z", "2")
        self.must_convert("first", "out")
        grid = json.loads((self.folder / "out/metadata.json").read_text())["pyramid"]["grid"]
        self.assertEqual((grid["shape"], grid["bounds"]), ([1, 1], [0, 0, 8000000, 8000000]))

    def test_the_grid_may_be_a_tile_matrix_set(self):
        said = self.must_convert("image.tif", "out", "--output-pyramid", "UTM23WGS84Quad", "--output-format", "GTiff")
        zooms = sorted(int(path.name) for path in (self.folder / "out").iterdir() if path.name.isdigit())
        self.assertIn(f" --zoom 1,{zooms[-1]} ", said)
        self.assertEqual(zooms[0], 1, "zooms are the ids of the set, which begin at 1")
        first = next((self.folder / "out/1").rglob("*.tif"))
        self.assertEqual(gdal.Open(str(first)).GetSpatialRef().GetAuthorityCode(None), "32623")
        self.must_convert("out", "again")
        for path in (self.folder / "out").rglob("*.tif"):
            copy = self.folder / "again" / path.relative_to(self.folder / "out")
            self.assertTrue(np.array_equal(harness.read(path), harness.read(copy)), path)

    def test_a_tile_matrix_set_that_is_no_pyramid(self):
        self.check_refused("--output-pyramid: the grid 'CanadianNAD83_LCC' is no pyramid: its cells are not halved from one "
                           "matrix to the next", "image.tif", "out", "--output-pyramid", "CanadianNAD83_LCC")

    def test_clipping(self):
        west, south, east, north = BOUNDS
        middle = (west + east) / 2
        self.write("clip.geojson", json.dumps({
            "type": "Polygon", "coordinates": [[[west, south], [middle, south], [middle, north], [west, north], [west, south]]],
            "crs": {"type": "name", "properties": {"name": "EPSG:3857"}}}))
        self.must_convert("image.tif", "out", "-z", "4", "-c", "clip.geojson")
        found = harness.read(self.folder / "out/4/5/6.tif")
        self.assertTrue(np.array_equal(found[:, :, :128], self.array[:, :, :128]))
        self.assertFalse(found[:, :, 128:].any())

    def test_a_part_first_then_the_rest(self):
        self.must_convert("image.tif", "out", "--tile", "4", "5", "6", "--output-pyramid", "mercator")
        out = self.must_run("convert", "image.tif", "out", "-z", "3,4", "--output-pyramid", "mercator")
        self.assertIn("1 metatiles made (0 empty), 1 were done before", out)

    def test_damaged_tiles_are_made_again_by_the_same_command(self):
        command = ("convert", "image.tif", "out", "-z", "3,4", "--output-pyramid", "mercator")
        self.must_run(*command)
        tile = self.folder / "out/4/5/6.tif"
        content = tile.read_bytes()
        tile.write_bytes(content[:100])
        self.check_fails(2, "tilewright: --repair makes tiles anew, and 'out' does not say how: name the configuration instead, or delete "
                            "what is damaged and call 'tilewright convert' as before: it makes what is missing", "verify", "out", "--repair")
        self.assertEqual(self.run_tilewright("verify", "out")[0], 1)
        tile.unlink()
        self.must_run(*command)
        self.assertEqual(tile.read_bytes(), content)
        self.must_run("verify", "out")

    def test_a_dry_run_writes_nothing(self):
        self.assertIn("output out as GTiff", self.must_run("convert", "image.tif", "out", "--dry-run"))
        self.assertFalse((self.folder / "out").exists())


class Features(Convert):
    def test_features_keep_their_properties_and_types(self):
        self.must_convert("land.geojson", "out", "-z", "0", "--output-metatiling", "1")
        (path,) = (self.folder / "out/0").rglob("*.geojson")
        found = json.loads(path.read_text())["features"]
        self.assertEqual([f["properties"] for f in found], [f["properties"] for f in LAND["features"]])

    def test_another_format_and_grid(self):
        self.must_convert("land.geojson", "out", "-z", "1", "--output-format", "FlatGeobuf", "--output-pyramid", "mercator",
                          "--output-geometry-type", "MultiPolygon")
        found = self.features("out")
        self.assertEqual({f["geometry"]["type"] for f in found}, {"MultiPolygon"})
        self.assertEqual({f["properties"]["name"] for f in found}, {"a", "b"})

    def test_tiles_of_features_keep_their_zooms_and_properties(self):
        self.must_convert("land.geojson", "tiles", "-z", "2,3", "--output-pyramid", "mercator", "--output-format", "GeoJSON")
        self.assertEqual(self.must_convert("tiles", "out", "--output-format", "FlatGeobuf"), "tilewright: chosen: --zoom 2,3")
        before, after = ([(f["properties"]["name"], f["properties"]["size"], f["properties"]["share"]) for f in self.features(name)]
                         for name in ("tiles", "out"))
        self.assertEqual(sorted(before), sorted(after))
        self.assertGreater(len(after), 3)
        self.check_fails(2, "--zoom is missing: 'tiles' holds features, which have no resolution to choose it by",
                         "convert", "tiles", "third", "--output-pyramid", "geodetic")

    def test_features_are_clipped(self):
        self.write("clip.geojson", json.dumps({"type": "Polygon", "coordinates": [
            [[-10, -10], [20, -10], [20, 50], [-10, 50], [-10, -10]]]}))
        self.must_convert("land.geojson", "out", "-z", "0", "-c", "clip.geojson")
        found = self.features("out")
        self.assertEqual([f["properties"]["name"] for f in found], ["a"])
        self.assertAlmostEqual(ogr.CreateGeometryFromJson(json.dumps(found[0]["geometry"])).Area(), 20 * 40)

    def test_wrong_uses(self):
        for message, *arguments in (
                ("--zoom is missing: 'land.geojson' holds features, which have no resolution to choose it by",),
                ("--output-format GTiff holds pixels, and 'land.geojson' holds features: write GeoJSON or FlatGeobuf",
                 "--output-format", "GTiff", "-z", "1"),
                ("--overviews is for pixels, and 'land.geojson' holds features", "--overviews", "-z", "0,1"),
                ("--output-dtype is for pixels, and 'land.geojson' holds features", "--output-dtype", "uint8", "-z", "1"),
                ("--output-geometry-type: unknown geometry 'Polygons'; did you mean 'Polygon'? (known: Point, MultiPoint, "
                 "LineString, MultiLineString, Polygon, MultiPolygon, Geometry, Unknown, Line, MultiLine)",
                 "--output-geometry-type", "Polygons", "-z", "1")):
            with self.subTest(message):
                self.check_refused(message, "land.geojson", "out", *arguments)
        self.check_refused("'one.tif' is a GeoTIFF, and 'land.geojson' holds features\n--output-format GTiff holds pixels, and "
                           "'land.geojson' holds features: write GeoJSON or FlatGeobuf\ntilewright: 2 problems, nothing was done",
                           "land.geojson", "one.tif", "-z", "1")


RESAMPLINGS = "nearest, bilinear, cubic, cubic_spline, lanczos, average, mode, min, max, med, q1, q3, sum, rms"
DTYPES = "uint8, int8, uint16, int16, uint32, int32, float32, float64"


class WrongUses(Convert):
    def test_names(self):
        usage = "usage: tilewright convert INPUT OUTPUT [OPTIONS]"
        self.check_refused(f"tilewright: convert what? {usage}")
        self.check_refused(f"tilewright: into what? {usage}", "image.tif")
        self.check_refused("tilewright: one input and one output at a time, and 'c' is a third name", "image.tif", "b", "c")
        self.check_refused("cannot open 'nothing.tif': No such file or directory", "nothing.tif", "out")
        self.check_refused("the output 'image.tif' is the input", "image.tif", "image.tif")
        self.check_refused("the output 'out.jpg' is to be a folder, or a GeoTIFF that ends in .tif, or an archive that ends in .pmtiles or .mbtiles; --output-format says what the "
                           "tiles of a folder are", "image.tif", "out.jpg")
        self.write("a.file", "")
        self.check_refused("'a.file' is a file, and the output is to be a folder of tiles; a single GeoTIFF ends in .tif",
                           "image.tif", "a.file")
        (self.folder / "folder.tif").mkdir()
        self.check_refused("'folder.tif' is a folder, and the output is to be one GeoTIFF", "image.tif", "folder.tif")
        self.check_refused("'folder.tif' is a folder without metadata.json, so it is no folder of tiles", "folder.tif", "out")
        self.check_refused("'land.geojson' is a file, and the output is to be a folder of tiles; a single GeoTIFF ends in .tif",
                           "image.tif", "land.geojson")

    def test_a_file_that_is_no_image(self):
        self.write("notes.tif", "nothing\n")
        self.check_refused("'notes.tif' is not a raster", "notes.tif", "out")

    def test_a_file_that_is_there_is_kept(self):
        self.write("one.tif", "something else\n")
        code, _, err = self.convert("image.tif", "one.tif", "-z", "4", "--quiet")
        self.assertEqual((code, err), (2, "tilewright: 'one.tif' exists already; use --overwrite to replace it\n"))

    def test_values(self):
        for message, *arguments in (
                ("--bidx: unknown band '5'; known: red, green, blue", "--bidx", "5"),
                ("--bidx takes bands such as 3,1 or red,nir, not '1,'", "--bidx", "1,"),
                (f"--resampling-method: unknown resampling 'gauss'; known: {RESAMPLINGS}", "-r", "gauss"),
                (f"--output-dtype: unknown dtype 'uint17'; did you mean 'uint16'? (known: {DTYPES})", "--output-dtype", "uint17"),
                ("--output-metatiling: pyramid.metatiling must be one of 1, 2, 4, 8, 16, 32, 64, 128, 256, not 3",
                 "--output-metatiling", "3"),
                ("--nodata: output.nodata 300 is no value of uint8 (whole numbers 0 to 255)", "--nodata", "300"),
                ("--nodata: output.nodata must be a number or nan, not 'none'", "--nodata", "none"),
                ("--scale-ratio takes a number, not 'much'", "--scale-ratio", "much"),
                ("--co takes NAME=VALUE, such as compress=zstd, not 'compress'", "--co", "compress"),
                ("--co dtype=uint8: --output-dtype says that", "--co", "dtype=uint8"),
                ("--co: output.blocksize must be a multiple of 16, from 16 to 16384, not 10", "--co", "blocksize=10"),
                ("--cog makes one GeoTIFF, and the output 'out' is a folder: let its name end in .tif", "--cog"),
                ("--overviews-resampling-method says how overviews are made: give --overviews or --cog, too",
                 "--overviews-resampling-method", "average"),
                ("--overviews makes the zooms above the deepest one, and zoom 4 is the only one: --zoom 0,4 would have some",
                 "-z", "4", "--overviews"),
                ("--output-format GeoJSON holds features, and 'image.tif' holds pixels: write GTiff or PNG",
                 "--output-format", "GeoJSON"),
                ("--output-geometry-type is for features, and 'image.tif' holds pixels", "--output-geometry-type", "Polygon"),
                ("--output-pyramid: cannot open 'grid.json': No such file or directory", "--output-pyramid", "grid.json"),
                ("--clip-geometry: cannot open 'nothing.geojson': No such file or directory", "-c", "nothing.geojson")):
            with self.subTest(message):
                self.check_refused(message, "image.tif", "out", *arguments)

    def test_texts_that_list_what_grows(self):
        for start, *arguments in (
                ("--output-format: unknown output format 'PNGG'; did you mean 'PNG'?", "--output-format", "PNGG"),
                ("--output-pyramid: unknown grid 'mercatr'; did you mean 'mercator'?", "--output-pyramid", "mercatr"),
                ("--co: unknown output option 'compres'; did you mean 'compress'?", "--co", "compres=lzw"),
                ("tilewright: unknown option '--output-typ'", "--output-typ", "uint8")):
            with self.subTest(start):
                code, _, err = self.convert("image.tif", "out", *arguments)
                self.assertEqual((code, err[:len(start)]), (2, start))

    def test_one_file_holds_one_zoom(self):
        self.check_refused("--zoom 3,4 are 2 zooms, and a GeoTIFF holds one: name one, or a folder as output", "image.tif",
                           "one.tif", "-z", "3,4")

    def test_more_bands_than_png_holds(self):
        self.image("many.tif", np.full((5, 64, 64), 7, "uint8"), BOUNDS)
        code, _, err = self.convert("many.tif", "out", "--output-format", "PNG", "-z", "4")
        self.assertEqual(code, 2)
        self.assertIn("PNG holds 1 to 4 bands, not 5", err)

    def test_pixels_are_not_moved_to_another_crs_unasked(self):
        self.image("utm.tif", np.full((64, 64), 7, "uint8"), (500000, 5000000, 510000, 5010000), srs="EPSG:32633")
        self.check_refused("--output-pyramid is missing: 'utm.tif' is in EPSG:32633, which is neither geodetic nor mercator; name "
                           "one of them, a TileMatrixSet, or a JSON file with a grid", "utm.tif", "out")

    def test_tiles_of_another_program_in_another_pyramid_are_left_alone(self):
        self.must_convert("image.tif", "out", "-z", "4", "--output-pyramid", "mercator")
        shutil.rmtree(self.folder / "out/.tilewright")
        before = self.tree("out")
        code, _, err = self.convert("image.tif", "out", "-z", "4", "--output-pyramid", "geodetic", "--quiet")
        self.assertEqual((code, err), (2, "tilewright: 'out' holds tiles of another pyramid (see its metadata.json); use another "
                                          "output, or --overwrite to write among them\n"))
        code, _, err = self.convert("image.tif", "out", "-z", "4", "--output-format", "PNG", "--quiet")
        self.assertEqual((code, err), (2, "tilewright: 'out' holds tiles of another format (see its metadata.json); use another "
                                          "output, or --overwrite to write among them\n"))
        self.assertEqual(self.tree("out"), before)
        self.assertIn("nothing to do", self.must_run("convert", "image.tif", "out", "-z", "4", "--output-pyramid", "mercator"))

    def test_options_of_mapchetes_without_a_meaning(self):
        self.assertEqual(self.convert("image.tif", "out", "-z", "4", "--quiet", "--concurrency", "threads"), (
            0, "", "tilewright: warning: --concurrency has no meaning here: all work is done by threads of one process, see --workers\n"))

    def test_other_options_need_another_output(self):
        self.must_convert("image.tif", "out", "-z", "4")
        code, _, err = self.convert("image.tif", "out", "-z", "4", "-r", "cubic", "--quiet")
        self.assertEqual(code, 2)
        self.assertIn("'out' was made with another configuration or script", err)


CONFIG = """process: convert
input: {{image: {input}}}
pyramid: {{grid: mercator}}
zoom_levels: 4
output: {{path: {output}, format: GTiff, dtype: uint8, bands: 3}}
"""


class SeveralConfigurations(Convert):
    def test_one_reads_what_the_one_before_it_makes(self):
        self.write("first.yaml", CONFIG.format(input="image.tif", output="first"))
        self.write("second.yaml", CONFIG.format(input="first", output="second"))
        out = self.must_run("execute", "first.yaml", "second.yaml")
        self.assertEqual([line.split(":")[0] for line in out.splitlines()], ["first", "second"])
        self.assertTrue(np.array_equal(harness.read(self.folder / "second/4/5/6.tif"), self.array))

    def test_a_broken_one_is_found_before_the_first_runs(self):
        self.write("first.yaml", CONFIG.format(input="image.tif", output="first"))
        self.write("second.yaml", CONFIG.format(input="nothing.tif", output="second"))
        self.check_fails(2, "second.yaml:2:16: cannot open 'nothing.tif': No such file or directory", "execute", "first.yaml",
                         "second.yaml", "--quiet")
        self.assertFalse((self.folder / "first").exists())

    def test_the_worst_exit_code_counts(self):
        self.write("fails.lua", "return process { inputs = { image = 'raster' }, run = function() error('no') end }\n")
        self.write("first.yaml", CONFIG.format(input="image.tif", output="first").replace("convert", "fails.lua"))
        self.write("second.yaml", CONFIG.format(input="image.tif", output="second"))
        code, _, _ = self.run_tilewright("execute", "first.yaml", "second.yaml", "--quiet")
        self.assertEqual(code, 1)
        self.assertTrue((self.folder / "second/4/5/6.tif").exists())

    def test_options_without_a_meaning_are_told_once(self):
        self.write("first.yaml", CONFIG.format(input="image.tif", output="first"))
        self.write("second.yaml", CONFIG.format(input="image.tif", output="second"))
        code, _, err = self.run_tilewright("execute", "first.yaml", "second.yaml", "--quiet", "-i", "image.tif")
        self.assertEqual((code, err), (0, "tilewright: warning: --input-file has no meaning here: the configuration names its "
                                          "inputs\n"))


if __name__ == "__main__":
    harness.main()
