"""Options of GeoTIFFs, in folders and as one file: what GDAL reads back, and what is refused before the first tile."""
import shutil

import numpy as np
from osgeo import gdal

import harness

gdal.UseExceptions()
CONFIG = """process: convert
input: {{inp: image.tif}}
pyramid: {{grid: mercator, tile_size: 256, metatiling: 2}}
zoom_levels: {zooms}
{baselevels}output: {{path: {out}, format: GTiff, dtype: {dtype}, bands: {bands}, metatiling: {metatiling}{more}}}
"""
BOUNDS = harness.tile_bounds(3, 2, 4)  # 2 x 2 tiles of zoom 4


class GTiff(harness.Case):
    def make(self, more="", bands=3, dtype="uint8", out="out", zooms="4", baselevels="", metatiling=1, picture=None, arguments=()):
        picture = self.picture(bands, dtype) if picture is None else picture
        self.image("image.tif", picture, BOUNDS, nodata=0)
        more = f", {more}" if more else ""
        self.write("make.yaml", CONFIG.format(**{key: value for key, value in locals().items() if key not in ("self", "picture", "arguments")}))
        self.must_run("execute", "make.yaml", "--quiet", *arguments)
        return picture

    def picture(self, bands, dtype="uint8"):
        """Slopes like those of a photograph; no data in a corner that is no whole block."""
        y, x = np.mgrid[0:512, 0:512]
        array = np.stack([60 + band * 20 + x // 8 + y // 9 for band in range(bands)]).astype(dtype)
        array[:, :200, :300] = 0
        return array

    def open(self, zoom=4, out="out"):
        """The tiles as one array, and the validity that GDAL tells."""
        array, mask = np.zeros((0,)), None
        for path in sorted((self.folder / out / str(zoom)).rglob("*.tif")):
            dataset = gdal.Open(str(path))
            tile, valid = dataset.ReadAsArray(), dataset.GetRasterBand(1).GetMaskBand().ReadAsArray()
            tile = tile if tile.ndim == 3 else tile[None]
            row, col = int(path.parent.name) - 4 * 2 ** (zoom - 4), int(path.stem) - 8 * 2 ** (zoom - 4)
            side = tile.shape[1]
            if mask is None:
                count = 2 ** (zoom - 4) * 2
                array, mask = np.zeros((tile.shape[0], count * side, count * side), tile.dtype), np.zeros((count * side,) * 2, "uint8")
            array[:, int(row) * side:(int(row) + 1) * side, int(col) * side:(int(col) + 1) * side] = tile
            mask[int(row) * side:(int(row) + 1) * side, int(col) * side:(int(col) + 1) * side] = valid
        return array, mask > 0

    def first(self, out="out", zoom=4):
        path = self.folder / out
        self.kept = gdal.Open(str(path if path.is_file() else sorted((path / str(zoom)).rglob("*.tif"))[-1]))
        return self.kept

    def check_lossy(self, array, mask, picture, most):
        valid = picture[0] != 0
        self.assertTrue(np.array_equal(mask, valid), "the mask is exact")
        difference = np.abs(array.astype(int) - picture)[:, valid]
        self.assertLessEqual(difference.max(), most)
        return difference.max()

    def test_lossy_compression_keeps_the_validity(self):
        for options, bands, most, compression in (
                ("compress: jpeg, jpeg_quality: 90", 3, 40, "YCbCr JPEG"), ("compress: JPEG", 1, 40, "JPEG"),
                ("compress: jpeg, interleave: band", 3, 40, "JPEG"), ("compress: webp, webp_level: 80", 3, 40, "WEBP"),
                ("compress: lerc, max_z_error: 2", 3, 2, "LERC"), ("compress: lerc_deflate, max_z_error: 1", 1, 1, "LERC_DEFLATE")):
            for out in ("out", "one.tif"):
                with self.subTest(f"{options} {out}"):
                    shutil.rmtree(self.folder / "out", ignore_errors=True)
                    picture = self.make(options, bands=bands, out=out, arguments=["--overwrite"])
                    if out == "out":
                        array, mask = self.open()
                    else:
                        dataset = gdal.Open(str(self.folder / out))
                        array, mask = dataset.ReadAsArray().reshape(picture.shape), dataset.GetRasterBand(1).GetMaskBand().ReadAsArray() > 0
                    self.check_lossy(array, mask, picture, most)
                    dataset = self.first(out)
                    self.assertEqual(dataset.GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE"), compression)
                    self.assertIsNone(dataset.GetRasterBand(1).GetNoDataValue())

    def test_lossy_cogs(self):
        for options, most in (("compress: jpeg", 40), ("compress: webp", 40), ("compress: lerc, max_z_error: 2", 2)):
            with self.subTest(options):
                picture = self.make(f"{options}, cog: true", out="one.tif", arguments=["--overwrite"])
                dataset = gdal.Open(str(self.folder / "one.tif"))
                self.check_lossy(dataset.ReadAsArray(), dataset.GetRasterBand(1).GetMaskBand().ReadAsArray() > 0, picture, most)

    def test_black_pixels_stay_valid(self):
        """A mask can tell them from those without data."""
        picture = self.picture(3)
        picture[:, 300:400, 300:400] = 0
        self.image("image.tif", np.where(picture == 0, 1, picture) - 1, BOUNDS)
        self.write("make.yaml", CONFIG.format(zooms=4, baselevels="", out="out", dtype="uint8", bands=3, metatiling=1,
                                              more=", compress: lerc, max_z_error: 1"))
        self.must_run("execute", "make.yaml", "--quiet")
        self.assertTrue(self.open()[1].all())

    def test_lossless_ones_of_these(self):
        for options, bands, dtype in (("compress: webp, webp_lossless: true", 3, "uint8"), ("compress: lerc", 2, "float32"),
                                      ("compress: lerc_zstd, max_z_error: 0", 1, "int16")):
            with self.subTest(options):
                shutil.rmtree(self.folder / "out", ignore_errors=True)
                picture = self.make(options, bands=bands, dtype=dtype)
                array, mask = self.open()
                self.assertTrue(np.array_equal(array, picture))
                self.assertEqual(self.first().GetRasterBand(1).GetNoDataValue(), 0)

    def test_overviews_are_made_of_what_was_written(self):
        """Also when the run is continued from tiles on the disk."""
        self.make("compress: jpeg", zooms="[3, 4]", baselevels="baselevels: {min: 4, lower: nearest}\n")
        array, mask = self.open()
        path = next((self.folder / "out/3").rglob("*.tif"))
        overview = gdal.Open(str(path))
        got = overview.ReadAsArray()[:, overview.GetRasterBand(1).GetMaskBand().ReadAsArray() > 0]
        before = path.read_bytes()
        path.unlink()
        self.must_run("execute", "make.yaml", "--quiet")
        self.assertEqual(path.read_bytes(), before)
        self.assertLess(abs(got.mean() - array[:, mask].mean()), 3)

    def test_the_same_bytes_whatever_the_workers(self):
        options = "compress: jpeg, statistics: true"
        self.make(options, zooms="[3, 5]", baselevels="baselevels: {min: 5, lower: average}\n", arguments=["--workers", 1])
        one = self.tree("out")
        for workers in (2, 7):
            shutil.rmtree(self.folder / "out")
            self.make(options, zooms="[3, 5]", baselevels="baselevels: {min: 5, lower: average}\n", arguments=["--workers", workers])
            self.assertEqual(self.tree("out"), one)

    def test_fewer_bits(self):
        picture = self.make("nbits: 6")
        array, _ = self.open()
        self.assertTrue(np.array_equal(array, np.minimum(picture, 63)))
        self.assertEqual(self.first().GetRasterBand(1).GetMetadataItem("NBITS", "IMAGE_STRUCTURE"), "6")
        shutil.rmtree(self.folder / "out")
        picture = self.make("nbits: 12, nodata: 4095", bands=1, dtype="uint16", picture=self.picture(1, "uint16") * 40)
        self.assertEqual(self.open()[0].max(), 4095)

    def test_scale_offset_unit_and_statistics(self):
        for out, more in (("out", ""), ("one.tif", ""), ("cog.tif", ", cog: true")):
            with self.subTest(out + more):
                picture = self.make("scale: 0.5, offset: [1, 2, 3], unit: m, statistics: true" + more, out=out)
                dataset = self.first(out)
                values = picture[:, 256:, 256:] if out == "out" else picture
                for i in range(3):
                    band = dataset.GetRasterBand(i + 1)
                    self.assertEqual((band.GetScale(), band.GetOffset(), band.GetUnitType()), (0.5, i + 1, "m"))
                    valid = values[i][values[i] != 0]
                    self.assertEqual(float(band.GetMetadataItem("STATISTICS_MAXIMUM")), valid.max())
                    self.assertAlmostEqual(float(band.GetMetadataItem("STATISTICS_MEAN")), valid.mean(), places=6)
                    self.assertAlmostEqual(float(band.GetMetadataItem("STATISTICS_STDDEV")), valid.std(), places=6)

    def test_colormap(self):
        for out, more in (("out", ""), ("one.tif", ""), ("cog.tif", ", cog: true")):
            with self.subTest(out + more):
                self.make("colormap: {0: [0, 0, 0, 0], 70: [255, 128, 0], '90': '#00ff0080'}" + more, bands=1, out=out)
                table = self.first(out).GetRasterBand(1).GetColorTable()
                self.assertEqual((table.GetColorEntry(70), table.GetColorEntry(90)[:3]), ((255, 128, 0, 255), (0, 255, 0)))
                self.assertEqual(self.first(out).GetRasterBand(1).GetColorInterpretation(), gdal.GCI_PaletteIndex)

    def test_blocks_of_mapchetes_profiles(self):
        self.make("tiled: true, blockxsize: 128, blockysize: 128, compression: lzw")
        self.assertEqual(self.first().GetRasterBand(1).GetBlockSize(), [128, 128])
        self.assertEqual(self.first().GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE"), "LZW")

    def test_tags_of_file_and_bands(self):
        for out, more in (("out", ""), ("one.tif", ""), ("cog.tif", ", cog: true")):
            with self.subTest(out):
                self.make("tags: {AUTHOR: me, 1: {MEANING: red}, 3: {MEANING: blue}}" + more, out=out)
                dataset = self.first(out)
                self.assertEqual(dataset.GetMetadataItem("AUTHOR"), "me")
                self.assertEqual([dataset.GetRasterBand(i).GetMetadataItem("MEANING") for i in (1, 2, 3)], ["red", None, "blue"])

    def test_bigtiff(self):
        self.make("bigtiff: yes", out="one.tif")
        self.assertEqual((self.folder / "one.tif").read_bytes()[:4], b"II\x2b\0")
        self.make("bigtiff: if_needed", out="two.tif")
        self.assertEqual((self.folder / "two.tif").read_bytes()[:4], b"II\x2a\0")

    def test_a_file_that_cannot_be_so_large_is_refused_before_the_run(self):
        self.image("image.tif", self.picture(3), BOUNDS, nodata=0)
        for more, code in (("bigtiff: no, compress: none", 2), ("bigtiff: false, compress: none, cog: true", 2), ("bigtiff: yes, compress: none", 0),
                           ("compress: none", 0), ("bigtiff: no", 0)):
            with self.subTest(more):
                self.write("large.yaml", CONFIG.format(zooms=12, baselevels="", out="one.tif", dtype="uint8", bands=3, metatiling=1,
                                                       more=f", {more}"))
                got, _, err = self.run_tilewright("check", "large.yaml", "--quiet")
                self.assertEqual(got, code, err)
                if code:
                    self.assertRegex(err, r"\Alarge.yaml:5:\d+: the file will have 51\.5 GB, and without BigTIFF it ends at 4\.3 GB: remove "
                                          r"output\.bigtiff, or compress\n")

    def check_refused(self, column, message, more, bands=3, dtype="uint8"):
        self.image("image.tif", self.picture(3), BOUNDS, nodata=0)
        for out in ("out", "one.tif"):
            self.write("bad.yaml", CONFIG.format(zooms=4, baselevels="", out=out, dtype=dtype, bands=bands, metatiling=1, more=f", {more}"))
            code, _, err = self.run_tilewright("execute", "bad.yaml", "--quiet")
            self.assertEqual(code, 2, more)
            where, _, rest = err.strip().partition(": ")
            self.assertEqual(rest.splitlines()[0], message)
            self.assertRegex(where, r"\Abad.yaml:\d+:\d+\Z")
            self.assertFalse((self.folder / out).exists())

    def test_wrong_uses(self):
        for message, more, about in (
                ("output.jpeg_quality must be from 1 to 100, not 300", "compress: jpeg, jpeg_quality: 300", {}),
                ("output.zlevel must be from 1 to 12, not 99", "zlevel: 99", {}),
                ("output.max_z_error is for compress: lerc, lerc_deflate or lerc_zstd", "max_z_error: 2", {}),
                ("output.max_z_error must be a number of at least 0, not -2", "compress: lerc, max_z_error: -2", {}),
                ("output.nbits must be from 1 to 8 for uint8, not 12", "nbits: 12", {}),
                ("output.nbits is for uint8, uint16 and uint32, not for float32", "nbits: 12", {"dtype": "float32"}),
                ("output.nodata 200 does not fit into 4 bits", "nbits: 4, nodata: 200", {}),
                ("GeoTIFFs are written in square blocks, not in strips; remove output.tiled", "tiled: false", {}),
                ("blocks are square: let output.blockxsize and output.blockysize be the same, or give output.blocksize", "blockxsize: 256", {}),
                ("output.blockxsize says that already; leave one of them out", "blocksize: 64, blockxsize: 64, blockysize: 64", {}),
                ("output.colormap is for one band of uint8 or uint16, not for 3 of uint8", "colormap: {1: [1, 2, 3]}", {}),
                ("output.colormap must be a map of values and colours, such as {1: [255, 0, 0]}", "colormap: red", {"bands": 1}),
                ("output.colormap: '300' is no value from 0 to 255", "colormap: {300: [1, 2, 3]}", {"bands": 1}),
                ("output.colormap: a colour is [red, green, blue] or [red, green, blue, alpha], each 0 to 255, or '#ff8800'",
                 "colormap: {1: [1, 2, 300]}", {"bands": 1}),
                ("output.scale has 2 values, and the output 3 bands", "scale: [1, 2]", {}),
                ("output.scale must be a number, or a list with one for each band", "scale: big", {}),
                ("output.scale must not be 0", "scale: 0", {}),
                ("output.unit must be a text such as m, or a list with one for each band", "unit: 5", {}),
                ("output.statistics must be true or false, not a string", "statistics: perhaps", {}),
                ("tags of band '7': the output has the bands 1 to 3", "tags: {7: {A: b}}", {})):
            with self.subTest(more):
                self.check_refused(0, message, more, **about)

    def test_what_gdal_objects_to_is_told_before_the_first_tile(self):
        self.image("image.tif", self.picture(3), BOUNDS, nodata=0)
        for more, about, words in (("compress: webp, interleave: band", {}, "WEBP requires data to be stored contiguously"),
                                   ("compress: jpeg", {"dtype": "float32"}, ""), ("compress: webp", {"bands": 1}, "")):
            with self.subTest(more):
                self.write("bad.yaml", CONFIG.format(**{"zooms": 4, "baselevels": "", "out": "out", "dtype": "uint8", "bands": 3,
                                                        "metatiling": 1, "more": f", {more}", **about}))
                code, _, err = self.run_tilewright("execute", "bad.yaml", "--quiet")
                self.assertEqual(code, 2)
                self.assertRegex(err, r"\Abad.yaml:5:9: output: .*" + words)
                self.assertNotIn("vsimem", err)
                self.assertFalse((self.folder / "out").exists())


if __name__ == "__main__":
    harness.main()
