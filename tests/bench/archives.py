#!/usr/bin/python3
"""Archives of tiles: an ocean with an island, and the large aerial image as PMTiles and MBTiles beside a folder of tiles.

    sh tests/bench/run.sh --only archives [--side 8192] [--rounds 3]

The ocean is ten million tiles of zoom 12 and their overviews, made from a world of 4096 x 4096 pixels in which the sea is one colour and the
island is noise: at most 60 s, 300 MB of memory and 5 MB of archive. The aerial image as PMTiles may take 1.15 times as long as the folder.
"""
import os
import subprocess
import sys

import works

SIDE, HALF = 4096, 20037508.3427892
ZOOM, FIRST, LAST = 12, 384, 3584  # tiles of the zoom, aligned with metatiles up to zoom 7
CONFIG = """process: convert
input:
  inp: {{path: {input}, format: raster_file}}
pyramid: {{grid: mercator, metatiling: 4}}
zoom_levels: {{min: 8, max: {zoom}}}
baselevels: {{min: {zoom}, lower: average}}
output: {{path: {path}, format: PNG, metatiling: 1, count: 3}}
bounds: [{bounds}]
"""


def world(path):
    """The sea, and an island of 1250 pixels that are all different."""
    import numpy as np
    from osgeo import gdal, osr
    pixels = np.empty((3, SIDE, SIDE), "uint8")
    pixels[:] = np.array([20, 60, 120], "uint8")[:, None, None]
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    island = (x - 1500) ** 2 + (y - 1200) ** 2 < 20 ** 2
    pixels[:, island] = np.random.default_rng(1).integers(1, 255, (3, island.sum()))
    image = gdal.GetDriverByName("GTiff").Create(str(path), SIDE, SIDE, 3, gdal.GDT_Byte, ["TILED=YES", "COMPRESS=DEFLATE"])
    image.SetGeoTransform([-HALF, 2 * HALF / SIDE, 0, HALF, 0, -2 * HALF / SIDE])
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(3857)
    image.SetProjection(srs.ExportToWkt())
    image.WriteArray(pixels)
    image.FlushCache()


def ocean(bench):
    image = bench.work / "sea.tif"
    if not image.exists():
        # a process of its own: those that are measured begin with the memory of this one
        subprocess.run([sys.executable, __file__, f"{image}.part"], check=True)
        os.rename(f"{image}.part", image)
    ours = bench.ours("ten million tiles of sea", None)
    ours.suffix, ours.limit = ".pmtiles", ("wall", 60)
    step = 2 * HALF / 2 ** ZOOM
    low, high = FIRST * step - HALF, LAST * step - HALF
    ours.command[2] = bench.work / "sea.yaml"
    ours.command[2].write_text(CONFIG.format(input=image, path=bench.out(ours).with_suffix(ours.suffix), zoom=ZOOM,
                                             bounds=f"{low!r}, {low!r}, {high!r}, {high!r}"))
    return [ours]


def aerial(bench):
    image, low = bench.image(bench.side), works.lowest_zoom(bench.side)
    rows = []
    for suffix in ("", ".pmtiles", ".mbtiles"):
        row = bench.ours("aerial to " + (suffix[1:] or "a folder"), None)
        path = bench.out(row).with_suffix(suffix)
        row.suffix = suffix or ".png"
        row.command[2] = bench.config(row.work, process="convert", input=f"{{path: {image}, format: raster_file}}", low=low, high=18, path=path,
                                      output=works.FORMATS["PNG"].replace(", georeference: none", "" if suffix else ", georeference: none"))
        rows.append(row)
    return rows


def rows(bench):
    return [ocean(bench), aerial(bench)]


if __name__ == "__main__":
    world(sys.argv[1])
