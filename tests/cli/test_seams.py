"""Tiles fit together: the mosaic of a zoom equals one read of the whole area, bit for bit, and what GDAL's warper makes of it."""
import numpy as np
from osgeo import gdal, osr

import harness

ZOOM, TILE = 12, 128
PIXEL = 2 * harness.HALF_MERCATOR / (TILE << ZOOM)
# The north-west corner of a 4 x 4 metatile near Ljubljana, so that one metatile can hold the whole area.
SIDE, COL, ROW = 4 * TILE, 4 * (2215 // 4), 4 * (1455 // 4)
LEFT, TOP = COL * TILE * PIXEL - harness.HALF_MERCATOR, harness.HALF_MERCATOR - ROW * TILE * PIXEL

CONFIG = """process: convert
input: {{inp: {image}}}
pyramid: {{grid: mercator, tile_size: 128, metatiling: {metatiling}, pixelbuffer: {pixelbuffer}}}
zoom_levels: 12
output: {{path: {path}, format: GTiff, dtype: {dtype}, bands: {bands}, nodata: 0}}
process_parameters: {{resampling: {resampling}}}
"""
METHODS = {"nearest": gdal.GRA_NearestNeighbour, "bilinear": gdal.GRA_Bilinear, "cubic": gdal.GRA_Cubic,
           "average": gdal.GRA_Average}


def texture(height, width, bands=1, seed=3):
    """Smooth hills, an edge, some noise, and a lake without data."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype("float64")
    hills = 9000 + 4000 * np.sin(x / 37) * np.cos(y / 29) + 1500 * (x > width * 0.6)
    array = np.stack([hills + 800 * band + rng.normal(0, 150, hills.shape) for band in range(bands)])
    array[:, (x - width * 0.3) ** 2 + (y - height * 0.55) ** 2 < (min(width, height) * 0.1) ** 2] = 0
    return np.rint(array).astype("uint16")


class Seams(harness.Case):
    def mercator_image(self, ratio, name="image.tif"):
        """Covers most of the area, not aligned with the grid, with `ratio` of its pixels to one of the grid."""
        side = PIXEL / ratio
        count = int(350 * ratio)
        left, top = LEFT + 65.37 * PIXEL, TOP - 71.71 * PIXEL
        width = int(count * 1.1)
        self.image(name, texture(count, width, bands=2), (left, top - count * side, left + width * side, top), nodata=0)

    def utm_image(self, ratio, name="image.tif"):
        here, there = osr.SpatialReference(), osr.SpatialReference()
        here.SetFromUserInput("EPSG:3857"), there.SetFromUserInput("EPSG:32633")
        x, y, _ = osr.CoordinateTransformation(here, there).TransformPoint(LEFT + SIDE / 2 * PIXEL, TOP - SIDE / 2 * PIXEL)
        side = PIXEL * np.cos(np.radians(46)) / ratio
        count = int(320 * ratio)
        half = count * side / 2
        self.image(name, texture(count, count, bands=2), (x - half, y - half, x + half, y + half), srs="EPSG:32633", nodata=0)

    def make(self, path, **settings):
        settings = {"image": "image.tif", "pixelbuffer": 0, "dtype": "uint16", "bands": 2, **settings, "path": path}
        self.write("seams.yaml", CONFIG.format(**settings))
        self.must_run("execute", "seams.yaml", "--quiet", binary=harness.RELEASE)

    def whole(self, **settings):
        """The area as one metatile, as one GeoTIFF: bands x SIDE x SIDE."""
        name = f"whole_{settings['resampling']}_{settings.get('pixelbuffer', 0)}.tif"
        self.make(name, metatiling=4, **settings)
        dataset = gdal.Open(str(self.folder / name))
        self.assertEqual((dataset.RasterXSize, dataset.RasterYSize), (SIDE, SIDE))
        for got, wanted in zip(dataset.GetGeoTransform(), (LEFT, PIXEL, 0, TOP, 0, -PIXEL)):
            self.assertAlmostEqual(got, wanted, delta=1e-6)
        return dataset.ReadAsArray()

    def tiles(self, **settings):
        """The same area from tiles: bands x SIDE x SIDE."""
        name = f"tiles_{settings['resampling']}_{settings.get('pixelbuffer', 0)}_{settings['metatiling']}"
        self.make(name, **settings)
        result = np.zeros((2, SIDE, SIDE), settings.get("dtype", "uint16"))
        part, row, col = harness.mosaic(self.folder / name, ZOOM, "tif")
        side = TILE * settings["metatiling"]
        top, left = row * side - ROW * TILE, col * side - COL * TILE
        result[:, top:top + part.shape[1], left:left + part.shape[2]] = part
        return result

    def check_seams(self, resampling, **settings):
        """Single tiles and 2 x 2 metatiles make what one metatile of 4 x 4 makes, with and without a pixelbuffer."""
        whole = self.whole(resampling=resampling, **settings)
        self.assertGreater((whole > 0).mean(), 0.1)
        for metatiling, pixelbuffer in ((1, 0), (1, 7), (2, 0)):
            tiles = self.tiles(resampling=resampling, metatiling=metatiling, pixelbuffer=pixelbuffer, **settings)
            wrong = np.argwhere(tiles != whole)
            self.assertEqual(len(wrong), 0, f"{resampling}, metatiling {metatiling}, pixelbuffer {pixelbuffer}: {wrong[:3]}")
        return whole

    def scale(self):
        """Grid pixels per pixel of the image, along x and y, at the centre of the image."""
        dataset = gdal.Open(str(self.folder / "image.tif"))
        move = osr.CoordinateTransformation(dataset.GetSpatialRef(), harness_crs("EPSG:3857"))
        back = osr.CoordinateTransformation(harness_crs("EPSG:3857"), dataset.GetSpatialRef())
        gt = dataset.GetGeoTransform()
        x, y, _ = move.TransformPoint(gt[0] + gt[1] * dataset.RasterXSize / 2, gt[3] + gt[5] * dataset.RasterYSize / 2)
        found = []
        for dx, dy in ((PIXEL / 2, 0), (0, PIXEL / 2)):
            a, b = back.TransformPoint(x - dx, y - dy), back.TransformPoint(x + dx, y + dy)
            found.append(gt[1] / np.hypot(b[0] - a[0], b[1] - a[1]))
        return found

    def check_like_gdal(self, whole, resampling, most_different=0.0):
        """GDAL's warper, without approximation, says the same: to 1, and in nearly all pixels the same validity."""
        x, y = self.scale()
        made = gdal.Warp("", str(self.folder / "image.tif"), format="MEM", dstSRS="EPSG:3857", errorThreshold=0, dstNodata=0,
                         outputBounds=(LEFT, TOP - SIDE * PIXEL, LEFT + SIDE * PIXEL, TOP), width=SIDE, height=SIDE,
                         resampleAlg=METHODS[resampling], multithread=False, warpOptions=[f"XSCALE={x}", f"YSCALE={y}"])
        expected = made.ReadAsArray()
        self.assertLessEqual(((whole > 0) != (expected > 0)).mean(), most_different, f"{resampling}: validity differs")
        both = (whole > 0) & (expected > 0)
        difference = np.abs(whole[both].astype(int) - expected[both].astype(int))
        self.assertLessEqual((difference > 1).mean(), most_different, f"{resampling}: up to {difference.max()}")

    def test_the_same_crs_shrunk(self):
        self.mercator_image(ratio=2.37)
        for resampling in METHODS:
            with self.subTest(resampling):
                self.check_like_gdal(self.check_seams(resampling), resampling)

    def test_the_same_crs_enlarged(self):
        self.mercator_image(ratio=0.37)
        for resampling in METHODS:
            with self.subTest(resampling):
                # GDAL rounds an enlarged footprint up or down where it ends at the image's edge: one column
                self.check_like_gdal(self.check_seams(resampling), resampling,
                                     most_different=1 / SIDE if resampling == "average" else 0)

    def test_from_utm_shrunk(self):
        self.utm_image(ratio=2.37)
        for resampling in METHODS:
            with self.subTest(resampling):
                self.check_like_gdal(self.check_seams(resampling), resampling, most_different=1e-3)

    def test_from_utm_enlarged(self):
        self.utm_image(ratio=0.37)
        for resampling in METHODS:
            with self.subTest(resampling):
                self.check_like_gdal(self.check_seams(resampling), resampling, most_different=1e-3)

    def test_through_an_overview_of_the_file(self):
        self.mercator_image(ratio=4.4)
        dataset = gdal.Open(str(self.folder / "image.tif"), gdal.GA_Update)
        dataset.BuildOverviews("AVERAGE", [2, 4])
        dataset = None
        for resampling in ("bilinear", "average"):
            with self.subTest(resampling):
                self.check_seams(resampling)

    def test_an_aligned_image_is_copied(self):
        array = texture(200, 150, bands=2)
        left, top = LEFT + 100 * PIXEL, TOP - 50 * PIXEL
        self.image("image.tif", array, (left, top - 200 * PIXEL, left + 150 * PIXEL, top), nodata=0)
        for resampling in METHODS:
            with self.subTest(resampling):
                whole = self.check_seams(resampling)
                self.assertTrue(np.array_equal(whole[:, 50:250, 100:250], array))
                self.assertEqual((whole > 0).sum(), (array > 0).sum())

    def test_a_rotated_image(self):
        array = texture(250, 250, bands=2)
        path = self.image("image.tif", array, (0, 0, 1, 1), nodata=0)
        dataset = gdal.Open(str(path), gdal.GA_Update)
        c, s = PIXEL * np.cos(0.4), PIXEL * np.sin(0.4)
        dataset.SetGeoTransform([LEFT + 125 * PIXEL, c, s, TOP - 200 * PIXEL, s, -c])
        dataset = None
        for resampling in ("nearest", "bilinear"):
            with self.subTest(resampling):
                self.check_seams(resampling)


def harness_crs(name):
    crs = osr.SpatialReference()
    crs.SetFromUserInput(name)
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return crs


if __name__ == "__main__":
    harness.main()
