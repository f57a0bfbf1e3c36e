#!/usr/bin/env python3
"""Makes docs/images/cloudless.jpg from the demo's tiles: one scene's clouds on the left, the composite on the right.

Run it after examples/run.sh. Needs python3-gdal and python3-numpy.
"""
import pathlib
import sys

import numpy as np
from osgeo import gdal

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/cli"))
import harness  # noqa: E402

ZOOM, GAIN = 10, 0.14
SCENES = ROOT / "examples/cloudless/sentinel2"


def scene(day, bounds, width, height):
    """A day's two scenes as they are, on the composite's grid, red green blue."""
    bands = []
    for band in ("B04", "B03", "B02"):
        files = sorted(str(p) for p in SCENES.glob(f"*{day}*/{band}.tif"))
        warped = gdal.Warp("", files, format="MEM", dstSRS="EPSG:3857", outputBounds=bounds, width=width, height=height,
                           resampleAlg="bilinear")
        bands.append(np.clip(warped.ReadAsArray() * GAIN, 0, 255))
    return np.stack(bands).astype("uint8")


def main():
    composite, row, col = harness.mosaic(ROOT / "examples/cloudless/out/tiles", ZOOM, "png")
    left, _, _, top = harness.tile_bounds(ZOOM, row, col)
    pixel = 2 * harness.HALF_MERCATOR / (256 << ZOOM)
    ys, xs = np.nonzero(composite[3])
    window = slice(ys.min() + 8, ys.min() + 520), slice(xs.min() + 12, xs.max() - 16)
    height, width = composite.shape[1:]
    before = scene("20230813", (left, top - height * pixel, left + width * pixel, top), width, height)
    cloudy = scene("20230810", (left, top - height * pixel, left + width * pixel, top), width, height)
    parts = [image[:3][(slice(None), *window)] for image in (cloudy, before, composite)]
    gap = np.full((3, parts[0].shape[1], 8), 255, "uint8")
    picture = np.concatenate([parts[0], gap, parts[1], gap, parts[2]], axis=2)
    made = gdal.GetDriverByName("MEM").Create("", picture.shape[2], picture.shape[1], 3)
    made.WriteArray(picture)
    gdal.SetConfigOption("GDAL_PAM_ENABLED", "NO")
    gdal.GetDriverByName("JPEG").CreateCopy(str(ROOT / "docs/images/cloudless.jpg"), made, options=["QUALITY=88"])


if __name__ == "__main__":
    main()
