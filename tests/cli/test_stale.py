"""No order of stops, parts of an output and changed inputs leaves a tile behind that is missing or out of date."""
import json
import signal
import time

from osgeo import gdal

import harness
import runs

ABOVE_AND_BELOW = {"zoom_levels": {"min": 4, "max": 7}, "baselevels": {"max": 6}}
BUFFERED = {"pyramid": {"pixelbuffer": 3}, "output": {"pixelbuffer": 2}}
BLOCKS = ["COMPRESS=DEFLATE", "TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "INTERLEAVE=PIXEL"]


class Stale(runs.Case):
    def change_scene(self, broken=()):
        """Another scene under the same name; these blocks (x, y), each as large as a metatile, cannot be read."""
        path = self.image("scene.tif", runs.scene(seed=2), runs.scene_bounds(), nodata=0, options=BLOCKS)
        dataset, content = gdal.Open(str(path)), bytearray(path.read_bytes())
        for x, y in broken:
            at = int(dataset.GetRasterBand(1).GetMetadataItem(f"BLOCK_OFFSET_{x}_{y}", "TIFF"))
            content[at:at + 64] = b"\xff" * 64
        path.write_bytes(content)

    def stop_half_way(self, *arguments):
        """The run meets a block in the middle that cannot be read and stops; what it was asked for is only begun."""
        self.change_scene(broken=[(1, 1), (2, 2), (3, 0)])
        code, _, err = self.execute("--quiet", "--fail-fast", "--workers", 1, *arguments)
        self.assertEqual(code, 1, err)
        self.change_scene()

    def check_like_a_clean_run(self, **changes):
        self.config(**runs.merge(changes, {"output": {"path": "clean"}}))
        self.must_execute("--quiet")
        self.check_same_trees("out", "clean")

    def test_overwriting_that_stopped_is_finished_without_overwrite(self):
        part = runs.scene_bounds(4)
        for arguments, changes in (((), {}), (("-z", 6), {}), (("-z", 6), BUFFERED), (("-z", 6), ABOVE_AND_BELOW),
                                   (("-b", *part), {}), (("-z", "5,6", "-b", *part), BUFFERED)):
            with self.subTest(arguments=arguments, changes=changes):
                self.make_scene()
                self.config(**runs.merge(changes, {"output": {"path": "out"}}))
                self.must_execute("--quiet", "--overwrite")
                self.stop_half_way("--overwrite", *arguments)
                self.must_execute("--quiet")
                self.check_part(part if "-b" in arguments else None, changes)

    def check_part(self, part, changes):
        """Within the part (None: everywhere) the tiles at the lowest computed zoom are those of the new scene."""
        self.config(**runs.merge(changes, {"output": {"path": "clean"}}))
        self.must_execute("--quiet", "--overwrite")
        if part is None:
            self.check_same_trees("out", "clean")
            return
        mine, theirs = self.tree("out"), self.tree("clean")
        tiles = {f"6/{runs.FIRST_ROW + row}/{runs.FIRST_COL + col}.png" for row in range(4) for col in range(4)}
        self.assertEqual({name: mine.get(name) for name in tiles}, {name: theirs.get(name) for name in tiles})

    def test_overview_that_failed_is_made_by_a_retry(self):
        self.make_scene()
        self.config()
        self.must_execute("--quiet")
        whole = self.tree("out", hidden=True)
        (self.folder / f"out/5/{runs.FIRST_ROW // 2}/{runs.FIRST_COL // 2}.png").unlink()
        metatile = {"zoom": 5, "row": runs.FIRST_ROW // 4, "col": runs.FIRST_COL // 4, "message": "no memory left"}
        self.write("out/failed.json", json.dumps({"failed": [metatile]}))
        self.must_execute("--quiet", "--retry-failed")
        self.assertEqual(self.tree("out", hidden=True), whole)

    def test_zoom_that_was_asked_for_before_its_parent_is_made_after_it(self):
        deeper = runs.merge(ABOVE_AND_BELOW, {"zoom_levels": {"max": 8}})
        self.make_scene(tiles=4)
        self.config(**deeper)
        self.must_execute("--quiet", "-z", 8)
        self.must_execute("--quiet", "-z", "6,7")
        self.must_execute("--quiet")
        self.check_like_a_clean_run(**deeper)

    def test_zooms_below_a_tile_that_was_made_anew_are_made_anew(self):
        self.make_scene()
        self.config(**ABOVE_AND_BELOW)
        self.must_execute("--quiet")
        self.change_scene()
        self.must_execute("--quiet", "--overwrite", "-z", 6)
        self.must_execute("--quiet")
        self.check_like_a_clean_run(**ABOVE_AND_BELOW)

    def test_tiles_outside_of_a_smaller_area_do_not_come_into_its_overviews(self):
        for changes in ({}, BUFFERED):
            with self.subTest(changes=changes):
                small = runs.merge(changes, {"bounds": runs.scene_bounds(5)})
                self.make_scene()
                self.config(**runs.merge(changes, {"output": {"path": "out"}}))
                self.must_execute("--quiet", "--overwrite")
                self.config(**runs.merge(small, {"output": {"path": "out"}}))
                self.stop_half_way("--overwrite")
                self.must_execute("--quiet")
                self.config(**runs.merge(small, {"output": {"path": "clean"}}))
                self.must_execute("--quiet", "--overwrite")
                mine, theirs = self.tree("out"), self.tree("clean")
                self.assertEqual({name: mine.get(name) for name in theirs}, theirs)

    def test_retry_that_stops_at_the_first_failure_keeps_the_others_in_mind(self):
        self.make_scene()
        self.change_scene(broken=[(1, 1), (2, 2), (3, 0)])
        self.config()
        self.assertEqual(self.execute("--quiet")[0], 1)
        self.assertEqual(self.execute("--quiet", "--retry-failed", "--fail-fast", "--workers", 1)[0], 1)
        self.change_scene()
        self.must_execute("--quiet", "--retry-failed")
        self.check_like_a_clean_run()

    def test_signal_that_batch_systems_send_does_not_make_it_deaf(self):
        self.make_scene(tiles=2, bands=1)
        self.config(script=runs.SCRIPT.replace("return input", "for i = 1, 2000 do input.inp:read() end\n    return input"))
        process = self.start()
        self.wait_until(lambda: (self.folder / "out/.tilewright/lock").exists(), "the lock")
        time.sleep(0.3)
        process.send_signal(signal.SIGUSR2)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.end(process, timeout=10)[0], 130)


if __name__ == "__main__":
    harness.main()
