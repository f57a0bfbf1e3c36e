"""Tiles that fail: the run goes on, says so, remembers them, and takes just these once the cause is mended."""
import json

import numpy as np
from osgeo import gdal

import harness
import runs

# the script's sixth line fails for the row of metatiles that holds the scene's third and fourth row of tiles
BAD_ROW = runs.FIRST_ROW // 2 + 1
FAILING = """return process {
  inputs = { inp = 'raster' },
  params = { gain = 1 },
  run = function(tile, input, p)
    if tile.zoom == 6 and tile.row == %d and tile.col <= %d then
      error('there is a hole in the road')
    end
    return input.inp:read() * p.gain
  end,
}
"""
COL = runs.FIRST_COL // 2


def message(row, col):
    return f"tile 6/{row}/{col}: run.lua:6: there is a hole in the road"


class Failures(runs.Case):
    def setUp(self):
        super().setUp()
        self.make_scene()

    def failed(self, folder="out"):
        return json.loads((self.folder / folder / "failed.json").read_text())

    def fail_in(self, columns, **changes):
        self.config(script=FAILING % (BAD_ROW, COL + columns - 1), **changes)

    def test_run_goes_on_and_lists_what_failed(self):
        self.fail_in(2)
        code, out, err = self.execute("--workers", 2)
        self.assertEqual(code, 1)
        self.assertEqual(err, f"{message(BAD_ROW, COL)} (and 1 more tile)\n"
                              "tilewright: 2 metatiles failed; mend the cause, then run again with --retry-failed\n")
        # 14 of 16 metatiles at zoom 6, 3 of 4 at 5, 1 of 2 at 4, 0 of 1 at 3
        self.assertRegex(out, r"\A(.*/)?out: 18 metatiles made \(\d empty\), 2 failed, 3 overviews wait for them; ")
        self.assertEqual(self.failed(), {"failed": [
            {"zoom": 6, "row": BAD_ROW, "col": COL + i, "message": message(BAD_ROW, COL + i)} for i in (0, 1)]})
        made = {name for name in self.tree("out") if name.endswith(".png")}
        for row, col in ((BAD_ROW, COL), (BAD_ROW, COL + 1)):
            self.assertFalse(made & {f"6/{2 * row + r}/{2 * col + c}.png" for r in (0, 1) for c in (0, 1)})
        # the overview at 5 over the two, and all above it, are not there; the one beside it is
        self.assertNotIn(f"5/{BAD_ROW}/{COL}.png", made)
        self.assertNotIn(f"4/{BAD_ROW // 2}/{COL // 2}.png", made)
        self.assertIn(f"5/{BAD_ROW - 1}/{COL + 2}.png", made)

    def test_retry_with_a_mended_script_keeps_what_was_done_and_says_so(self):
        self.fail_in(2)
        self.assertEqual(self.execute("--quiet")[0], 1)
        before = self.stamps("out", hidden=False)
        self.config()
        code, _, err = self.execute()
        self.assertEqual(code, 2, err)
        self.assertIn("'out' was made with another configuration or script (changed since); use --overwrite to make it anew, "
                      "--retry-failed to make only what failed, or another output.path", err)
        code, out, err = self.execute("--retry-failed")
        self.assertEqual((code, err), (0, "tilewright: warning: configuration or script have changed since 'out' was begun; the "
                                          "tiles that were done before stay as they are\n"))
        self.assertIn("out: 5 metatiles made", out)
        after = self.stamps("out", hidden=False)
        kept = {name for name in before if name.endswith(".png")}
        self.assertEqual({name: after[name] for name in kept}, {name: before[name] for name in kept})
        self.config(output={"path": "clean"})
        self.must_execute("--quiet")
        self.assertEqual({n: h for n, h in self.tree("out").items() if n != "metadata.json"},
                         {n: h for n, h in self.tree("clean").items() if n != "metadata.json"})
        self.config()
        self.assertIn("nothing to do", self.must_execute())

    def break_input(self, **more):
        """The scene with the stored bytes of some blocks destroyed; returns its path and the good bytes."""
        path = self.image("scene.tif", runs.scene(), runs.scene_bounds(), nodata=0,
                          options=["COMPRESS=DEFLATE", "TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "INTERLEAVE=PIXEL"])
        good = path.read_bytes()
        dataset = gdal.Open(str(path))
        bad = bytearray(good)
        for x, y in more["blocks"]:
            at = int(dataset.GetRasterBand(1).GetMetadataItem(f"BLOCK_OFFSET_{x}_{y}", "TIFF"))
            bad[at:at + 64] = b"\xff" * 64
        path.write_bytes(bad)
        return path, good

    def check_retry(self, **changes):
        """Two blocks of the input, each as large as a metatile, are broken, then mended."""
        path, good = self.break_input(blocks=[(0, 1), (1, 1)])
        self.config(**changes)
        code, out, err = self.execute()
        self.assertEqual(code, 1, err)
        failed = [(tile["zoom"], tile["row"], tile["col"]) for tile in self.failed()["failed"]]
        self.assertIn((6, BAD_ROW, COL), failed)
        self.assertIn((6, BAD_ROW, COL + 1), failed)
        self.assertIn("scene.tif", err)
        path.write_bytes(good)
        done = {name: stamp for name, stamp in self.stamps("out", hidden=False).items() if name.endswith((".png", ".tif"))}
        self.must_execute("--retry-failed", "--quiet")
        now = self.stamps("out", hidden=False)
        self.assertEqual({name: now.get(name) for name in done}, done, "tiles that were good were made again")
        self.assertFalse((self.folder / "out/failed.json").exists())
        text = (self.folder / "run.yaml").read_text()
        self.write("clean.yaml", text.replace('"path": "out"', '"path": "clean"'))
        self.must_execute("--quiet", config="clean.yaml")
        self.check_same_trees("out", "clean")
        self.assertIn("nothing to do", self.must_execute())

    def test_retry_after_the_input_is_mended_ends_with_the_bytes_of_a_clean_run(self):
        self.check_retry()

    def test_retry_with_an_output_pixelbuffer_ends_with_the_bytes_of_a_clean_run(self):
        self.check_retry(pyramid={"pixelbuffer": 4}, output={"format": "GTiff", "dtype": "uint8", "bands": 3, "pixelbuffer": 2})

    def test_retry_with_every_zoom_from_the_inputs_ends_with_the_bytes_of_a_clean_run(self):
        self.check_retry(baselevels=None, zoom_levels={"min": 6, "max": 6})

    def test_retry_with_zooms_above_the_baselevel_ends_with_the_bytes_of_a_clean_run(self):
        self.check_retry(baselevels={"max": 6}, zoom_levels={"min": 4, "max": 8})

    def test_running_again_without_retry_takes_the_failed_ones_too(self):
        path, good = self.break_input(blocks=[(0, 1)])
        self.config()
        self.assertEqual(self.execute("--quiet")[0], 1)
        path.write_bytes(good)
        self.must_execute("--quiet")
        self.assertFalse((self.folder / "out/failed.json").exists())
        self.config(output={"path": "clean"})
        self.must_execute("--quiet")
        self.check_same_trees("out", "clean")

    def test_retry_that_fails_again_says_so_again(self):
        self.fail_in(1)
        first = self.execute()
        again = self.execute("--retry-failed")
        self.assertEqual((again[0], again[2]), (1, first[2]))
        self.assertEqual(self.failed()["failed"][0]["row"], BAD_ROW)

    def test_retry_without_failures_is_refused(self):
        self.config()
        self.must_execute("--quiet")
        code, _, err = self.execute("--retry-failed")
        self.assertEqual(code, 2)
        self.assertRegex(err, r"\Atilewright: there is no '(.*/)?out/failed.json': no tile failed in the last run\n\Z")

    def test_output_that_keeps_nothing_keeps_no_list_either(self):
        self.fail_in(1, output={"path": "/dev/null"})
        code, _, err = self.execute()
        self.assertEqual((code, err.splitlines()[0]), (1, message(BAD_ROW, COL)))
        self.check_execute_fails(2, "tilewright: --retry-failed: this output keeps no list of failed tiles", "--retry-failed")

    def test_fail_fast_stops_at_the_first(self):
        self.fail_in(2)
        code, out, err = self.execute_slowly("--fail-fast", "--workers", 1)
        self.assertEqual(code, 1)
        self.assertRegex(err, r"\Atile 6/\d+/\d+: run.lua:6: there is a hole in the road\n"
                              r"tilewright: 1 metatile failed; mend the cause, then run again with --retry-failed\n\Z")
        self.assertRegex(out, r" 1 failed")
        self.assertEqual(len(self.failed()["failed"]), 1)
        self.check_no_leftovers("out")

    def test_many_failures_are_shown_in_part(self):
        self.config(script=runs.SCRIPT.replace("return input", "error('not ' .. tile.id)\n    return input"))
        code, _, err = self.execute()
        self.assertEqual(code, 1)
        lines = err.splitlines()
        self.assertEqual(len(lines), 12)
        self.assertRegex(lines[0], r"\Atile 6/\d+/\d+: run.lua:5: not 6/\d+/\d+\Z")
        self.assertEqual(lines[10], "... and 6 more, see failed.json")
        self.assertEqual(len(self.failed()["failed"]), 16)
        self.assertFalse(any(name.endswith(".png") for name in self.tree("out")))

    def test_one_reason_is_told_once(self):
        self.config(script=runs.SCRIPT.replace("return input", "error('never')\n    return input"))
        code, _, err = self.execute()
        self.assertEqual(code, 1)
        self.assertRegex(err, r"\Atile 6/\d+/\d+: run.lua:5: never \(and 15 more tiles\)\ntilewright: 16 metatiles failed; ")

    def test_single_file_is_not_put_together_before_all_is_done(self):
        single = {"zoom_levels": runs.ZOOM, "baselevels": None,
                  "output": {"path": "out.tif", "format": "GTiff", "dtype": "uint8", "bands": 3}}
        path, good = self.break_input(blocks=[(0, 1)])
        self.config(**single)
        code, _, err = self.execute()
        self.assertEqual(code, 1, err)
        self.assertFalse((self.folder / "out.tif").exists())
        listed = json.loads((self.folder / "out.tif.failed.json").read_text())["failed"]
        self.assertIn((6, BAD_ROW, COL), [(tile["zoom"], tile["row"], tile["col"]) for tile in listed])
        path.write_bytes(good)
        self.must_execute("--retry-failed", "--quiet")
        self.assertFalse((self.folder / "out.tif.failed.json").exists())
        retried = (self.folder / "out.tif").read_bytes()
        self.must_execute("--overwrite", "--quiet")
        self.assertEqual((self.folder / "out.tif").read_bytes(), retried)

    def test_truncated_tiff_fails_the_tiles_it_lacks_and_names_file_and_tile(self):
        path = self.image("scene.tif", runs.scene(), runs.scene_bounds(), nodata=0,
                          options=["TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "INTERLEAVE=PIXEL"])
        dataset = gdal.Open(str(path))
        last = int(dataset.GetRasterBand(1).GetMetadataItem("BLOCK_OFFSET_3_3", "TIFF"))
        whole = path.read_bytes()
        self.assertLess(last, len(whole))
        path.write_bytes(whole[:last + 1000])
        self.config()
        code, _, err = self.execute()
        self.assertEqual(code, 1)
        lines = err.splitlines()
        self.assertEqual(len(lines), 2, err)
        self.assertRegex(lines[0], rf"\Atile 6/{BAD_ROW + 2}/{COL + 3}: run.lua:5: input 'inp': cannot read '(.*/)?scene.tif': ")
        self.assertEqual(lines[1], "tilewright: 1 metatile failed; mend the cause, then run again with --retry-failed")
        tile = harness.read(self.folder / f"out/6/{runs.FIRST_ROW}/{runs.FIRST_COL}.png")
        self.assertTrue(np.array_equal(tile[:3], runs.scene()[:, :runs.TILE, :runs.TILE]))


if __name__ == "__main__":
    harness.main()
