"""`tilewright cp`: tiles of one output in another folder."""
import json
import signal
import subprocess

import harness
import runs
import tiles

SOME = [(1, 0, 0), (1, 0, 1), (1, 1, 1), (2, 0, 0), (2, 1, 3), (3, 4, 4)]


class Copy(tiles.Case):
    def copy(self, *arguments):
        return self.must_run("cp", *arguments)

    def check_copies(self, expected, *arguments):
        self.make_folder(tiles=SOME)
        self.copy("tiles", "copy", *arguments)
        self.assertEqual(self.names("copy"), expected)

    def test_everything_is_copied_byte_for_byte(self):
        self.make_folder(tiles=SOME, sidecars=True)
        (self.folder / "tiles/notes.txt").write_text("no tile")
        self.assertRegex(self.copy("tiles", "copy"), r"\Acopy: 6 tiles copied, \d+ bytes, \d+\.\d s\n\Z")
        copied = self.tree("copy", hidden=True)
        original = self.tree("tiles", hidden=True)
        del original["notes.txt"]
        self.assertEqual(copied, original)

    def test_only_tiles_of_the_zooms_and_of_the_area_are_copied(self):
        self.check_copies(["2/0/0.png", "2/1/3.png"], "-z", "2")

    def test_bounds_may_have_another_crs(self):
        self.check_copies(["1/1/1.png", "3/4/4.png"], "-b", "1", "-20", "20", "-1", "--bounds-crs", "EPSG:4326")

    def test_the_area_may_be_a_polygon(self):
        self.check_copies(["1/0/1.png", "2/1/3.png"], "-a", "POLYGON((91 10, 100 10, 100 20, 91 10))", "--area-crs", "EPSG:4326")

    def test_a_point_stands_for_its_tile_at_all_zooms(self):
        self.check_copies(["1/1/1.png", "3/4/4.png"], "-p", "1000", "-1000")

    def test_one_tile(self):
        self.check_copies(["2/1/3.png"], "-t", "2", "1", "3")

    def test_nothing_in_the_area_is_no_error(self):
        self.make_folder(tiles=SOME)
        self.assertEqual(self.copy("tiles", "copy", "-z", "9"), "copy: nothing to copy, 'tiles' has no tile where it was asked for\n")
        self.assertEqual(list(self.tree("copy", hidden=True)), ["metadata.json"])

    def test_tiles_that_are_there_are_skipped_or_replaced(self):
        self.make_folder(tiles=SOME)
        self.copy("tiles", "copy", "-z", "1")
        (self.folder / "copy/1/0/0.png").write_text("mine")
        (self.folder / "copy/1/0/0.png.aux.xml").write_text("of mine")
        told = json.loads(self.copy("tiles", "copy", "--json").splitlines()[-1])
        self.assertEqual((told["event"], told["copied"], told["skipped"], told["signal"]), ("summary", 3, 3, 0))
        self.assertEqual((self.folder / "copy/1/0/0.png").read_text(), "mine")
        self.assertEqual(self.copy("tiles", "copy"), "copy: nothing to copy, all 6 tiles are there\n")
        self.assertIn("copy: 6 tiles copied, ", self.copy("tiles", "copy", "--overwrite"))
        self.assertEqual(self.tree("copy"), self.tree("tiles"))

    def test_a_destination_with_another_schema_keeps_it(self):
        self.make_folder(tiles=SOME, sidecars=True)
        self.make_folder("copy", schema="t{zoom}/{col}_{row}.{extension}")
        self.copy("tiles", "copy", "-z", "2")
        self.assertEqual(sorted(self.tree("copy")),
                         ["metadata.json", "t2/0_0.png", "t2/0_0.png.aux.xml", "t2/3_1.png", "t2/3_1.png.aux.xml"])

    def test_a_configuration_stands_for_its_output(self):
        self.make_scene(tiles=2)
        self.config()
        self.must_execute("--quiet")
        self.copy("run.yaml", "copy", "--quiet")
        self.check_same_trees("copy", "out", hidden=False)

    def test_a_stopped_copy_is_finished_by_the_same_command(self):
        self.make_folder(tiles=self.many())
        for number in (signal.SIGINT, signal.SIGKILL):
            name = f"copy{number}"
            process = subprocess.Popen([harness.RELEASE, "cp", "tiles", name, "-w", "2"], cwd=self.folder,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.wait_until(lambda: len(list((self.folder / name).glob(".tilewright/tmp/*"))) > 20, "files")
            process.send_signal(number)
            code, _, err = self.end(process)
            if number == signal.SIGINT and code != 0:
                self.assertEqual(code, 130)
                self.assertRegex(err, r"tilewright: interrupted after \d+ tiles; the same command goes on from here\n\Z")
            for path in (self.folder / name).glob("[0-9]*/*/*"):
                self.assertEqual(path.read_text(), (self.folder / "tiles" / path.relative_to(self.folder / name)).read_text())
            self.must_run("cp", "tiles", name, "--quiet", binary=harness.RELEASE)
            self.assertEqual(self.tree(name, hidden=True), self.tree("tiles", hidden=True))

    def test_wrong_uses_are_refused(self):
        self.make_folder(tiles=SOME)
        self.write("file", "")
        usage = "usage: tilewright cp SRC DST [OPTIONS]"
        elsewhere = "is not on this machine; tile"
        for message, arguments in (
                (f"tilewright: from where to where? {usage}", ["tiles"]),
                (f"tilewright: 'c' is one too many; {usage}", ["tiles", "b", "c"]),
                ("no folder 'none'", ["none", "b"]),
                ("tilewright: 'tiles' and './tiles/' are the same folder", ["tiles", "./tiles/"]),
                ("tilewright: 'tiles/new/b' lies inside 'tiles', which cannot be copied into itself", ["tiles", "tiles/new/b"]),
                ("tilewright: 'file' is a file, and tiles are copied into a folder", ["tiles", "file"]),
                (f"tilewright: 'abfs://bucket/b' {elsewhere}s are copied into local folders, s3://, gs:// and az://", ["tiles", "abfs://bucket/b"]),
                (f"'abfs://bucket/a' {elsewhere} directories are local folders, or lie in s3://, gs:// or az://", ["abfs://bucket/a", "b"]),
                ("tilewright: --acl and --cache-control are for object storage, and 'b' is none", ["tiles", "b", "--acl", "private"]),
                ("tilewright: unknown access control list 'publik-read'; did you mean 'public-read'? (known: private, public-read, "
                 "public-read-write, authenticated-read, aws-exec-read, bucket-owner-read, bucket-owner-full-control)",
                 ["tiles", "s3://b/c", "--acl", "publik-read"]),
                ("tilewright: --cache-control takes one line of plain letters, such as 'public, max-age=86400'",
                 ["tiles", "s3://b/c", "--cache-control", "a\nb"]),
                ("tilewright: --zoom must be a zoom level from 0 to 30, or two of them ('3,7'), not 'x'", ["tiles", "b", "-z", "x"]),
                ("tilewright: tile 1/5/0 does not exist: zoom 1 has 2 rows and 2 columns of metatiles",
                 ["tiles", "b", "-t", "1", "5", "0"]),
                ("tilewright: unknown option '--overwrit'; did you mean '--overwrite'?", ["tiles", "b", "--overwrit"])):
            with self.subTest(arguments):
                self.check_fails(2, message, "cp", *arguments)
                self.assertFalse((self.folder / "b").exists())
        self.assertEqual(len(self.tree("tiles", hidden=True)), 1 + len(SOME))

    def test_other_tiles_are_not_mixed(self):
        self.make_folder(tiles=SOME, bands=3, dtype="uint8")
        self.make_folder("other", bands=1, dtype="uint16", format="GTiff")
        self.check_fails(2, "tilewright: 'other' has other tiles than 'tiles': format GTiff, not PNG; bands 1, not 3; "
                            "dtype uint16, not uint8", "cp", "tiles", "other")
        metadata = json.loads((self.folder / "tiles/metadata.json").read_text())
        metadata["pyramid"].update(grid={"grid": "geodetic"}, metatiling=2)
        self.write("third/metadata.json", json.dumps(metadata))
        self.check_fails(2, "tilewright: 'third' has other tiles than 'tiles': grid geodetic, not mercator; metatiling 2, not 1",
                         "cp", "tiles", "third")

    def test_a_file_that_cannot_be_read_ends_the_copy(self):
        root = self.make_folder(tiles=SOME)
        (root / "2/0/0.png").unlink()
        (root / "2/0/0.png").symlink_to("0.png")  # to itself
        code, _, err = self.run_tilewright("cp", "tiles", "copy")
        self.assertIn(code, (0, 3))
        self.assertFalse((self.folder / "copy/2/0/0.png").exists())


class CopiedOutputs(tiles.Case):
    """What `execute` makes of copies."""

    def setUp(self):
        super().setUp()
        self.make_scene(tiles=4)
        self.config()
        self.must_execute("--quiet")

    def execute_on(self, folder, **changes):
        self.config("copy.yaml", output={"path": folder}, **changes)
        return self.run_tilewright("execute", "copy.yaml", "--json")

    def test_a_run_goes_on_from_a_copy_of_a_part(self):
        self.must_run("cp", "out", "copy", "-z", "5,6", "-b", *map(str, runs.scene_bounds(2)), "--quiet")
        copied = self.stamps("copy")
        code, out, err = self.execute_on("copy")
        self.assertEqual(code, 0, err)
        self.check_same_trees("copy", "out", hidden=False)
        kept = [name for name, stamp in self.stamps("copy").items() if copied.get(name) == stamp and name.startswith("6/")]
        self.assertGreater(len(kept), 0, "tiles of whole metatiles are not made again")

    def test_a_run_of_another_configuration_does_not_take_a_copy_for_its_own(self):
        self.must_run("cp", "out", "copy", "--quiet")
        before = self.tree("copy", hidden=False)
        for _ in range(2):
            code, _, err = self.execute_on("copy", process_parameters={"gain": 2})
            self.assertEqual((code, err), (2, "tilewright: 'copy' was made with another configuration or script (changed since); "
                                              "use --overwrite to make it anew, or another output.path\n"))
            self.assertEqual(self.tree("copy", hidden=False), before)
        self.must_run("execute", "copy.yaml", "--overwrite", "--quiet")

    def test_tiles_that_were_copied_over_those_of_a_run_are_made_anew(self):
        self.config("other.yaml", output={"path": "other"}, process_parameters={"gain": 2})
        self.must_run("execute", "other.yaml", "--quiet")
        mine, other = self.tree("out"), self.tree("other")
        name = f"6/{runs.FIRST_ROW}/{runs.FIRST_COL}.png"
        self.must_run("cp", "other", "out", "-z", "6", "--overwrite", "--quiet")
        self.assertEqual(self.tree("out")[name], other[name])
        self.must_execute("--quiet")
        self.assertEqual(self.tree("out"), mine)

    def test_a_copy_into_an_output_that_is_being_written_is_refused(self):
        self.config("slow.yaml", script=runs.SCRIPT.replace("return input", "local x = 0; for i = 1, 1e12 do x = x + i % 7 end\n"
                                                            "    return input"), output={"path": "slow"})
        self.write("slow.lua", (self.folder / "run.lua").read_text())
        process = self.start("--quiet", config="slow.yaml", binary=harness.RELEASE)
        try:
            self.wait_until(lambda: (self.folder / "slow/metadata.json").exists(), "the run")
            code, _, err = self.run_tilewright("cp", "out", "slow")
            self.assertEqual(code, 2)
            self.assertRegex(err, rf"\Atilewright: 'slow' is being written by process {process.pid} on host ")
        finally:
            process.kill()
            self.end(process)


if __name__ == "__main__":
    harness.main()
