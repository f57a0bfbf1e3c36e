"""Overviews and interpolated zooms hold the right pixels, all of them after one run, and after any sequence of partial runs."""
import numpy as np

import harness
import runs

GTIFF = {"format": "GTiff", "dtype": "uint8", "bands": 3}


def average(array, nodata=0):
    """Half the resolution: the mean of the valid pixels of each 2 x 2 block, and whether it has a tie when it is rounded."""
    bands, height, width = array.shape
    blocks = array.reshape(bands, height // 2, 2, width // 2, 2).astype("float64")
    valid = blocks != nodata
    count = valid.sum(axis=(2, 4))
    mean = np.where(valid, blocks, 0).sum(axis=(2, 4)) / np.maximum(count, 1)
    return np.where(count > 0, mean, nodata)


def cut(array, zoom, tiles):
    """The part of a mosaic (first row, first col known) that the scene covers at a zoom."""
    whole, first_row, first_col = array
    top = (runs.FIRST_ROW >> runs.ZOOM - zoom) - first_row
    left = (runs.FIRST_COL >> runs.ZOOM - zoom) - first_col
    side = tiles * runs.TILE >> runs.ZOOM - zoom
    return whole[:, top * runs.TILE:top * runs.TILE + side, left * runs.TILE:left * runs.TILE + side]


class Baselevels(runs.Case):
    def zoom(self, zoom, folder="out", tiles=8):
        """The scene's part of a zoom as it was written."""
        return cut(harness.mosaic(self.folder / folder, zoom, "tif"), zoom, tiles)

    def test_average_equals_numpy_on_every_zoom(self):
        self.make_scene()
        self.config(output=GTIFF)
        self.must_execute("--quiet")
        below = self.zoom(6)
        self.assertTrue(np.array_equal(below, runs.scene()))
        for zoom in (5, 4):
            made, mean = self.zoom(zoom), average(below)
            self.assertTrue(np.array_equal(made != 0, mean != 0), f"nodata at zoom {zoom}")
            self.assertLessEqual(np.abs(made - mean).max(), 0.5)
            ties = np.abs(mean - np.floor(mean) - 0.5) < 1e-9
            self.assertTrue(np.array_equal(made[~ties], np.rint(mean[~ties]).astype("uint8")))
            below = made

    def test_average_with_nodata_other_than_zero_equals_numpy(self):
        array = runs.scene(bands=1, dtype="int16")
        array[array == 0] = -999
        array[0, ::7, ::5] = 0
        self.image("scene.tif", array, runs.scene_bounds(), nodata=-999)
        self.config(output={"format": "GTiff", "dtype": "int16", "bands": 1, "nodata": -999})
        self.must_execute("--quiet")
        below = array
        for zoom in (5, 4):
            made, mean = self.zoom(zoom), average(below, -999)
            self.assertTrue(np.array_equal(made == -999, mean == -999))
            self.assertLessEqual(np.abs(made - mean).max(), 0.5)
            below = made

    def test_nearest_takes_the_south_eastern_pixel(self):
        self.make_scene()
        self.config(baselevels={"lower": "nearest"}, output=GTIFF)
        self.must_execute("--quiet")
        for zoom in (5, 4):
            step = 1 << 6 - zoom
            self.assertTrue(np.array_equal(self.zoom(zoom), runs.scene()[:, step - 1::step, step - 1::step]))

    def test_zooms_above_the_baselevel_are_complete_after_one_run(self):
        self.make_scene(tiles=4)
        self.config(zoom_levels={"min": 6, "max": 8}, baselevels={"min": None, "max": 6, "lower": None, "higher": "nearest"},
                    output=GTIFF)
        self.must_execute("--quiet")
        for zoom in (7, 8):
            factor = 1 << zoom - 6
            whole, first_row, first_col = harness.mosaic(self.folder / "out", zoom, "tif")
            self.assertEqual((first_row, first_col), (runs.FIRST_ROW * factor, runs.FIRST_COL * factor))
            expected = runs.scene(4).repeat(factor, axis=1).repeat(factor, axis=2)
            self.assertTrue(np.array_equal(whole, expected[:, :whole.shape[1], :whole.shape[2]]))
            self.assertFalse(expected[:, whole.shape[1]:].any() or expected[:, :, whole.shape[2]:].any())

    def test_baselevel_in_the_middle_has_overviews_and_interpolated_zooms(self):
        self.make_scene(tiles=4)
        self.config(zoom_levels={"min": 4, "max": 8}, baselevels={"min": 6, "max": 6, "lower": "nearest", "higher": "nearest"},
                    output=GTIFF)
        self.must_execute("--quiet")
        self.assertEqual({path.name for path in (self.folder / "out").iterdir() if path.name.isdigit()}, set("45678"))
        self.assertTrue(np.array_equal(self.zoom(5, tiles=4), runs.scene(4)[:, 1::2, 1::2]))
        whole, _, _ = harness.mosaic(self.folder / "out", 8, "tif")
        corner = runs.scene(4)[:, :runs.TILE // 4, :runs.TILE // 4]
        self.assertTrue(np.array_equal(whole[:, :runs.TILE, :runs.TILE], corner.repeat(4, axis=1).repeat(4, axis=2)))

    def test_several_baselevels_are_each_read_from_the_input(self):
        self.make_scene()
        self.config(baselevels={"min": 5, "max": 6, "lower": "nearest"}, input={"inp": {"format": "raster", "path": "scene.tif",
                                                                                        "resampling": "average"}}, output=GTIFF)
        self.must_execute("--quiet")
        self.assertTrue(np.array_equal(self.zoom(6), runs.scene()))
        five, mean = self.zoom(5), average(runs.scene())
        self.assertLessEqual(np.abs(five - mean).max(), 0.5)
        self.assertTrue(np.array_equal(self.zoom(4), five[:, 1::2, 1::2]))

    def whole_run(self, **changes):
        self.config("whole.yaml", **runs.merge(changes, {"output": {"path": "whole"}}))
        self.must_execute("--quiet", config="whole.yaml")
        self.config(**changes)

    def test_overviews_alone_after_the_baselevel_equal_one_run(self):
        self.make_scene()
        self.whole_run()
        self.must_execute("--quiet", "-z", "6")
        self.must_execute("--quiet", "-z", "3,5")
        self.check_same_trees("out", "whole")

    def test_zoom_by_zoom_from_the_bottom_equals_one_run(self):
        self.make_scene()
        self.whole_run(zoom_levels={"max": 7}, baselevels={"max": 6, "higher": "bilinear"})
        for zoom in ("6", "5", "4", "3", "7"):
            self.must_execute("--quiet", "-z", zoom)
        self.check_same_trees("out", "whole")

    def parts(self):
        left, bottom, right, top = runs.scene_bounds()
        x, y = left + (right - left) * 0.3, bottom + (top - bottom) * 0.6
        return (left, bottom, x, y), (x, y, right, top)

    def check_parts_and_rest(self, **changes):
        """Two corners, then everything: the overviews over the corners have to be made again."""
        self.make_scene()
        self.whole_run(**changes)
        for part in self.parts():
            self.must_execute("--quiet", "-b", *part)
        self.assertNotEqual(self.tree("out"), self.tree("whole"))
        self.must_execute("--quiet")
        self.check_same_trees("out", "whole")

    def test_parts_and_then_the_rest_equal_one_run(self):
        self.check_parts_and_rest()

    def test_parts_and_then_the_rest_with_cubic_equal_one_run(self):
        self.check_parts_and_rest(baselevels={"lower": "cubic"}, output=GTIFF)

    def test_parts_and_then_the_rest_with_an_output_pixelbuffer_equal_one_run(self):
        self.check_parts_and_rest(pyramid={"pixelbuffer": 4}, output={**GTIFF, "pixelbuffer": 4})

    def test_parts_and_then_the_rest_with_zooms_above_equal_one_run(self):
        self.check_parts_and_rest(baselevels={"min": 5, "max": 6, "higher": "cubic"}, zoom_levels={"max": 7})

    def check_stale_overviews(self, **changes):
        """Overviews are made of one part; then the other tiles come in runs that leave the overviews alone, as a run does that
        is killed at the wrong moment. The next run must know that the overviews are out of date."""
        self.make_scene()
        self.whole_run(**changes)
        self.must_execute("--quiet", "-b", *self.parts()[0])
        self.must_execute("--quiet", "-z", "6")
        self.must_execute("--quiet")
        self.check_same_trees("out", "whole")

    def test_overviews_that_tiles_below_have_outdated_are_made_again_by_a_later_run(self):
        self.check_stale_overviews()

    def test_overviews_whose_pixelbuffer_is_outdated_are_made_again_by_a_later_run(self):
        self.check_stale_overviews(pyramid={"pixelbuffer": 4}, output={**GTIFF, "pixelbuffer": 4})

    def test_upper_overviews_that_a_run_of_one_zoom_has_outdated_are_made_again_by_a_later_run(self):
        self.make_scene()
        self.whole_run()
        self.must_execute("--quiet", "-b", *self.parts()[0])
        self.must_execute("--quiet", "-z", "5,6")
        self.must_execute("--quiet", "-z", "4")
        self.must_execute("--quiet")
        self.check_same_trees("out", "whole")

    def test_overview_of_nothing_but_nodata_is_not_written(self):
        array = runs.scene()
        array[:, :4 * runs.TILE, :] = 0
        self.make_scene(array=array)
        self.config()
        self.must_execute("--quiet")
        self.assertFalse(any((self.folder / f"out/5/{runs.FIRST_ROW // 2 + i}").exists() for i in (0, 1)))
        self.assertTrue((self.folder / f"out/5/{runs.FIRST_ROW // 2 + 2}").exists())


if __name__ == "__main__":
    harness.main()
