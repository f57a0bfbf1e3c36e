"""Tiles of one colour are made without looking at their pixels: with the same bytes as from an image that has every pixel."""
import numpy as np

import harness

SIDE = 64  # a world of 64 x 64 pixels, 2048 x 2048 at zoom 3
WORLD = (-harness.HALF_MERCATOR, -harness.HALF_MERCATOR, harness.HALF_MERCATOR, harness.HALF_MERCATOR)
CONFIG = """process: script.lua
input: {{image: {image}.tif}}
pyramid: {{grid: mercator, metatiling: {metatiling}}}
zoom_levels: {{min: 0, max: 3}}
baselevels: {{min: 3, lower: {lower}}}
output: {{path: out_{image}, metatiling: 1, {output}}}
"""
SCRIPT = "return process {{ inputs = {{ image = 'raster' }}, run = function(tile, input) return {result} end }}\n"


class Uniform(harness.Case):
    """small.tif is enlarged; large.tif has the same pixels at zoom 3, so that they are copied one by one."""

    def make_images(self, dtype="uint8", nodata=0):
        pixels = np.full((3, SIDE, SIDE), 20, dtype)
        pixels[1], pixels[2] = 60, 120
        pixels[:, :, 40:] += 1
        pixels[:, 5:21, 33:47] = np.random.default_rng(3).integers(1, 250, (3, 16, 14))
        pixels[:, 50:, 8:24] = nodata
        self.image("small.tif", pixels, WORLD, nodata=nodata)
        self.image("large.tif", pixels.repeat(32, axis=1).repeat(32, axis=2), WORLD, nodata=nodata)

    def check(self, output, metatiling=2, lower="average", result="input.image:read()"):
        trees = []
        self.write("script.lua", SCRIPT.format(result=result))
        for image in ("small", "large"):
            self.write("make.yaml", CONFIG.format(image=image, metatiling=metatiling, lower=lower, output=output))
            self.must_run("execute", "make.yaml", "--quiet", "--overwrite", "--workers", 2)
            root = self.folder / f"out_{image}"
            trees.append({path.relative_to(root): path.read_bytes() for path in root.glob("[0-9]*/*/*") if path.suffix != ".xml"})
        self.assertGreater(len(trees[1]), 30)
        self.assertEqual(trees[0].keys(), trees[1].keys())
        self.assertEqual([str(path) for path in trees[0] if trees[0][path] != trees[1][path]], [])

    def test_pictures(self):
        self.make_images()
        for metatiling in (1, 4):
            self.check("format: PNG, count: 3", metatiling)
        self.check("format: PNG")
        self.check("format: WebP, quality: 60", lower="nearest")
        self.check("format: PNG8", lower="mode")

    def test_geotiffs(self):
        self.make_images("float32", -1)
        for lower in ("average", "sum", "cubic"):
            self.check("format: GTiff, dtype: float32, bands: 3, nodata: -1", lower=lower)

    def test_what_a_script_makes_of_them(self):
        self.make_images()
        for result in ("input.image:read() * 2 + 1", "input.image:read { 3, 1, 2 }", "input.image:read():where(input.image:read()[1]:gt(20))",
                       "raster.new { r = input.image:read()[1], g = input.image:read()[2] + tile.row, b = input.image:read()[3] }"):
            with self.subTest(result):
                self.check("format: PNG, count: 3", result=result)


if __name__ == "__main__":
    harness.main()
