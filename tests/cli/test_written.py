"""Which tiles are written and what of them: skip, background, PNG8 with its palettes; read by GDAL."""
import numpy as np
from osgeo import gdal

import harness
import runs

PNG8 = {"format": "PNG8"}


def rgba(path):
    """A PNG with a palette as 4 bands."""
    dataset = gdal.Open(str(path))
    table = dataset.GetRasterBand(1).GetColorTable()
    colors = np.array([table.GetColorEntry(i) for i in range(table.GetCount())], "uint8")
    return colors[dataset.ReadAsArray()].transpose(2, 0, 1), table.GetCount()


class Written(runs.Case):
    SIDE = 4  # tiles

    def setUp(self):
        super().setUp()
        self.make_scene(self.SIDE, array=self.scene())

    def scene(self):
        """A whole one and a corner without data, a single pixel in another."""
        array = runs.scene(self.SIDE)
        array[array == 0] = 1
        array[:, runs.TILE:2 * runs.TILE, 2 * runs.TILE:3 * runs.TILE] = 0
        array[:, -3 * runs.TILE // 2:, -3 * runs.TILE // 2:] = 0
        array[:, 5, 7] = 0
        return array

    def tiles(self, zoom=runs.ZOOM, folder="out"):
        root = self.folder / folder / str(zoom)
        return {(int(p.parent.name), int(p.stem)): p for p in sorted(root.rglob("*.png"))}

    def full(self):
        blocks = self.scene().any(axis=0).reshape(self.SIDE, runs.TILE, self.SIDE, runs.TILE)
        return {(row + runs.FIRST_ROW, col + runs.FIRST_COL) for row, col in np.argwhere(blocks.all(axis=(1, 3)))}

    def refuse(self, message, **changes):
        self.config(**changes)
        code, _, err = self.execute()
        self.assertEqual(code, 2)
        self.assertIn(message, err)


class Skip(Written):
    SIDE = 8

    def test_partial_tiles_are_left_out_and_so_are_overviews_of_them(self):
        self.config(output={"skip": "partial"})
        self.must_execute()
        full = self.full()
        self.assertEqual(set(self.tiles()), full)
        above = {(row // 2, col // 2) for row, col in full
                 if {(row // 2 * 2 + i, col // 2 * 2 + j) for i in (0, 1) for j in (0, 1)} <= full}
        self.assertGreater(len(above), 3)
        self.assertEqual(set(self.tiles(runs.ZOOM - 1)), above)
        for path in self.tiles(runs.ZOOM - 1).values():
            self.assertEqual(harness.read(path)[3].min(), 255)

    def test_a_continued_run_ends_with_the_same_tiles(self):
        for format in ("PNG", "JPEG"):
            with self.subTest(format):
                output = {"skip": "partial", "format": format, "nodata": 0 if format == "PNG" else None}
                self.config(output={**output, "path": f"out{format}"})
                self.must_execute()
                self.config("again.yaml", output={**output, "path": f"again{format}"})
                self.must_execute("--zoom", str(runs.ZOOM), config="again.yaml")
                self.must_execute(config="again.yaml")
                self.check_same_trees(f"out{format}", f"again{format}", hidden=False)

    def test_empty_is_the_default(self):
        self.config()
        self.must_execute()
        self.config("named.yaml", output={"path": "named", "skip": "empty"})
        self.must_execute(config="named.yaml")
        self.assertEqual(sorted(self.tree("out")), sorted(self.tree("named")))
        self.assertEqual(len(self.tiles()), 62)  # of 64

    def test_wrong_values_are_refused(self):
        self.refuse("run.yaml:24:13: unknown output.skip 'partal'; did you mean 'partial'? (known: empty, partial)",
                    output={"skip": "partal"})
        self.refuse("output.skip: partial leaves out tiles that are not full, and tiles with an output.pixelbuffer overlap: leave "
                    "one of the two out", pyramid={"pixelbuffer": 4}, output={"skip": "partial", "pixelbuffer": 4})
        self.refuse("unknown output option 'skip'", output={"format": "GeoJSON", "skip": "partial", "nodata": None},
                    baselevels=None)


class Background(Written):
    def test_pixels_without_data_are_painted_and_alpha_is_dropped(self):
        self.config(output={"background": [255, 0, 128], "nodata": None})
        self.must_execute()
        corner = harness.read(self.tiles()[runs.FIRST_ROW, runs.FIRST_COL])
        self.assertEqual((corner.shape[0], list(corner[:, 5, 7])), (3, [255, 0, 128]))
        wanted = self.scene()[:, :runs.TILE, :runs.TILE]
        wanted[:, 5, 7] = (255, 0, 128)
        self.assertTrue(np.array_equal(corner, wanted))
        self.assertNotIn((runs.FIRST_ROW + 1, runs.FIRST_COL + 2), self.tiles(), "tiles without data are not written")

    def test_a_continued_run_ends_with_the_same_tiles(self):
        for name in ("PNG", "PNG8", "WebP"):
            with self.subTest(name):
                output = {"background": [255, 0, 128], "nodata": None, "format": name}
                self.config(output={**output, "path": f"out{name}"})
                self.must_execute()
                self.config("again.yaml", output={**output, "path": f"again{name}"})
                self.must_execute("--zoom", str(runs.ZOOM), config="again.yaml")
                self.must_execute(config="again.yaml")
                self.check_same_trees(f"out{name}", f"again{name}", hidden=False)

    def test_a_gray_picture_and_16_bits(self):
        script = runs.SCRIPT.replace("input.inp:read()", "input.inp:read { 1 }")
        self.config(script=script, output={"background": 60000, "count": 1, "dtype": "uint16", "nodata": None})
        self.must_execute()
        self.assertEqual(harness.read(self.tiles()[runs.FIRST_ROW, runs.FIRST_COL])[0, 5, 7], 60000)

    def test_webp_needs_no_count(self):
        self.config(output={"format": "WebP", "background": [255, 0, 0], "lossless": True, "nodata": None})
        self.must_execute()
        tile = harness.read(self.folder / f"out/{runs.ZOOM}/{runs.FIRST_ROW}/{runs.FIRST_COL}.webp")
        self.assertEqual((tile.shape[0], list(tile[:, 5, 7])), (3, [255, 0, 0]))

    def test_wrong_values_are_refused(self):
        self.refuse("output.background must be a colour such as [255, 255, 255], not 'red'",
                    output={"background": "red", "nodata": None})
        self.refuse("output.count must be 1 (gray) or 3 (RGB): with a background there is no alpha, not 4",
                    output={"background": [0, 0, 0], "count": 4, "nodata": None})
        self.refuse("PNG without alpha has no nodata value: set output.background, the colour of pixels without data",
                    output={"background": [0, 0, 0]})


class Palettes(Written):
    def test_every_tile_has_a_palette_of_its_own_that_is_near(self):
        self.config(output=PNG8)
        self.must_execute()
        scene, full = self.scene(), self.full()
        for (row, col), path in self.tiles().items():
            seen, count = rgba(path)
            y, x = (row - runs.FIRST_ROW) * runs.TILE, (col - runs.FIRST_COL) * runs.TILE
            wanted = scene[:, y:y + runs.TILE, x:x + runs.TILE]
            valid = wanted.any(axis=0)
            self.assertTrue(np.array_equal(seen[3], np.where(valid, 255, 0)), "what is valid is exact")
            off = seen[:3].astype(int) - wanted
            self.assertLess(np.abs(off[:, valid]).mean(), 6)
            if (row, col) in full:
                self.assertEqual(count, 256)
                self.assertLess(np.abs(off.mean(axis=(1, 2))).max(), 0.2, "dithering keeps the mean colour")

    def test_few_colours_are_kept_exactly(self):
        array = np.random.default_rng(3).integers(1, 7, (3, 256, 256)).astype("uint8") * 40  # 216 colours
        array[:, :20, :20] = 0
        self.image("scene.tif", array, runs.scene_bounds(2), nodata=0)
        self.config(output=PNG8, zoom_levels=runs.ZOOM, baselevels=None)
        self.must_execute()
        seen, count = rgba(self.tiles()[runs.FIRST_ROW, runs.FIRST_COL])
        self.assertLessEqual(count, 218)
        self.assertTrue(np.array_equal(seen[:3], array[:, :128, :128]))

    def test_fewer_colours_make_smaller_files(self):
        sizes = []
        for colors in (256, 16, 4):
            self.config(output={**PNG8, "colors": colors, "path": f"out{colors}", "compression": "best"})
            self.must_execute()
            paths = self.tiles(folder=f"out{colors}").values()
            sizes.append(sum(p.stat().st_size for p in paths))
            self.assertLessEqual(max(rgba(p)[1] for p in paths), colors)
        self.assertGreater(sizes[0], 1.5 * sizes[1])
        self.assertGreater(sizes[1], 1.5 * sizes[2])

    def test_without_dithering_each_pixel_has_its_nearest_colour(self):
        self.config(output={**PNG8, "colors": 32, "dither": False})
        self.must_execute()
        path = self.tiles()[min(self.full())]
        row, col = min(self.full())
        dataset = gdal.Open(str(path))
        table = dataset.GetRasterBand(1).GetColorTable()
        colors = np.array([table.GetColorEntry(i)[:3] for i in range(2, table.GetCount())], int)
        y, x = (row - runs.FIRST_ROW) * runs.TILE, (col - runs.FIRST_COL) * runs.TILE
        wanted = self.scene()[:, y:y + runs.TILE, x:x + runs.TILE].reshape(3, -1).T.astype(int)
        least = ((wanted[:, None] - colors) ** 2).sum(axis=2).min(axis=1)
        seen = rgba(path)[0][:3].reshape(3, -1).T.astype(int)
        self.assertTrue(np.array_equal(((seen - wanted) ** 2).sum(axis=1), least))

    def test_the_same_bytes_on_every_rerun(self):
        for name, workers in (("out", "1"), ("again", "3")):
            self.config(output={**PNG8, "path": name})
            self.must_execute("--workers", workers)
        self.check_same_trees("out", "again", hidden=False)

    def test_overviews_of_a_continued_run(self):
        self.config(output=PNG8)
        self.must_execute()
        self.config("again.yaml", output={**PNG8, "path": "again"})
        self.must_execute("--zoom", str(runs.ZOOM), config="again.yaml")
        self.must_execute(config="again.yaml")
        self.check_same_trees("out", "again", hidden=False)

    def test_verify_and_inputs_read_them_as_four_bands(self):
        self.config(output=PNG8)
        self.must_execute()
        self.assertIn("all is well", self.must_run("verify", "out"))
        self.config("second.yaml", input={"inp": "out"}, output={"path": "again"}, zoom_levels=runs.ZOOM, baselevels=None)
        self.must_execute(config="second.yaml")
        for place, path in list(self.tiles().items())[:5]:
            self.assertTrue(np.array_equal(harness.read(self.tiles(folder="again")[place])[3], rgba(path)[0][3]))


if __name__ == "__main__":
    harness.main()
