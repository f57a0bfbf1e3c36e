#!/usr/bin/env python3
"""Makes the large aerial image of the benchmarks: an RGB GeoTIFF in web mercator, aligned with the tiles of a zoom.

usage: aerial.py OUTPUT [SIDE_PX]

The texture is a real photograph (tests/bench/data/naip_2020.tif: USDA NAIP, public domain), repeated and mirrored. One pixel is
one pixel of zoom 18; deflate, 512 x 512 blocks.
"""
import pathlib
import sys

import numpy as np
from osgeo import gdal, osr

gdal.UseExceptions()
PHOTO = pathlib.Path(__file__).parent / "data" / "naip_2020.tif"
ZOOM, HALF = 18, 20037508.3427892
FIRST_TILE = (60928, 100352)  # column and row at zoom 18; multiples of 64: aligned up to zoom 12


def main():
    path, side = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 16384
    photo = gdal.Open(str(PHOTO)).ReadAsArray()[:3]
    cell = np.concatenate([photo, photo[:, :, ::-1]], axis=2)
    cell = np.concatenate([cell, cell[:, ::-1, :]], axis=1)
    pixel = 2 * HALF / (256 << ZOOM)
    options = ["COMPRESS=DEFLATE", "PREDICTOR=2", "TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "NUM_THREADS=ALL_CPUS",
               "BIGTIFF=IF_SAFER", "PHOTOMETRIC=RGB"]
    image = gdal.GetDriverByName("GTiff").Create(path, side, side, 3, gdal.GDT_Byte, options)
    image.SetGeoTransform([-HALF + FIRST_TILE[0] * 256 * pixel, pixel, 0, HALF - FIRST_TILE[1] * 256 * pixel, 0, -pixel])
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(3857)
    image.SetProjection(srs.ExportToWkt())
    cols = np.arange(side) % cell.shape[2]
    for top in range(0, side, 512):
        rows = np.arange(top, min(top + 512, side)) % cell.shape[1]
        image.WriteArray(np.ascontiguousarray(cell[:, rows][:, :, cols]), 0, top)
    image.FlushCache()


if __name__ == "__main__":
    main()
