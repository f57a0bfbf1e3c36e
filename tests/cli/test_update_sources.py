"""execute --update with inputs that are many files: catalogues as mosaics and stacks, and folders of feature tiles."""
import json
import os
import shutil

import harness
import runs
from updates import PLACES, STACK, Case

MOSAIC = """return process {
  inputs = { scenes = 'raster' },
  output = { bands = 3, dtype = 'uint8', nodata = 0 },
  run = function(tile, input, p)
    return input.scenes:read()
  end,
}
"""
LINES = """return process {
  inputs = { zones = 'vector' },
  run = function(tile, input, p)
    return input.zones:features()
  end,
}
"""
BURN = """return process {
  inputs = { zones = 'vector' },
  output = { bands = 1, dtype = 'uint8', nodata = 0 },
  run = function(tile, input, p)
    return vector.rasterize(input.zones:features(), { value = 'value' })
  end,
}
"""


class Catalogues(Case):
    def scenes(self, path, **options):
        return {"input": {"inp": None, "scenes": {"format": "catalogue", "path": path, **options}}}

    def catalogue(self, path, script=MOSAIC, **options):
        self.config(script=script, **self.scenes(path, **options))

    def check(self, made, path, changed, **options):
        """An update makes so many metatiles and the tiles of these scenes, and the rest is left as it was."""
        before = self.stamps("out", hidden=False)
        self.assertEqual(self.summary("--update")["made"], made)
        touched = self.tiles_changed(before)
        self.assertTrue(touched)
        self.assertLessEqual(touched, self.tiles_of(*changed))
        self.check_like_fresh(**self.scenes(path, **options))
        self.assertRegex(self.must_execute("--update"), r"nothing to do, all \d+ metatiles are done")

    def flight(self, *names):
        (self.folder / "scenes").mkdir(exist_ok=True)
        for seed, name in enumerate(names):
            self.make(f"scenes/{name}", seed=seed + 1, place=PLACES[name])

    def test_folder(self):
        for script, options in ((MOSAIC, {}), (STACK, {"format": "stack"})):
            with self.subTest(**options):
                shutil.rmtree(self.folder / "out", ignore_errors=True)
                shutil.rmtree(self.folder / "scenes", ignore_errors=True)
                self.flight("a.tif", "b.tif", "c.tif")
                self.catalogue("scenes", script, **options)
                self.must_execute("--quiet")
                self.make("scenes/b.tif", seed=60, place=PLACES["b.tif"])
                self.check(4, "scenes", ["b.tif"], **options)
                self.make("scenes/d.tif", seed=61, place=PLACES["d.tif"])
                self.check(4, "scenes", ["d.tif"], **options)
                (self.folder / "scenes/a.tif").unlink()
                self.check(2, "scenes", ["a.tif"], **options)

    def test_index(self):
        def index(*names):
            features = []
            for name in names:
                row, col = PLACES[name]
                left, bottom, right, top = runs.scene_bounds(2, row=runs.FIRST_ROW + row, col=runs.FIRST_COL + col)
                ring = [[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]
                features.append({"type": "Feature", "properties": {"location": f"scenes/{name}"},
                                 "geometry": {"type": "Polygon", "coordinates": [ring]}})
            self.write("index.geojson", json.dumps({
                "type": "FeatureCollection", "features": features,
                "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}}))

        self.flight(*PLACES)
        index("a.tif", "b.tif", "c.tif")
        self.catalogue("index.geojson")
        self.must_execute("--quiet")
        index("b.tif", "c.tif", "a.tif")  # they do not overlap, but the order is part of what is shown
        self.must_execute("--quiet", "--update")
        self.check_like_fresh(**self.scenes("index.geojson"))
        index("b.tif", "c.tif", "a.tif", "d.tif")
        self.check(4, "index.geojson", ["d.tif"])
        self.make("scenes/c.tif", seed=70, place=PLACES["c.tif"])
        self.check(4, "index.geojson", ["c.tif"])
        index("b.tif", "c.tif", "d.tif")
        self.check(2, "index.geojson", ["a.tif"])

    def test_file_that_is_touched_alone(self):
        self.flight("a.tif", "b.tif")
        self.catalogue("scenes")
        self.must_execute("--quiet")
        before = self.stamps("out", hidden=False)
        os.utime(self.folder / "scenes/a.tif", (5, 5))
        self.assertRegex(self.must_execute("--update"), r"nothing to do")
        self.assertEqual(self.stamps("out", hidden=False), before)

    def test_feature_tiles(self):
        for form in ("GeoJSON", "FlatGeobuf", "GPKG"):
            with self.subTest(form):
                for name in ("out", "tiles"):
                    shutil.rmtree(self.folder / name, ignore_errors=True)
                places = [(0, 0), (0, 6), (4, 0), (6, 6)]
                self.squares(places)
                first = {"input": {"inp": None, "zones": "zones.geojson"}, "baselevels": None, "zoom_levels": runs.ZOOM,
                         "output": {"path": "tiles", "format": form, "nodata": None,
                                    "schema": {"properties": {"value": "int"}, "geometry": "Polygon"}}}
                use = {"input": {"inp": None, "zones": "tiles"}}
                self.write("lines.lua", LINES)
                self.config("first.yaml", script=LINES, process="lines.lua", **first)
                self.must_execute("--quiet", config="first.yaml")
                self.config(script=BURN, **use)
                self.must_execute("--quiet")
                self.assertRegex(self.must_execute("--update"), r"nothing to do")
                self.squares(places, values=[3, 70, 50, 130])
                self.must_execute("--quiet", "--update", config="first.yaml")
                made = self.summary("--update")["made"]
                self.assertGreater(made, 0)
                self.assertLessEqual(made, 4)
                self.check_like_fresh(**use)


if __name__ == "__main__":
    harness.main()
