#!/usr/bin/env python3
"""Times a straight mosaic of a large aerial image to PNG tiles with all overviews, against gdal2tiles.

usage: pyramid.py [--side 16384] [--runs 3] [--binary build/release/tilewright] [--work /tmp/tilewright-bench]

Needs gdal-bin, python3-gdal and python3-numpy (Debian). Both tools get two processes or threads, average overviews and
zooms 12 to 18; they run in turn. Prints wall and CPU seconds, peak memory, files and bytes side by side.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys

import measure

HERE = pathlib.Path(__file__).resolve().parent
CONFIG = """process: convert
input:
  inp: {image}
pyramid: {{grid: mercator, metatiling: 4}}
zoom_levels: {{min: 12, max: 18}}
baselevels: {{min: 18, lower: average}}
output: {{path: {out}, format: PNG, metatiling: 1, count: 3, georeference: none}}
"""


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--side", type=int, default=16384)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--binary", default=str(HERE.parents[1] / "build/release/tilewright"))
    options.add_argument("--work", default="/tmp/tilewright-bench")
    a = options.parse_args()
    work = pathlib.Path(a.work)
    work.mkdir(parents=True, exist_ok=True)
    image = work / f"aerial_{a.side}.tif"
    if not image.exists():
        subprocess.run([sys.executable, HERE / "aerial.py", image, str(a.side)], check=True)
    config = work / "pyramid.yaml"
    config.write_text(CONFIG.format(image=image, out=work / "tilewright"))
    commands = {
        "tilewright": [a.binary, "execute", config, "--workers", "2", "--quiet"],
        "gdal2tiles": ["gdal2tiles.py", "--xyz", "--processes=2", "-r", "average", "-z", "12-18", "-w", "none", "-q", image,
                       work / "gdal2tiles"],
    }
    taken = measure.in_turn(commands, a.runs, lambda name: shutil.rmtree(work / name, ignore_errors=True))
    rows = [["tool", "wall s", "CPU s", "memory MB", "files", "MB"]]
    for name, t in taken.items():
        files, size = measure.tree_size(work / name, ".png")
        rows.append([name, f"{t['wall']:.1f}", f"{t['cpu']:.1f}", f"{t['memory']:.0f}", str(files), f"{size:.0f}"])
    print(f"{a.side} x {a.side} RGB, zooms 12 to 18, medians of {a.runs} runs in turn")
    measure.table(rows)
    print(f"tilewright is {taken['gdal2tiles']['wall'] / taken['tilewright']['wall']:.1f} times as fast")


if __name__ == "__main__":
    main()
