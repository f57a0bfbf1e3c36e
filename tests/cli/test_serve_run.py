"""What a run tells those who look at its output while it goes on: the file beside it, /run.json and /events."""
import contextlib
import fcntl
import json
import signal
import subprocess
import threading
import time

import harness
from preview import SCRIPT, Serve

STATES = {"written", "empty", "failed"}


class Runs(Serve):
    def setUp(self):
        super().setUp()
        self.runs = []
        self.write("run.lua", self.slow(500))

    def tearDown(self):
        for run in self.runs:
            if run.poll() is None:
                run.kill()
                run.communicate()
        super().tearDown()

    def start(self, *arguments):
        run = subprocess.Popen([harness.RELEASE, "execute", "map.yaml", "--quiet", "--workers", "1", *arguments], cwd=self.folder,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.runs.append(run)
        return run

    def run_json(self):
        return json.loads(self.get("/run.json"))

    def wait_for(self, condition, ask=None, timeout=30):
        limit = time.monotonic() + timeout
        while not condition(answer := (ask or self.run_json)()):
            self.assertLess(time.monotonic(), limit, answer)
            time.sleep(0.02)
        return answer

    def progress(self, path="out/.tilewright/progress"):
        return json.loads((self.folder / path).read_text())

    def check_adds_up(self, told):
        self.assertEqual(told["done"], told["made"] + told["skipped"] + told["failed"] + told["blocked"])
        self.assertLessEqual(told["done"], told["total"])
        for tile in told["tiles"]:
            self.assertEqual(sorted(tile), ["col", "row", "seconds", "state", "zoom"])
            self.assertIn(tile["state"], STATES)
            self.assertTrue(3 <= tile["zoom"] <= 6)


class File(Runs):
    def test_it_tells_how_the_run_ended(self):
        self.write("run.lua", SCRIPT)
        self.config(metatiling=1)
        self.must_run("execute", "map.yaml", "--quiet")
        told = self.progress()
        self.check_adds_up(told)
        self.assertEqual((told["state"], told["zooms"], told["done"], told["total"], told["skipped"]), ("done", [3, 6], 22, 22, 0))
        self.assertEqual(len(told["tiles"]), 22)
        self.assertEqual(told["tiles"][0]["zoom"], 3)  # the newest first
        self.must_run("execute", "map.yaml", "--quiet")
        told = self.progress()
        self.assertEqual((told["state"], told["made"], told["skipped"], told["tiles"]), ("done", 0, 22, []))
        self.write("run.lua", SCRIPT.replace("return input", "error('no')\n    return input"))
        self.assertEqual(self.run_tilewright("execute", "map.yaml", "--quiet", "-o")[0], 1)
        told = self.progress()
        self.check_adds_up(told)
        self.assertEqual((told["state"], told["failed"], told["tiles"][0]["state"]), ("failed", 16, "failed"))

    def test_it_is_whole_and_new_at_most_twice_a_second(self):
        self.config(metatiling=1)
        run = self.start()
        seen, began = set(), time.monotonic()
        while run.poll() is None:
            try:
                told = self.progress()
                self.check_adds_up(told)
                seen.add(told["done"])
            except FileNotFoundError:
                pass
            time.sleep(0.01)
        seconds = time.monotonic() - began
        self.assertLessEqual(len(seen), 2 * seconds + 3)
        self.assertGreaterEqual(len(seen), 2)

    def test_a_single_file_that_is_complete_has_none(self):
        self.write("run.lua", SCRIPT)
        self.config(min_zoom=6, format="GTiff", more=", path: one.tif", baselevels="")
        text = (self.folder / "map.yaml").read_text().replace("path: out, ", "")
        self.write("map.yaml", text)
        self.must_run("execute", "map.yaml", "--quiet")
        self.assertEqual([path.name for path in self.folder.glob(".one.tif*") if "progress" in path.name], [])


class Served(Runs):
    def test_a_run_from_a_shell_is_followed(self):
        self.config(metatiling=1)
        server = self.serve()
        self.assertEqual(self.run_json(), {"state": "none", "layer": "map"})
        run = self.start()
        event = self.get("/events?since=1").decode()
        self.assertRegex(event, r'\Aretry: 100\nid: 1\.1\nevent: run\ndata: {"state":"running",')
        told = json.loads(event.split("data: ")[1])
        self.assertEqual((told["pid"], told["zooms"]), (run.pid, [3, 6]))
        self.check_adds_up(told)
        more = self.get("/events?since=1.1").decode()
        self.assertRegex(more, r'\Aretry: 100\nid: 1\.2\nevent: run\n')
        self.assertGreaterEqual(json.loads(more.split("data: ")[1])["done"], told["done"])
        run.communicate(timeout=120)
        told = self.wait_for(lambda told: told["state"] != "running")
        self.assertEqual((told["state"], told["done"], told["failed"]), ("done", told["total"], 0))
        self.end(server)
        self.serve()  # what lies there is told, and is no event
        self.assertEqual(self.run_json()["state"], "done")
        self.write("run.lua", SCRIPT)
        self.assertRegex(self.get("/events?since=1").decode(), r"\Aretry: 100\nid: 2\nevent: version\n")

    def test_a_run_that_is_killed_is_noticed(self):
        self.write("run.lua", self.slow(3000))
        self.config(metatiling=1)
        self.serve()
        run = self.start()
        self.wait_for(lambda told: told["state"] == "running" and told["done"] > 0)
        run.kill()
        run.communicate()
        self.assertEqual(self.progress()["state"], "running")
        self.wait_for(lambda told: told["state"] == "interrupted", timeout=10)
        run = self.start()
        self.wait_for(lambda told: told["state"] == "running")
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(timeout=60), 130)
        self.wait_for(lambda told: told["state"] == "interrupted", timeout=5)
        self.assertEqual(self.progress()["state"], "interrupted")

    def test_a_single_file_that_comes_to_its_end(self):
        self.config(metatiling=1, min_zoom=6, format="GTiff", baselevels="")
        self.write("map.yaml", (self.folder / "map.yaml").read_text().replace("path: out", "path: one.tif").replace(", metatiling: 1}", "}"))
        self.serve()
        run = self.start()
        self.wait_for(lambda told: told["state"] == "running" and told["done"] > 0)
        run.communicate(timeout=120)
        self.assertEqual(run.returncode, 0)
        self.wait_for(lambda told: told["state"] == "done", timeout=10)

    def test_several_configurations(self):
        self.config()
        self.config("other.yaml", metatiling=1)
        self.write("other.yaml", (self.folder / "other.yaml").read_text().replace("path: out", "path: other"))
        self.serve("map.yaml", "other.yaml", "image.tif")
        self.assertEqual(self.error("/run.json?layer=none", 404), "there is no layer 'none'; known: map, map.inp, other, other.inp, image")
        run = subprocess.Popen([harness.RELEASE, "execute", "other.yaml", "--quiet", "--workers", "1"], cwd=self.folder)
        self.runs.append(run)
        told = self.wait_for(lambda told: told["state"] == "running")
        self.assertEqual((told["layer"], told["pid"]), ("other", run.pid))
        self.assertEqual(json.loads(self.get("/run.json?layer=other"))["state"], "running")
        self.assertEqual(json.loads(self.get("/run.json?layer=map"))["state"], "none")
        self.assertEqual(json.loads(self.get("/run.json?layer=image"))["state"], "none")
        run.wait(timeout=120)

    def test_what_is_no_progress_is_none(self):
        self.config()
        work = self.folder / "out/.tilewright"
        work.mkdir(parents=True)
        for text in ("", "{", "[1]", '{"state": 3}', "x" * (2 << 20)):
            (work / "progress").write_text(text)
            server = self.serve()
            self.assertEqual(self.run_json(), {"state": "none", "layer": "map"})
            self.end(server)

    def test_looking_whether_a_run_goes_on_refuses_none(self):
        """Whoever looks at the lock holds it for a moment."""
        self.write("run.lua", SCRIPT)
        self.config()
        self.must_run("execute", "map.yaml", "--quiet")
        (self.folder / "out/.tilewright/lock").write_text("")
        over = threading.Event()

        def look():
            while not over.wait(0.005):
                with open(self.folder / "out/.tilewright/lock", "a") as lock, contextlib.suppress(OSError):
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)

        looking = threading.Thread(target=look)
        looking.start()
        try:
            for _ in range(30):
                code, _, err = self.run_tilewright("execute", "map.yaml", "--quiet", binary=harness.RELEASE)
                self.assertEqual((code, err), (0, ""))
                (self.folder / "out/.tilewright/lock").touch()
        finally:
            over.set()
            looking.join()


if __name__ == "__main__":
    harness.main()
