"""What scripts make before their tiles: constants of the whole area, things of each worker, the margin; and where pixels lie."""
import json
import re

import numpy as np
from osgeo import osr

import harness
import runs

# the share of each pixel's value in the mean of the whole scene
SCRIPT = """return process {
  inputs = { inp = 'raster' },
  params = { gain = 1 },
  output = { bands = 1, dtype = 'float32', nodata = -1 },
  prepare = function(area, input, p)
    log.info('preparing')
    return { mean = input.inp.red:mean(), gain = p.gain, left = area.bounds.left, width = area.width }
  end,
  setup = function(p, prepared)
    return { scale = 100 * prepared.gain / prepared.mean }
  end,
  run = function(tile, input, p, ready)
    return input.inp.red * ready.scale
  end,
}
"""
GTIFF = {"format": "GTiff", "dtype": None, "bands": None, "nodata": -1}
ONE_ZOOM = {"zoom_levels": runs.ZOOM, "baselevels": None, "output": {**GTIFF, "nodata": -1}}


def reference(epsg):
    made = osr.SpatialReference()
    made.ImportFromEPSG(epsg)
    made.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return made


class Prepare(runs.Case):
    def setUp(self):
        super().setUp()
        self.make_scene()

    def test_constants_are_those_of_the_whole_area_whatever_part_is_made(self):
        self.config(script=SCRIPT, **ONE_ZOOM)
        code, out, err = self.execute("--workers", 3)
        self.assertEqual(code, 0, err)
        self.assertEqual((out + err).count("preparing"), 1)
        scene = runs.scene()
        # 8 tiles of 128 pixels: the area is read in full resolution
        mean = scene[0][np.any(scene != 0, axis=0)].mean()
        row, col = runs.FIRST_ROW + 3, runs.FIRST_COL + 4
        made = harness.read(self.folder / f"out/{runs.ZOOM}/{row}/{col}.tif")[0]
        part = scene[:, 3 * runs.TILE:4 * runs.TILE, 4 * runs.TILE:5 * runs.TILE]
        wanted = np.where(np.any(part != 0, axis=0), part[0] * 100.0 / mean, -1)
        np.testing.assert_allclose(made, wanted, rtol=1e-5)
        # in parts, and with one worker, to the same bytes
        self.config(script=SCRIPT, **runs.merge(ONE_ZOOM, {"output": {"path": "parts"}}))
        left, bottom, right, top = runs.scene_bounds()
        middle = (left + right) / 2
        self.must_execute("--workers", 1, "--bounds", left, bottom, middle, top)
        self.must_execute("--workers", 2)
        self.check_same_trees("out", "parts", hidden=False)

    def test_a_changed_area_is_another_configuration(self):
        self.config(script=SCRIPT, **ONE_ZOOM)
        self.must_execute("--quiet")
        left, bottom, right, top = runs.scene_bounds()
        self.config(script=SCRIPT, bounds=[left, bottom, (left + right) / 2, top], **ONE_ZOOM)
        code, _, err = self.execute()
        self.assertEqual(code, 2)
        self.assertIn("was made with another configuration or script", err)

    def test_large_areas_are_read_coarsely(self):
        self.make_scene(tiles=4, name="scene.tif")
        self.config(script=SCRIPT.replace("log.info('preparing')", "assert(area.width <= 1024 and area.height <= 1024 and "
                                          "math.max(area.width, area.height) >= 512, area.width)"),
                    **runs.merge(ONE_ZOOM, {"zoom_levels": 9}))
        self.must_execute("--quiet", "--tile", 9, runs.FIRST_ROW * 4, runs.FIRST_COL * 4)

    def test_each_set_of_parameters_is_prepared(self):
        self.config(script=SCRIPT, process_parameters={"gain": {"zoom<6": 3, "zoom=6": 2}},
                    **runs.merge(ONE_ZOOM, {"zoom_levels": [4, 5, 6]}))
        code, out, err = self.execute("--workers", 2)
        self.assertEqual((code, (out + err).count("preparing")), (0, 2), err)
        fine = harness.read(self.folder / f"out/6/{runs.FIRST_ROW}/{runs.FIRST_COL}.tif")[0]
        coarse = harness.read(self.folder / f"out/5/{runs.FIRST_ROW // 2}/{runs.FIRST_COL // 2}.tif")[0]
        ratio = coarse[:64, :64][coarse[:64, :64] > 0].mean() / fine[fine > 0].mean()
        self.assertAlmostEqual(ratio, 1.5, delta=0.05)

    def test_failures_end_the_run_before_the_first_tile(self):
        for part, line in (("prepare", 7), ("setup", 10)):
            with self.subTest(part=part):
                script = SCRIPT.replace("return { mean = input", "return input.inp.rad or { mean = input") if part == "prepare" \
                    else SCRIPT.replace("return { scale", "return prepared.maen or { scale")
                self.config(script=script, **ONE_ZOOM)
                code, out, err = self.execute("--quiet", "--overwrite", "--workers", 2)
                self.assertEqual((code, out), (2, ""))
                what = {"prepare": "no band 'rad'; input 'inp' has: red, green, blue; did you mean 'red'?",
                        "setup": "prepare returned no 'maen'; did you mean 'mean'? (known: gain, left, mean, width)"}[part]
                self.assertEqual([line for line in err.splitlines() if "preparing" not in line],
                                 [f"tilewright: {part}: run.lua:{line}: {what}"])
                self.assertFalse(list((self.folder / "out").rglob("*.tif")))

    def test_what_is_no_plain_data_is_refused(self):
        self.config(script=SCRIPT.replace("mean = input.inp.red:mean()", "mean = input.inp.red"), **ONE_ZOOM)
        code, _, err = self.execute("--quiet")
        self.assertEqual((code, err.splitlines()[-1]), (2, "tilewright: prepare: run.lua:5: the result of prepare.mean is an array; it "
                                                           "must be made of numbers, texts, booleans, lists and maps"))

    def test_dry_run_prepares_nothing(self):
        self.config(script=SCRIPT.replace("log.info", "error"), **ONE_ZOOM)
        self.must_execute("--dry-run")

    def test_loops_without_end(self):
        for part in ("prepare", "setup"):
            for loop, place, ends in (("while true do end", "run.lua", True),
                                      ("while true do pcall(error, 'x') end", r"run\.lua:\d+", False)):
                with self.subTest(part=part, loop=loop):
                    at = {"prepare": "    return { mean", "setup": "    return { scale"}[part]
                    self.config(script=SCRIPT.replace(at, f"    {loop}\n{at}").replace("log.info('preparing')", ""), **ONE_ZOOM)
                    code, out, err = self.execute("--tile-timeout", 1, "--overwrite", "--workers", 2)
                    self.assertEqual((code, out), (2, ""), err)
                    self.assertRegex(err, rf"\Atilewright: {part}: {place}: not done after 1 s \(--tile-timeout\)\n")
                    self.assertEqual("could not be stopped" in err, ends)

    def test_stacks_and_memory_stay_as_they_are(self):
        self.write("run.lua", "")
        self.config(script="""return process {
  inputs = { scenes = 'stack' },
  output = { bands = 1, dtype = 'float32', nodata = -1 },
  prepare = function(area, input, p) return input.scenes:mean().red:max() end,
  run = function(tile, input, p, most)
    return input.scenes:first().red / most
  end,
}
""", input={"inp": None, "scenes": {"format": "stack", "files": [{"path": "scene.tif", "date": "2020-01-01"}]}}, **ONE_ZOOM)
        self.must_execute("--quiet")
        made = harness.read(self.folder / f"out/6/{runs.FIRST_ROW}/{runs.FIRST_COL}.tif")[0]
        scene = runs.scene()
        part = scene[:, :runs.TILE, :runs.TILE]
        np.testing.assert_allclose(made, np.where(np.any(part != 0, axis=0), part[0] / scene[0].max(), -1), rtol=1e-5)


class Margin(runs.Case):
    def check_needs(self, pixels, margin, parameters=None, place="10:20", **pyramid):
        self.make_scene(tiles=2)
        self.config(script=SCRIPT.replace("params = { gain = 1 },", f"params = {{ gain = 1 }}, margin = {margin},"),
                    process_parameters=parameters or {"gain": 1}, **runs.merge(ONE_ZOOM, {"pyramid": pyramid}))
        given = pyramid.get("pixelbuffer", 0)
        code, out, err = self.execute("--dry-run")
        if pixels is None:
            self.assertEqual((code, err), (0, ""))
        else:
            self.assertEqual((code, out), (2, ""))
            self.assertRegex(err, rf"\Arun.yaml:\d+:\d+: the script (.*/)?run.lua needs a pixelbuffer of at least {pixels}; "
                                  rf"pixelbuffer is {given}\n\Z")

    def test_too_small_a_pixelbuffer_is_refused(self):
        self.check_needs(3, "3")
        self.check_needs(3, "3", pixelbuffer=2)
        self.check_needs(6, "function(p) return p.gain * 3 end", {"gain": {"zoom<6": 1, "zoom>=6": 2}}, pixelbuffer=5)

    def test_enough_is_fine(self):
        self.check_needs(None, "3", pixelbuffer=3)
        self.check_needs(None, "0")
        self.check_needs(None, "function(p) return p.gain * 3 end", pixelbuffer=4)

    def test_margin_without_end(self):
        self.make_scene(tiles=2)
        self.config(script=SCRIPT.replace("params = { gain = 1 },", "params = { gain = 1 },\n  margin = function() while true do "
                                                                    "end end,"), **ONE_ZOOM)
        code, _, err = self.execute("--tile-timeout", 1, "--dry-run")
        self.assertEqual((code, err), (2, "run.lua:4: not done after 1 s (--tile-timeout): what a script does outside of "
                                          "run, prepare and setup must come to an end\n"))


class Lonlat(harness.Case):
    """Longitude, latitude and x, y of some pixels of each tile, against PROJ."""

    def check_grid(self, grid, epsg, bounds, zoom):
        self.write("run.lua", """return process {
  inputs = { inp = 'raster' },
  output = { bands = 1 },
  run = function(tile, input, p)
    for _, at in ipairs { { 0, 0 }, { 99, 5 }, { tile.width - 1, tile.height - 1 }, { 3, 64 } } do
      local lon, lat = tile:lonlat(at[1], at[2])
      local x, y = tile:xy(at[1], at[2])
      log.info(('at %s %d %d: %.12f %.12f %.9f %.9f'):format(tile.id, at[1], at[2], lon, lat, x, y))
    end
    local none, neither = tile:lonlat(1e9, 1e9)
    log.info('far away', none, neither)
  end,
}
""")
        left, bottom, right, top = bounds
        self.image("inp.tif", np.ones((8, 8), "uint8"), (left, bottom, right, top), srs=f"EPSG:{epsg}")
        self.write("run.yaml", json.dumps({
            "process": "run.lua", "input": {"inp": "inp.tif"}, "pyramid": {"grid": grid, "tile_size": 128},
            "zoom_levels": zoom, "output": {"path": "out", "format": "GTiff", "dtype": "uint8"}}))
        code, _, err = self.run_tilewright("execute", "run.yaml", "--quiet")
        self.assertEqual(code, 0, err)
        if epsg != 3857:  # the plane of the mercator projection has no end
            self.assertIn("far away nil nil", err)
        transformation = osr.CoordinateTransformation(reference(epsg), reference(4326))
        found = re.findall(r"at (\d+)/(\d+)/(\d+) (\d+) (\d+): (\S+) (\S+) (\S+) (\S+)", err)
        self.assertGreater(len(found), 3)
        for numbers in found:
            zoom, row, col, i, j = map(int, numbers[:5])
            lon, lat, x, y = map(float, numbers[5:])
            extent = {3857: (-harness.HALF_MERCATOR, harness.HALF_MERCATOR, 2 * harness.HALF_MERCATOR),
                      4326: (-180, 90, 180)}.get(epsg, (left, top, right - left))
            pixel = extent[2] / (1 << zoom) / 128
            self.assertAlmostEqual(x, extent[0] + (col * 128 + i + 0.5) * pixel, delta=1e-6 * pixel)
            self.assertAlmostEqual(y, extent[1] - (row * 128 + j + 0.5) * pixel, delta=1e-6 * pixel)
            wanted = transformation.TransformPoint(x, y)
            self.assertAlmostEqual(lon, wanted[0], delta=1e-9)
            self.assertAlmostEqual(lat, wanted[1], delta=1e-9)

    def test_mercator(self):
        self.check_grid("mercator", 3857, harness.tile_bounds(5, 11, 17), 5)

    def test_geodetic(self):
        self.check_grid("geodetic", 4326, (11.25, 42.1875, 16.875, 47.8125), 5)

    def test_utm(self):
        grid = {"shape": [1, 1], "bounds": [400000, 5000000, 656000, 5256000], "srs": {"epsg": 32633}}
        self.check_grid(grid, 32633, (400000, 5000000, 656000, 5256000), 1)


if __name__ == "__main__":
    harness.main()
