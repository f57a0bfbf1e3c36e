"""tilewright index: every format is read by GDAL, says where each tile is, and is an input again."""
import json
import shutil

import numpy as np
from osgeo import gdal, ogr

import harness

gdal.UseExceptions()
CONFIG = """process: convert
input: {{inp: {inp}}}
pyramid: {{grid: {grid}, tile_size: 128, metatiling: {metatiling}, pixelbuffer: 16}}
zoom_levels: {zooms}
output: {{path: {out}, format: {format}, dtype: uint8, bands: 3, pixelbuffer: {buffer}{more}}}
"""
BOUNDS = harness.tile_bounds(4, 5, 6)
FORMATS = ("geojson", "gpkg", "shp", "fgb")


def features(path):
    """Properties with `envelope` (left, right, bottom, top) of all features."""
    dataset = ogr.Open(str(path))
    layer = dataset.GetLayer(0)
    return [{**feature.items(), "envelope": feature.GetGeometryRef().GetEnvelope()} for feature in layer]


def crs_code(path):
    dataset = ogr.Open(str(path))
    return dataset.GetLayer(0).GetSpatialRef().GetAuthorityCode(None)


class Index(harness.Case):
    def setUp(self):
        super().setUp()
        y, x = np.mgrid[0:1024, 0:1024]
        array = np.stack([1 + (x + 2 * y) % 250, 1 + (3 * x + y) % 250, 1 + (x ^ y) % 250]).astype("uint8")
        array[:, 300:600, 100:500] = 0
        self.image("image.tif", array, BOUNDS, nodata=0)

    def make(self, out="tiles", inp="image.tif", grid="mercator", metatiling=1, zooms="[4, 6]", format="GTiff", buffer=0, more=""):
        self.write("make.yaml", CONFIG.format(**{key: value for key, value in locals().items() if key != "self"}))
        self.must_run("execute", "make.yaml", "--quiet")

    def index(self, *arguments, name="tiles"):
        return self.must_run("index", name, *arguments)

    def tiles(self, zoom, folder="tiles", extension="tif"):
        return sorted((self.folder / folder / str(zoom)).rglob(f"*.{extension}"),
                      key=lambda path: (int(path.parent.name), int(path.stem)))

    def test_vector_formats(self):
        self.make()
        (self.folder / "tiles/6/21/25.tif").unlink()
        out = self.index(*(f"--{name}" for name in FORMATS), "--idx-out-dir", "deep/idx", "--for-gdal")
        self.assertRegex(out, r"\Atiles: \d+ tiles of zooms 4 to 6 in 12 files in 'deep/idx'\n\Z")
        for name in FORMATS:
            for zoom in (4, 5, 6):
                with self.subTest(f"{zoom}.{name}"):
                    self.assertEqual(crs_code(self.folder / f"deep/idx/{zoom}.{name}"), "3857")
                    found = {}
                    for feature in features(self.folder / f"deep/idx/{zoom}.{name}"):
                        path = feature["location"]
                        self.assertEqual(feature["tile_id"], f"TileIndex(zoom={zoom}, row={feature['row']}, col={feature['col']})")
                        self.assertEqual(feature["zoom"], zoom)
                        self.assertTrue(path.endswith(f"tiles/{zoom}/{feature['row']}/{feature['col']}.tif"))
                        found[path] = feature["envelope"]
                    self.assertEqual(sorted(found), sorted(str(path.resolve()) for path in self.tiles(zoom)))
                    for path, (left, right, bottom, top) in found.items():
                        self.check_bounds(path, (left, bottom, right, top))

    def test_geojson_is_in_degrees(self):
        self.make()
        self.index("--geojson")
        self.assertEqual(crs_code(self.folder / "tiles/5.geojson"), "4326")
        self.assertNotIn("crs", json.loads((self.folder / "tiles/5.geojson").read_text()))
        for feature in features(self.folder / "tiles/5.geojson"):
            left, right, _, _ = feature["envelope"]
            self.assertAlmostEqual(left, feature["col"] * 360 / 32 - 180, delta=1e-9)
            self.assertAlmostEqual(right, left + 360 / 32, delta=1e-9)
        self.write("make.yaml", CONFIG.replace("tile_size: 128, ", "").format(
            out="utm", inp="image.tif", grid="UTM33WGS84Quad", metatiling=1, zooms="5", format="GTiff", buffer=0, more=""))
        self.must_run("execute", "make.yaml", "--quiet")
        self.index("--geojson", name="utm")
        for feature in json.loads((self.folder / "utm/5.geojson").read_text())["features"]:
            self.assertEqual(len(feature["geometry"]["coordinates"][0]), 65)

    def check_bounds(self, path, bounds):
        dataset = gdal.Open(path)
        left, width, _, top, _, height = dataset.GetGeoTransform()
        wanted = (left, top + dataset.RasterYSize * height, left + dataset.RasterXSize * width, top)
        for got, want in zip(bounds, wanted):
            self.assertAlmostEqual(got, want, delta=1e-6)

    def test_rectangles_reach_over_the_pixelbuffer(self):
        self.make(buffer=8)
        self.index("--fgb")
        for feature in features(self.folder / "tiles/5.fgb"):
            left, right, bottom, top = feature["envelope"]
            self.check_bounds(feature["location"], (left, bottom, right, top))

    def test_text_and_raster(self):
        self.make()
        (self.folder / "tiles/6/21/25.tif").unlink()
        self.index("--txt", "--tif", "--zoom", "5,6")
        self.assertFalse((self.folder / "tiles/4.txt").exists())
        for zoom, row, col in ((5, 10, 12), (6, 20, 24)):
            lines = (self.folder / f"tiles/{zoom}.txt").read_text().splitlines()
            self.assertEqual(lines, [str(path.resolve()) for path in self.tiles(zoom)])
            dataset = gdal.Open(str(self.folder / f"tiles/{zoom}.tif"))
            there = np.zeros((dataset.RasterYSize, dataset.RasterXSize), "uint8")
            for path in self.tiles(zoom):
                there[int(path.parent.name) - row, int(path.stem) - col] = 1
            self.assertTrue(np.array_equal(dataset.ReadAsArray(), there))
            bounds = harness.tile_bounds(zoom, row, col)
            self.assertAlmostEqual(dataset.GetGeoTransform()[0], bounds[0], delta=1e-6)
            self.assertAlmostEqual(dataset.GetGeoTransform()[1], bounds[2] - bounds[0], delta=1e-6)
            self.assertAlmostEqual(dataset.GetGeoTransform()[3], bounds[3], delta=1e-6)

    def test_vrt_shows_what_gdalbuildvrt_shows(self):
        for format, extension, buffer, metatiling in (("GTiff", "tif", 0, 1), ("GTiff", "tif", 8, 2), ("PNG", "png", 0, 2)):
            with self.subTest(f"{format} {buffer} {metatiling}"):
                shutil.rmtree(self.folder / "tiles", ignore_errors=True)
                self.make(format=format, buffer=buffer, metatiling=metatiling)
                self.index("--vrt")
                for zoom in (4, 5, 6):
                    paths = [str(path) for path in self.tiles(zoom, extension=extension)]
                    wanted = gdal.BuildVRT("/vsimem/all.vrt", paths)
                    got = gdal.Open(str(self.folder / f"tiles/{zoom}.vrt"))
                    self.assertEqual(got.RasterCount, wanted.RasterCount)
                    left, right = got.GetGeoTransform()[0], got.GetGeoTransform()[3]
                    off = [round((left - wanted.GetGeoTransform()[0]) / got.GetGeoTransform()[1]),
                           round((wanted.GetGeoTransform()[3] - right) / got.GetGeoTransform()[1])]
                    same = wanted.ReadAsArray(off[0], off[1], got.RasterXSize, got.RasterYSize)
                    if buffer:  # gdalbuildvrt lays the margins of later tiles over earlier ones: they hold the same pixels
                        self.assertEqual(off, [buffer, buffer])
                    self.assertTrue(np.array_equal(got.ReadAsArray(), same), zoom)
                    self.assertEqual(got.GetRasterBand(1).GetNoDataValue(), 0 if format == "GTiff" else None)

    def test_vrt_moves_with_its_tiles(self):
        self.make()
        self.index("--vrt", "--idx-out-dir", "tiles/idx")
        before = gdal.Open(str(self.folder / "tiles/idx/6.vrt")).ReadAsArray()
        (self.folder / "tiles").rename(self.folder / "elsewhere")
        self.assertTrue(np.array_equal(gdal.Open(str(self.folder / "elsewhere/idx/6.vrt")).ReadAsArray(), before))
        self.assertGreater(before.max(), 0)

    def test_inputs_again(self):
        self.make(zooms="6")
        self.index(*(f"--{name}" for name in FORMATS), "--txt", "--vrt", "--idx-out-dir", "idx")
        wanted = harness.mosaic(self.folder / "tiles", 6, "tif")[0]
        for name in (*FORMATS, "txt", "vrt"):
            with self.subTest(name):
                kind = "raster" if name == "vrt" else "catalogue"
                self.make(out=f"again_{name}", inp=f"{{format: {kind}, path: idx/6.{name}}}", zooms="6")
                self.assertTrue(np.array_equal(harness.mosaic(self.folder / f"again_{name}", 6, "tif")[0], wanted))

    def test_paths_as_wanted(self):
        self.make(zooms="4")
        for arguments, begin in ((("--basepath", "s3://bucket/maps/"), "s3://bucket/maps/4/"), (("--basepath", "s3://bucket/maps", "--for-gdal"),
                                  "/vsis3/bucket/maps/4/"), (("--basepath", "https://example.com/t", "--for-gdal"),
                                  "/vsicurl/https://example.com/t/4/"), (("--for-gdal",), str((self.folder / "tiles").resolve()) + "/4/")):
            with self.subTest(arguments):
                self.index("--txt", "--gpkg", "--vrt", "--fieldname", "path", *arguments)
                self.assertTrue(all(line.startswith(begin) for line in (self.folder / "tiles/4.txt").read_text().splitlines()))
                self.assertTrue(all(feature["path"].startswith(begin) for feature in features(self.folder / "tiles/4.gpkg")))
                if "--basepath" in arguments:
                    self.assertIn(f'relativeToVRT="0">{begin}', (self.folder / "tiles/4.vrt").read_text())

    def test_a_part(self):
        self.make()
        left, bottom, right, top = harness.tile_bounds(6, 20, 24)
        self.index("--txt", "--bounds", left, bottom, right, top)
        self.assertEqual((self.folder / "tiles/6.txt").read_text(), f"{(self.folder / 'tiles/6/20/24.tif').resolve()}\n")
        self.assertEqual((self.folder / "tiles/4.txt").read_text().count("\n"), 1)
        self.assertEqual(self.index("--txt", "--bounds", -20000000, -20000000, -19000000, -19000000),
                         "tiles: nothing to index, there is no tile where it was asked for\n")
        self.assertEqual(json.loads(self.index("--txt", "--json", "--zoom", "4")), {"event": "summary", "tiles": 1, "files": 1})

    def test_the_same_bytes_every_time(self):
        self.make()
        names = [*(f"--{name}" for name in FORMATS), "--txt", "--vrt", "--tif", "--idx-out-dir", "idx"]
        self.index(*names)
        before = self.tree("idx")
        self.index(*names, "--quiet")
        self.assertEqual({name for name in before if before[name] != self.tree("idx")[name]} - {"4.dbf", "5.dbf", "6.dbf"}, set())

    def test_other_layouts_and_grids(self):
        self.write("make.yaml", CONFIG.replace("tile_size: 128, ", "").format(
            out="tiles", inp="image.tif", grid="UTM33WGS84Quad", metatiling=1, zooms="5", format="GTiff", buffer=0, more=", layout: tms"))
        self.must_run("execute", "make.yaml", "--quiet")
        self.index("--vrt", "--gpkg")
        found = [feature["location"] for feature in features(self.folder / "tiles/5.gpkg")]
        self.assertEqual(sorted(found), sorted(str(path.resolve()) for path in (self.folder / "tiles/5").rglob("*.tif")))
        self.assertEqual(gdal.Open(str(self.folder / "tiles/5.vrt")).GetSpatialRef().GetAuthorityCode(None), "32633")

    def test_execute_and_convert_make_a_vrt(self):
        self.write("make.yaml", CONFIG.format(out="tiles", inp="image.tif", grid="mercator", metatiling=1, zooms="[4, 5]", format="PNG",
                                              buffer=0, more=""))
        self.must_run("execute", "make.yaml", "--quiet", "--vrt")
        self.assertEqual(gdal.Open(str(self.folder / "tiles/5.vrt")).RasterXSize, 256)
        self.must_run("execute", "make.yaml", "--quiet", "--vrt", "--idx-out-dir", "idx")
        self.assertTrue(np.array_equal(gdal.Open(str(self.folder / "idx/5.vrt")).ReadAsArray(),
                                       gdal.Open(str(self.folder / "tiles/5.vrt")).ReadAsArray()))
        self.must_run("convert", "image.tif", "again", "--output-pyramid", "mercator", "-z", "5", "--vrt", "--quiet")
        self.assertTrue((self.folder / "again/5.vrt").exists())
        self.check_fails(2, "tilewright: --vrt shows a folder of tiles as one raster, and 'one.tif' is one already", "convert",
                         "image.tif", "one.tif", "--output-pyramid", "mercator", "-z", "5", "--vrt", "--quiet")
        self.assertFalse((self.folder / "one.tif").exists())
        code, out, err = self.run_tilewright("execute", "make.yaml", "--quiet", "--idx-out-dir", "idx")
        self.assertEqual((code, out, err), (0, "", "tilewright: warning: --idx-out-dir has no effect without --vrt\n"))

    def test_a_bad_folder_is_told_before_the_run(self):
        self.write("file", "")
        for folder, code, message in (
                ("s3://bucket/idx", 2, "'s3://bucket/idx' is not on this machine; an index is written into local folders only"),
                ("file", 2, "'file' is a file, and an index goes into a folder"),
                ("file/idx", 3, "cannot make the folder 'file/idx': Not a directory")):
            with self.subTest(folder):
                self.check_fails(code, f"tilewright: {message}", "convert", "image.tif", "tiles", "--output-pyramid", "mercator", "-z", "5",
                                 "--vrt", "--idx-out-dir", folder, "--quiet")
                self.assertEqual(list(self.folder.glob("tiles/5")), [])
                self.assertFalse((self.folder / "s3:").exists())
        self.make()
        self.check_fails(2, "tilewright: 's3://bucket/idx' is not on this machine; an index is written into local folders only", "index",
                         "tiles", "--txt", "--idx-out-dir", "s3://bucket/idx")
        self.check_fails(2, "tilewright: 'file' is a file, and an index goes into a folder", "index", "tiles", "--txt", "--idx-out-dir", "file")
        self.assertFalse((self.folder / "s3:").exists())

    def test_vrt_keeps_masks(self):
        self.make(more=", compress: jpeg", zooms="5")
        (self.folder / "tiles/5/11/13.tif").unlink()
        self.index("--vrt")
        vrt = gdal.Open(str(self.folder / "tiles/5.vrt"))
        wanted = np.zeros((vrt.RasterYSize, vrt.RasterXSize), "uint8")
        for path in self.tiles(5):
            row, col = (int(path.parent.name) - 10) * 128, (int(path.stem) - 12) * 128
            tile = gdal.Open(str(path))
            wanted[row:row + 128, col:col + 128] = tile.GetRasterBand(1).GetMaskBand().ReadAsArray()
        self.assertEqual(set(np.unique(wanted)), {0, 255})
        self.assertTrue(np.array_equal(vrt.GetRasterBand(1).GetMaskBand().ReadAsArray(), wanted))
        self.assertEqual([vrt.GetRasterBand(i + 1).GetDescription() for i in range(3)],
                         [tile.GetRasterBand(i + 1).GetDescription() for i in range(3)])

    def test_vrt_says_what_bands_say(self):
        self.write("make.yaml", """process: convert
input: {inp: image.tif}
pyramid: {grid: mercator}
zoom_levels: 4
process_parameters: {band_indexes: [1]}
output: {path: tiles, format: GTiff, dtype: uint8, bands: 1, colormap: {1: [255, 0, 0], 7: [0, 9, 0, 255]}, scale: 0.5, offset: 3, unit: m}
""")
        self.must_run("execute", "make.yaml", "--quiet", "--vrt")
        vrt, tile = gdal.Open(str(self.folder / "tiles/4.vrt")), gdal.Open(str(self.tiles(4)[0]))
        for band in (vrt.GetRasterBand(1), tile.GetRasterBand(1)):
            self.assertEqual((band.GetScale(), band.GetOffset(), band.GetUnitType()), (0.5, 3, "m"))
            self.assertEqual(band.GetColorTable().GetColorEntry(7), (0, 9, 0, 255))
        self.assertEqual(vrt.GetRasterBand(1).Checksum(), tile.GetRasterBand(1).Checksum())
        self.write("make.yaml", "process: convert\ninput: {inp: image.tif}\npyramid: {grid: mercator}\nzoom_levels: 4\n"
                   "output: {path: signed, format: GTiff, dtype: int8, bands: 3}\n")
        self.must_run("execute", "make.yaml", "--quiet", "--vrt")
        vrt, tile = gdal.Open(str(self.folder / "signed/4.vrt")), gdal.Open(str(self.tiles(4, "signed")[0]))
        self.assertEqual(vrt.GetRasterBand(1).GetMetadata("IMAGE_STRUCTURE").get("PIXELTYPE"),
                         tile.GetRasterBand(1).GetMetadata("IMAGE_STRUCTURE").get("PIXELTYPE"))
        self.assertEqual(vrt.GetRasterBand(1).DataType, tile.GetRasterBand(1).DataType)
        self.assertEqual(vrt.GetRasterBand(1).Checksum(), tile.GetRasterBand(1).Checksum())

    def test_tif_of_a_zoom_smaller_than_a_metatile(self):
        self.make(metatiling=4, zooms="[0, 5]")
        self.index("--tif")
        for zoom in (0, 5):
            tile = gdal.Open(str(self.tiles(zoom)[0]))
            got = gdal.Open(str(self.folder / f"tiles/{zoom}.tif")).GetGeoTransform()
            self.assertAlmostEqual(got[1], tile.GetGeoTransform()[1] * tile.RasterXSize, delta=1e-6)
            self.assertAlmostEqual(got[5], tile.GetGeoTransform()[5] * tile.RasterYSize, delta=1e-6)

    def test_features(self):
        self.write("land.geojson", json.dumps({"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"a": 1}, "geometry": {"type": "Point", "coordinates": [1, 2]}}]}))
        self.must_run("convert", "land.geojson", "tiles", "-z", "3", "--output-pyramid", "mercator", "--quiet")
        self.index("--fgb")
        self.assertEqual(len(features(self.folder / "tiles/3.fgb")), 1)
        self.check_fails(2, "tilewright: --vrt shows tiles as one raster, and those of 'tiles' hold features", "index", "tiles", "--vrt")

    def test_wrong_uses(self):
        self.make(zooms="4")
        for message, *arguments in (
                ("which folder? usage: tilewright index TILEDIR --FORMAT... [OPTIONS]",),
                ("which index? give one or more of --geojson --gpkg --shp --fgb --txt --vrt --tif", "tiles"),
                ("--fieldname row: the index has a field of that name already", "tiles", "--gpkg", "--fieldname", "row"),
                ("--fieldname is the name of a field, such as location", "tiles", "--gpkg", "--fieldname", ""),
                ("--fieldname location_of_file: names of a Shapefile's fields have at most 10 characters; use --gpkg", "tiles", "--shp",
                 "--fieldname", "location_of_file"),
                ("unknown option '--geojsn'; did you mean '--geojson'?", "tiles", "--geojsn")):
            with self.subTest(arguments):
                code, _, err = self.run_tilewright("index", *arguments)
                self.assertEqual(code, 2)
                self.assertTrue(err.startswith(f"tilewright: {message}"), err)
        code, _, err = self.run_tilewright("index", "none", "--gpkg")
        self.assertEqual((code, err), (2, "no folder 'none'\n"))
        self.must_run("index", "tiles", "--gpkg", "--quiet")
        before = self.tree("tiles")
        self.write("file", "")
        self.check_fails(3, "tilewright: cannot make the folder 'file/idx': Not a directory", "index", "tiles", "--gpkg", "--idx-out-dir",
                         "file/idx")
        long = "/".join(["x" * 100] * 3)
        code, _, err = self.run_tilewright("index", "tiles", "--shp", "--basepath", long)
        self.assertEqual(code, 2)
        self.assertIn("is longer than the 254 characters of a Shapefile's text; use --gpkg, or a shorter --basepath", err)
        self.assertEqual(self.tree("tiles"), before)
        (self.folder / "tiles/4/5/6.tif").write_bytes(b"II*\0")
        code, _, err = self.run_tilewright("index", "tiles", "--vrt")
        self.assertIn("4/5/6.tif", err)
        self.assertNotEqual(code, 0)
        self.assertFalse((self.folder / "tiles/4.vrt").exists())

    def test_a_run_goes_on_beside_an_index(self):
        self.make()
        self.index("--vrt", "--gpkg")
        self.assertIn("nothing to do", self.must_run("execute", "make.yaml"))
        self.must_run("rm", "tiles", "--all", "-f", "--quiet")
        self.assertTrue((self.folder / "tiles/5.gpkg").exists())


if __name__ == "__main__":
    harness.main()
