"""`check` says all that is wrong with a configuration, and what is right, and touches nothing."""
import json
import signal

import harness
import runs


class Check(runs.Case):
    def setUp(self):
        super().setUp()
        self.make_scene(tiles=2)

    def check_text(self, *arguments):
        return self.must_run("check", "run.yaml", "--workers", "2", "--memory", "1G", *arguments)

    def refused(self, *messages):
        """These are the problems, one a line, and their number."""
        count = f"run.yaml: {len(messages)} problem{'s' if len(messages) > 1 else ''}"
        self.check_fails(2, [*messages, count], "check", "run.yaml")

    def test_the_summary(self):
        self.config()
        self.assertEqual(self.check_text(), """run.yaml: ok
process    run.lua
inputs     inp: raster, 3 bands (red green blue) of uint8, EPSG:3857, 256 x 256 pixels of 4891.97
pyramid    mercator (EPSG:3857), tiles of 128 pixels, metatiles of 2 x 2 tiles
zooms       3: 1 metatile        overview      pixels of 39135.8
            4: 1 metatile        overview      pixels of 19567.9
            5: 1 metatile        overview      pixels of 9783.94
            6: 1 metatile        computed      pixels of 4891.97
output     out: PNG, 4 bands of uint8, nodata 0, new
memory     1.1 GB for 2 workers; a metatile takes at least 983 kB
""")
        self.assertFalse((self.folder / "out").exists(), "something was written")

    def test_quiet_says_nothing(self):
        self.config()
        self.assertEqual(self.check_text("--quiet"), "")

    def test_features_and_rectangular_pixels(self):
        self.image("scene.tif", runs.scene(1), (0, 0, 20, 10), srs="EPSG:4326", nodata=0)
        self.write("places.geojson", '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, '
                                     '"geometry": {"type": "Point", "coordinates": [3, 4]}}]}')
        script = runs.SCRIPT.replace("inputs = {", "inputs = { places = 'vector',")
        self.config(script=script, input={"places": "places.geojson"}, baselevels=None,
                    pyramid={"grid": "geodetic", "pixelbuffer": 5})
        out = self.check_text()
        self.assertIn("inputs     inp: raster, 3 bands (red green blue) of uint8, EPSG:4326, 128 x 128 pixels of 0.15625 x 0.078125\n"
                      "           places: vector, layer places, 1 feature, EPSG:4326\n"
                      "pyramid    geodetic (EPSG:4326), tiles of 128 pixels, metatiles of 2 x 2 tiles, pixelbuffer 5\n", out)

    def test_several_configurations(self):
        self.config()
        self.config(name="bad.yaml", zoom_levels=None)
        code, out, err = self.run_tilewright("check", "run.yaml", "bad.yaml", "run.yaml", "--quiet")
        self.assertEqual((code, out), (2, ""))
        self.assertIn("bad.yaml: 1 problem\n", err)
        code, out, err = self.run_tilewright("check", "run.yaml", "bad.yaml", "run.yaml", "--json")
        told = [json.loads(line) for line in out.splitlines()]
        self.assertEqual((code, err), (2, ""))
        self.assertEqual([(one["configuration"], one["ok"]) for one in told],
                         [("run.yaml", True), ("bad.yaml", False), ("run.yaml", True)])
        self.assertEqual(len(told[1]["problems"]), 1)
        self.assertTrue(told[1]["problems"][0].startswith("bad.yaml:1:1: 'zoom_levels' is missing"), told[1])

    def test_json(self):
        self.config()
        told = json.loads(self.check_text("--json"))
        self.assertEqual(told["inputs"]["inp"]["bands"], ["red", "green", "blue"])
        self.assertEqual(told["inputs"]["inp"]["size"], [256, 256])
        self.assertEqual([(z["zoom"], z["metatiles"], z["made"]) for z in told["zooms"]],
                         [(3, 1, "overview"), (4, 1, "overview"), (5, 1, "overview"), (6, 1, "computed")])
        self.assertEqual(told["output"], {"path": "out", "format": "PNG", "state": "new", "failed_metatiles": 0, "bands": 4,
                                          "dtype": "uint8"})
        self.assertEqual(told["memory"]["workers"], 2)

    def test_problems_of_the_file_the_script_and_the_inputs(self):
        self.config(zoom_levels={"min": 5, "max": 3}, baselevels=None)
        self.refused("run.yaml:12:12: zoom_levels.min 5 is larger than zoom_levels.max 3")
        self.config(script="return process {", input={"inp": "nowhere.tif"})
        code, _, err = self.run_tilewright("check", "run.yaml")
        self.assertEqual(code, 2)
        self.assertIn("run.lua:1: ", err)
        self.config(input={"inp": "nowhere.tif", "more": "scene.tif"}, output={"dtyp": "uint8"})
        code, _, err = self.run_tilewright("check", "run.yaml")
        self.assertEqual((code, err.splitlines()[-1]), (2, "run.yaml: 3 problems"))
        for part in ("cannot open 'nowhere.tif'", "'more'", "unknown output option 'dtyp'"):
            self.assertIn(part, err)

    def test_a_metatile_that_does_not_fit_in_memory(self):
        self.config(pyramid={"metatiling": 64})
        code, _, err = self.run_tilewright("check", "run.yaml", "--memory", "128M")
        self.assertEqual(code, 2)
        self.assertRegex(err, r"\Aa metatile of 64 x 64 tiles needs at least \d+ MB, ")

    def test_bounds_that_lie_elsewhere(self):
        """Degrees, most often, where the grid has metres."""
        self.config(bounds=[10, 46, 12, 48])
        message = ("no metatile lies in the inputs and in the area that was asked for; bounds are in the CRS of the grid unless bounds_crs "
                   "names another\n")
        self.assertIn(message, self.check_text())
        self.assertIn(message, self.must_execute("--dry-run"))
        self.assertEqual(self.must_execute(), f"out: nothing to do, {message}")

    def test_an_output_that_was_begun(self):
        self.config()
        self.must_execute("--quiet")
        before = self.stamps("out")
        self.assertIn("output     out: PNG, 4 bands of uint8, nodata 0, there already: a run makes what is missing\n",
                      self.check_text())
        self.config(process_parameters={"gain": 0.5})
        changed = ("'out' was made with another configuration or script (changed since); use --overwrite to make it anew, {}or "
                   "another output.path")
        self.refused(changed.format(""))
        self.write("out/failed.json", '{"failed": [{"zoom": 6, "row": 10, "col": 16, "message": "x"}]}')
        self.refused(changed.format("--retry-failed to make only what failed, "))
        self.config()
        self.assertIn("           1 metatile failed in the last run; --retry-failed makes them alone\n", self.check_text())
        (self.folder / "out/failed.json").unlink()
        self.assertEqual(self.stamps("out"), before, "check has touched the output")

    def test_files_that_lie_there_already(self):
        self.config()
        self.write("out/6/20/32.png", "x")
        self.assertIn("output     out: PNG, 4 bands of uint8, nodata 0, holds files already: tiles among them are kept\n",
                      self.check_text())
        self.assertEqual(list(self.tree("out", hidden=True)), ["6/20/32.png"])

    def test_a_journal_that_is_none(self):
        self.config()
        self.write("out/.tilewright/journal", "nonsense\n")
        self.refused("cannot read 'out/.tilewright/journal': it is no journal; use --overwrite to begin anew")

    def test_a_single_file(self):
        self.config(zoom_levels=6, baselevels=None, output={"path": "out.tif", "format": "GTiff", "dtype": "uint8", "bands": 3})
        self.assertIn("output     out.tif: GTiff, 3 bands of uint8, nodata 0, new\n", self.check_text())
        self.must_execute("--quiet")
        self.assertIn("output     out.tif: GTiff, 3 bands of uint8, nodata 0, done already\n", self.check_text())
        self.config(zoom_levels=6, baselevels=None, process_parameters={"gain": 0.5},
                    output={"path": "out.tif", "format": "GTiff", "dtype": "uint8", "bands": 3})
        self.refused("'out.tif' exists already; use --overwrite to replace it")

    def test_an_output_that_is_being_written(self):
        self.config(script=runs.SCRIPT.replace("return input", "local x = 0; for i = 1, 1e12 do x = x + i % 7 end\n    return input"))
        first = self.start(binary=harness.RELEASE)
        try:
            lock = self.folder / "out/.tilewright/lock"
            self.wait_until(lambda: lock.exists() and lock.read_text().endswith("\n"), "the lock")
            code, out, err = self.run_tilewright("check", "run.yaml")
            self.assertEqual((code, out), (2, ""))
            self.assertRegex(err, rf"\A'out' is being written by process {first.pid} on host '.*' since .*; wait for it, or stop it\n"
                                  r"run.yaml: 1 problem\n\Z")
        finally:
            first.send_signal(signal.SIGKILL)
            self.end(first)
        self.assertIn(", new\n", self.check_text(), "a lock that nobody holds is none")

    def test_wrong_usage(self):
        self.config()
        self.check_fails(2, "tilewright: which configuration? usage: tilewright check CONFIG...", "check")
        self.check_fails(2, "tilewright: unknown option '--jsn'; did you mean '--json'?", "check", "run.yaml", "--jsn")
        self.check_fails(2, ["cannot open 'none.yaml': No such file or directory", "none.yaml: 1 problem"], "check", "none.yaml")


if __name__ == "__main__":
    harness.main()
