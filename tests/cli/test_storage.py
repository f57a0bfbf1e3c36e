"""Disks that take no file, and disks that are full."""
import os
import pathlib
import subprocess
import tempfile
import unittest

import harness
import runs


class Small:
    """A file system of a given size in memory; None when this machine allows no mounts."""

    def __init__(self, size):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="tilewright-small-"))
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(self.path)], capture_output=True,
                              check=False, text=True)
        self.reason = None if done.returncode == 0 else f"no tmpfs can be mounted here: {done.stderr.strip()}"

    def remount(self, options):
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.path)], check=True, capture_output=True)

    def close(self):
        if self.reason is None:
            subprocess.run(["umount", "-l", str(self.path)], check=False, capture_output=True)
        os.rmdir(self.path)


class Storage(runs.Case):
    def mount(self, size):
        small = Small(size)
        self.addCleanup(small.close)
        if small.reason is not None:
            raise unittest.SkipTest(small.reason)
        return small

    def test_output_below_a_file_is_refused(self):
        self.make_scene(tiles=2)
        self.write("note.txt", "not a folder\n")
        self.config(output={"path": "note.txt/out"})
        code, out, err = self.execute()
        self.assertEqual((code, out), (3, ""))
        self.assertRegex(err, r"\Atilewright: cannot make the folder '(.*/)?note.txt(/out(/.tilewright)?)?': Not a directory\n\Z")

    def test_output_that_is_a_file_is_refused(self):
        self.make_scene(tiles=2)
        self.write("out", "not a folder\n")
        self.config()
        code, out, err = self.execute()
        self.assertEqual((code, out), (3, ""))
        self.assertRegex(err, r"\Atilewright: cannot make the folder '(.*/)?out(/.tilewright)?': Not a directory\n\Z")
        self.assertEqual((self.folder / "out").read_text(), "not a folder\n")

    def test_output_in_proc_is_refused(self):
        self.make_scene(tiles=2)
        self.config(output={"path": "/proc/tilewright/out"})
        code, out, err = self.execute()
        self.assertEqual((code, out), (3, ""))
        self.assertRegex(err, r"\Atilewright: cannot make the folder '/proc/tilewright.*': No such file or directory\n\Z")

    def check_read_only(self, path, what, **changes):
        code, out, err = self.execute()
        self.assertEqual((code, out), (3, ""), err)
        self.assertRegex(err, rf"\Atilewright: cannot .*'{path}.*': Read-only file system\n\Z", what)

    def test_folder_on_a_read_only_disk_is_refused(self):
        self.make_scene(tiles=2)
        small = self.mount("1m")
        small.remount("ro")
        self.config(output={"path": str(small.path / "out")})
        self.check_read_only(small.path, "a new folder")
        single = {"path": str(small.path / "out.tif"), "format": "GTiff", "dtype": "uint8", "bands": 3}
        self.config(zoom_levels=runs.ZOOM, baselevels=None, output=single)
        self.check_read_only(small.path, "a single file")

    def test_continued_output_on_a_disk_that_became_read_only_is_refused(self):
        self.make_scene(tiles=2)
        small = self.mount("4m")
        self.config(output={"path": str(small.path / "out")})
        self.must_execute("--quiet")
        small.remount("ro")
        self.check_read_only(small.path, "an old folder")

    def check_full(self, small, config, message):
        code, out, err = self.execute_slowly(config=config)
        self.assertEqual((code, out), (3, ""), err)
        self.assertRegex(err, rf"\Atilewright: {message}: No space left on device\n\Z")

    def test_full_disk_leaves_whole_tiles_and_the_run_goes_on_when_there_is_space(self):
        self.make_scene()
        self.config("whole.yaml", output={"path": "whole"})
        self.must_execute("--quiet", config="whole.yaml")
        for size in ("700k", "1500k"):
            with self.subTest(size=size):
                small = self.mount(size)
                self.config(output={"path": str(small.path / "out")})
                self.check_full(small, "run.yaml", rf"cannot (write|make the folder|write to) '{small.path}/out.*'")
                self.assertEqual(list(small.path.rglob("*.tmp")), [])
                tiles = list(small.path.rglob("*.png"))
                for tile in tiles:
                    self.assertEqual(harness.read_png(tile).shape[1:], (runs.TILE, runs.TILE))
                # still full, and still the same words
                self.check_full(small, "run.yaml", rf"cannot (write|make the folder|write to|lock) '{small.path}/out.*'")
                small.remount("size=64m")
                self.must_execute("--quiet")
                (self.folder / "made").unlink(missing_ok=True)
                (self.folder / "made").symlink_to(small.path / "out")
                self.check_same_trees("made", "whole")

    def test_full_disk_from_the_first_byte_is_said_plainly(self):
        self.make_scene(tiles=2)
        small = self.mount("64k")
        (small.path / "filler").write_bytes(b"x" * (64 * 1024 - 8192))
        subprocess.run(["dd", "if=/dev/zero", f"of={small.path}/rest", "bs=4096"], capture_output=True, check=False)
        self.config(output={"path": str(small.path / "out")})
        self.check_full(small, "run.yaml", rf"cannot .*'{small.path}/out.*'")
        (small.path / "filler").unlink()
        (small.path / "rest").unlink()
        small.remount("size=16m")
        self.must_execute("--quiet")

    def test_single_file_on_a_full_disk_goes_on_when_there_is_space(self):
        self.make_scene()
        for more in ({}, {"cog": True}):
            single = {"path": "whole.tif", "format": "GTiff", "dtype": "uint8", "bands": 3, **more}
            self.config("whole.yaml", zoom_levels=runs.ZOOM, baselevels=None, output=single)
            self.must_execute("--quiet", config="whole.yaml")
            whole = (self.folder / "whole.tif").read_bytes()
            # too small for the tiles; enough for the tiles, not for the file
            for size_bytes in (len(whole) // 2, len(whole) * 3 // 2 + 200000):
                with self.subTest(size=size_bytes, **more):
                    small = self.mount(size_bytes)
                    target = small.path / "out.tif"
                    self.config(zoom_levels=runs.ZOOM, baselevels=None, output={**single, "path": str(target)})
                    self.check_full(small, "run.yaml", rf"cannot .*'{target}.*'")
                    self.assertFalse(target.exists())
                    self.assertEqual(list(small.path.rglob("*.tmp")) + list(small.path.rglob("assembled*")), [])
                    small.remount("size=64m")
                    self.must_execute("--quiet")
                    self.assertEqual(target.read_bytes(), whole)
                    self.assertEqual([path.name for path in small.path.glob("[!.]*")], ["out.tif"])
            (self.folder / "whole.tif").unlink()


if __name__ == "__main__":
    harness.main()
