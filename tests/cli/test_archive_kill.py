"""kill -9 while an archive is being made, after some of its tiles are safe: the run goes on with those, to the same bytes as without."""
import hashlib
import os
import signal
import subprocess
import time

import numpy as np

import harness

CONFIG = """process: script.lua
input: {{image: image.tif}}
pyramid: {{grid: mercator, metatiling: 2}}
zoom_levels: {{min: 0, max: 7}}
baselevels: {{min: 7, lower: average}}
output: {{path: {path}, format: PNG{more}}}
bounds: [0, 0, 7000000, 7000000]
"""
# The slower, the more batches there are: a tile of each four takes a while.
SCRIPT = """return process {
  inputs = { image = 'raster' },
  run = function(tile, input)
    local image = input.image:read()
    if tile.col % 2 == 0 then
      for i = 1, 40 do image = image + 1 - 1 end
    end
    return image
  end,
}
"""


class ArchiveKill(harness.Case):
    def setUp(self):
        super().setUp()
        self.write("script.lua", SCRIPT)
        pixels = np.random.default_rng(11).integers(1, 250, (3, 700, 700)).astype("uint8")
        pixels[:, 350:, 350:] = 9
        self.image("image.tif", pixels, (0, 0, 7e6, 7e6), nodata=0)

    def contents(self, path):
        """Of the file, or of all files of the folder."""
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        return {str(p.relative_to(path.parent)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files if not p.name.endswith("summary.json")}

    def remove(self, path):
        subprocess.run(["rm", "-rf", str(path)], check=True)

    def start(self):
        return subprocess.Popen([harness.RELEASE, "execute", "make.yaml", "--quiet", "--workers", "1"], cwd=self.folder)

    def kill_when(self, ready):
        """Kills a run as soon as ready() says so; whether it was still at work."""
        process = self.start()
        return self.kill(process, ready)

    def kill(self, process, ready):
        while process.poll() is None and not ready():
            time.sleep(0.002)
        was_alive = process.poll() is None
        if was_alive:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        return was_alive

    def kill_after_a_batch(self, work):
        """A batch is due after two seconds: the run is held for so long when it has put some tiles."""
        def size(name):
            path = work / name
            return path.stat().st_size if path.exists() else 0
        tiles, journal = size("tiles"), max(size("journal"), len("tilewright journal 1\n"))
        process = self.start()
        while process.poll() is None and size("tiles") <= tiles:
            time.sleep(0.002)
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(2.2)
        os.kill(process.pid, signal.SIGCONT)
        return self.kill(process, lambda: size("journal") > journal)

    def check(self, name, more=""):
        path, work = self.folder / name, self.folder / f"{name}.tilewright"
        self.write("make.yaml", CONFIG.format(path=name, more=more))
        self.must_run("execute", "make.yaml", "--quiet", binary=harness.RELEASE)
        whole = self.contents(path)
        self.remove(path)
        self.assertTrue(self.kill_after_a_batch(work), "it was still at work")
        self.assertFalse(path.exists())
        said = self.must_run("execute", "make.yaml", binary=harness.RELEASE)
        self.assertRegex(said, r"[1-9]\d* were done before")
        self.assertEqual(self.contents(path), whole)
        self.assertFalse(work.exists())
        self.remove(path)
        self.kill_when(lambda: any(work.glob("assembled*")))
        self.must_run("execute", "make.yaml", "--quiet", binary=harness.RELEASE)
        self.assertEqual(self.contents(path), whole, "killed while it is assembled")
        self.assertFalse(work.exists())

    def test_pmtiles(self):
        self.check("out.pmtiles")

    def test_mbtiles(self):
        self.check("out.mbtiles")

    def test_a_compact_cache(self):
        self.check("out", ", layout: compact")


if __name__ == "__main__":
    harness.main()
