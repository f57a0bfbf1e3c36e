"""The main job: the composite of ten Sentinel-2 scenes equals a median computed with numpy."""
import json
import shutil

import numpy as np
from osgeo import gdal

import harness

SCENES = harness.ROOT / "examples/cloudless/sentinel2"
CLOUDY = [0, 1, 3, 8, 9, 10]

COMPOSITE = """process: cloudless.lua
input: {{scenes: {{format: stack, path: {items}, resampling: {{default: bilinear, scl: nearest}}}}}}
pyramid: {{grid: mercator, metatiling: 2}}
zoom_levels: 10
output: {{path: composite.tif, format: GTiff, dtype: uint16, nodata: 0}}
"""
ONE_BAND = """process: convert
input: {{inp: {path}}}
pyramid: {{grid: mercator, metatiling: 2}}
zoom_levels: 10
output: {{path: {name}.tif, format: GTiff, dtype: uint16, bands: 1, nodata: 0}}
process_parameters: {{resampling: {resampling}}}
"""


class Cloudless(harness.Case):
    def warped(self, item, band, like):
        """One band of one scene, warped by the program's own convert, on the composite's grid."""
        href = item["assets"][band]["href"]
        name = f"{item['id']}_{band}"
        self.write("one.yaml", ONE_BAND.format(path=SCENES / href, name=name,
                                               resampling="nearest" if band == "scl" else "bilinear"))
        self.must_run("execute", "one.yaml", "--quiet")
        one = gdal.Open(str(self.folder / f"{name}.tif"))
        ours, whole = one.GetGeoTransform(), like.GetGeoTransform()
        array = np.zeros((like.RasterYSize, like.RasterXSize), "uint16")
        left, top = round((ours[0] - whole[0]) / whole[1]), round((ours[3] - whole[3]) / whole[5])
        array[top:top + one.RasterYSize, left:left + one.RasterXSize] = one.ReadAsArray()
        return array

    def test_composite_equals_the_median_of_clear_observations(self):
        shutil.copy(harness.ROOT / "examples/cloudless/cloudless.lua", self.folder)
        self.write("composite.yaml", COMPOSITE.format(items=SCENES / "items.json"))
        self.must_run("execute", "composite.yaml", "--quiet")
        composite = gdal.Open(str(self.folder / "composite.tif"))
        items = json.loads((SCENES / "items.json").read_text())["features"]
        stack = {band: [] for band in ("red", "green", "blue")}
        for item in items:
            colours = np.stack([self.warped(item, band, composite) for band in stack]).astype("float64")
            clear = (~np.isin(self.warped(item, "scl", composite), CLOUDY)) & (colours > 0).any(axis=0)
            for band, colour in zip(stack, colours):
                stack[band].append(np.where(clear & (colour > 0), colour, np.nan))
        for i, band in enumerate(stack, 1):
            with np.errstate(all="ignore"):
                median = np.nanmedian(np.stack(stack[band]), axis=0)
            expected = np.where(np.isnan(median), 0, np.rint(median)).astype("uint16")
            got = composite.GetRasterBand(i).ReadAsArray()
            self.assertGreater((expected > 0).sum(), 100000)
            self.assertEqual((got != expected).sum(), 0, f"{band}: {np.argwhere(got != expected)[:5]}")


if __name__ == "__main__":
    harness.main()
