"""What is written can be read by others: PNG, GeoTIFF, COG, where things lie, and what metadata.json says."""
import json
import struct

import numpy as np
from osgeo import gdal

import harness

CONFIG = """process: script.lua
input: {{image: image.tif}}
pyramid: {{grid: mercator, tile_size: 128, metatiling: {metatiling}}}
zoom_levels: {zooms}
output: {output}
{more}
"""
PICK = """return process {{
  inputs = {{ image = 'raster' }},
  run = function(tile, input, p)
    return input.image:read({bands})
  end,
}}
"""
BOUNDS = harness.tile_bounds(4, 5, 6)


class Outputs(harness.Case):
    def make(self, output, bands="nil", zooms=4, metatiling=1, more=""):
        self.write("script.lua", PICK.format(bands=bands))
        self.write("make.yaml", CONFIG.format(output=output, zooms=zooms, metatiling=metatiling, more=more))
        self.must_run("execute", "make.yaml", "--quiet")
        return self.folder / "out/4/5/6"

    def picture(self, bands, dtype="uint8", scale=1):
        """bands x 128 x 128: no two bands alike, and a corner without data."""
        y, x = np.mgrid[0:128, 0:128]
        array = np.stack([1 + (x * (band + 1) + 3 * y) % 250 for band in range(bands)]) * scale
        array[:, :40, :50] = 0
        return array.astype(dtype)


class Png(Outputs):
    def header(self, path):
        """Width, height, bit depth and colour type, straight from the file's first bytes."""
        head = path.read_bytes()[:26]
        self.assertEqual(head[:16], b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR")
        return struct.unpack(">IIBB", head[16:26])

    def check_png(self, count, bands, dtype="uint8", scale=1):
        """A PNG of `count` bands from a picture of `bands` bands."""
        picture = self.picture(bands, dtype, scale)
        self.image("image.tif", picture, BOUNDS, nodata=0)
        path = self.make(f"{{path: out, format: PNG, count: {count}, dtype: {dtype}}}").with_suffix(".png")
        color_type = {1: 0, 2: 4, 3: 2, 4: 6}[count]
        self.assertEqual(self.header(path), (128, 128, 8 if dtype == "uint8" else 16, color_type))
        got = harness.read(path)
        self.assertEqual((got.shape[0], got.dtype.name), (count, dtype))
        valid = np.ones((128, 128), bool)
        valid[:40, :50] = False
        colors = picture if count > 2 and bands > 2 else np.repeat(picture[:1], 3, axis=0)
        for i in range(1 if count <= 2 else 3):
            self.assertTrue(np.array_equal(got[i], colors[i]), f"band {i + 1}")
        if count % 2 == 0:
            self.assertTrue(np.array_equal(got[-1], np.where(valid, np.iinfo(dtype).max, 0)), "alpha")
        dataset = gdal.Open(str(path))
        mask = dataset.GetRasterBand(1).GetMaskBand().ReadAsArray()
        self.assertTrue(np.array_equal(mask != 0, valid), "GDAL sees another validity")

    def test_gray(self):
        self.check_png(count=1, bands=1)

    def test_gray_and_alpha(self):
        self.check_png(count=2, bands=1)

    def test_rgb(self):
        self.check_png(count=3, bands=3)

    def test_rgba(self):
        self.check_png(count=4, bands=3)

    def test_gray_as_rgba(self):
        self.check_png(count=4, bands=1)

    def test_16_bit(self):
        for count, bands in ((1, 1), (2, 1), (3, 3), (4, 3)):
            with self.subTest(count):
                self.write("out/gone", "")
                self.check_16_bit(count, bands)

    def check_16_bit(self, count, bands):
        for path in sorted((self.folder / "out").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        self.check_png(count, bands, dtype="uint16", scale=257)

    def test_a_band_of_black_stays_visible(self):
        picture = self.picture(3)
        picture[0, 100:, :] = 0
        self.image("image.tif", picture, BOUNDS, nodata=0)
        got = harness.read(self.make("{path: out, format: PNG}").with_suffix(".png"))
        self.assertEqual(got[:, 120, 20].tolist(), [*picture[:, 120, 20], 255], "only one band is 0 there")
        self.assertEqual(got[:, 10, 10].tolist(), [0, 0, 0, 0])

    def test_alpha_from_the_input_is_kept(self):
        picture = self.picture(4)
        picture[3] = np.arange(128)[None, :] * 2
        path = self.image("image.tif", picture, BOUNDS, options=["ALPHA=YES", "PHOTOMETRIC=RGB"])
        got = harness.read(self.make("{path: out, format: PNG}").with_suffix(".png"))
        self.assertTrue(np.array_equal(got[3], picture[3]))
        seen = picture[3] > 0
        for i in range(3):
            self.assertTrue(np.array_equal(got[i][seen], picture[i][seen]))
        self.assertTrue(path.exists())

    def test_gdal_knows_where_a_png_lies(self):
        self.image("image.tif", self.picture(3), BOUNDS, nodata=0)
        dataset = gdal.Open(str(self.make("{path: out, format: PNG}").with_suffix(".png")))
        side = (BOUNDS[2] - BOUNDS[0]) / 128
        for got, wanted in zip(dataset.GetGeoTransform(), (BOUNDS[0], side, 0, BOUNDS[3], 0, -side)):
            self.assertAlmostEqual(got, wanted, delta=1e-6)
        self.assertEqual(dataset.GetSpatialRef().GetAuthorityCode(None), "3857")

    def test_no_file_beside_the_png_when_it_is_not_wanted(self):
        self.image("image.tif", self.picture(3), BOUNDS, nodata=0)
        self.make("{path: out, format: PNG, georeference: false}")
        self.assertEqual(sorted(self.tree("out")), ["4/5/6.png", "metadata.json"])


class Nothing(Outputs):
    def test_no_file_is_made_of_an_area_without_a_metatile(self):
        """Bounds in degrees on a grid in metres: the file would be one of the whole grid."""
        self.image("image.tif", self.picture(1), BOUNDS, nodata=0)
        self.write("far.yaml", "process: convert\ninput: {image: image.tif}\npyramid: {grid: mercator}\nzoom_levels: 10\n"
                               "bounds: [15, 45, 16, 46]\noutput: {path: far.tif, format: GTiff, dtype: uint8, bands: 1}\n")
        code, out, err = self.run_tilewright("execute", "far.yaml")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("nothing to do, no metatile lies in the inputs and in the area", out)
        self.assertFalse((self.folder / "far.tif").exists() or (self.folder / "far.tif.tilewright").exists())


class Gtiff(Outputs):
    DTYPES = {"uint8": "Byte", "uint16": "UInt16", "int16": "Int16", "uint32": "UInt32", "int32": "Int32", "float32": "Float32",
              "float64": "Float64"}

    def test_every_type(self):
        for dtype, name in self.DTYPES.items():
            with self.subTest(dtype):
                low = 0 if dtype.startswith("u") else -90
                picture = (self.picture(2).astype("float64") - 1 + low)
                if dtype.startswith("float"):
                    picture += 0.25
                if dtype in ("uint32", "int32", "float64"):
                    picture[1] += 2 ** 30
                picture[:, :40, :50] = 0
                picture = picture.astype(dtype)
                self.image("image.tif", picture, BOUNDS, nodata=0)
                path = self.make(f"{{path: out_{dtype}, format: GTiff, dtype: {dtype}, bands: 2}}")
                dataset = gdal.Open(str(self.folder / f"out_{dtype}/4/5/6.tif"))
                self.assertEqual(gdal.GetDataTypeName(dataset.GetRasterBand(1).DataType), name, path)
                self.assertTrue(np.array_equal(dataset.ReadAsArray(), picture))

    def test_int8(self):
        picture = self.picture(1).astype("int16") - 120
        picture[:, :40, :50] = -128
        self.image("image.tif", picture, BOUNDS, nodata=-128)
        path = self.make("{path: out, format: GTiff, dtype: int8, bands: 1, nodata: -128}").with_suffix(".tif")
        dataset = gdal.Open(str(path))
        band = dataset.GetRasterBand(1)
        got = band.ReadAsArray().view("int8")
        self.assertTrue(np.array_equal(got, np.clip(picture[0], -128, 127)))

    def test_every_compression_and_predictor(self):
        for dtype, predictors in (("uint16", (1, 2)), ("float32", (1, 2, 3))):
            picture = self.picture(2, dtype)
            self.image("image.tif", picture, BOUNDS, nodata=0)
            for compress in ("none", "packbits", "lzw", "deflate", "zstd", "LZW"):
                for predictor in predictors if compress not in ("none", "packbits") else (1,):
                    name = f"{dtype}_{compress}_{predictor}"
                    with self.subTest(name):
                        self.make(f"{{path: {name}, format: GTiff, dtype: {dtype}, bands: 2, compress: {compress}, "
                                  f"predictor: {predictor}}}")
                        dataset = gdal.Open(str(self.folder / name / "4/5/6.tif"))
                        self.assertTrue(np.array_equal(dataset.ReadAsArray(), picture))
                        self.assertEqual(dataset.GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE"),
                                         None if compress == "none" else compress.upper())

    def test_nodata_tags_and_band_names(self):
        picture = self.picture(2, "int16")
        self.image("image.tif", picture, BOUNDS, nodata=0)
        path = self.make("{path: out, format: GTiff, dtype: int16, bands: [red, nir], nodata: -9999, "
                         "tags: {source: survey 7, year: 2023, 2: {wavelength: 842}}}").with_suffix(".tif")
        dataset = gdal.Open(str(path))
        self.assertEqual([dataset.GetRasterBand(i).GetNoDataValue() for i in (1, 2)], [-9999, -9999])
        self.assertEqual([dataset.GetRasterBand(i).GetDescription() for i in (1, 2)], ["red", "nir"])
        tags = dataset.GetMetadata()
        self.assertEqual((tags["source"], tags["year"]), ("survey 7", "2023"))
        self.assertEqual(dataset.GetRasterBand(2).GetMetadata(), {"wavelength": "842"})
        self.assertEqual(dataset.GetRasterBand(1).GetMetadata(), {})
        self.assertTrue(np.array_equal(dataset.ReadAsArray(), np.where(picture == 0, -9999, picture)))

    def test_nodata_nan(self):
        picture = self.picture(1, "float32")
        self.image("image.tif", picture, BOUNDS, nodata=0)
        path = self.make("{path: out, format: GTiff, dtype: float32, bands: 1, nodata: nan}").with_suffix(".tif")
        dataset = gdal.Open(str(path))
        band = dataset.GetRasterBand(1)
        self.assertTrue(np.isnan(band.GetNoDataValue()))
        self.assertTrue(np.array_equal(np.isnan(band.ReadAsArray()), picture[0] == 0))

    def test_every_tile_says_exactly_where_it_lies(self):
        self.image("image.tif", np.full((100, 100), 5, "uint8"), harness.tile_bounds(2, 1, 1), nodata=0)
        self.make("{path: out, format: GTiff, dtype: uint8, bands: 1}", zooms="{min: 2, max: 4}")
        found = 0
        for path in (self.folder / "out").rglob("*.tif"):
            zoom, row, col = int(path.parts[-3]), int(path.parts[-2]), int(path.stem)
            left, _, right, top = harness.tile_bounds(zoom, row, col)
            dataset = gdal.Open(str(path))
            gt = dataset.GetGeoTransform()
            for got, wanted in zip(gt, (left, (right - left) / 128, 0, top, 0, (left - right) / 128)):
                self.assertAlmostEqual(got, wanted, delta=1e-7)
            self.assertEqual(dataset.GetSpatialRef().GetAuthorityCode(None), "3857")
            found += 1
        self.assertEqual(found, 1 + 4 + 16)

    def test_blocks(self):
        self.image("image.tif", self.picture(1), BOUNDS, nodata=0)
        self.make("{path: out, format: GTiff, dtype: uint8, bands: 1, blocksize: 64}")
        dataset = gdal.Open(str(self.folder / "out/4/5/6.tif"))
        self.assertEqual(dataset.GetRasterBand(1).GetBlockSize(), [64, 64])

    def test_metatiles_are_split(self):
        array = (np.arange(256 * 256) % 251 + 1).astype("uint8").reshape(256, 256)
        self.image("image.tif", array, harness.tile_bounds(3, 2, 3), nodata=0)
        self.make("{path: out, format: GTiff, dtype: uint8, bands: 1, metatiling: 1}", metatiling=4)
        got, row, col = harness.mosaic(self.folder / "out", 4, "tif")
        self.assertEqual((row, col), (4, 6))
        self.assertTrue(np.array_equal(got[0], array))


class SingleFile(Outputs):
    def setUp(self):
        super().setUp()
        y, x = np.mgrid[0:1024, 0:1024]
        self.array = (1000 + 50 * x + 3 * y).clip(1, 60000).astype("uint16")
        self.image("image.tif", self.array, harness.tile_bounds(1, 0, 0), nodata=0)

    def check_place(self, dataset):
        side = harness.HALF_MERCATOR / 1024
        for got, wanted in zip(dataset.GetGeoTransform(), (-harness.HALF_MERCATOR, side, 0, harness.HALF_MERCATOR, 0, -side)):
            self.assertAlmostEqual(got, wanted, delta=1e-6)
        self.assertEqual(dataset.GetSpatialRef().GetAuthorityCode(None), "3857")

    def test_a_single_geotiff_holds_all_tiles(self):
        self.make("{path: out.tif, format: GTiff, dtype: uint16, bands: 1}")
        dataset = gdal.Open(str(self.folder / "out.tif"))
        self.assertTrue(np.array_equal(dataset.ReadAsArray(), self.array))
        self.check_place(dataset)
        self.assertEqual(dataset.GetRasterBand(1).GetOverviewCount(), 0)
        seen = sorted(p.name for p in self.folder.iterdir() if p.name[0] != ".")
        self.assertEqual(seen, ["image.tif", "make.yaml", "out.tif", "script.lua"])

    def test_a_single_geotiff_with_overviews(self):
        self.make("{path: out.tif, format: GTiff, dtype: uint16, bands: 1, overviews: true, overviews_resampling: average, "
                  "overviews_levels: [2, 4]}")
        dataset = gdal.Open(str(self.folder / "out.tif"))
        band = dataset.GetRasterBand(1)
        self.assertEqual([band.GetOverview(i).XSize for i in range(band.GetOverviewCount())], [512, 256])
        mean = self.array.reshape(512, 2, 512, 2).mean(axis=(1, 3))
        self.assertLessEqual(np.abs(band.GetOverview(0).ReadAsArray() - mean).max(), 0.5)

    def test_a_cog_is_one(self):
        self.make("{path: out.tif, format: GTiff, dtype: uint16, bands: 1, cog: true, blocksize: 256, overviews_resampling: "
                  "average}")
        dataset = gdal.Open(str(self.folder / "out.tif"))
        self.assertTrue(np.array_equal(dataset.ReadAsArray(), self.array))
        self.check_place(dataset)
        self.assertEqual(dataset.GetMetadataItem("LAYOUT", "IMAGE_STRUCTURE"), "COG")
        band = dataset.GetRasterBand(1)
        levels = [band] + [band.GetOverview(i) for i in range(band.GetOverviewCount())]
        self.assertEqual([level.XSize for level in levels], [1024, 512, 256])
        self.assertTrue(all(level.GetBlockSize() == [256, 256] for level in levels))
        # As GDAL's validator: directories first, from large to small, then pixels from small to large.
        directories = [int(level.GetMetadataItem("IFD_OFFSET", "TIFF")) for level in levels]
        pixels = [int(level.GetMetadataItem("BLOCK_OFFSET_0_0", "TIFF")) for level in levels]
        self.assertEqual(directories, sorted(directories))
        self.assertEqual(pixels, sorted(pixels, reverse=True))
        self.assertLess(directories[-1], pixels[-1])

    def test_an_area_is_cut_at_tiles(self):
        left, bottom, right, top = harness.tile_bounds(4, 2, 3)
        self.make("{path: out.tif, format: GTiff, dtype: uint16, bands: 1}",
                  more=f"bounds: [{left + 9}, {bottom + 9}, {right - 9}, {top - 9}]")
        dataset = gdal.Open(str(self.folder / "out.tif"))
        self.assertTrue(np.array_equal(dataset.ReadAsArray(), self.array[256:384, 384:512]))
        self.assertAlmostEqual(dataset.GetGeoTransform()[0], left, delta=1e-6)


class Directory(Outputs):
    def test_paths_of_tiles_as_wanted(self):
        self.image("image.tif", self.picture(1), BOUNDS, nodata=0)
        for schema, name in (("{zoom}/{col}/{row}.{extension}", "4/6/5.tif"), ("{zoom}_{row}_{col}.{extension}", "4_5_6.tif"),
                             ("tiles/z{zoom}/r{row}/c{col}.{extension}", "tiles/z4/r5/c6.tif"), ("{col}/{row}/{zoom}", "6/5/4")):
            with self.subTest(schema):
                out = "out_" + name.replace("/", "_").replace(".", "_")
                self.make(f"{{path: {out}, format: GTiff, dtype: uint8, bands: 1, tile_path_schema: '{schema}'}}")
                self.assertEqual(sorted(self.tree(out)), sorted([name, "metadata.json"]))
                self.assertEqual(self.must_run("execute", "make.yaml"), f"{out}: nothing to do, all 1 metatiles are done\n")

    def test_metadata_says_what_was_made(self):
        self.image("image.tif", self.picture(1), BOUNDS, nodata=0)
        self.make("{path: out, format: GTiff, dtype: int16, bands: 1, nodata: -1, metatiling: 2, compress: lzw}", metatiling=4)
        found = json.loads((self.folder / "out/metadata.json").read_text())
        self.assertEqual(set(found), {"driver", "pyramid", "tilewright"})
        driver = found["driver"]
        self.assertEqual({key: driver[key] for key in ("format", "dtype", "bands", "nodata", "compress")},
                         {"format": "GTiff", "dtype": "int16", "bands": 1, "nodata": -1, "compress": "lzw"})
        pyramid = found["pyramid"]
        self.assertEqual({key: pyramid[key] for key in ("metatiling", "pixelbuffer", "tile_size")},
                         {"metatiling": 2, "pixelbuffer": 0, "tile_size": 128})
        grid = pyramid["grid"]
        self.assertEqual((grid["grid"], grid["shape"], grid["is_global"]), ("mercator", [1, 1], True))
        self.assertEqual(pyramid["grid"]["srs"]["epsg"], 3857)
        self.assertIn("Pseudo-Mercator", pyramid["grid"]["srs"]["wkt"])
        self.assertEqual(driver["delimiters"]["zoom"], [4])
        self.assertTrue(np.allclose(driver["delimiters"]["effective_bounds"], BOUNDS))
        half = harness.HALF_MERCATOR
        self.assertTrue(np.allclose(list(pyramid["grid"]["bounds"]), [-half, -half, half, half]))
        made = found["tilewright"]
        self.assertEqual((made["process"], made["zoom_levels"], made["input"]), ("script.lua", [4, 4], {"image": "image.tif"}))
        self.assertRegex(made["version"], r"^\d+\.\d+\.\d+$")
        self.assertNotIn("path", made["output"], "an output may be moved")

    def test_an_output_that_was_moved_can_be_continued(self):
        self.image("image.tif", self.picture(1), BOUNDS, nodata=0)
        self.make("{path: out, format: GTiff, dtype: uint8, bands: 1}")
        (self.folder / "out").rename(self.folder / "moved")
        text = (self.folder / "make.yaml").read_text().replace("path: out", "path: moved")
        self.write("make.yaml", text)
        self.assertEqual(self.must_run("execute", "make.yaml"), "moved: nothing to do, all 1 metatiles are done\n")

    def test_empty_tiles_are_not_written(self):
        array = np.zeros((256, 256), "uint8")
        array[:100, :100] = 9
        self.image("image.tif", array, harness.tile_bounds(3, 2, 3), nodata=0)
        self.make("{path: out, format: GTiff, dtype: uint8, bands: 1}")
        self.assertEqual(sorted(self.tree("out")), ["4/4/6.tif", "metadata.json"])

    def test_nothing_is_written_where_the_input_lies_outside_of_the_bounds(self):
        self.image("image.tif", self.picture(1), BOUNDS, nodata=0)
        self.make("{path: out, format: GTiff, dtype: uint8, bands: 1}", more="bounds: [0, -9e6, 1e6, -8e6]")
        self.assertEqual([name for name in self.tree("out") if name.endswith(".tif")], [])


class Values(Outputs):
    VALUES = [-300, -1, -0.6, -0.4, 0.4, 0.6, 1.4, 1.6, 127.4, 127.6, 254.4, 254.6, 255.4, 256, 300, 1e9, 1e30]

    def test_floats_are_rounded_and_clamped(self):
        line = np.array(self.VALUES + [7.0] * (128 - len(self.VALUES)), "float32")
        self.image("image.tif", np.tile(line, (128, 1)), BOUNDS, nodata=-9999)
        for dtype in ("uint8", "int16", "uint16", "int32", "uint32"):
            with self.subTest(dtype):
                self.make(f"{{path: out_{dtype}, format: GTiff, dtype: {dtype}, bands: 1, nodata: 99}}")
                got = harness.read(self.folder / f"out_{dtype}/4/5/6.tif")[0]
                limits = np.iinfo(dtype)
                wanted = np.clip(np.rint(line.astype("float64")), limits.min, limits.max).astype(dtype)
                self.assertEqual(got[64].tolist(), wanted.tolist())

    def test_integers_are_clamped(self):
        line = np.resize(np.array([-70000, -1, 0, 1, 255, 256, 300, 65535, 65536, 2 ** 31 - 1], "int32"), 128)
        self.image("image.tif", np.tile(line, (128, 1)), BOUNDS, nodata=-99999)
        for dtype in ("uint8", "int16", "uint16"):
            with self.subTest(dtype):
                self.make(f"{{path: out_{dtype}, format: GTiff, dtype: {dtype}, bands: 1, nodata: 99}}")
                limits = np.iinfo(dtype)
                self.assertEqual(harness.read(self.folder / f"out_{dtype}/4/5/6.tif")[0][64].tolist(),
                                 np.clip(line, limits.min, limits.max).tolist())

    def test_nan_becomes_nodata(self):
        array = np.full((128, 128), 7, "float32")
        array[3, 4] = np.nan
        self.image("image.tif", array, BOUNDS)
        got = harness.read(self.make("{path: out, format: GTiff, dtype: uint8, bands: 1, nodata: 255}").with_suffix(".tif"))[0]
        self.assertEqual((got[3, 4], got[3, 5]), (255, 7))


if __name__ == "__main__":
    harness.main()
