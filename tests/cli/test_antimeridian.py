"""A grid that goes round the world has no edge at 180 degrees; it has edges at the poles."""
import numpy as np

import harness

CONFIG = """process: convert
input: {{inp: world.tif}}
pyramid: {{grid: geodetic, tile_size: 128, metatiling: {metatiling}, pixelbuffer: {buffer}}}
zoom_levels: {zooms}
output: {{path: {path}, format: GTiff, dtype: uint16, bands: 1, pixelbuffer: {buffer}}}
{more}
"""


class Antimeridian(harness.Case):
    def setUp(self):
        super().setUp()
        # Zoom 2 of the grid: 8 x 4 tiles of 128 pixels; every pixel is another number.
        self.world = (1 + np.arange(512 * 1024, dtype="uint32").reshape(512, 1024) % 65521).astype("uint16")
        self.image("world.tif", self.world, (-180, -90, 180, 90), srs="EPSG:4326", nodata=0)

    def make(self, path, *arguments, **settings):
        settings = {"metatiling": 1, "buffer": 0, "zooms": 2, "more": "", **settings, "path": path}
        self.write(f"{path}.yaml", CONFIG.format(**settings))
        self.must_run("execute", f"{path}.yaml", "--quiet", *arguments)

    def names(self, path):
        return sorted(name for name in self.tree(path) if name.endswith(".tif"))

    def test_a_pixelbuffer_reads_from_the_other_side(self):
        self.make("out", buffer=8)
        first, last = (harness.read(self.folder / f"out/2/1/{col}.tif")[0] for col in (0, 7))
        self.assertEqual(first.shape, (144, 144))
        rows = slice(128 - 8, 256 + 8)
        self.assertTrue(np.array_equal(first[:, :8], self.world[rows, -8:]), "left of -180 comes the far east")
        self.assertTrue(np.array_equal(first[:, 8:], self.world[rows, :136]))
        self.assertTrue(np.array_equal(last[:, -8:], self.world[rows, :8]), "right of 180 comes the far west")
        self.assertTrue(np.array_equal(last[:, :-8], self.world[rows, -136:]))

    def test_a_metatile_as_wide_as_the_world_has_both_sides(self):
        self.make("out", buffer=8, metatiling=16)
        self.assertEqual(self.names("out"), ["2/0/0.tif"])
        array = harness.read(self.folder / "out/2/0/0.tif")[0]
        self.assertEqual(array.shape, (512, 1040))
        self.assertTrue(np.array_equal(array, np.hstack([self.world[:, -8:], self.world, self.world[:, :8]])))

    def test_the_poles_are_cut(self):
        self.make("out", buffer=8)
        north, south = (harness.read(self.folder / f"out/2/{row}/3.tif")[0] for row in (0, 3))
        cols = slice(384 - 8, 512 + 8)
        self.assertTrue(np.array_equal(north, self.world[:136, cols]))
        self.assertTrue(np.array_equal(south, self.world[-136:, cols]))

    def test_a_buffered_tile_says_where_it_lies(self):
        self.make("out", buffer=8)
        dataset = harness.gdal.Open(str(self.folder / "out/2/1/0.tif"))
        gt = dataset.GetGeoTransform()
        pixel = 360 / 1024
        self.assertEqual(gt, (-180 - 8 * pixel, pixel, 0, 45 + 8 * pixel, 0, -pixel))

    def test_bounds_across_the_antimeridian_reach_both_sides(self):
        self.make("out", more="bounds: [170, -90, 190, -70]")
        self.assertEqual(self.names("out"), ["2/3/0.tif", "2/3/7.tif"])

    def test_bounds_beyond_the_western_edge_reach_both_sides(self):
        self.make("out", more="bounds: [-190, -90, -170, -70]")
        self.assertEqual(self.names("out"), ["2/3/0.tif", "2/3/7.tif"])

    def test_bounds_on_the_command_line_reach_both_sides(self):
        self.make("out", "--bounds", 170, -90, 190, -70)
        self.assertEqual(self.names("out"), ["2/3/0.tif", "2/3/7.tif"])

    def test_overviews_wrap_as_well(self):
        self.make("out", buffer=8, zooms="{min: 1, max: 2}", more="baselevels: {min: 2, lower: average}")
        first, last = (harness.read(self.folder / f"out/1/0/{col}.tif")[0] for col in (0, 3))
        self.assertEqual(first.shape, (136, 144))
        self.assertTrue(np.array_equal(first[:, :16], last[:, -16:]), "16 columns around 180 degrees are in both tiles")
        blocks = self.world.reshape(256, 2, 512, 2).astype("float64").mean(axis=(1, 3))
        wanted = np.hstack([blocks[:136, -8:], blocks[:136, :136]])
        self.assertLessEqual(np.abs(first - wanted).max(), 0.5)

    def test_a_mercator_map_of_the_world_wraps(self):
        half = harness.HALF_MERCATOR
        square = self.world[:, :512]
        self.image("world.tif", square, (-half, -half, half, half), nodata=0)
        config = CONFIG.format(metatiling=1, buffer=8, zooms=2, more="", path="out")
        self.write("out.yaml", config.replace("geodetic", "mercator"))
        self.must_run("execute", "out.yaml", "--quiet")
        first = harness.read(self.folder / "out/2/1/0.tif")[0]
        self.assertTrue(np.array_equal(first[:, :8], square[120:264, -8:]))


if __name__ == "__main__":
    harness.main()
