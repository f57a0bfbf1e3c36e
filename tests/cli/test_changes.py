"""What may change between two runs of one output, and what is refused because the tiles would not fit together."""
import numpy as np

import harness
import runs

REFUSED = ("tilewright: '{}' was made with another configuration or script (changed since); use --overwrite to make it anew, "
           "or another output.path")
OTHER_INPUTS = ("tilewright: '{}' was made from other inputs ('input' has changed since); use --update to make anew what that touches, "
                "--overwrite to make everything anew, or another output.path")
WITH_MODULE = "local shift = require('shift')\n" + runs.SCRIPT.replace("input.inp:read() *", "shift(input.inp:read()) *")
MODULE = "return function(r) return r + {} end\n"


class Changes(runs.Case):
    def setUp(self):
        super().setUp()
        self.make_scene(tiles=4)

    def check_refused_then_overwritten(self, message=REFUSED):
        """The run in the folder's run.yaml is refused, goes with --overwrite, and is the run from then on."""
        self.check_execute_fails(2, message.format(self.shown_output()))
        self.must_execute("--quiet", "--overwrite")
        self.assertIn("nothing to do", self.must_execute())

    def shown_output(self):
        """Messages name the output as the program resolves it."""
        _, _, err = self.execute()
        return err.split("'")[1] if "'" in err else "out"

    def test_changed_script_is_refused(self):
        self.config()
        self.must_execute("--quiet")
        self.config(script=runs.SCRIPT.replace("p.gain", "p.gain * 0.5"))
        self.check_refused_then_overwritten()

    def test_changed_module_is_refused(self):
        self.config(script=WITH_MODULE)
        self.write("shift.lua", MODULE.format(1))
        self.must_execute("--quiet")
        self.write("shift.lua", MODULE.format(2))
        self.check_refused_then_overwritten()

    def test_changed_parameter_is_refused(self):
        self.config()
        self.must_execute("--quiet")
        self.config(process_parameters={"gain": 0.5})
        self.check_refused_then_overwritten()

    def test_changed_input_is_refused(self):
        self.config()
        self.must_execute("--quiet")
        self.make_scene(tiles=4, name="other.tif")
        self.config(input={"inp": "other.tif"})
        self.check_refused_then_overwritten(OTHER_INPUTS)

    def test_changed_output_options_are_refused(self):
        self.config(output={"format": "GTiff", "dtype": "uint8", "bands": 3, "compress": "deflate"})
        self.must_execute("--quiet")
        for change in ({"compress": "lzw"}, {"compress": "deflate", "dtype": "int16"}, {"compress": "deflate", "nodata": 9}):
            with self.subTest(change):
                self.config(output={"format": "GTiff", "dtype": "uint8", "bands": 3, **change})
                self.check_execute_fails(2, REFUSED.format(self.shown_output()))

    def test_changed_pyramid_and_baselevels_are_refused(self):
        self.config()
        self.must_execute("--quiet")
        for change in ({"pyramid": {"metatiling": 4}}, {"pyramid": {"pixelbuffer": 2}}, {"baselevels": {"lower": "nearest"}}):
            with self.subTest(change):
                self.config(**change)
                self.check_execute_fails(2, REFUSED.format(self.shown_output()))

    def test_refused_run_changes_no_file(self):
        self.config()
        self.must_execute("--quiet")
        before = self.stamps("out")
        self.config(process_parameters={"gain": 0.5})
        self.assertEqual(self.execute()[0], 2)
        self.assertEqual(self.stamps("out"), before)

    def test_single_file_with_a_changed_parameter_is_refused(self):
        single = {"zoom_levels": runs.ZOOM, "baselevels": None,
                  "output": {"path": "out.tif", "format": "GTiff", "dtype": "uint8", "bands": 3}}
        self.config(**single)
        self.must_execute("--quiet")
        self.config(process_parameters={"gain": 0.5}, **single)
        code, _, err = self.execute()
        self.assertEqual(code, 2, err)
        self.assertRegex(err, r"\Atilewright: '(.*/)?out.tif' .*use --overwrite")
        self.must_execute("--quiet", "--overwrite")
        self.assertIn("nothing to do", self.must_execute())

    def test_comments_and_layout_of_the_configuration_may_change(self):
        self.config()
        self.must_execute("--quiet")
        path = self.folder / "run.yaml"
        path.write_text("# what it is about\n" + path.read_text().replace("\n", "\n\n"))
        self.assertIn("nothing to do", self.must_execute())

    def test_more_zoom_levels_and_wider_bounds_go_on(self):
        left, bottom, right, top = runs.scene_bounds(4)
        self.config("all.yaml", output={"path": "whole"}, bounds=[left, bottom, right, top])
        self.must_execute("--quiet", config="all.yaml")
        self.config(zoom_levels={"min": 5}, bounds=[left, bottom, (left + right) / 2, top])
        self.must_execute("--quiet")
        self.config(zoom_levels={"min": 5}, bounds=[left, bottom, right, top])
        self.assertIn("were done before", self.must_execute())
        self.config(bounds=[left, bottom, right, top])
        self.assertIn("were done before", self.must_execute())
        self.check_same_trees("out", "whole", hidden=True)

    def test_output_may_be_moved(self):
        self.config()
        self.must_execute("--quiet")
        (self.folder / "out").rename(self.folder / "moved")
        self.config(output={"path": "moved"})
        self.assertIn("nothing to do", self.must_execute())

    def test_overwrite_removes_tiles_whose_new_result_is_empty(self):
        self.config()
        self.must_execute("--quiet")
        row, col = runs.FIRST_ROW, runs.FIRST_COL
        self.assertTrue((self.folder / f"out/6/{row}/{col}.png").exists())
        smaller = runs.scene(4)
        smaller[:, :2 * runs.TILE, :2 * runs.TILE] = 0
        self.make_scene(tiles=4, array=smaller)
        self.must_execute("--quiet", "--overwrite")
        for r in (row, row + 1):
            for c in (col, col + 1):
                self.assertFalse((self.folder / f"out/6/{r}/{c}.png").exists())
                self.assertFalse((self.folder / f"out/6/{r}/{c}.png.aux.xml").exists())
        self.assertFalse((self.folder / f"out/5/{row // 2}/{col // 2}.png").exists())
        self.config(output={"path": "clean"})
        self.must_execute("--quiet")
        self.check_same_trees("out", "clean")

    def test_overwrite_that_is_killed_is_continued_without_old_tiles(self):
        slow = runs.SCRIPT.replace("return input", "local x = 0; for i = 1, 2e8 do x = x + i % 7 end\n    return input")
        self.config(script=slow)
        self.must_execute("--quiet", binary=harness.RELEASE)
        array = runs.scene(4)
        array[:, 3 * runs.TILE:, :runs.TILE] = 0  # a tile becomes empty
        self.make_scene(tiles=4, array=np.where(array > 0, array + 5, 0).astype("uint8"))
        journal = self.folder / "out/.tilewright/journal"
        process = self.start("--overwrite", "--quiet", "--workers", "1", binary=harness.RELEASE)
        self.wait_until(lambda: journal.read_text() == "tilewright journal 1\n", "the empty journal")
        process.kill()
        self.assertEqual(self.end(process)[0], -9)
        self.must_execute("--quiet")
        (self.folder / "out").rename(self.folder / "continued")
        self.must_execute("--quiet")
        self.check_same_trees("continued", "out")

    def test_overwriting_a_part_makes_it_and_its_overviews_again_and_keeps_the_rest(self):
        self.config()
        self.must_execute("--quiet")
        before = self.stamps("out", hidden=False)
        self.make_scene(tiles=4, seed=2)
        row, col = runs.FIRST_ROW // 2, runs.FIRST_COL // 2
        self.must_execute("--quiet", "--overwrite", "--tile", 6, row, col)
        self.assertRegex(self.must_execute(), r" 3 metatiles made \(0 empty\), \d+ were done before")
        after = self.stamps("out", hidden=False)
        made = {name for name in after if after[name] != before.get(name) and name.endswith(".png")}
        self.assertEqual({name for name in made if name[0] == "6"},
                         {f"6/{2 * row + r}/{2 * col + c}.png" for r in (0, 1) for c in (0, 1)})
        self.assertIn(f"5/{row}/{col}.png", made)
        self.assertIn(f"3/{row >> 2}/{col >> 2}.png", made)
        self.assertIn("nothing to do", self.must_execute())

    def test_overwriting_a_part_after_a_change_leaves_the_rest_to_be_made(self):
        self.config()
        self.must_execute("--quiet")
        self.config(process_parameters={"gain": 0.5})
        self.must_execute("--quiet", "--overwrite", "--tile", 6, runs.FIRST_ROW // 2, runs.FIRST_COL // 2)
        self.must_execute("--quiet")
        (self.folder / "out").rename(self.folder / "continued")
        self.must_execute("--quiet")
        self.check_same_trees("continued", "out")


if __name__ == "__main__":
    harness.main()
