#!/usr/bin/env python3
"""Makes the large aerial image of the benchmarks: an RGB GeoTIFF, deflate, 512 x 512 blocks.

usage: aerial.py OUTPUT [SIDE_PX [mercator|utm|degrees]]

The texture is a real photograph (tests/bench/data/naip_2020.tif: USDA NAIP, public domain), repeated and mirrored. In web mercator it is
aligned with the tiles of zoom 18, one pixel for each of theirs; in UTM it lies about there, with pixels of about the same size on the ground;
in degrees a pixel is as wide as one of zoom 13, around the equator.
"""
import pathlib
import sys

import numpy as np
from osgeo import gdal, osr

gdal.UseExceptions()
PHOTO = pathlib.Path(__file__).parent / "data" / "naip_2020.tif"
ZOOM, HALF = 18, 20037508.3427892
FIRST_TILE = (60928, 100352)  # column and row at zoom 18; multiples of 128: aligned up to zoom 11
MERCATOR_PX = 2 * HALF / (256 << ZOOM)


def mercator(side):
    """EPSG code, left, top, pixel size."""
    return 3857, -HALF + FIRST_TILE[0] * 256 * MERCATOR_PX, HALF - FIRST_TILE[1] * 256 * MERCATOR_PX, MERCATOR_PX


def utm(side):
    return 32614, 733000, 4300000, 0.465  # the ground that a pixel of mercator covers at 38.8 degrees north


def degrees(side):
    pixel = 360 / (256 << 13)
    return 4326, 5.0, side / 2 * pixel, pixel


PLACES = {"mercator": mercator, "utm": utm, "degrees": degrees}


def make(path, side, place="mercator"):
    photo = gdal.Open(str(PHOTO)).ReadAsArray()[:3]
    cell = np.concatenate([photo, photo[:, :, ::-1]], axis=2)
    cell = np.concatenate([cell, cell[:, ::-1, :]], axis=1)
    epsg, left, top, pixel = PLACES[place](side)
    options = ["COMPRESS=DEFLATE", "PREDICTOR=2", "TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "NUM_THREADS=ALL_CPUS",
               "BIGTIFF=IF_SAFER", "PHOTOMETRIC=RGB"]
    image = gdal.GetDriverByName("GTiff").Create(str(path), side, side, 3, gdal.GDT_Byte, options)
    image.SetGeoTransform([left, pixel, 0, top, 0, -pixel])
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(epsg)
    image.SetProjection(srs.ExportToWkt())
    cols = np.arange(side) % cell.shape[2]
    for row in range(0, side, 512):
        rows = np.arange(row, min(row + 512, side)) % cell.shape[1]
        image.WriteArray(np.ascontiguousarray(cell[:, rows][:, :, cols]), 0, row)
    image.FlushCache()


if __name__ == "__main__":
    make(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 16384, *sys.argv[3:4])
