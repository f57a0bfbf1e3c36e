"""Two runs on one output: the second is refused by name; what a dead process left is no obstacle."""
import re
import signal
import socket

import harness
import runs

ENDLESS = runs.SCRIPT.replace("return input", "local x = 0; for i = 1, 1e12 do x = x + i % 7 end\n    return input")


class Locks(runs.Case):
    def setUp(self):
        super().setUp()
        self.make_scene(tiles=2)

    def check_second_is_refused(self, shown, lock, **changes):
        self.config(script=ENDLESS, **changes)
        first = self.start(binary=harness.RELEASE)
        try:
            self.wait_until(lambda: (self.folder / lock).exists() and (self.folder / lock).read_text().endswith("\n"), "the lock")
            code, out, err = self.execute()
            self.assertEqual((code, out), (2, ""))
            self.assertRegex(err, rf"\Atilewright: '(.*/)?{re.escape(shown)}' is being written by process {first.pid} on host "
                                  rf"'{re.escape(socket.gethostname())}' since "
                                  r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ; wait for it, or stop it\n\Z")
            self.assertEqual(self.execute("--overwrite")[0], 2)
        finally:
            first.send_signal(signal.SIGKILL)
            self.end(first)
        self.assertTrue((self.folder / lock).exists())
        self.config(**changes)
        self.must_execute("--quiet", "--overwrite")
        self.assertFalse((self.folder / lock).exists())

    def test_second_run_on_a_folder_is_refused_and_goes_when_the_first_is_dead(self):
        self.check_second_is_refused("out", "out/.tilewright/lock")

    def test_second_run_on_a_file_is_refused_and_goes_when_the_first_is_dead(self):
        self.check_second_is_refused("out.tif", "out.tif.tilewright/lock", zoom_levels=runs.ZOOM, baselevels=None,
                                     output={"path": "out.tif", "format": "GTiff", "dtype": "uint8", "bands": 3})

    def test_lock_of_another_machine_that_nobody_holds_is_taken_over(self):
        self.config()
        self.write("out/.tilewright/lock", "elsewhere 4711 2020-01-01T00:00:00Z\n")
        self.must_execute("--quiet")
        self.assertFalse((self.folder / "out/.tilewright/lock").exists())

    def test_lock_with_nonsense_in_it_is_taken_over(self):
        self.config()
        for text in ("", "\n", "x" * 10000, "host -1\n"):
            self.write("out/.tilewright/lock", text)
            self.must_execute("--quiet")

    def test_dry_run_needs_no_lock(self):
        self.config(script=ENDLESS)
        first = self.start(binary=harness.RELEASE)
        try:
            self.wait_until(lambda: (self.folder / "out/.tilewright/lock").exists(), "the lock")
            self.assertIn("total", self.must_execute("--dry-run"))
        finally:
            first.kill()
            self.end(first)

    def test_runs_on_two_outputs_do_not_disturb_each_other(self):
        self.config()
        self.write("second.yaml", (self.folder / "run.yaml").read_text().replace('"out"', '"second"'))
        one, two = self.start("--quiet"), self.start("--quiet", config="second.yaml")
        self.assertEqual([self.end(one)[0], self.end(two)[0]], [0, 0])
        self.check_same_trees("out", "second")


if __name__ == "__main__":
    harness.main()
