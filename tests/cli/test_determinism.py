"""The same bytes, whatever the number of workers and in whatever pieces the work is done. What is compared is the whole output
folder, with the journal that the program keeps in it."""
import shutil

import harness
import runs

# metatiles of the scene: 8 x 8 tiles at zoom 6, metatiles of 2 x 2 tiles
TOP_ROW, TOP_COL = runs.FIRST_ROW // 2, runs.FIRST_COL // 2


class Determinism(runs.Case):
    def out(self, name):
        """The same configuration with another output path."""
        text = (self.folder / "run.yaml").read_text()
        self.write(f"{name}.yaml", text.replace('"path": "out', f'"path": "{name}'))
        return f"{name}.yaml"

    def check_workers(self, **changes):
        self.config(**changes)
        for workers in (1, 2, 7):
            shutil.rmtree(self.folder / f"out{workers}", ignore_errors=True)
            self.must_execute("--quiet", "--workers", workers, config=self.out(f"out{workers}"))
        self.assertTrue((self.folder / "out1/.tilewright/journal").exists())
        self.check_same_trees("out2", "out1")
        self.check_same_trees("out7", "out1")

    def metatiles(self):
        """All metatiles of the scene, zoom by zoom, deepest first."""
        for zoom in range(runs.ZOOM, 2, -1):
            shift = runs.ZOOM - zoom
            for row in range(TOP_ROW >> shift, (TOP_ROW + 3 >> shift) + 1):
                for col in range(TOP_COL >> shift, (TOP_COL + 3 >> shift) + 1):
                    yield zoom, row, col

    def check_tile_by_tile(self, **changes):
        self.config(**changes)
        self.must_execute("--quiet", config=self.out("whole"))
        pieces = self.out("pieces")
        for zoom, row, col in self.metatiles():
            self.must_execute("--quiet", "--tile", zoom, row, col, config=pieces, binary=harness.RELEASE)
        self.check_same_trees("pieces", "whole")

    def test_png_with_1_2_and_7_workers(self):
        self.make_scene()
        for lower in ("average", "bilinear"):
            with self.subTest(lower=lower):
                self.check_workers(baselevels={"lower": lower})

    def test_gtiff_with_1_2_and_7_workers(self):
        self.make_scene(bands=2, dtype="int16")
        for lower in ("nearest", "cubic"):
            with self.subTest(lower=lower):
                self.check_workers(baselevels={"lower": lower}, output={"format": "GTiff", "dtype": "int16", "bands": 2})

    def test_output_tiles_as_large_as_metatiles_with_1_2_and_7_workers(self):
        self.make_scene()
        self.check_workers(pyramid={"metatiling": 4}, output={"metatiling": 4})

    def test_small_output_tiles_of_large_metatiles_with_1_2_and_7_workers(self):
        self.make_scene()
        self.check_workers(pyramid={"metatiling": 4}, zoom_levels={"min": 0})

    def test_pixelbuffer_with_1_2_and_7_workers(self):
        self.make_scene(bands=1)
        for lower in ("average", "cubic"):
            with self.subTest(lower=lower):
                self.check_workers(pyramid={"pixelbuffer": 5}, baselevels={"lower": lower},
                                   output={"format": "GTiff", "dtype": "uint8", "bands": 1, "pixelbuffer": 3})

    def test_zooms_above_and_below_the_baselevel_with_1_2_and_7_workers(self):
        self.make_scene(tiles=4, bands=1)
        self.check_workers(baselevels={"min": 5, "max": 5, "higher": "bilinear"}, zoom_levels={"max": 7},
                           output={"bands": 1})

    def test_every_zoom_from_the_inputs_with_1_2_and_7_workers(self):
        self.make_scene()
        self.check_workers(baselevels=None)

    def test_single_file_with_1_2_and_7_workers(self):
        self.make_scene(tiles=5)
        for more in ({}, {"cog": True}, {"overviews": True, "compress": "lzw"}):
            with self.subTest(**more):
                self.config(zoom_levels=runs.ZOOM, baselevels=None,
                            output={"path": "out.tif", "format": "GTiff", "dtype": "uint8", "bands": 3, **more})
                made = []
                for workers in (1, 2, 7):
                    self.must_execute("--quiet", "--overwrite", "--workers", workers)
                    made.append((self.folder / "out.tif").read_bytes())
                self.assertEqual(made[0], made[1])
                self.assertEqual(made[0], made[2])
                self.assertEqual(list(self.folder.glob("out.tif.*")), [])

    def test_png_tile_by_tile(self):
        self.make_scene()
        self.check_tile_by_tile()

    def test_png_with_nearest_tile_by_tile(self):
        self.make_scene(bands=1)
        self.check_tile_by_tile(baselevels={"lower": "nearest"}, output={"metatiling": 2, "bands": 1})

    def test_gtiff_with_cubic_tile_by_tile(self):
        self.make_scene(bands=1, dtype="uint16")
        self.check_tile_by_tile(baselevels={"lower": "cubic"}, output={"format": "GTiff", "dtype": "uint16", "bands": 1})

    def test_gtiff_with_bilinear_and_pixelbuffer_tile_by_tile(self):
        self.make_scene(bands=1, dtype="float32")
        self.check_tile_by_tile(pyramid={"pixelbuffer": 4}, baselevels={"lower": "bilinear"},
                                output={"format": "GTiff", "dtype": "float32", "bands": 1, "pixelbuffer": 2})


if __name__ == "__main__":
    harness.main()
