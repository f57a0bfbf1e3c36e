"""Tile directories as inputs: what one run has written, another one reads."""
import json
import shutil

import numpy as np

import harness

MAKE = """process: convert
input: {{inp: image.tif}}
pyramid: {{grid: mercator, tile_size: 128, metatiling: {metatiling}}}
zoom_levels: {zooms}
output: {output}
"""
USE = """process: convert
input:
  inp: {inp}
pyramid: {{grid: {grid}, tile_size: 128, metatiling: {metatiling}}}
zoom_levels: {zooms}
output: {{path: again, format: GTiff, dtype: uint16, bands: 1}}
"""
ZOOM, ROW, COL = 5, 10, 12  # of the image, which is 4 x 4 tiles large


class TileDirectory(harness.Case):
    def setUp(self):
        super().setUp()
        y, x = np.mgrid[0:512, 0:512]
        self.array = (1000 + 3 * x + 5 * y).astype("uint16")
        self.array[200:280, 60:180] = 0
        self.array[:128, :128] = 0  # no tile there
        side = harness.tile_bounds(ZOOM, ROW, COL)
        self.bounds = side[0], side[3] - 4 * (side[3] - side[1]), side[0] + 4 * (side[2] - side[0]), side[3]
        self.image("image.tif", self.array, self.bounds, nodata=0)

    def make(self, zooms="5", metatiling=1, output="{path: tiles, format: GTiff, dtype: uint16, bands: 1}"):
        self.write("make.yaml", MAKE.format(zooms=zooms, metatiling=metatiling, output=output))
        self.must_run("execute", "make.yaml", "--quiet")
        return self.folder / "tiles"

    def config(self, inp="tiles", zooms="5", grid="mercator", metatiling=1):
        self.write("use.yaml", USE.format(inp=inp, zooms=zooms, grid=grid, metatiling=metatiling))

    def use(self, *arguments, **more):
        self.config(*arguments, **more)
        shutil.rmtree(self.folder / "again", ignore_errors=True)
        self.must_run("execute", "use.yaml", "--quiet")
        return self.folder / "again"

    def check_refused(self, message, inp):
        self.config(inp)
        code, _, err = self.run_tilewright("execute", "use.yaml", "--quiet")
        self.assertEqual((code, err.strip()), (2, message))

    def whole(self, folder, zoom=ZOOM):
        return harness.mosaic(folder, zoom, "tif")[0][0]

    def test_the_same_zoom_gives_the_same_pixels(self):
        self.make()
        self.assertTrue(np.array_equal(self.whole(self.use()), self.array))
        self.assertFalse((self.folder / f"again/{ZOOM}/{ROW}/{COL}.tif").exists())

    def test_other_metatiles_give_the_same_pixels(self):
        self.make(metatiling=4, output="{path: tiles, format: GTiff, dtype: uint16, bands: 1, metatiling: 2}")
        self.assertTrue(np.array_equal(self.whole(self.use(metatiling=1)), self.array))

    def test_the_explicit_form_needs_no_metadata(self):
        (self.make(metatiling=2) / "metadata.json").unlink()
        explicit = ("{format: TileDirectory, path: tiles, grid: mercator, tile_size: 128, metatiling: 2, extension: tif, "
                    "dtype: uint16, count: 1}")
        self.assertTrue(np.array_equal(self.whole(self.use(explicit)), self.array))

    def test_png_tiles_bring_their_alpha(self):
        self.image("image.tif", np.stack([(self.array // 32).astype("uint8")] * 3), self.bounds, nodata=0)
        self.make(output="{path: tiles, format: PNG}")
        got = self.whole(self.use("{path: tiles, bands: [1]}"))
        self.assertTrue(np.array_equal(got, self.array // 32))

    def test_a_zoom_without_tiles_is_empty_or_made_of_finer_ones(self):
        self.make()
        again = self.use(zooms="4")
        self.assertEqual(list(again.glob("4/*/*.tif")), [])
        again = self.use("{path: tiles, fallback_to_higher_zoom: true, resampling: average}", zooms="4")
        got = self.whole(again, 4)
        blocks = self.array.reshape(256, 2, 256, 2).mean(axis=(1, 3))
        self.assertTrue(np.all(np.abs(got[140:] - blocks[140:]) <= 0.5))

    def test_finer_zooms_are_enlarged(self):
        self.make()
        got = self.whole(self.use(zooms="6"), 6)
        self.assertTrue(np.array_equal(got, self.array.repeat(2, 0).repeat(2, 1)))

    def test_every_zoom_is_read_from_its_own_tiles(self):
        tiles = self.make(zooms="{min: 3, max: 5}")
        again = self.use(zooms="{min: 3, max: 5}")
        for zoom in 3, 4, 5:
            self.assertTrue(np.array_equal(self.whole(again, zoom), self.whole(tiles, zoom)), zoom)

    def test_another_crs_is_as_reading_the_image_itself(self):
        self.make()
        for metatiling in 1, 4:
            from_tiles = self.whole(self.use("{path: tiles, resampling: bilinear}", "4", "geodetic", metatiling), 4)
            from_image = self.whole(self.use("{path: image.tif, resampling: bilinear}", "4", "geodetic", metatiling), 4)
            self.assertGreater(np.count_nonzero(from_image), 10000)
            self.assertTrue(np.array_equal(from_tiles, from_image))

    def test_wrong_uses_are_refused(self):
        self.make()
        self.check_refused("use.yaml:3:22: unknown key 'metatile'; did you mean 'metatiling'?", "{path: tiles, metatile: 2}")
        self.check_refused("use.yaml:3:39: no folder 'none'", "{format: tile_directory, path: none}")
        self.check_refused("use.yaml:3:15: 'tiles' holds no tiles of zoom 6 to 30: no file 'ZOOM/ROW/COL.tif'",
                           "{path: tiles, min_zoom: 6}")
        self.check_refused("use.yaml:3:15: 'tiles/5/10/13.tif' has 128 x 128 pixels; with tile_size 256, metatiling 1 and "
                           "pixelbuffer 0 it would have 256 x 256", "{path: tiles, tile_size: 256}")

    def test_broken_metadata_is_refused_with_its_line(self):
        path = self.make() / "metadata.json"
        path.write_text(path.read_text().replace('"pyramid": {', '"pyramid" {'))
        line = next(i for i, text in enumerate(path.read_text().split("\n"), 1) if '"pyramid" {' in text)
        self.check_refused(f"use.yaml:3:8: tiles/metadata.json:{line}:15: malformed JSON: ':' expected near '{{'", "tiles")
        path.write_text(json.dumps({"driver": {}}))
        self.check_refused("use.yaml:3:8: 'tiles/metadata.json' does not describe a tile directory: it has no 'pyramid'", "tiles")

    def test_a_truncated_tile_fails_its_own_metatile(self):
        tiles = self.make()
        path = tiles / f"{ZOOM}/{ROW + 2}/{COL + 2}.tif"
        path.write_bytes(path.read_bytes()[:200])
        self.config()
        code, _, err = self.run_tilewright("execute", "use.yaml", "--quiet")
        self.assertEqual(code, 1)
        self.assertIn(f"tile {ZOOM}/{ROW + 2}/{COL + 2}: ", err)
        self.assertIn(f"'tiles/{ZOOM}/{ROW + 2}/{COL + 2}.tif'", err)


if __name__ == "__main__":
    harness.main()
