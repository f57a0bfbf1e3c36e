"""A grid that goes round the world has no edge at 180 degrees; it has edges at the poles."""
import json

import numpy as np
from shapely import wkt
from shapely.geometry import mapping, shape

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


VECTORS = """process: script.lua
input: {{inp: {inp}}}
pyramid: {{grid: geodetic, tile_size: 128, metatiling: {metatiling}, pixelbuffer: 8}}
zoom_levels: 2
output: {{path: out, format: GeoJSON, schema: {{properties: {{name: str}}, geometry: {kind}}}, pixelbuffer: {buffer}}}
{more}
"""


class Vectors(harness.Case):
    """Zoom 2 has 8 x 4 tiles of 45 degrees; 8 pixels are 2.8 degrees."""

    def features(self, crs="OGC:CRS84", name="shapes.geojson", **shapes):
        self.write(name, json.dumps({"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": crs}}, "features": [
            {"type": "Feature", "properties": {"name": name}, "geometry": mapping(wkt.loads(text))} for name, text in shapes.items()]}))

    def made(self, kind, inp="shapes.geojson", metatiling=1, buffer=0, more=""):
        """Column of the tile -> names and shapes."""
        self.write("config.yaml", VECTORS.format(inp=inp, kind=kind, metatiling=metatiling, buffer=buffer, more=more))
        self.write("script.lua", "return process { inputs = { inp = 'vector' }, run = function(tile, input) return input.inp:features() end }\n")
        self.must_run("execute", "config.yaml", "--quiet", "--overwrite")
        found = {}
        for path in self.folder.glob("out/2/*/*.geojson"):
            features = json.loads(path.read_text())["features"]
            found.setdefault(int(path.stem), []).extend((f["properties"]["name"], shape(f["geometry"])) for f in features)
        return found

    def test_points_of_the_other_side_are_in_the_buffer(self):
        self.features(east="POINT (179 10)", west="POINT (-179 10)", far="POINT (-170 10)", middle="POINT (0 10)")
        made = {col: sorted((name, point.x) for name, point in features) for col, features in self.made("Point", buffer=8).items()}
        self.assertEqual(made[7], [("east", 179), ("west", 181)])
        self.assertEqual(made[0], [("east", -181), ("far", -170), ("west", -179)])

    def test_shapes_beyond_180_degrees_show_on_both_sides(self):
        self.features(across="POLYGON ((170 0, 190 0, 190 20, 170 20, 170 0))")
        made = self.made("Polygon")
        self.assertEqual({col: [s.bounds for _, s in features] for col, features in made.items()},
                         {7: [(170, 0, 180, 20)], 0: [(-180, 0, -170, 20)]})
        buffered = self.made("Polygon", buffer=8)
        self.assertEqual({col: round(sum(s.area for _, s in features), 6) for col, features in buffered.items()},
                         {7: 12.8125 * 20, 0: 12.8125 * 20})

    def test_halves_on_both_sides_stay_whole_in_the_buffer(self):
        self.features(halves="MULTIPOLYGON (((170 0, 180 0, 180 20, 170 20, 170 0)), ((-180 0, -170 0, -170 20, -180 20, -180 0)))")
        made = self.made("MultiPolygon", buffer=8)
        self.assertEqual({col: round(sum(s.area for _, s in features), 6) for col, features in made.items()},
                         {7: 12.8125 * 20, 0: 12.8125 * 20})

    def test_a_projected_shape_across_the_line_stays_small(self):
        self.features("EPSG:32660", across="POLYGON ((700000 1000000, 950000 1000000, 950000 1100000, 700000 1100000, 700000 1000000))")
        made = self.made("Polygon")
        self.assertEqual(set(made), {0, 7})
        self.assertLess(sum(s.area for features in made.values() for _, s in features), 4)
        self.assertGreater(min(sum(s.area for _, s in features) for features in made.values()), 0.5)

    def test_bounds_across_the_line_find_both_sides(self):
        self.features(east="POINT (179 10)", west="POINT (-179 10)", middle="POINT (0 10)")
        made = self.made("Point", more="bounds: [170, 0, 190, 20]")
        self.assertEqual({col: [name for name, _ in features] for col, features in made.items()}, {7: ["east"], 0: ["west"]})


if __name__ == "__main__":
    harness.main()
