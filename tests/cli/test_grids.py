"""Grids beyond mercator and geodetic from outside: where GDAL sees the tiles, and what a later run and mapchete read of them."""
import json
import shutil

import numpy as np
from osgeo import gdal, osr

import harness

CONFIG = """process: convert
input: {{inp: {inp}}}
pyramid: {pyramid}
zoom_levels: {zooms}
output: {{path: {out}, format: GTiff, dtype: uint16, bands: 1{more}}}
{root}
"""
LAEA = {"id": "Laea", "crs": "http://www.opengis.net/def/crs/EPSG/0/3035", "orderedAxes": ["Y", "X"], "tileMatrices": [
    {"id": str(3 + i), "cellSize": 1000 / 2 ** i, "pointOfOrigin": [3000000, 4000000], "tileWidth": 512, "tileHeight": 512,
     "matrixWidth": 1 << i, "matrixHeight": 1 << i} for i in range(3)]}


class Grids(harness.Case):
    def config(self, pyramid, zooms, inp="image.tif", out="out", more="", root=""):
        return self.write(f"{out}.yaml", CONFIG.format(inp=inp, pyramid=pyramid, zooms=zooms, out=out, more=more, root=root))

    def make(self, *arguments, **more):
        path = self.config(*arguments, **more)
        self.must_run("execute", path, "--quiet")
        return self.folder / more.get("out", "out")

    def tiles(self, out):
        return sorted(str(path.relative_to(out)) for path in out.rglob("*.tif"))

    def degrees(self, bounds, name="image.tif"):
        """An image in EPSG:4326 that grows to the east (columns) and to the south (rows)."""
        y, x = np.mgrid[0:200, 0:200]
        return self.image(name, (1000 + 10 * x + y).astype("uint16"), bounds, srs="EPSG:4326", nodata=0)

    def check_place(self, path, epsg, left, top, pixel):
        info = gdal.Info(str(path), format="json")
        reference = osr.SpatialReference()
        reference.ImportFromWkt(info["coordinateSystem"]["wkt"])
        self.assertEqual(reference.GetAuthorityCode(None), str(epsg))
        np.testing.assert_allclose(info["geoTransform"], [left, pixel, 0, top, 0, -pixel], rtol=1e-9, atol=1e-6)

    def check_like_warped(self, out, path, tolerance=12):
        """The tile holds what gdalwarp makes of the image there."""
        tile = gdal.Open(str(out / path))
        left, width, _, top, _, height = tile.GetGeoTransform()
        warped = gdal.Warp("", str(self.folder / "image.tif"), format="MEM", dstSRS=tile.GetProjection(), dstNodata=0,
                           outputBounds=(left, top + height * tile.RasterYSize, left + width * tile.RasterXSize, top),
                           width=tile.RasterXSize, height=tile.RasterYSize).ReadAsArray().astype(int)
        got = tile.ReadAsArray().astype(int)
        both = (got > 0) & (warped > 0)
        self.assertGreater(both.sum(), 1000)
        self.assertLess((got > 0).sum() / (warped > 0).sum(), 1.05)
        self.assertGreater((got > 0).sum() / (warped > 0).sum(), 0.95)
        self.assertLessEqual(np.abs(got - warped)[both].max(), tolerance)

    def test_zooms_of_a_utm_set_are_its_ids(self):
        self.degrees((14, 47, 15, 48))
        out = self.make("{grid: UTM33WGS84Quad}", "[1, 10]")
        self.assertEqual(self.tiles(out)[0], "1/0/0.tif")
        self.check_place(out / "1/0/0.tif", 32633, -9501965.72931276, 20003931.4586255, 78140.3572602559)
        pixel = 78140.3572602559 / 512
        path = next(path for path in self.tiles(out) if path.startswith("10/"))
        row, col = int(path.split("/")[1]), int(path.split("/")[2][:-4])
        self.check_place(out / path, 32633, -9501965.72931276 + col * 256 * pixel, 20003931.4586255 - row * 256 * pixel, pixel)
        self.check_like_warped(out, path)

    def test_a_zoom_that_a_set_does_not_have_is_refused(self):
        self.degrees((14, 47, 15, 48))
        for zoom, message in ((0, "zoom 0 is above the first zoom of this grid, 1"),
                              (25, "zoom 25 is beyond the deepest zoom of this grid, 24")):
            path = self.config("{grid: UTM33WGS84Quad}", zoom)
            code, _, err = self.run_tilewright("execute", path, "--quiet")
            self.assertEqual((code, err.splitlines()[0]), (2, f"{path}:4:14: {message}"))

    def test_the_northing_that_comes_first_is_not_swapped(self):
        self.degrees((12, 47, 13, 48))
        self.write("laea.json", json.dumps(LAEA))
        out = self.make("{grid: laea.json}", "[3, 5]")
        self.check_place(out / "3/0/0.tif", 3035, 4000000, 3000000, 1000)
        self.assertEqual(gdal.Open(str(out / "3/0/0.tif")).RasterXSize, 512)
        for path in self.tiles(out):
            if path.startswith("5/"):
                row, col = int(path.split("/")[1]), int(path.split("/")[2][:-4])
                self.check_place(out / path, 3035, 4000000 + col * 128000, 3000000 - row * 128000, 250)
        self.check_like_warped(out, "3/0/0.tif")

    def test_a_definition_written_out(self):
        self.degrees((12, 47, 13, 48))
        self.write("laea.json", json.dumps(LAEA))
        of_file = self.tree(self.make("{grid: laea.json}", 4))
        inline = self.tree(self.make("{grid: " + json.dumps(LAEA) + "}", 4, out="inline"))
        self.assertEqual({k: v for k, v in of_file.items() if k.endswith(".tif")},
                         {k: v for k, v in inline.items() if k.endswith(".tif")})

    def test_a_polar_grid_with_an_area_around_the_pole(self):
        self.degrees((-180, 60, 180, 90))
        out = self.make("{grid: UPSArcticWGS84Quad}", 5, root="bounds: [-180, 80, 180, 90]\nbounds_crs: EPSG:4326")
        # 80 degrees are 1111 km from the pole, a tile is 1028 km wide: 4 x 4 tiles but for the corners that the circle misses
        side = 2 * 16440759.350252 / 32
        rows = {int(path.split("/")[1]) for path in self.tiles(out)}
        cols = {int(path.split("/")[2][:-4]) for path in self.tiles(out)}
        self.assertEqual((min(rows), max(rows), min(cols), max(cols)), (14, 17, 14, 17))
        self.check_place(out / "5/15/15.tif", 5041, 2000000 - side, 2000000 + side, side / 256)
        self.assertTrue((gdal.Open(str(out / "5/15/15.tif")).ReadAsArray() > 0).all())

    def test_a_grid_of_3_rows_and_5_columns(self):
        self.degrees((12, 46, 17, 48))
        grid = "{grid: {shape: [3, 5], bounds: [300000, 5100000, 600000, 5280000], srs: {epsg: 32633}}, tile_size: 512, metatiling: 4, "
        out = self.make(grid + "pixelbuffer: 16}", "[0, 1]", more=", metatiling: 2, pixelbuffer: 8")
        tiles = self.tiles(out)
        self.assertIn("1/2/4.tif", tiles)
        self.assertTrue(all(int(t.split("/")[1]) < 3 and int(t.split("/")[2][:-4]) < 5 for t in tiles if t.startswith("1/")))
        pixel = 60000 / 512 / 2
        self.check_place(out / "1/0/1.tif", 32633, 360000 - 8 * pixel, 5280000 + 8 * pixel, pixel)
        self.check_like_warped(out, "1/1/1.tif")

    def test_tiles_of_4096_pixels(self):
        self.degrees((14, 47, 15, 48))
        out = self.make("{grid: {shape: [1, 1], bounds: [400000, 5200000, 500000, 5300000], proj: '+proj=utm +zone=33 +datum=WGS84'}, "
                        "tile_size: 4096}", 0)
        self.assertEqual(gdal.Open(str(out / "0/0/0.tif")).RasterXSize, 4096)

    def test_what_was_made_in_a_set_is_an_input(self):
        self.degrees((14, 47, 15, 48))
        out = self.make("{grid: UTM33WGS84Quad}", "[1, 9]")
        again = self.make("{grid: UTM33WGS84Quad}", "[1, 9]", inp="out", out="again")
        self.assertEqual(self.tiles(out), self.tiles(again))
        for path in self.tiles(out):
            self.assertTrue(np.array_equal(harness.read(out / path), harness.read(again / path)), path)

    def test_metadata_is_what_mapchete_reads(self):
        """The tiles of a set that begins at 1 are those of mapchete's grid that goes on to zoom 0: same numbers, same places."""
        self.degrees((14, 47, 15, 48))
        grid = json.loads((self.make("{grid: UTM33WGS84Quad}", "[1, 5]") / "metadata.json").read_text())["pyramid"]["grid"]
        self.assertEqual((grid["grid"], grid["shape"], grid["is_global"]), ("custom", [1, 1], False))
        left, bottom, right, top = grid["bounds"]
        np.testing.assert_allclose((left, bottom, right, top),
                                   (-9501965.72931276, -20003931.4586255, 30505897.18793824, 20003931.4586255), rtol=1e-12)
        self.assertAlmostEqual(right - left, top - bottom, delta=1e-6 * (top - bottom))
        reference = osr.SpatialReference()
        reference.ImportFromWkt(grid["srs"]["wkt"])
        self.assertEqual(reference.GetAuthorityCode(None), "32633")
        self.assertEqual({**grid["tile_matrix_set"], "bounds": None},
                         {"id": "UTM33WGS84Quad", "shape": [2, 1], "first_zoom": 1, "last_zoom": 24, "bounds": None})
        web = json.loads((self.make("{grid: WebMercatorQuad}", 3, out="web") / "metadata.json").read_text())["pyramid"]["grid"]
        self.assertEqual((web["grid"], web["shape"]), ("mercator", [1, 1]))

    def test_the_example_lies_on_the_cells_of_its_grid(self):
        for name in ("cloudless", "custom-grid"):
            shutil.copytree(harness.ROOT / "examples" / name, self.folder / name, ignore=shutil.ignore_patterns("out"))
        self.must_run("execute", "custom-grid/cloudless.yaml", "--quiet")
        out = self.folder / "custom-grid/out/tiles"
        tiles = self.tiles(out)
        self.assertEqual((tiles[0], len([path for path in tiles if path.startswith("7/")])), ("3/3/4.tif", 9))
        self.check_place(out / "7/57/75.tif", 3035, 900000 + 75 * 51200, 5500000 - 57 * 51200, 100)
        self.assertGreater((harness.read(out / "7/57/75.tif")[0] > 0).mean(), 0.9)


if __name__ == "__main__":
    harness.main()
