#!/usr/bin/python3
"""Indexing a folder of tiles: tilewright index against gdaltindex and gdalbuildvrt, on the same tiles.

    python3 tests/bench/index.py [TILES [RUNS]]

TILES small GeoTIFFs (20000) are made in a temporary folder; medians of RUNS (3) paired runs.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from osgeo import gdal

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "build/release/tilewright"
HALF = 20037508.3427892


def make_tiles(folder, count, zoom=12):
    """Small GeoTIFFs side by side."""
    side = int(count ** 0.5) + 1
    size = 2 * HALF / 2 ** zoom
    made = 0
    for row in range(side):
        (folder / f"{zoom}/{row}").mkdir(parents=True)
        for col in range(side):
            if made == count:
                break
            path = folder / f"{zoom}/{row}/{col}.tif"
            dataset = gdal.GetDriverByName("GTiff").Create(str(path), 16, 16, 1, gdal.GDT_Byte, ["COMPRESS=DEFLATE"])
            dataset.SetGeoTransform((-HALF + col * size, size / 16, 0, HALF - row * size, 0, -size / 16))
            dataset.SetProjection("EPSG:3857")
            dataset.GetRasterBand(1).WriteArray(np.full((16, 16), 1 + made % 250, "uint8"))
            dataset = None
            made += 1
    grid = {"shape": [1, 1], "bounds": [-HALF, -HALF, HALF, HALF], "srs": {"epsg": 3857}, "is_global": True, "type": "mercator",
            "grid": "mercator"}
    (folder / "metadata.json").write_text(json.dumps({
        "pyramid": {"grid": grid, "metatiling": 1, "tile_size": 16, "pixelbuffer": 0},
        "driver": {"format": "GTiff", "dtype": "uint8", "bands": 1, "nodata": 0}}))


def seconds(command, **more):
    began = time.monotonic()
    subprocess.run(command, check=True, capture_output=True, **more)
    return time.monotonic() - began


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_tiles(folder / "tiles", count)
        times = {}
        for _ in range(runs):
            for path in folder.glob("*.*"):
                path.unlink()
            commands = {
                "tilewright --gpkg": [PROGRAM, "index", "tiles", "--gpkg", "--idx-out-dir", "idx", "-q"],
                "tilewright --fgb": [PROGRAM, "index", "tiles", "--fgb", "--idx-out-dir", "idx", "-q"],
                "tilewright --vrt": [PROGRAM, "index", "tiles", "--vrt", "--idx-out-dir", "idx", "-q"],
                "tilewright --txt": [PROGRAM, "index", "tiles", "--txt", "--idx-out-dir", "idx", "-q"],
                "gdaltindex gpkg": ["sh", "-c", "find tiles -name '*.tif' | xargs gdaltindex -f GPKG index.gpkg"],
                "gdalbuildvrt": ["gdalbuildvrt", "-q", "-input_file_list", "idx/12.txt", "all.vrt"]}
            for label, command in commands.items():
                times.setdefault(label, []).append(seconds(command, cwd=folder))
        print(f"{count} tiles, medians of {runs} runs")
        for label, measured in times.items():
            print(f"{label:20} {statistics.median(measured):8.2f} s")


if __name__ == "__main__":
    main()
