"""What a run tells on its way: JSON lines for machines, a bar on a terminal, nothing when it is to be quiet."""
import json
import os
import pty
import re
import subprocess
import time

import harness
import runs

SLEEPY = runs.SCRIPT.replace("return input", "local x = 0; for i = 1, 1e8 do x = x + i % 7 end\n    return input")


class Progress(runs.Case):
    def setUp(self):
        super().setUp()
        self.make_scene()

    def json_lines(self, out):
        lines = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([line["event"] for line in lines[:-1]], ["progress"] * (len(lines) - 1))
        self.assertEqual(lines[-1]["event"], "summary")
        return lines

    def test_json_lines_parse_and_the_summary_adds_up(self):
        self.config()
        code, out, err = self.execute("--json")
        self.assertEqual((code, err), (0, ""))
        lines = self.json_lines(out)
        summary, last = lines[-1], lines[-2]
        # 16 metatiles at zoom 6, 4 at 5, 2 at 4, 1 at 3
        self.assertEqual((summary["made"], summary["skipped"], summary["failed"], summary["blocked"]), (23, 0, 0, 0))
        self.assertEqual((last["done"], last["total"], last["failed"]), (23, 23, 0))
        tiles = [path for path in (self.folder / "out").rglob("*.png")]
        self.assertEqual(summary["files"], len(tiles))
        self.assertEqual(summary["bytes"], sum(path.stat().st_size for path in tiles))
        self.assertEqual(summary["signal"], 0)
        again = self.json_lines(self.must_execute("--json"))[-1]
        self.assertEqual((again["made"], again["skipped"], again["files"], again["bytes"]), (0, 23, 0, 0))

    def test_json_counts_empty_tiles(self):
        array = runs.scene()
        array[:, :2 * runs.TILE, :] = 0
        self.make_scene(array=array)
        self.config()
        summary = self.json_lines(self.must_execute("--json"))[-1]
        self.assertEqual((summary["made"], summary["empty"]), (23, 4))

    def test_json_of_failures_keeps_standard_output_for_machines(self):
        self.config(script=runs.SCRIPT.replace("return input", "if tile.zoom == 6 and tile.row == 10 then error('no') end\n"
                                                               "    return input"))
        code, out, err = self.execute("--json")
        self.assertEqual(code, 1)
        summary = self.json_lines(out)[-1]
        self.assertEqual((summary["made"], summary["failed"], summary["blocked"]), (15, 4, 4))
        self.assertEqual(summary["made"] + summary["failed"] + summary["blocked"], 23)
        self.assertTrue(err.endswith("tilewright: 4 metatiles failed; mend the cause, then run again with --retry-failed\n"))

    def test_json_comes_line_by_line_while_it_runs(self):
        self.config(script=SLEEPY)
        process = self.start("--json", "--workers", "1", binary=harness.RELEASE)
        began = time.monotonic()
        first = json.loads(process.stdout.readline())
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual((first["event"], first["total"]), ("progress", 23))
        self.assertLess(first["done"], 23)
        process.kill()
        self.end(process)

    def test_quiet_prints_nothing(self):
        self.config()
        self.assertEqual(self.execute("--quiet"), (0, "", ""))
        self.assertEqual(self.execute("--quiet"), (0, "", ""))

    def test_quiet_still_tells_of_failures(self):
        self.config(script=runs.SCRIPT.replace("return input", "error('no')\n    return input"))
        code, _, err = self.execute("--quiet")
        self.assertEqual(code, 1)
        self.assertIn("tile 6/10/16: run.lua:5: no (and 15 more tiles)\n", err)
        self.assertIn("16 metatiles failed", err)

    def test_summary_in_words_adds_up(self):
        self.config()
        out = self.must_execute("--no-pbar")
        tiles = [path for path in (self.folder / "out").rglob("*.png")]
        self.assertRegex(out, rf"\A(.*/)?out: 23 metatiles made \(0 empty\); {len(tiles)} files, [\d.]+ [kM]B, \d+\.\d s\n\Z")

    def on_terminal(self, *arguments, columns=100):
        """Runs with a pseudo terminal as standard error; returns code, and what came there."""
        parent, child = pty.openpty()
        subprocess.run(["stty", "-F", os.ttyname(child), "columns", str(columns)], check=True)
        process = subprocess.Popen([harness.BINARY, "execute", "run.yaml", *arguments], cwd=self.folder,
                                   stdout=subprocess.DEVNULL, stderr=child)
        os.close(child)
        told = b""
        while True:
            try:
                piece = os.read(parent, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            told += piece
        os.close(parent)
        return process.wait(), told.decode()

    def test_terminal_gets_a_bar(self):
        self.config()
        code, told = self.on_terminal()
        self.assertEqual(code, 0, told)
        self.assertTrue(told.startswith("\r"), repr(told))
        states = [state for state in re.split(r"\r(?:\x1b\[K)?|\n", told) if state]
        self.assertRegex(states[-1], r"\A\[#+\] 100%  23 of 23 metatiles, [\d.]+/s\Z")
        self.assertTrue(told.endswith("\n"))

    def test_bar_fits_on_a_narrow_terminal(self):
        self.config()
        for columns in (40, 60):
            code, told = self.on_terminal("--overwrite", columns=columns)
            self.assertEqual(code, 0, told)
            for state in re.split(r"\r(?:\x1b\[K)?|\n", told):
                self.assertLess(len(state), columns)

    def test_no_pbar_and_quiet_draw_no_bar_on_a_terminal(self):
        self.config()
        for option in ("--no-pbar", "--quiet", "--json"):
            code, told = self.on_terminal(option, "--overwrite")
            self.assertEqual((code, told), (0, ""), option)


if __name__ == "__main__":
    harness.main()
