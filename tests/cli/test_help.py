"""The program explains itself: help, version, lists, and files to start from."""
import json
import re

import numpy as np

import harness

COMMANDS = ("execute", "serve", "create", "check", "info", "verify", "formats", "index", "processes", "schema", "types", "services", "cp", "rm", "stac")


class Help(harness.Case):
    def test_help_lists_the_commands(self):
        out = self.must_run("--help")
        for command in COMMANDS:
            self.assertRegex(out, rf"(?m)^  {command} +\w")
        self.assertIn("examples:\n  tilewright ", out)
        self.assertEqual(out, self.must_run("help"))
        self.assertEqual(out, self.must_run("-h"))

    def test_every_command_has_usage_and_examples(self):
        for command in COMMANDS:
            with self.subTest(command):
                out = self.must_run(command, "--help")
                self.assertTrue(out.startswith(f"tilewright {command} - "), out)
                self.assertIn(f"usage: tilewright {command}", out)
                self.assertRegex(out, rf"\nexamples?:\n  tilewright {command}")
                self.assertLessEqual(max(map(len, out.splitlines())), 120)
                self.assertEqual(out, self.must_run(command, "-h"))

    def test_help_wins_over_wrong_options(self):
        self.must_run("execute", "--nonsense", "--help")

    def test_every_option_in_the_help_exists(self):
        for option in re.findall(r"--[a-z-]+", self.must_run("execute", "--help")):
            _, _, err = self.run_tilewright("execute", option)
            self.assertNotIn("unknown option", err)

    def test_version(self):
        self.assertRegex(self.must_run("--version"), r"^tilewright \d+\.\d+\.\d+ \(GDAL 3\.\d+\.\d+.*\)\n$")

    def test_formats(self):
        out = self.must_run("formats")
        for name in ("raster", "stack", "PNG", "GTiff"):
            self.assertRegex(out, rf"(?m)^  {name} +\w")

    def test_formats_of_one_side_only(self):
        self.assertNotIn("outputs:", self.must_run("formats", "-i"))
        self.assertNotIn("inputs:", self.must_run("formats", "--output-formats"))
        self.assertEqual(self.must_run("formats", "-i", "-o"), self.must_run("formats"))

    def test_a_process_may_be_named_with_an_option(self):
        self.assertEqual(self.must_run("processes", "-n", "ndvi"), self.must_run("processes", "ndvi"))

    def test_the_printed_source_runs_as_a_script_of_ones_own(self):
        self.image("image.tif", np.full((256, 256), 7, "uint8"), harness.tile_bounds(4, 5, 6), nodata=0)
        self.write("mine.lua", self.must_run("processes", "convert", "--source"))
        config = ("process: {}\ninput: {{image: image.tif}}\npyramid: {{grid: mercator}}\nzoom_levels: 4\n"
                  "output: {{path: {}, format: GTiff, dtype: uint8, bands: 1}}\n")
        self.write("mine.yaml", config.format("mine.lua", "mine").replace("image:", "inp:"))
        self.write("builtin.yaml", config.format("convert", "builtin"))
        self.must_run("execute", "mine.yaml", "--quiet")
        self.must_run("execute", "builtin.yaml", "--quiet")
        self.assertEqual(self.tree("mine")["4/5/6.tif"], self.tree("builtin")["4/5/6.tif"])


class Create(harness.Case):
    def test_what_create_writes_runs_once_the_image_is_there(self):
        self.assertEqual(self.must_run("create", "ndvi"), "ndvi.yaml\nndvi.lua\n")
        self.image("image.tif", np.full((64, 64), 7, "uint8"), harness.tile_bounds(12, 1500, 2100), nodata=0)
        out = self.must_run("execute", "ndvi.yaml", "--dry-run")
        self.assertRegex(out, r"(?m)^  12  1 .*computed$")
        self.assertRegex(out, r"(?m)^   8  1 .*overview$")
        plan = json.loads(self.must_run("execute", "ndvi.yaml", "--dry-run", "--json"))
        self.assertEqual(plan["zooms"][-1], {"zoom": 12, "metatiles": 1, "pixels": 1048576.0, "made": "computed"})
        self.assertEqual((plan["dry_run"], plan["metatiles"], plan["output"]["format"]), (True, 5, "PNG"))
        self.assertNotIn("changed", plan)
        self.assertFalse((self.folder / "ndvi_tiles").exists(), "a dry run writes nothing")
        self.must_run("execute", "ndvi.yaml", "--quiet")
        self.assertEqual(harness.read(self.folder / "ndvi_tiles/12/1500/2100.png")[:, 9, 9].tolist(), [7, 7, 7, 255])

    def test_without_the_image_the_message_says_where_to_name_it(self):
        self.must_run("create", "ndvi")
        self.check_fails(2, "ndvi.yaml:6:10: cannot open 'image.tif': No such file or directory",
                         "execute", "ndvi.yaml", "--dry-run")

    def test_create_writes_into_folders(self):
        self.assertEqual(self.must_run("create", "processes/ndvi"), "processes/ndvi.yaml\nprocesses/ndvi.lua\n")
        self.assertIn("process: ndvi.lua\n", (self.folder / "processes/ndvi.yaml").read_text())

    def test_create_takes_the_options_of_mapchete(self):
        out = self.must_run("create", "--mapchete-file", "a/dem.mapchete", "--process-file", "a/shade.lua",
                            "--out-format", "GTiff", "--out-path", "shaded", "--pyramid-type", "geodetic", "-f")
        self.assertEqual(out, "a/dem.mapchete\na/shade.lua\n")
        config = (self.folder / "a/dem.mapchete").read_text()
        for line in ("process: shade.lua\n", "  grid: geodetic\n", "  path: shaded\n", "  format: GTiff\n"):
            self.assertIn(line, config)
        self.must_run("create", "--mapchete-file", "b/dem.yaml", "--process-file", "a/other.lua")
        config = (self.folder / "b/dem.yaml").read_text()
        self.assertIn(f"process: {self.folder.resolve()}/a/other.lua\n", config)
        self.assertIn("  path: dem_tiles\n", config)

    def test_create_keeps_what_is_there(self):
        self.write("ndvi.lua", "-- mine\n")
        self.check_fails(2, "tilewright: 'ndvi.lua' exists already; --force replaces it", "create", "ndvi")
        self.assertFalse((self.folder / "ndvi.yaml").exists())
        self.write("dem.yaml", "# mine\n")
        self.check_fails(2, "tilewright: 'dem.yaml' exists already; --force replaces it", "create", "dem")
        self.assertFalse((self.folder / "dem.lua").exists())
        self.assertEqual((self.folder / "dem.yaml").read_text(), "# mine\n")
        self.must_run("create", "dem", "--force")
        self.assertIn("process: dem.lua\n", (self.folder / "dem.yaml").read_text())


if __name__ == "__main__":
    harness.main()
