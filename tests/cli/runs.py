"""What the tests of the run engine share: a scene on whole tiles, configurations as dictionaries, and readers of what the
program keeps for itself."""
import json
import os
import re
import pathlib
import signal
import subprocess
import time

import numpy as np

import harness

TILE = 128
ZOOM = 6
FIRST_ROW, FIRST_COL = 20, 32  # of the scene at ZOOM; even, so that parents begin there too

SCRIPT = """return process {
  inputs = { inp = 'raster' },
  params = { gain = 1 },
  run = function(tile, input, p)
    return input.inp:read() * p.gain
  end,
}
"""


def scene(tiles=8, bands=3, dtype="uint8", seed=1):
    """Noise on top of slopes, tiles x tiles tiles large; 0 (nodata) in one whole tile, in a corner, and here and there."""
    random = np.random.default_rng(seed)
    side = tiles * TILE
    y, x = np.mgrid[0:side, 0:side]
    slopes = np.stack([40 + (x + (i + 1) * y) * 150 // (side * (i + 2)) for i in range(bands)])
    array = (slopes + random.integers(0, 40, slopes.shape)).astype(dtype)
    array[:, TILE:2 * TILE, 2 * TILE:3 * TILE] = 0
    array[:, side - 3 * TILE // 2:, side - 5 * TILE // 2:] = 0
    array[:, random.random((side, side)) < 0.01] = 0
    return array


def scene_bounds(tiles=8, zoom=ZOOM, row=FIRST_ROW, col=FIRST_COL):
    side = 2 * harness.HALF_MERCATOR / (1 << zoom)
    left, top = -harness.HALF_MERCATOR + col * side, harness.HALF_MERCATOR - row * side
    return left, top - tiles * side, left + tiles * side, top


def merge(base, changes):
    """A copy of nested dictionaries with changes put in; None takes an entry out."""
    merged = dict(base)
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            value = merge(merged[key], value)
        merged[key] = value
        if value is None:
            del merged[key]
    return merged


class Case(harness.Case):
    def make_scene(self, tiles=8, name="scene.tif", array=None, **more):
        array = scene(tiles, **more) if array is None else array
        return self.image(name, array, scene_bounds(tiles), nodata=0)

    def config(self, name="run.yaml", script=SCRIPT, **changes):
        """Writes a configuration (JSON is YAML): the scene at ZOOM as PNG tiles, overviews down to zoom 3."""
        self.write("run.lua", script)
        base = {
            "process": "run.lua",
            "input": {"inp": "scene.tif"},
            "pyramid": {"grid": "mercator", "metatiling": 2, "tile_size": TILE},
            "zoom_levels": {"min": 3, "max": ZOOM},
            "baselevels": {"min": ZOOM, "lower": "average"},
            "output": {"path": "out", "format": "PNG", "metatiling": 1, "nodata": 0},
        }
        self.write(name, json.dumps(merge(base, changes), indent=2))
        return name

    def execute(self, *arguments, config="run.yaml", **more):
        return self.run_tilewright("execute", config, *arguments, **more)

    def execute_slowly(self, *arguments, config="run.yaml", **more):
        """The same without the lines of progress that a run of more than five seconds prints."""
        code, out, err = self.execute(*arguments, config=config, **more)
        return code, out, re.sub(r"(?m)^\d+ of \d+ metatiles.*\n", "", err)

    def must_execute(self, *arguments, config="run.yaml", **more):
        return self.must_run("execute", config, *arguments, **more)

    def check_execute_fails(self, code, message, *arguments, config="run.yaml", **more):
        self.check_fails(code, message, "execute", config, *arguments, **more)

    def start(self, *arguments, config="run.yaml", binary=None):
        return subprocess.Popen([binary or harness.BINARY, "execute", config, *arguments], cwd=self.folder,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "LC_ALL": "C"})

    def end(self, process, timeout=60):
        """Waits for a started program; returns code, stdout and stderr."""
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            self.fail(f"still running after {timeout} s")
        return process.returncode, out, err

    def wait_until(self, condition, what, timeout=30):
        limit = time.monotonic() + timeout
        while not condition():
            self.assertLess(time.monotonic(), limit, f"never came: {what}")
            time.sleep(0.01)

    def check_same_trees(self, one, other, hidden=True):
        mine, theirs = self.tree(one, hidden), self.tree(other, hidden)
        self.assertGreater(len(theirs), 0)
        self.assertEqual((sorted(set(mine) - set(theirs)), sorted(set(theirs) - set(mine))), ([], []), "too many, too few")
        self.assertEqual([name for name in mine if mine[name] != theirs[name]], [], "these differ")

    def stamps(self, folder, hidden=True):
        """Path -> what changes when a file is written again, even with the same bytes."""
        root = self.folder / folder
        return {str(path.relative_to(root)): (path.stat().st_ino, path.stat().st_mtime_ns)
                for path in sorted(root.rglob("*"))
                if path.is_file() and str(path.relative_to(root)) not in (".tilewright/seen", ".tilewright/progress", ".tilewright/summary.json")
                and not path.name.endswith(".summary.json")
                and (hidden or ".tilewright" not in str(path.relative_to(root)))}

    def check_no_leftovers(self, folder):
        left = [str(path) for path in (self.folder / folder).rglob("*") if path.name.endswith(".tmp") or path.name == "lock"]
        self.assertEqual(left, [])


def is_whole_png(path):
    return pathlib.Path(path).read_bytes().endswith(b"IEND\xaeB`\x82")


def journal_lines(folder):
    path = pathlib.Path(folder) / ".tilewright/journal"
    return path.read_text().count("\n") if path.exists() else 0


INTERRUPTS = ((signal.SIGINT, 130), (signal.SIGTERM, 143))
