"""The median of ten Sentinel-2 scenes (examples/cloudless), beside what its parts take alone: decoding, warping, the median.

Decoding and warping are GDAL's, each scene by itself to the pixels that the output needs of it, from the file to memory; the median is
that of the script library on arrays in memory. CPU nanoseconds for each pixel of a scene, in turn.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np
from osgeo import gdal

import measure
import scripts
import works

SCENES = works.ROOT / "examples/cloudless/sentinel2"
ZOOM, SCENE_COUNT, SCALE = 13, 10, 3
PIXEL = 2 * 20037508.3427892 / (256 << ZOOM)
CONFIG = """process: {script}
input:
  scenes: {{format: stack, path: {items}, resampling: {{default: bilinear, scl: nearest}}}}
pyramid: {{grid: mercator, metatiling: 4}}
zoom_levels: {zoom}
output: {{path: {out}, format: PNG, metatiling: 1}}
process_parameters: {{gain: 0.14}}
"""


def assets():
    """For each scene: its files by band."""
    items = json.loads((SCENES / "items.json").read_text())["features"]
    return [{name: str(SCENES / asset["href"]) for name, asset in item["assets"].items()} for item in items]


def warp(path, nearest):
    """Decodes a file and warps it to mercator; returns the number of its pixels there."""
    image = gdal.Warp("", path, format="MEM", dstSRS="EPSG:3857", xRes=PIXEL, yRes=PIXEL, targetAlignedPixels=True,
                      resampleAlg="near" if nearest else "bilinear", errorThreshold=0.125)
    return image.RasterXSize * image.RasterYSize


def warp_all():
    """CPU nanoseconds of all bands of all scenes, and the pixels of a band of each, added up."""
    began, pixels = time.process_time_ns(), 0
    for files in assets():
        for name in ("red", "green", "blue", "scl"):
            pixels += warp(files[name], name == "scl")
    return time.process_time_ns() - began, pixels // 4


def median_ns(options):
    """CPU nanoseconds of the median of ten layers of one band, for a pixel of the result; three bands are three times that."""
    scripts.DATES = SCENE_COUNT
    work = next(work for work in scripts.WORKS if work.name.startswith("median"))
    inputs = work.inputs(scripts.Inputs(2048), True)
    batch = scripts.arrays.Batch("/dev/shm", None)
    text = f"return process {{\n  run = function(tile, input, p)\n    {scripts.SCRIPTS[work.script]}\n  end,\n}}\n"
    batch.add_text("median.lua", text, [scripts.arrays.tile(inputs)])
    script = scripts.Script(options.scripts, batch.write(), 1, 5)
    found = [script.step()["cpu_ns"] for _ in range(5)]
    script.close()
    return statistics.median(found)


def measured(options):
    work = pathlib.Path(options.work)
    config = work / "cloudless.yaml"
    config.write_text(CONFIG.format(script=SCENES.parent / "cloudless.lua", items=SCENES / "items.json", zoom=ZOOM, out="/dev/null"))
    ours, apart = [], []
    for _ in range(options.rounds):
        ours.append(measure.run_once([options.binary, "execute", config, "--workers", "2", "--quiet"]))
        apart.append(warp_all())
    pixels = apart[0][1]
    taken = {key: statistics.median(run[key] for run in ours) for key in ours[0]}
    whole = taken["cpu"] * 1e9 / pixels
    warping = statistics.median(ns for ns, _ in apart) / pixels
    median = 3 * median_ns(options) / SCENE_COUNT
    rows = [["cloudless, ten scenes, z13", "tilewright", f"{taken['wall']:.2f}", f"{taken['cpu']:.2f}", f"{taken['memory']:.0f}", "", "",
             "1.5 times the parts", "yes" if whole <= 1.5 * (warping + median) else f"{whole / (warping + median):.2f} times"]]
    return rows, (f"cloudless: {whole:.1f} ns CPU a scene's pixel ({pixels / 1e6:.0f} million), of three bands and a classification; its parts "
                  f"alone: {warping:.1f} decoding and warping (GDAL), {median:.1f} median; {whole / (warping + median):.2f} times")
