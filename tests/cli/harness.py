"""What the black-box tests share: a folder to work in, the program, and readers that are not ours (GDAL, numpy).

Each test file is a unittest program that CTest runs with TILEWRIGHT naming the binary. Needs python3-gdal and python3-numpy.
"""
import hashlib
import os
import pathlib
import pty
import shutil
import subprocess
import tempfile
import unittest

import numpy as np
from osgeo import gdal, osr

gdal.UseExceptions()
osr.UseExceptions()

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.path.abspath(os.environ.get("TILEWRIGHT", ROOT / "build/release/tilewright"))
# the same program without sanitizers, for tests that start it very often or measure its memory
RELEASE = os.path.abspath(os.environ.get("TILEWRIGHT_RELEASE", ROOT / "build/release/tilewright"))
HALF_MERCATOR = 20037508.3427892


class Case(unittest.TestCase):
    """A test with a folder of its own, which is removed afterwards."""

    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tilewright-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run_tilewright(self, *arguments, binary=None, env=None, cwd=None):
        """Runs the program in the test's folder; returns code, stdout and stderr."""
        done = subprocess.run([binary or BINARY, *map(str, arguments)], cwd=cwd or self.folder, capture_output=True, text=True,
                              timeout=300, env={**os.environ, "LC_ALL": "C", **(env or {})})
        return done.returncode, done.stdout, done.stderr

    def must_run(self, *arguments, **more):
        code, out, err = self.run_tilewright(*arguments, **more)
        self.assertEqual(code, 0, f"{arguments}: {err}{out}")
        return out

    def answer_on_terminal(self, answer, *arguments):
        """Runs the program on a terminal of its own and types the answer to its question; returns the exit code and what was shown."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execv(BINARY, [BINARY, *arguments])
        shown = b""
        while b"[y/N] " not in shown:
            shown += os.read(terminal, 1000)
        os.write(terminal, answer.encode())
        try:
            while more := os.read(terminal, 1000):
                shown += more
        except OSError:  # the other side is closed
            pass
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()

    def check_fails(self, code, message, *arguments, **more):
        """The program exits with this code and says exactly this on stderr (a list: several lines)."""
        got, out, err = self.run_tilewright(*arguments, **more)
        wanted = message if isinstance(message, str) else "\n".join(message)
        self.assertEqual((got, err.strip()), (code, wanted), f"stdout: {out}")

    def image(self, name, array, bounds, srs="EPSG:3857", nodata=None, options=()):
        """Writes bands x rows x columns (or rows x columns) as a GeoTIFF."""
        bands = array if array.ndim == 3 else array[None]
        kind = {"uint8": gdal.GDT_Byte, "uint16": gdal.GDT_UInt16, "int16": gdal.GDT_Int16, "float32": gdal.GDT_Float32,
                "int32": gdal.GDT_Int32, "uint32": gdal.GDT_UInt32, "float64": gdal.GDT_Float64}[bands.dtype.name]
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        made = gdal.GetDriverByName("GTiff").Create(str(path), bands.shape[2], bands.shape[1], bands.shape[0], kind,
                                                    list(options))
        left, bottom, right, top = bounds
        made.SetGeoTransform([left, (right - left) / bands.shape[2], 0, top, 0, (bottom - top) / bands.shape[1]])
        if srs:
            reference = osr.SpatialReference()
            reference.SetFromUserInput(srs)
            made.SetProjection(reference.ExportToWkt())
        for i, band in enumerate(bands, 1):
            made.GetRasterBand(i).WriteArray(band)
            if nodata is not None:
                made.GetRasterBand(i).SetNoDataValue(nodata)
        made = None
        return path

    def tree(self, folder, hidden=False):
        """Path below folder -> hash of the bytes. Without the files the program keeps for itself unless hidden; never with the
        records of what it was made from and of how the last run went: they also tell of inputs that have changed meanwhile, and of time."""
        root = self.folder / folder
        found = {}
        for path in sorted(root.rglob("*")):
            name = str(path.relative_to(root))
            if path.is_file() and not name.endswith(".summary.json") and (hidden or not name.startswith(".tilewright")) and name not in (".tilewright/seen", ".tilewright/inputs", ".tilewright/progress",
                                                                                                                 ".tilewright/summary.json"):
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found


def tile_bounds(zoom, row, col, metatiling=1, half=HALF_MERCATOR):
    """Bounds of a web mercator tile."""
    side = 2 * half / (1 << zoom) * metatiling
    return -half + col * side, half - (row + 1) * side, -half + (col + 1) * side, half - row * side


def read(path):
    """bands x rows x columns."""
    array = gdal.Open(str(path)).ReadAsArray()
    return array if array.ndim == 3 else array[None]


def read_png(path):
    return read(path)


def mosaic(folder, zoom, extension, nodata=0):
    """All tiles `zoom/row/col.extension` of a folder as one array; returns it with its first row and column (tiles)."""
    tiles = {}
    for path in (pathlib.Path(folder) / str(zoom)).rglob(f"*.{extension}"):
        tiles[int(path.parent.name), int(path.stem)] = read(path)
    rows, cols = [r for r, _ in tiles], [c for _, c in tiles]
    any_tile = next(iter(tiles.values()))
    bands, height, width = any_tile.shape
    whole = np.full((bands, (max(rows) - min(rows) + 1) * height, (max(cols) - min(cols) + 1) * width), nodata, any_tile.dtype)
    for (row, col), tile in tiles.items():
        top, left = (row - min(rows)) * height, (col - min(cols)) * width
        whole[:, top:top + height, left:left + width] = tile
    return whole, min(rows), min(cols)


def main():
    unittest.main(verbosity=1)
