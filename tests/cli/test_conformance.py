"""Configurations of mapchete run as they are, and give what mapchete gives; see conformance/README.md."""
import json
import os
import shutil

from osgeo import gdal

import harness

CASES = harness.ROOT / "tests/cli/conformance"
DATA = [harness.ROOT / "tests/data/cli", harness.ROOT / "tests/data/io"]
RASTERS = (".tif", ".png")


def describe(path):
    dataset = gdal.Open(str(path))
    first, crs = dataset.GetRasterBand(1), dataset.GetSpatialRef()
    found = {"size": [dataset.RasterXSize, dataset.RasterYSize], "bands": dataset.RasterCount,
             "dtype": gdal.GetDataTypeName(first.DataType), "geotransform": list(dataset.GetGeoTransform()),
             "epsg": crs.GetAuthorityCode(None) if crs else None, "nodata": first.GetNoDataValue(), "band": []}
    for i in range(1, dataset.RasterCount + 1):
        band = dataset.GetRasterBand(i)
        values = band.ReadAsArray()[band.GetMaskBand().ReadAsArray() != 0].astype("float64")
        found["band"].append({"valid": values.size, "min": values.min(), "max": values.max(), "mean": values.mean()}
                             if values.size else {"valid": 0})
    return found


def differs(wanted, found, is_png):
    """What is different, or None. PNG has no place and no nodata of its own."""
    for key in ("size", "bands", "dtype", "epsg") + (() if is_png else ("nodata",)):
        if wanted[key] is not None and wanted[key] != found[key]:
            return f"{key} {found[key]}, expected {wanted[key]}"
    pixel = abs(wanted["geotransform"][1])
    places = zip(wanted["geotransform"], found["geotransform"])
    if not is_png and any(abs(a - b) > 1e-6 * pixel + 1e-9 * abs(a) for a, b in places):
        return f"geotransform {found['geotransform']}, expected {wanted['geotransform']}"
    for i, (want, got) in enumerate(zip(wanted["band"], found["band"]), 1):
        if abs(want["valid"] - got["valid"]) > 0.01 * found["size"][0] * found["size"][1]:
            return f"band {i}: {got['valid']} valid pixels, expected {want['valid']}"
        span = max(want.get("max", 0) - want.get("min", 0), 1)
        for key, share in (("mean", 0.02), ("min", 0.1), ("max", 0.1)):
            if want["valid"] and got["valid"] and abs(want[key] - got[key]) > share * span + 1:
                return f"band {i}: {key} {got[key]:.6g}, expected {want[key]:.6g}"
    return None


def all_differ(wanted, found):
    if set(wanted) != set(found):
        return f"missing {sorted(set(wanted) - set(found))}, not expected {sorted(set(found) - set(wanted))}"
    reasons = (f"{name}: {why}" for name in wanted if (why := differs(wanted[name], found[name], name.endswith(".png"))))
    return next(reasons, None)


class Conformance(harness.Case):
    def run_case(self, case):
        """Runs one folder in a folder of its own; returns what was written, without empty tiles."""
        expected = json.loads((case / "expected.json").read_text())
        work = self.folder / case.name
        work.mkdir()
        shutil.copy(case / "config.mapchete", work)
        shutil.copy(CASES / "example_process.lua", work)
        for name in expected["inputs"]:
            shutil.copy(next(folder / name for folder in DATA if (folder / name).exists()), work)
        self.must_run("execute", "config.mapchete", "--no-pbar", cwd=work)
        outputs = [work / "out.tif"] if (work / "out.tif").exists() else [work / "out"]
        files = [path for out in outputs for path in ([out] if out.is_file() else out.rglob("*")) if path.suffix in RASTERS]
        found = {os.path.relpath(path, work): describe(path) for path in files}
        return expected["results"], {name: raster for name, raster in found.items() if any(b["valid"] for b in raster["band"])}

    def test_every_case_gives_what_mapchete_gives(self):
        cases = sorted(path.parent for path in CASES.glob("*/expected.json"))
        self.assertGreater(len(cases), 14)
        for case in cases:
            with self.subTest(case.name):
                results, found = self.run_case(case)
                reasons = [all_differ(wanted, found) for wanted in results]
                self.assertIn(None, reasons, reasons)


if __name__ == "__main__":
    harness.main()
