"""What the configuration can leave open until a run: the zoom, the environment, the folder it is started from."""
import numpy as np

import harness

BOUNDS = harness.tile_bounds(2, 1, 1)


class Settings(harness.Case):
    def setUp(self):
        super().setUp()
        self.image("coarse.tif", np.full((64, 64), 3, "uint8"), BOUNDS, nodata=0)
        self.image("fine.tif", np.full((64, 64), 8, "uint8"), BOUNDS, nodata=0)

    def value(self, path):
        array = harness.read(self.folder / path)
        self.assertEqual(array.min(), array.max())
        return int(array.max())

    def test_inputs_and_parameters_depend_on_the_zoom(self):
        self.write("make.yaml", """process: convert
input:
  inp:
    zoom<=3: coarse.tif
    zoom>3: {path: fine.tif, resampling: bilinear}
pyramid: {grid: mercator}
zoom_levels: {min: 2, max: 4}
output: {path: out, format: GTiff, dtype: uint8, bands: 1}
process_parameters:
  scale_ratio: {zoom=2: 10, zoom>2: 2}
""")
        self.must_run("execute", "make.yaml", "--quiet")
        self.assertEqual([self.value(f"out/{name}.tif") for name in ("2/1/1", "3/2/2", "4/4/4")], [30, 6, 16])

    def test_an_input_for_some_zooms_only(self):
        self.write("both.lua", """return process {
  inputs = { coarse = 'raster', fine = 'raster?' },
  run = function(tile, input, p)
    local sum = input.coarse:read()
    return input.fine and sum + input.fine:read() or sum
  end,
}
""")
        self.write("make.yaml", """process: both.lua
input: {coarse: coarse.tif, fine: {zoom<3: null, zoom>=3: fine.tif}}
pyramid: {grid: mercator}
zoom_levels: {min: 2, max: 3}
output: {path: out, format: GTiff, dtype: uint8, bands: 1}
""")
        self.must_run("execute", "make.yaml", "--quiet")
        self.assertEqual([self.value(f"out/{name}.tif") for name in ("2/1/1", "3/2/2")], [3, 11])

    def test_every_zoom_is_computed_from_the_inputs(self):
        """Not interpolated from the zoom above, in whatever order threads take them."""
        self.image("sharp.tif", np.random.default_rng(1).integers(1, 255, (512, 512)).astype("uint8"), BOUNDS, nodata=0)
        self.write("make.yaml", """process: convert
input: {inp: sharp.tif}
pyramid: {grid: mercator, tile_size: 128}
zoom_levels: {min: 2, max: 4}
output: {path: all, format: GTiff, dtype: uint8, bands: 1}
process_parameters: {resampling: bilinear}
""")
        text = (self.folder / "make.yaml").read_text()
        self.assertIn("all: 21 metatiles made (0 empty)", self.must_run("execute", "make.yaml", "--workers", "4"))
        for zoom in (2, 3, 4):
            self.write("one.yaml", text.replace("path: all", f"path: one{zoom}").replace("{min: 2, max: 4}", str(zoom)))
            self.must_run("execute", "one.yaml", "--quiet")
            wanted = {name: sum for name, sum in self.tree("all").items() if name.startswith(f"{zoom}/")}
            self.assertEqual(len(wanted), 4 ** (zoom - 2))
            self.assertEqual({name: sum for name, sum in self.tree(f"one{zoom}").items() if name.endswith(".tif")}, wanted)

    CONFIG = """process: convert
input: {inp: "${IMAGES:-.}/coarse.tif"}
pyramid: {grid: mercator}
zoom_levels: 2
output: {path: "${OUT}", format: GTiff, dtype: uint8, bands: 1}
"""

    def test_paths_from_the_environment(self):
        self.write("make.yaml", self.CONFIG)
        self.must_run("execute", "make.yaml", "--quiet", env={"OUT": "from_environment"})
        self.assertEqual(self.value("from_environment/2/1/1.tif"), 3)
        self.image("others/coarse.tif", np.full((64, 64), 4, "uint8"), BOUNDS, nodata=0)
        self.must_run("execute", "make.yaml", "--quiet", env={"OUT": "again", "IMAGES": "others"})
        self.assertEqual(self.value("again/2/1/1.tif"), 4)

    def test_an_environment_variable_that_is_not_set(self):
        self.write("make.yaml", self.CONFIG)
        self.check_fails(2, "make.yaml:5:16: the environment variable 'OUT' is not set; set it, or give a default: "
                         "${OUT:-default}",
                         "execute", "make.yaml")

    def test_paths_are_relative_to_the_configuration(self):
        self.write("project/make.yaml", "process: scripts/mine.lua\n" + self.CONFIG.split("\n", 1)[1].replace("inp:", "image:"))
        self.write("project/scripts/mine.lua", "local helper = require('helper')\nreturn process {\n  inputs = { image = "
                   "'raster' },\n"
                   "  run = function(tile, input, p) return input.image:read() * helper.gain end,\n}\n")
        self.write("project/scripts/helper.lua", "return { gain = 5 }\n")
        (self.folder / "coarse.tif").rename(self.folder / "project/coarse.tif")
        (self.folder / "elsewhere").mkdir()
        starts = (("elsewhere", "../project/make.yaml"), ("project", "make.yaml"), (".", "project/make.yaml"),
                  ("/", self.folder / "project/make.yaml"))
        for i, (folder, config) in enumerate(starts):
            self.must_run("execute", config, "--quiet", cwd=self.folder / folder, env={"OUT": f"out{i}"})
            self.assertEqual(self.value(f"project/out{i}/2/1/1.tif"), 15)
        self.check_fails(2, "../project/make.yaml:2:16: cannot open '../project/nowhere/coarse.tif': No such file or "
                         "directory", "execute", "../project/make.yaml", cwd=self.folder / "elsewhere",
                         env={"OUT": "x", "IMAGES": "nowhere"})

    def test_absolute_paths_stay_as_they_are(self):
        self.write("project/make.yaml", self.CONFIG)
        paths = {"OUT": str(self.folder / "absolute"), "IMAGES": str(self.folder)}
        self.must_run("execute", "project/make.yaml", "--quiet", env=paths)
        self.assertEqual(self.value("absolute/2/1/1.tif"), 3)


if __name__ == "__main__":
    harness.main()
