"""What is said about a bad script: before the first tile with exit code 2, at a tile with exit code 1."""
import json

import numpy as np

import harness

CONFIG = """process: script.lua
input: {{image: image.tif}}
pyramid: {{grid: mercator}}
zoom_levels: 4
output: {output}
"""
GTIFF = "{path: out, format: GTiff, dtype: uint8, bands: 1}"
SCRIPT = """return process {{
  inputs = {{ image = 'raster' }},
  run = function(tile, input, p)
    {body}
  end,
}}
"""
FAILED = "tilewright: 1 metatile failed; mend the cause, then run again with --retry-failed"
RESAMPLINGS = "nearest, bilinear, cubic, cubic_spline, lanczos, average, mode, min, max, med, q1, q3, sum, rms"


class BadScript(harness.Case):
    def setUp(self):
        super().setUp()
        self.image("image.tif", np.full((64, 64), 7, "uint8"), harness.tile_bounds(4, 5, 6), nodata=0)

    def check_refused(self, message, script, output=GTIFF):
        """The script is refused before the first tile."""
        self.write("script.lua", script)
        self.write("bad.yaml", CONFIG.format(output=output))
        self.check_fails(2, message, "execute", "bad.yaml", "--quiet")
        self.assertFalse((self.folder / "out").exists(), "something was written")

    def check_fails_at_tile(self, message, body, output=GTIFF):
        """The script fails at its only tile."""
        self.write("script.lua", SCRIPT.format(body=body))
        self.write("bad.yaml", CONFIG.format(output=output))
        self.check_fails(1, [f"tile 4/5/6: {message}", FAILED], "execute", "bad.yaml", "--quiet")

    def test_a_syntax_error(self):
        self.check_refused("script.lua:4: '=' expected near 'end'", "return process {\n  run = function()\n    local x tile\n  "
                           "end }\n")

    def test_no_process_is_returned(self):
        self.check_refused("script.lua: the script must end in 'return process { ... }'", "local x = 1\n")

    def test_something_else_is_returned(self):
        self.check_refused("script.lua: the script must end in 'return process { ... }'", "return 5\n")

    def test_an_unknown_field(self):
        self.check_refused("script.lua:2: unknown field 'input' in process { ... }; did you mean 'inputs'? (known: about, "
                           "any_input_name, inputs, margin, output, params, prepare, run, setup)",
                           "return process {\n  input = { image = 'raster' },\n  run = function() end,\n}\n")

    def test_run_is_missing(self):
        self.check_refused("script.lua:1: process needs 'run = function(tile, input, p) ... end'",
                           "return process { inputs = { image = 'raster' } }\n")

    def test_an_unknown_kind_of_input(self):
        self.check_refused("script.lua:2: input 'image': unknown kind 'rastre'; did you mean 'raster'? (known: raster, stack, "
                           "vector, any, rasters, stacks, vectors, group)",
                           "return process {\n  inputs = { image = 'rastre' },\n  run = function() end,\n}\n")

    def test_an_unknown_output_type(self):
        self.check_refused("script.lua:2: unknown dtype 'unit8'; did you mean 'uint8'? (known: uint8, int8, uint16, int16, "
                           "uint32, int32, float32, float64)",
                           "return process {\n  output = { dtype = 'unit8' },\n  run = function() end,\n}\n")

    def test_the_sandbox_has_no_files(self):
        self.check_refused("script.lua:1: 'io' is not available in scripts: inputs and results are all that a script reads "
                           "and writes", "local file = io.open('x')\nreturn process { run = function() end }\n")

    def test_an_error_at_a_tile(self):
        self.check_fails_at_tile("script.lua:4: no band 'rad'; this raster has: band1", "return input.image:read().rad")

    def test_an_error_that_the_script_raises(self):
        self.check_fails_at_tile("script.lua:4: too dark", "error('too dark')")

    def test_a_band_that_the_input_does_not_have(self):
        self.check_fails_at_tile("script.lua:4: no band 'red'; input 'image' has: band1", "return input.image:read { 'red' }")

    def test_an_unknown_resampling(self):
        self.check_fails_at_tile(f"script.lua:4: unknown resampling 'bilinaer'; did you mean 'bilinear'? (known: {RESAMPLINGS})",
                                 "return input.image:read(nil, { resampling = 'bilinaer' })")

    def test_an_unknown_input(self):
        self.check_fails_at_tile("script.lua:4: no input 'imge'; did you mean 'image'? (known: image)",
                                 "return input.imge:read()")

    def test_an_unknown_parameter(self):
        self.check_fails_at_tile("script.lua:4: no parameter 'gain'; known: none", "return input.image:read() * p.gain")

    def test_arithmetic_with_nothing(self):
        self.check_fails_at_tile("script.lua:4: '*' needs numbers and arrays, not nil", "return input.image:read() * nil")

    def test_a_comparison_of_arrays(self):
        self.write("script.lua", SCRIPT.format(body="if input.image.band1 < 40 then return nil end"))
        self.write("bad.yaml", CONFIG.format(output=GTIFF))
        code, _, err = self.run_tilewright("execute", "bad.yaml", "--quiet")
        self.assertEqual(code, 1)
        self.assertTrue(err.startswith("tile 4/5/6: script.lua:4: ") and ":lt(" in err, err)

    def test_the_wrong_number_of_bands(self):
        self.check_fails_at_tile("script.lua: the script returned 2 bands; the output has 1",
                                 "local a = input.image.band1; return raster.of({ 'a', 'b' }, { a, a })")

    def test_one_band_where_three_are_wanted(self):
        self.check_fails_at_tile("script.lua: the script returned 1 band; the output has 3", "return input.image:read()",
                                 output="{path: out, format: GTiff, dtype: uint8, bands: 3}")

    def test_five_bands_as_png(self):
        self.check_fails_at_tile("script.lua: the script returned 5 bands; PNG takes 1 to 4",
                                 "local a = input.image.band1; return raster.of({ 'a', 'b', 'c', 'd', 'e' }, { a, a, a, a, a })",
                                 output="{path: out, format: PNG}")

    def test_something_that_is_no_raster(self):
        self.check_fails_at_tile("script.lua: run returned 'done'; it must return a raster, an array, a list of arrays or features, or nil",
                                 "return 'done'")

    def test_a_module_that_is_missing(self):
        self.check_refused("script.lua:1: cannot find module 'helper': no file 'helper.lua'",
                           "local helper = require('helper')\nreturn process { run = function() end }\n")

    def test_the_other_tiles_are_made(self):
        self.image("image.tif", np.full((128, 128), 7, "uint8"), harness.tile_bounds(3, 2, 3), nodata=0)
        self.write("script.lua", SCRIPT.format(body="if tile.col == 6 then error('no column six') end return input.image:read()"))
        self.write("bad.yaml", CONFIG.format(output=GTIFF))
        self.check_fails(1, ["tile 4/4/6: script.lua:4: no column six (and 1 more tile)",
                             "tilewright: 2 metatiles failed; mend the cause, then run again with --retry-failed"],
                         "execute", "bad.yaml", "--quiet")
        self.assertEqual([name for name in self.tree("out") if name.endswith(".tif")], ["4/4/7.tif", "4/5/7.tif"])
        failed = json.loads((self.folder / "out/failed.json").read_text())["failed"]
        self.assertEqual(failed, [{"zoom": 4, "row": row, "col": 6, "message": f"tile 4/{row}/6: script.lua:4: no column six"}
                                  for row in (4, 5)])


class BadModule(harness.Case):
    def test_an_error_in_a_module_names_the_module(self):
        self.image("image.tif", np.full((64, 64), 7, "uint8"), harness.tile_bounds(4, 5, 6), nodata=0)
        self.write("helper.lua", "local helper = {}\nfunction helper.ratio(a)\n  return a / a.b.c\nend\nreturn helper\n")
        self.write("script.lua", "local helper = require('helper')\n" + SCRIPT.format(body="return helper.ratio({ b = {} })"))
        self.write("bad.yaml", CONFIG.format(output=GTIFF))
        code, _, err = self.run_tilewright("execute", "bad.yaml", "--quiet")
        self.assertEqual(code, 1)
        self.assertTrue(err.startswith("tile 4/5/6: helper.lua:3: attempt to perform arithmetic on"), err)


if __name__ == "__main__":
    harness.main()
