"""The end of a run is told: summary.json beside the output, webhooks and commands."""
import http.server
import json
import os
import subprocess
import threading
import time
import unittest

import numpy as np

import harness

CONFIG = """process: script.lua
input: {{image: image.tif}}
pyramid: {{grid: mercator, tile_size: 128}}
zoom_levels: {{min: 4, max: 5}}
output: {{path: {path}, format: {format}}}
notify: {notify}
"""
GOOD = """return process {
  inputs = { image = 'raster' },
  run = function(tile, input, p)
    return input.image:read()
  end,
}
"""
BAD = GOOD.replace("return input", "if tile.zoom == 5 and tile.row == 10 and tile.col == 12 then error('no luck') end\n    return input")


class Hook:
    """A server that keeps what is sent to it, and answers as it is told: a status, or None for silence."""

    def __init__(self, *answers):
        self.got, self.answers = [], list(answers)
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                hook.got.append((self.path, self.headers["content-type"], body))
                status = hook.answers.pop(0) if hook.answers else 200
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook/s3cr3t"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Notify(harness.Case):
    def setUp(self):
        super().setUp()
        image = np.arange(3 * 64 * 64).reshape(3, 64, 64) % 250 + 1
        self.image("image.tif", image.astype("uint8"), harness.tile_bounds(4, 5, 6), nodata=0)
        self.write("script.lua", GOOD)

    def configure(self, notify="null", path="out", format="PNG", zooms=None):
        text = CONFIG.format(notify=notify, path=path, format=format)
        self.write("run.yaml", text.replace("{min: 4, max: 5}", zooms) if zooms else text)

    def execute(self, *arguments):
        return self.run_tilewright("execute", "run.yaml", *arguments)

    def summary(self, path="out/.tilewright/summary.json"):
        return json.loads((self.folder / path).read_text())


class Summary(Notify):
    def test_it_says_what_the_run_was(self):
        self.configure()
        before = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 2))
        self.assertEqual(self.execute("--quiet")[0], 0)
        said = self.summary()
        self.assertLessEqual(before, said["begun"])
        self.assertLessEqual(said["begun"], said["ended"])
        self.assertGreater(said["bytes"], 1000)
        self.assertGreaterEqual(said["seconds"], 0)
        wanted = {"status": "success", "text": f"out: 5 metatiles made, 0 done before, 0 failed",
                  "configuration": "run.yaml", "output": "out", "process": "script.lua", "zooms": [4, 5], "made": 5,
                  "empty": 0, "skipped": 0, "failed": 0, "blocked": 0, "files": 5, "error": None, "failed_tiles": []}
        self.assertEqual({key: said[key] for key in wanted}, wanted)
        self.assertEqual(self.execute("--quiet")[0], 0)
        self.assertEqual((self.summary()["made"], self.summary()["skipped"]), (0, 5))

    def test_failed_tiles_are_in_it(self):
        self.configure()
        self.write("script.lua", BAD)
        self.assertEqual(self.execute("--quiet")[0], 1)
        said = self.summary()
        self.assertEqual((said["status"], said["failed"], said["blocked"]), ("failure", 1, 0))
        self.assertEqual([(tile["zoom"], tile["row"], tile["col"]) for tile in said["failed_tiles"]], [(5, 10, 12)])
        self.assertIn("no luck", said["failed_tiles"][0]["message"])

    def test_messages_that_are_no_utf8(self):
        """Those of a script, and long ones that are cut in the middle of a character."""
        for message, said in (("'\\xe9t\\xe9'", "?t?"), ("string.rep('\\xc3\\xbc', 3000)", "\u00fc" * 40), ("'x' .. string.rep('\\xc3\\xbc', 3000)", "\u00fc" * 40)):
            self.configure()
            self.write("script.lua", BAD.replace("'no luck'", message))
            done = subprocess.run([harness.BINARY, "execute", "run.yaml", "--quiet", "--overwrite"], cwd=self.folder, capture_output=True)
            self.assertEqual(done.returncode, 1, done.stderr)
            [tile] = self.summary()["failed_tiles"]
            self.assertIn(said, tile["message"])

    def test_beside_a_single_file(self):
        self.configure(path="out.tif", format="GTiff, bands: 3, dtype: uint8", zooms="5")
        self.assertEqual(self.execute("--quiet")[0], 0)
        self.assertEqual(self.summary(".out.tif.summary.json")["status"], "success")


class Webhook(Notify):
    def test_the_summary_is_posted(self):
        with Hook() as hook:
            self.configure(f"{{url: {hook.url}}}")
            code, _, err = self.execute("--quiet")
            self.assertEqual((code, err), (0, ""))
            [(path, kind, body)] = hook.got
        self.assertEqual((path, kind), ("/hook/s3cr3t", "application/json"))
        self.assertEqual(json.loads(body), self.summary())

    def test_only_on_the_occasion(self):
        with Hook() as hook:
            self.configure(f"[{{url: {hook.url}1, on: success}}, {{url: {hook.url}2, on: failure}}, {{url: {hook.url}3, on: both}}]")
            self.execute("--quiet")
            self.assertEqual([path[-1] for path, _, _ in hook.got], ["1", "3"])
            hook.got.clear()
            self.write("script.lua", BAD)
            self.assertEqual(self.execute("--quiet", "--overwrite")[0], 1)
            self.assertEqual([path[-1] for path, _, _ in hook.got], ["2", "3"])

    def test_it_is_tried_again(self):
        with Hook(503, 500) as hook:
            self.configure(f"{{url: {hook.url}}}")
            code, _, err = self.execute("--quiet")
            self.assertEqual((code, err, len(hook.got)), (0, "", 3))

    def test_one_that_fails_is_reported_and_changes_nothing(self):
        with Hook(404) as hook:
            host = hook.url[:hook.url.index("/hook")]
            self.configure(f"{{url: {hook.url}}}")
            code, _, err = self.execute("--quiet")
            self.assertEqual((code, err), (0, f"tilewright: warning: cannot notify '{host}': the server says 404\n"))
            self.assertEqual(len(hook.got), 1)
        code, _, err = self.execute("--quiet")
        self.assertEqual((code, err), (0, f"tilewright: warning: cannot notify '{host}': the server refuses connections, or is not there\n"))

    def test_the_address_is_written_nowhere(self):
        with Hook() as hook:
            self.configure(f"{{url: {hook.url}}}")
            self.execute("--quiet")
        for path in self.folder.rglob("*"):
            if path.is_file() and path.name != "run.yaml":
                self.assertNotIn(b"s3cr3t", path.read_bytes(), path)

    def test_a_run_that_is_refused_is_told_too(self):
        with Hook() as hook:
            self.configure(f"{{url: {hook.url}, on: failure}}")
            self.execute("--quiet")
            self.assertEqual(hook.got, [])
            self.write("script.lua", GOOD.replace("read()", "read() + 1"))
            code, _, err = self.execute("--quiet")
            self.assertEqual(code, 2)
            said = json.loads(hook.got[0][2])
            self.assertEqual(said["status"], "failure")
            self.assertIn("was made with another configuration or script", said["error"])
            self.assertEqual(self.summary()["status"], "success")

    def test_a_dry_run_tells_nobody(self):
        with Hook() as hook:
            self.configure(f"{{url: {hook.url}}}")
            self.assertEqual(self.execute("--dry-run")[0], 0)
            self.assertEqual(hook.got, [])


class Command(Notify):
    def test_a_line_for_the_shell_reads_the_summary(self):
        self.configure("{command: 'cat > told.json; echo said'}")
        code, out, err = self.execute("--quiet")
        self.assertEqual((code, out, err), (0, "", "said\n"))
        self.assertEqual(json.loads((self.folder / "told.json").read_text()), self.summary())

    def test_a_program_beside_the_configuration(self):
        self.write("tools/tell.sh", "#!/bin/sh\ncat > \"$1\"\n").chmod(0o755)
        self.configure("{command: [./tools/tell.sh, told.json]}")
        self.assertEqual(self.execute("--quiet")[0], 0)
        self.assertEqual(json.loads((self.folder / "told.json").read_text())["status"], "success")

    def test_one_that_fails_is_reported_and_changes_nothing(self):
        self.configure("[{command: 'exit 3'}, {command: 'kill -9 $$'}]")
        code, _, err = self.execute("--quiet")
        self.assertEqual((code, err), (0, "tilewright: warning: the notification 'exit 3' ended with exit code 3\n"
                                          "tilewright: warning: the notification 'kill -9 $$' was ended by signal 9\n"))
        self.write("script.lua", BAD)
        self.assertEqual(self.execute("--quiet", "--overwrite")[0], 1)

    def test_one_that_hangs_is_ended_with_what_it_started(self):
        self.configure("{command: 'sleep 1000 & echo $! > child; wait', timeout: 0.5}")
        code, _, err = self.execute("--quiet")
        self.assertEqual((code, err), (0, "tilewright: warning: the notification 'sleep 1000 & echo $! > child; wait' was ended: it was not done "
                                          "after 0.5 s (notify.timeout)\n"))
        self.check_gone()

    def test_whoever_ends_the_run_ends_the_command(self):
        self.configure("{command: 'sleep 1000 & echo $! > child; wait'}")
        process = subprocess.Popen([harness.BINARY, "execute", "run.yaml", "--quiet"], cwd=self.folder, stderr=subprocess.PIPE, text=True)
        limit = time.monotonic() + 60
        while not (self.folder / "child").exists() or not (self.folder / "child").read_text():
            self.assertLess(time.monotonic(), limit)
            time.sleep(0.05)
        process.terminate()
        _, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, err), (0, "tilewright: warning: the notification 'sleep 1000 & echo $! > child; wait' was ended by "
                                                        "signal 15\n"))
        self.check_gone()

    def check_gone(self):
        pid = int((self.folder / "child").read_text())
        limit = time.monotonic() + 20
        while os.path.exists(f"/proc/{pid}") and "Z" not in open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0]:
            self.assertLess(time.monotonic(), limit, "the command's child lives on")
            time.sleep(0.05)

    def test_a_program_that_is_not_there_is_said_before_the_run(self):
        self.configure("{command: [./tools/tell.sh]}")
        self.check_fails(2, "run.yaml:6:20: notify.command: there is no program './tools/tell.sh' that could be run", "execute", "run.yaml")
        self.assertFalse((self.folder / "out").exists())


if __name__ == "__main__":
    unittest.main()
