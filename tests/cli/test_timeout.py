"""Scripts that never end: the tile is named, the run goes on where it can and ends in good order where it cannot, and the
same command goes on afterwards."""
import json
import re
import signal
import time

import harness
import runs

ROW, COL = runs.FIRST_ROW // 2 + 1, runs.FIRST_COL // 2 + 1
SCRIPT = """return process {
  inputs = { inp = 'raster' },
  run = function(tile, input, p)
    if tile.zoom == 6 and tile.row == %d and tile.col == %d then
      local t = { 1 }
      %%s
    end
    return input.inp:read()
  end,
}
""" % (ROW, COL)
TILE = f"tile 6/{ROW}/{COL}"
# LuaJIT cannot compile pcall of a C function that raises, and goes on interpreting
INTERPRETED = "while true do for _ in pairs(t) do pcall(error, 'x') end end"
COMPILED = "while true do end"
PIXELS = "return input.inp:read():map({ 'red' }, { 'a' }, function(v) while true do v = v + 1 end return v end)"
ONE_FAILED = "tilewright: 1 metatile failed; mend the cause, then run again with --retry-failed"
ENDS_HERE = ("tilewright: 1 worker could not be stopped, so the run ends here; what was done is kept: is there a loop without end in "
             "the script?")


class Timeout(runs.Case):
    def setUp(self):
        super().setUp()
        self.make_scene()

    def endless(self, loop, **changes):
        self.config(script=SCRIPT % loop, **changes)

    def check_ends_like_a_clean_run(self):
        """With a script that is sound, what is left is made, and nothing was lost."""
        self.config()
        self.must_execute("--quiet", "--retry-failed")
        self.must_execute("--quiet")
        self.config(output={"path": "clean"})
        self.must_execute("--quiet")
        self.assertEqual({n: h for n, h in self.tree("out").items() if n != "metadata.json"},
                         {n: h for n, h in self.tree("clean").items() if n != "metadata.json"})
        self.check_no_leftovers("out")

    def check_stopped(self, loop, line, workers=2):
        """The tile fails, all others are made."""
        self.endless(loop)
        began = time.monotonic()
        code, out, err = self.execute("--tile-timeout", "1.5", "--workers", workers)
        self.assertLess(time.monotonic() - began, 60)
        self.assertEqual((code, err), (1, f"{TILE}: run.lua:{line}: not done after 1.5 s (--tile-timeout)\n{ONE_FAILED}\n"))
        # 15 of 16 metatiles at zoom 6, 3 of 4 at 5, 1 of 2 at 4, 0 of 1 at 3
        self.assertRegex(out, r"out: 19 metatiles made \(\d empty\), 1 failed, 3 overviews wait for them; ")
        self.check_ends_like_a_clean_run()

    def test_interpreted_loop_fails_its_tile_and_the_run_goes_on(self):
        self.check_stopped(INTERPRETED, 6)

    def test_loop_over_our_own_functions_fails_its_tile_and_the_run_goes_on(self):
        self.check_stopped("while true do input.inp:read() end", 6, workers=1)

    def test_loop_that_makes_tables_fails_its_tile_and_the_run_goes_on(self):
        self.check_stopped("while true do t[1] = { 1 } end", 6)

    def check_ends(self, loop, workers):
        """The worker cannot be stopped: the run ends without it."""
        self.endless(loop)
        began = time.monotonic()
        code, out, err = self.execute("--tile-timeout", "2", "--workers", workers)
        self.assertLess(time.monotonic() - began, 60)
        self.assertEqual((code, err), (1, f"{TILE}: run.lua: not done after 2 s (--tile-timeout)\n{ONE_FAILED}\n{ENDS_HERE}\n"))
        made = int(re.search(r"out: (\d+) metatiles made", out).group(1))
        failed = json.loads((self.folder / "out/failed.json").read_text())["failed"]
        self.assertEqual([(f["row"], f["col"]) for f in failed], [(ROW, COL)])
        self.check_no_leftovers("out")
        journal = (self.folder / "out/.tilewright/journal").read_text()
        places = sum(int(last) - int(first) + 1 for first, last in re.findall(r"(?m)^6 (\d+) (\d+) \d+$", journal))
        self.assertGreater(places, 0)
        self.assertLessEqual(places, made)
        # what was made is not made again
        before = {name: stamp for name, stamp in self.stamps("out", hidden=False).items() if name.startswith("6/")}
        self.check_ends_like_a_clean_run()
        after = self.stamps("out", hidden=False)
        self.assertEqual({name: after[name] for name in before}, before)

    def test_compiled_loop_ends_the_run_in_good_order(self):
        for workers in (1, 2, 4):
            with self.subTest(workers=workers):
                self.check_ends(COMPILED, workers)
                harness.shutil.rmtree(self.folder / "out")
                harness.shutil.rmtree(self.folder / "clean")

    def test_pixel_function_without_end_ends_the_run_in_good_order(self):
        self.check_ends(PIXELS, 2)

    def test_the_same_command_comes_to_the_same_tile_and_ends_again(self):
        self.endless(COMPILED)
        for _ in range(2):
            code, _, err = self.execute("--tile-timeout", "2", "--workers", 2)
            self.assertEqual((code, err.splitlines()[0]), (1, f"{TILE}: run.lua: not done after 2 s (--tile-timeout)"))

    def test_all_workers_may_hang(self):
        self.config(script=runs.SCRIPT.replace("return input", "while true do end\n    return input"))
        code, _, err = self.execute("--tile-timeout", "1", "--workers", 3, "--quiet")
        self.assertEqual(code, 1)
        self.assertRegex(err, r"\Atile 6/\d+/\d+: run.lua: not done after 1 s \(--tile-timeout\) \(and 2 more tiles\)\n"
                              r"tilewright: 3 metatiles failed; ")

    def test_json_ends_with_the_summary(self):
        self.endless(COMPILED)
        code, out, _ = self.execute("--tile-timeout", "2", "--workers", 2, "--json")
        self.assertEqual(code, 1)
        summary = json.loads(out.splitlines()[-1])
        self.assertEqual((summary["event"], summary["failed"]), ("summary", 1))

    def test_single_file_is_kept_for_the_next_run(self):
        single = {"zoom_levels": runs.ZOOM, "baselevels": None,
                  "output": {"path": "out.tif", "format": "GTiff", "dtype": "uint8", "bands": 3}}
        self.endless(COMPILED, **single)
        self.assertEqual(self.execute("--tile-timeout", "2", "--quiet")[0], 1)
        self.assertFalse((self.folder / "out.tif").exists())
        self.config(**single)
        self.must_execute("--quiet", "--retry-failed")
        self.must_execute("--quiet")
        kept = (self.folder / "out.tif").read_bytes()
        self.must_execute("--quiet", "--overwrite")
        self.assertEqual((self.folder / "out.tif").read_bytes(), kept)

    def wait_until_it_hangs(self):
        """Nothing was made for two seconds."""
        path = self.folder / "out/.tilewright/progress"
        looks = []

        def look():
            told = json.loads(path.read_text()) if path.exists() else {"state": "none"}
            looks.append((time.monotonic(), told.get("done")))
            since = next(when for when, done in looks if done == looks[-1][1])
            return told["state"] == "running" and looks[-1][0] - since > 2

        self.wait_until(look, "a run that hangs", timeout=120)

    def test_signal_ends_a_run_whose_worker_hangs(self):
        for number, wanted in runs.INTERRUPTS:
            with self.subTest(signal=number):
                self.endless(COMPILED)
                process = self.start("--workers", "2", "--overwrite")
                self.wait_until_it_hangs()
                began = time.monotonic()
                process.send_signal(number)
                code, _, err = self.end(process, timeout=30)
                self.assertEqual(code, wanted)
                self.assertLess(time.monotonic() - began, 15)
                self.assertIn("tilewright: stopping: ", err)
                self.assertIn("tilewright: interrupted after ", err)
                self.assertTrue(err.endswith(ENDS_HERE + "\n"), err)
                self.check_no_leftovers("out")
                self.assertFalse((self.folder / "out/failed.json").exists())
                self.config()
                self.must_execute("--quiet", "--overwrite")

    def test_signal_stops_an_interpreted_loop_at_once(self):
        self.endless(INTERPRETED)
        process = self.start("--workers", "1")
        self.wait_until_it_hangs()
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        code, _, err = self.end(process, timeout=30)
        self.assertEqual(code, 130)
        self.assertLess(time.monotonic() - began, 4)
        self.assertNotIn("could not be stopped", err)

    def test_script_whose_head_never_ends_is_refused(self):
        self.config(script="local n = 0\nwhile true do n = n + 1 end\n" + runs.SCRIPT)
        self.check_execute_fails(2, "run.lua:2: not done after 1 s (--tile-timeout): what a script does outside of "
                                    "run, prepare and setup must come to an end", "--tile-timeout", "1")
        self.assertFalse((self.folder / "out").exists())

    def test_zero_is_no_limit_and_fast_tiles_do_not_mind(self):
        self.config()
        self.must_execute("--quiet", "--tile-timeout", "0")
        self.must_execute("--quiet", "--overwrite", "--tile-timeout=20")

    def test_wrong_numbers(self):
        self.config()
        for value in ("soon", "-1", "nan"):
            self.check_execute_fails(2, f"tilewright: --tile-timeout takes seconds, or 0 for no limit, not '{value}'",
                                     f"--tile-timeout={value}")

    def test_tables_beyond_the_limit_fail_their_tile(self):
        self.endless("while true do t[#t + 1] = {} end")
        code, out, err = self.execute("--workers", 2, "--memory", "600M")
        self.assertEqual(code, 1)
        self.assertRegex(err, rf"\A{TILE}: run.lua:6: the script's own tables and texts need more than \d\d MB: keep less of them "
                              r"at a time, or raise --memory\ntilewright: 1 metatile failed; ")
        self.assertRegex(out, r"out: 19 metatiles made \(\d empty\), 1 failed, 3 overviews wait for them; ")
        self.check_ends_like_a_clean_run()


if __name__ == "__main__":
    harness.main()
