"""A run that is stopped, in whatever way, is continued by the same command and ends with the same bytes."""
import pathlib
import random
import re
import shutil
import signal
import time

import harness
import runs

KILLS = 10
# work enough for a second or two: some arithmetic, many small tiles
SLOW = runs.SCRIPT.replace("return input.inp:read() * p.gain", """local r = input.inp:read() * p.gain
    for _ = 1, 6 do r = (r * r + 1) ^ 0.5 end
    return r""")


class Resume(runs.Case):
    def many_tiles(self, **changes):
        """32 x 32 small tiles and their overviews: 2728 files of tiles and georeferences. Made once into `whole`."""
        self.make_scene(tiles=32, bands=1)
        self.config(script=SLOW, **runs.merge({"zoom_levels": {"min": 2}, "pyramid": {"metatiling": 1},
                                               "output": {"bands": 1}}, changes))
        began = time.monotonic()
        self.must_execute("--quiet", binary=harness.RELEASE)
        self.whole_s = time.monotonic() - began
        (self.folder / "out").rename(self.folder / "whole")

    def kill_at_random_moments(self, seed):
        """Kills the run KILLS times; a run that got to its end begins anew. Returns how many kills met a run that went on
        from an earlier one."""
        moments = random.Random(seed)
        kills, continued = 0, 0
        while kills < KILLS:
            before = runs.journal_lines(self.folder / "out")
            process = self.start("--quiet", binary=harness.RELEASE)
            time.sleep(moments.uniform(0.01, 0.5 * self.whole_s))
            process.kill()
            code, _, err = self.end(process)
            if code == 0:
                shutil.rmtree(self.folder / "out")
                continue
            self.assertEqual(code, -signal.SIGKILL, err)
            kills += 1
            continued += before > 1
            for tile in (self.folder / "out").glob("[0-9]*/*/*.png"):
                self.assertTrue(runs.is_whole_png(tile), f"half written: {tile}")
        return continued

    def test_run_that_is_killed_ten_times_ends_with_the_same_bytes(self):
        self.many_tiles()
        continued = self.kill_at_random_moments(seed=7)
        self.assertGreater(continued, 0, "no kill met a run that went on from an earlier one")
        self.must_execute("--quiet", binary=harness.RELEASE)
        self.check_same_trees("out", "whole")
        self.check_no_leftovers("out")

    def test_single_file_that_is_killed_ten_times_ends_with_the_same_bytes(self):
        self.make_scene(tiles=16, bands=1)
        self.config(script=SLOW, zoom_levels=runs.ZOOM, baselevels=None, pyramid={"metatiling": 1},
                    output={"path": "out.tif", "format": "GTiff", "dtype": "uint8", "bands": 1, "cog": True})
        began = time.monotonic()
        self.must_execute("--quiet", binary=harness.RELEASE)
        whole_s = time.monotonic() - began
        whole = (self.folder / "out.tif").read_bytes()
        (self.folder / "out.tif").unlink()
        moments = random.Random(11)
        kills = 0
        while kills < KILLS:
            process = self.start("--quiet", binary=harness.RELEASE)
            time.sleep(moments.uniform(0.01, whole_s))
            process.kill()
            code, _, err = self.end(process)
            if code == 0:
                self.assertEqual((self.folder / "out.tif").read_bytes(), whole)
                (self.folder / "out.tif").unlink()
                continue
            self.assertEqual(code, -signal.SIGKILL, err)
            kills += 1
            if (self.folder / "out.tif").exists():
                self.assertEqual((self.folder / "out.tif").read_bytes(), whole)
        self.must_execute("--quiet", binary=harness.RELEASE)
        self.assertEqual((self.folder / "out.tif").read_bytes(), whole)
        self.assertEqual(list(self.folder.glob("out.tif.*")), [])

    def test_files_that_a_killed_run_was_writing_are_cleared_away(self):
        """Killed between the temporary name and the right one: of the small files beside the tiles, too."""
        self.make_scene(tiles=2, bands=1)
        self.config(output={"bands": 1})
        self.must_execute("--quiet")
        shutil.copytree(self.folder / "out", self.folder / "whole")
        work = self.folder / "out/.tilewright"
        left = [work / f"{name}.4288.tmp" for name in ("fingerprint", "inputs", "seen", "failed.json", "journal")]
        left.append(self.folder / "out/metadata.json.4288.tmp")
        for path in left:
            path.write_text("half")
        mine = self.folder / "out/notes.4288.tmp"
        mine.write_text("not ours")
        self.must_execute("--quiet")
        self.assertEqual([path for path in left if path.exists()], [])
        self.assertEqual(mine.read_text(), "not ours")
        mine.unlink()
        self.check_same_trees("out", "whole")

    def test_interrupted_run_leaves_no_temporary_files_and_is_continued(self):
        self.many_tiles()
        for number, wanted in runs.INTERRUPTS:
            with self.subTest(signal=number):
                shutil.rmtree(self.folder / "out", ignore_errors=True)
                process = self.start(binary=harness.RELEASE)
                self.wait_until(lambda: runs.journal_lines(self.folder / "out") > 100, "a hundred tiles")
                process.send_signal(number)
                code, out, err = self.end(process)
                self.assertEqual(code, wanted, err)
                self.assertRegex(err, r"\Atilewright: stopping: tiles in work are dropped; the same command goes on from here; "
                                      r"a second signal ends it at once\n"
                                      r"(.*\n)*"
                                      r"tilewright: interrupted after \d+ metatiles; the same command goes on from here\n\Z")
                self.check_no_leftovers("out")
                self.assertFalse((self.folder / "out/.tilewright/tmp").exists())
                out = self.must_execute(binary=harness.RELEASE)
                self.assertRegex(out, r" [1-9]\d* were done before")
                self.check_same_trees("out", "whole")
        with self.subTest("with --json, and with sanitizers"):
            shutil.rmtree(self.folder / "out")
            process = self.start("--json", "--workers", "2")
            self.wait_until(lambda: runs.journal_lines(self.folder / "out") > 100, "a hundred tiles", timeout=60)
            process.send_signal(signal.SIGTERM)
            code, out, err = self.end(process)
            self.assertEqual((code, err), (143, ""))
            self.assertIn('"signal": 15}', out)
            self.check_no_leftovers("out")
            self.must_execute("--quiet", binary=harness.RELEASE)
            self.check_same_trees("out", "whole")

    def test_interrupted_while_a_single_file_is_put_together(self):
        self.image("scene.tif", runs.scene(16), runs.scene_bounds(16), nodata=0)
        self.config(zoom_levels=runs.ZOOM, baselevels=None, pyramid={"metatiling": 4},
                    output={"path": "out.tif", "format": "GTiff", "dtype": "uint8", "bands": 3, "cog": True, "metatiling": 4})
        self.must_execute("--quiet")
        whole = (self.folder / "out.tif").read_bytes()
        (self.folder / "out.tif").unlink()
        process = self.start("--quiet")
        self.wait_until(lambda: any((self.folder / "out.tif.tilewright").glob("assembled*")), "the file", timeout=60)
        process.send_signal(signal.SIGINT)
        code, _, err = self.end(process)
        if code == 0:  # too late: it was done
            self.assertEqual((self.folder / "out.tif").read_bytes(), whole)
            return
        self.assertEqual(code, 130, err)
        self.assertFalse((self.folder / "out.tif").exists())
        self.assertEqual(list((self.folder / "out.tif.tilewright").glob("assembled*")), [])
        self.must_execute("--quiet")
        self.assertEqual((self.folder / "out.tif").read_bytes(), whole)

    def blocks_interrupts(self, process):
        """Whether SIGINT waits for the thread that asks for it, and does not end the process."""
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        return int(re.search(r"SigBlk:\s*(\w+)", status)[1], 16) >> (signal.SIGINT - 1) & 1 == 1

    def test_second_interrupt_stops_at_once(self):
        self.make_scene(tiles=2, bands=1)
        endless = runs.SCRIPT.replace("return input", "local x = 0; for i = 1, 1e12 do x = x + i % 7 end\n    return input")
        self.config(script=endless)
        process = self.start(binary=harness.RELEASE)
        self.wait_until(lambda: self.blocks_interrupts(process), "the run to take signals")
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        began = time.monotonic()
        code, _, err = self.end(process)
        self.assertLess(time.monotonic() - began, 2)
        self.assertEqual(code, 130, err)
        self.config()  # nothing was done with the other script: this one begins
        self.must_execute("--quiet")
        self.check_no_leftovers("out")

    def test_deleted_tiles_and_their_overviews_are_made_again_and_nothing_else(self):
        self.make_scene()
        self.config()
        self.must_execute("--quiet")
        bytes_before, before = self.tree("out", hidden=True), self.stamps("out")
        gone = [(6, runs.FIRST_ROW, runs.FIRST_COL), (6, runs.FIRST_ROW + 7, runs.FIRST_COL + 1)]
        for zoom, row, col in gone:
            (self.folder / f"out/{zoom}/{row}/{col}.png").unlink()
        self.must_execute("--quiet")
        self.assertEqual(self.tree("out", hidden=True), bytes_before)
        after = self.stamps("out", hidden=False)
        changed = {name for name in after if after[name] != before[name] and name[0] in "3456"}
        expected = set()
        for _, row, col in gone:
            for zoom in range(6, 2, -1):
                first_row, first_col = row >> 6 - zoom & ~1, col >> 6 - zoom & ~1  # of the metatile, 2 x 2 tiles
                for r in (first_row, first_row + 1):
                    for c in (first_col, first_col + 1):
                        if f"{zoom}/{r}/{c}.png" in after:
                            expected |= {f"{zoom}/{r}/{c}.png", f"{zoom}/{r}/{c}.png.aux.xml"}
        self.assertEqual(changed, expected & set(after))
        self.assertLess(len(changed), len(after) / 2)

    def test_deleted_overview_is_made_again_alone(self):
        self.make_scene()
        self.config(output={"metatiling": 2})
        self.must_execute("--quiet")
        bytes_before, before = self.tree("out", hidden=True), self.stamps("out", hidden=False)
        (self.folder / f"out/5/{runs.FIRST_ROW // 4}/{runs.FIRST_COL // 4}.png").unlink()
        self.must_execute("--quiet")
        self.assertEqual(self.tree("out", hidden=True), bytes_before)
        after = self.stamps("out", hidden=False)
        changed = {name.split(".")[0] for name in after if after[name] != before.get(name)}
        above = {f"{z}/{runs.FIRST_ROW // 2 >> 6 - z}/{runs.FIRST_COL // 2 >> 6 - z}" for z in (3, 4, 5)}
        self.assertEqual(changed, above)

    def test_finished_run_has_nothing_to_do_and_changes_no_file(self):
        self.make_scene()
        self.config()
        self.must_execute("--quiet")
        before = self.stamps("out")
        self.assertRegex(self.must_execute(), r"\A(.*/)?out: nothing to do, all \d+ metatiles are done\n\Z")
        self.assertEqual(self.stamps("out"), before)
        self.assertEqual(self.must_execute("--quiet"), "")
        self.assertEqual(self.stamps("out"), before)

    def test_finished_single_file_has_nothing_to_do_and_is_not_changed(self):
        self.make_scene()
        self.config(zoom_levels=runs.ZOOM, baselevels=None,
                    output={"path": "out.tif", "format": "GTiff", "dtype": "uint8", "bands": 3})
        self.must_execute("--quiet")
        before = (self.folder / "out.tif").stat()
        self.assertRegex(self.must_execute(), r"\A(.*/)?out.tif: nothing to do, all \d+ metatiles are done\n\Z")
        after = (self.folder / "out.tif").stat()
        self.assertEqual((before.st_ino, before.st_mtime_ns), (after.st_ino, after.st_mtime_ns))

    def test_tiles_with_changed_bytes_of_other_programs_count_as_done(self):
        self.make_scene()
        self.config()
        self.must_execute("--quiet")
        tile = self.folder / f"out/6/{runs.FIRST_ROW}/{runs.FIRST_COL}.png"
        tile.write_bytes(b"mine")
        self.must_execute("--quiet")
        self.assertEqual(tile.read_bytes(), b"mine")


if __name__ == "__main__":
    harness.main()
