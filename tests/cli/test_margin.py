"""Neighbourhoods take their margin from the pixelbuffer: no seams, and no run that fails tile by tile for want of it."""
import numpy as np

import harness

CONFIG = """process: script.lua
input: {{image: image.tif}}
pyramid: {{grid: mercator, pixelbuffer: {pixelbuffer}, metatiling: {metatiling}}}
zoom_levels: 6
output: {{path: {name}, format: GTiff, dtype: float32, bands: 4, nodata: -1, metatiling: 1}}
"""
SCRIPT = """return process {
  inputs = { image = 'raster' },
  run = function(tile, input, p)
    local a = input.image:read()[1]
    local smooth = a:gaussian(1, { radius = 2 })
    local grown = smooth:gt(100):dilate(3)
    local near = a:focal(1, function(at) return at(0, 0) - at(1, -1) end)
    return { smooth:median_filter(1), grown:distance(3), near:resample(4), smooth:hillshade() }
  end,
}
"""
MESSAGE = ("script.lua:6: dilate needs 5 pixels around the tile (3 of its own, 2 of what it is given), but the configuration "
           "gives 4: write 'pixelbuffer: 5' under 'pyramid:' in the YAML, and 'margin = 5' in process { } so that this is "
           "checked before the first tile\n")


class Margin(harness.Case):
    def setUp(self):
        """16 tiles, which are one metatile of 4 x 4."""
        super().setUp()
        pixels = np.random.default_rng(3).integers(0, 200, (1024, 1024)).astype("uint8")
        self.image("image.tif", pixels, harness.tile_bounds(4, 5, 7), nodata=0)
        self.write("script.lua", SCRIPT)

    def configuration(self, name, **values):
        self.write(f"{name}.yaml", CONFIG.format(name=name, **values))
        return f"{name}.yaml"

    def test_too_small_a_pixelbuffer_ends_the_run(self):
        path = self.configuration("small", pixelbuffer=4, metatiling=1)
        code, _, err = self.run_tilewright("execute", path, "--quiet", "--workers", 1)
        self.assertEqual((code, err), (2, f"tilewright: tile 6/20/28: {MESSAGE}"))

    def test_a_built_in_process_brings_its_margin(self):
        """mapchete's hillshade knows no pixelbuffer in its configuration."""
        for name, metatiling in (("tiles", 1), ("whole", 4)):
            self.write(f"{name}.yaml", CONFIG.format(name=name, pixelbuffer=0, metatiling=metatiling)
                       .replace("script.lua", "mapchete.processes.hillshade").replace("image:", "dem:")
                       .replace("float32, bands: 4, nodata: -1", "uint8, bands: 1, nodata: 0"))
            self.must_run("execute", f"{name}.yaml", "--quiet")
        tiles, whole = (harness.mosaic(self.folder / name, 6, "tif") for name in ("tiles", "whole"))
        self.assertEqual(tiles[1:], whole[1:])
        np.testing.assert_array_equal(tiles[0], whole[0])
        self.assertGreater(len(np.unique(tiles[0])), 10)

    def test_tiles_fit_together(self):
        for name, metatiling in (("tiles", 1), ("whole", 4)):
            self.must_run("execute", self.configuration(name, pixelbuffer=8, metatiling=metatiling), "--quiet")
        tiles, whole = (harness.mosaic(self.folder / name, 6, "tif") for name in ("tiles", "whole"))
        self.assertEqual(tiles[1:], whole[1:])
        np.testing.assert_array_equal(tiles[0], whole[0])
        self.assertEqual([len(np.unique(band)) > 3 for band in tiles[0]], [True] * 4)


if __name__ == "__main__":
    harness.main()
