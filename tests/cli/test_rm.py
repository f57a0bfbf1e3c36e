"""`tilewright rm`: tiles are deleted, nothing else, and a later run makes them anew."""
import json
import os
import re
import signal
import subprocess

import harness
import runs
import tiles

SOME = [(1, 0, 0), (1, 0, 1), (1, 1, 1), (2, 0, 0), (2, 1, 3), (3, 4, 4)]


class Remove(tiles.Case):
    def remove(self, *arguments):
        return self.must_run("rm", "tiles", "-f", *arguments)

    def test_tiles_of_a_zoom_go_with_sidecars_and_empty_folders(self):
        self.make_folder(tiles=SOME, sidecars=True)
        self.assertRegex(self.remove("-z", "2"), r"\Atiles: 2 tiles deleted, 22 bytes, \d\.\d s\n\Z")
        self.assertEqual(self.names("tiles"), ["1/0/0.png", "1/0/1.png", "1/1/1.png", "3/4/4.png"])
        self.assertEqual(self.folders("tiles"), ["1", "1/0", "1/1", "3", "3/4"])
        self.assertEqual(len(self.tree("tiles", hidden=True)), 9)

    def test_only_tiles_of_the_area_go(self):
        self.make_folder(tiles=SOME)
        self.remove("-z", "1,2", "-b", "1", "1", "179", "80", "--bounds-crs", "EPSG:4326")
        self.assertEqual(self.names("tiles"), ["1/0/0.png", "1/1/1.png", "2/0/0.png", "3/4/4.png"])

    def test_all_zooms_or_one_tile(self):
        self.make_folder(tiles=SOME)
        self.remove("-t", "3", "4", "4")
        self.assertEqual(len(self.names("tiles")), 5)
        self.remove("--all")
        self.assertEqual(list(self.tree("tiles", hidden=True)), ["metadata.json"])
        self.assertEqual(self.folders("tiles"), [])
        self.assertEqual(self.remove("--all"), "tiles: nothing to delete, there is no tile where it was asked for\n")

    def test_what_is_no_tile_stays(self):
        root = self.make_folder(tiles=SOME)
        for name in ("1/0/notes.txt", "1/0/00.png", "1/0/2.tif", "x/0/0.png", "1/9/9.png", "cleantopo.json", "2/0/0.png/0.png"):
            if name.startswith("2/0"):
                (root / "2/0/0.png").unlink()
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("stranger")
        self.remove("--all")
        self.assertEqual(self.names("tiles"), ["1/0/00.png", "1/0/2.tif", "1/0/notes.txt", "1/9/9.png", "2/0/0.png/0.png",
                                               "cleantopo.json", "x/0/0.png"])

    def test_symbolic_links_are_not_followed(self):
        root = self.make_folder(tiles=SOME)
        self.make_folder("precious", tiles=[(0, 5, 5)])
        (root / "1/2").symlink_to(self.folder / "precious/0/5")
        (root / "4").symlink_to(self.folder / "precious/0")
        (root / "3/4/5.png").symlink_to(self.folder / "precious/0/5/5.png")
        self.remove("--all")
        self.assertEqual(self.names("precious"), ["0/5/5.png"])
        self.assertEqual(sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_symlink()), ["1/2", "3/4/5.png", "4"])

    def test_any_schema(self):
        self.make_folder(tiles=SOME, schema="{col}-{row}/{zoom}.{extension}", sidecars=True)
        self.remove("-z", "1")
        self.assertEqual(self.names("tiles"), ["0-0/2.png", "3-1/2.png", "4-4/3.png"])
        self.assertEqual(self.folders("tiles"), ["0-0", "3-1", "4-4"])

    def test_json(self):
        self.make_folder(tiles=SOME)
        told = [json.loads(line) for line in self.remove("-z", "1", "--json").splitlines()]
        self.assertEqual((told[-1]["event"], told[-1]["deleted"], told[-1]["bytes"], told[-1]["signal"]), ("summary", 3, 15, 0))

    def answer(self, answer, *arguments):
        code, shown = self.answer_on_terminal(answer, "rm", "tiles", *arguments)
        self.assertEqual(code, 0)
        return shown

    def test_it_asks(self):
        self.make_folder(tiles=SOME)
        for answer in ("n\n", "\n", "\x04", "yeah\n"):
            shown = self.answer(answer, "-z", "1,2")
            self.assertIn("delete 5 tiles (25 bytes) of zooms 1 to 2 below 'tiles'? [y/N] ", shown)
            self.assertIn("tilewright: nothing was deleted", shown)
            self.assertEqual(len(self.names("tiles")), 6)
        self.assertIn("delete 1 tile (5 bytes) of zoom 3 below 'tiles'? ", self.answer("y\n", "-z", "3"))
        self.assertEqual(len(self.names("tiles")), 5)

    def test_wrong_uses_are_refused(self):
        self.make_folder(tiles=SOME)
        self.write("plain/1/0/0.png", "mine")
        self.write("out.tif", "")
        usage = "usage: tilewright rm TILEDIR [OPTIONS]"
        for message, arguments in (
                (f"tilewright: which folder? {usage}", []),
                (f"tilewright: 'more' is one too many; {usage}", ["tiles", "more"]),
                ("tilewright: tiles of which zooms? --zoom Z or MIN,MAX; --all for those of every zoom", ["tiles", "-f"]),
                ("tilewright: tiles of which zooms? --zoom Z or MIN,MAX; --all for those of every zoom",
                 ["tiles", "-f", "-b", "0", "0", "1", "1"]),
                ("tilewright: --all means every zoom; it goes with no --zoom and no --tile", ["tiles", "-f", "--all", "-z", "1"]),
                ("tilewright: nothing was deleted: there is no terminal to ask on; --force deletes without asking",
                 ["tiles", "--all"]),
                ("'plain' is no tile directory: it has no metadata.json", ["plain", "--all", "-f"]),
                ("no folder 'none'", ["none", "--all", "-f"]),
                ("'abfs://bucket/a' is not on this machine; tile directories are local folders, or lie in s3://, gs:// or az://", ["abfs://bucket/a", "--all", "-f"]),
                ("'out.tif' is one file, not a folder of tiles: copy it, remove it or use it as it is", ["out.tif", "--all", "-f"])):
            with self.subTest(arguments):
                self.check_fails(2, message, "rm", *arguments)
        self.assertEqual(len(self.names("tiles")), 6)
        self.assertEqual(self.names("plain"), ["1/0/0.png"])

    def test_a_stopped_rm_is_finished_by_the_same_command(self):
        for number in (signal.SIGINT, signal.SIGKILL):
            root = self.make_folder(tiles=self.many(), sidecars=True)
            process = subprocess.Popen([harness.RELEASE, "rm", "tiles", "--all", "-f", "-q"], cwd=self.folder)
            self.wait_until(lambda: not (root / "7/0/0.png").exists(), "the first tile to go")
            process.send_signal(number)
            process.wait()
            self.must_run("rm", "tiles", "--all", "-f", "-q", binary=harness.RELEASE)
            self.assertEqual((list(self.tree("tiles")), self.folders("tiles")), (["metadata.json"], []))


class RemovedFromOutputs(tiles.Case):
    """What `execute` makes of outputs with holes."""

    def setUp(self):
        super().setUp()
        self.make_scene(tiles=4)
        self.config()
        self.must_execute("--quiet")
        self.before = self.tree("out", hidden=True)

    def test_a_run_makes_them_anew_and_only_them(self):
        tile = ["-t", "6", runs.FIRST_ROW, runs.FIRST_COL]
        stamps = self.stamps("out")
        self.must_run("rm", "run.yaml", "-f", "--quiet", *tile)
        self.assertNotIn(f"6/{runs.FIRST_ROW}/{runs.FIRST_COL}.png", self.tree("out"))
        self.assertEqual(len(self.tree("out")), len([n for n in self.before if not n.startswith(".tilewright")]) - 2)
        told = json.loads(self.must_execute("--json").splitlines()[-1])
        self.assertEqual(told["made"], 4)  # the metatile and its overviews at zooms 5, 4 and 3
        self.assertEqual(self.tree("out", hidden=True), self.before)
        far = f"6/{runs.FIRST_ROW + 3}/{runs.FIRST_COL}.png"
        self.assertEqual(self.stamps("out")[far], stamps[far])

    def test_overviews_alone(self):
        self.must_run("rm", "out", "-f", "--quiet", "-z", "3,4")
        self.must_execute("--quiet")
        self.assertEqual(self.tree("out", hidden=True), self.before)

    def test_everything(self):
        self.must_run("rm", "out", "-f", "--quiet", "--all")
        self.assertEqual(list(self.tree("out")), ["metadata.json"])
        self.must_execute("--quiet")
        self.assertEqual(self.tree("out", hidden=True), self.before)

    def test_the_journal_forgets_before_anything_is_deleted(self):
        (self.folder / "out/6").chmod(0o700)
        journal = self.folder / "out/.tilewright/journal"
        row = self.folder / f"out/6/{runs.FIRST_ROW}"
        if os.getuid() == 0:  # permissions do not stop root: only the order can be looked at
            self.skipTest("root may delete everything")
        row.chmod(0o500)
        code, _, err = self.run_tilewright("rm", "out", "-f", "-z", "6")
        row.chmod(0o700)
        self.assertEqual(code, 3)
        self.assertRegex(err, r"tilewright: cannot remove 'out/6/\d+/\d+\.png(\.aux\.xml)?': Permission denied\n")
        self.assertRegex(journal.read_text(), r"(?m)^6 \d+ \d+ -$")

    def test_an_output_that_is_being_written_is_refused(self):
        endless = runs.SCRIPT.replace("return input", "local x = 0; for i = 1, 1e12 do x = x + i % 7 end\n    return input")
        self.config("slow.yaml", script=endless, output={"path": "slow"})
        process = self.start("--quiet", config="slow.yaml", binary=harness.RELEASE)
        try:
            self.wait_until(lambda: (self.folder / "slow/metadata.json").exists(), "the run")
            code, _, err = self.run_tilewright("rm", "slow", "--all", "-f")
            self.assertEqual(code, 2)
            self.assertTrue(re.match(rf"tilewright: 'slow' is being written by process {process.pid} on host ", err), err)
        finally:
            process.kill()
            self.end(process)

    def test_a_folder_whose_metatiles_are_not_known_is_refused(self):
        path = self.folder / "out/metadata.json"
        path.write_text(path.read_text().replace("process_metatiling", "other"))
        self.check_fails(2, "tilewright: 'out/metadata.json' does not say what metatiles its tiles were made in "
                            "(tilewright.process_metatiling); run 'tilewright execute' on it once", "rm", "out", "--all", "-f")
        self.must_execute("--quiet")
        self.must_run("rm", "out", "--all", "-f")

    def test_a_single_file_is_refused(self):
        self.config("file.yaml", zoom_levels=6, baselevels=None, output={"path": "out.tif", "format": "GTiff", "dtype": "uint8",
                                                                         "bands": 3})
        self.check_fails(2, "'out.tif' is one file, not a folder of tiles: copy it, remove it or use it as it is", "rm", "file.yaml",
                         "--all", "-f")


if __name__ == "__main__":
    harness.main()
