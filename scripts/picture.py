#!/usr/bin/env python3
"""Makes the pictures under docs/images. Needs python3-gdal and python3-numpy.

usage: picture.py demo       cloudless.jpg from the demo's tiles: two cloudy days and the composite. Run examples/run.sh before
       picture.py tutorial   tutorial_*.jpg: runs docs/tutorial.md (with $TILEWRIGHT or build/release/tilewright)
"""
import pathlib
import shutil
import sys
import tempfile

import numpy as np
from osgeo import gdal

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/cli"))
import docs  # noqa: E402
import harness  # noqa: E402

ZOOM, GAIN = 10, 0.14
SCENES = ROOT / "examples/cloudless/sentinel2"


def write_jpeg(name, picture):
    """3 x rows x columns of bytes as docs/images/NAME.jpg."""
    made = gdal.GetDriverByName("MEM").Create("", picture.shape[2], picture.shape[1], 3)
    made.WriteArray(np.ascontiguousarray(picture))
    gdal.SetConfigOption("GDAL_PAM_ENABLED", "NO")
    gdal.GetDriverByName("JPEG").CreateCopy(str(ROOT / f"docs/images/{name}.jpg"), made, options=["QUALITY=88"])


def scene(day, bounds, width, height):
    """A day's two scenes as they are, on the composite's grid, red green blue."""
    bands = []
    for band in ("B04", "B03", "B02"):
        files = sorted(str(p) for p in SCENES.glob(f"*{day}*/{band}.tif"))
        warped = gdal.Warp("", files, format="MEM", dstSRS="EPSG:3857", outputBounds=bounds, width=width, height=height,
                           resampleAlg="bilinear")
        bands.append(np.clip(warped.ReadAsArray() * GAIN, 0, 255))
    return np.stack(bands).astype("uint8")


def demo():
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
    write_jpeg("cloudless", np.concatenate([parts[0], gap, parts[1], gap, parts[2]], axis=2))


def half(path):
    """The upper 400 rows of the file's part with data, at half its size, nodata white."""
    bands = gdal.Open(str(path)).ReadAsArray()
    valid = (bands > 0).any(axis=0)
    ys, xs = np.nonzero(valid)
    bands = np.where(valid, bands, 255)[:, ys.min():ys.min() + 800, xs.min():xs.max()]
    bands = bands[:, :bands.shape[1] // 2 * 2, :bands.shape[2] // 2 * 2]
    blocks = bands.reshape(3, bands.shape[1] // 2, 2, bands.shape[2] // 2, 2)
    return blocks.mean(axis=(2, 4)).astype("uint8")


def tutorial():
    folder = pathlib.Path(tempfile.mkdtemp())
    shutil.copytree(SCENES, folder / "sentinel2")
    for line, kind, name, text in docs.events(ROOT / "docs/tutorial.md"):
        if kind == "file":
            (folder / name).write_text(text)
        elif kind == "console":
            for command, _ in docs.commands(text):
                docs.run(command, folder)
        elif kind == "image":
            write_jpeg(name, half(folder / "mosaic.tif"))
            print(f"docs/tutorial.md:{line}: docs/images/{name}.jpg")
    shutil.rmtree(folder)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("demo", "tutorial"):
        sys.exit(__doc__)
    {"demo": demo, "tutorial": tutorial}[sys.argv[1]]()
