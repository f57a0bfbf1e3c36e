"""Makes ten thousand small GeoTIFFs and catalogues of them, and measures how long a plan of each takes.

    python3 tests/bench/catalogue.py [--files 10000] [--runs 5] [--execute]

Needs gdal-bin and python3-gdal; compares with `gdalbuildvrt` of the same files. With --execute also the whole run, in which each of the six zooms reads every file.
"""
import argparse
import pathlib
import shutil
import subprocess
import tempfile

from osgeo import gdal, osr

import measure

gdal.UseExceptions()
ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIG = """process: convert
input: {{inp: {{format: catalogue, path: {path}}}}}
pyramid: {{grid: mercator}}
zoom_levels: {{min: 8, max: 13}}
output: {{path: out, format: PNG}}
"""


def make_scenes(folder, count):
    """Neighbouring squares of 16 x 16 pixels in a UTM zone, 100 in a row, with dates in their names."""
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(32633)
    wkt, driver = reference.ExportToWkt(), gdal.GetDriverByName("GTiff")
    (folder / "scenes").mkdir()
    for i in range(count):
        row, col = divmod(i, 100)
        name = f"scenes/S{i:05d}_2023{1 + i % 12:02d}{1 + i % 28:02d}.tif"
        scene = driver.Create(str(folder / name), 16, 16, 3, gdal.GDT_Byte)
        scene.SetGeoTransform([300000 + col * 160, 10, 0, 5200000 - row * 160, 0, -10])
        scene.SetProjection(wkt)
        for band in range(1, 4):
            scene.GetRasterBand(band).Fill((i * band) % 200 + 1)
        scene = None


def make_catalogues(folder):
    """Name -> configuration."""
    names = sorted(path.relative_to(folder) for path in (folder / "scenes").glob("*.tif"))
    (folder / "list.txt").write_text("\n".join(map(str, names)) + "\n")
    subprocess.run(["gdaltindex", "-f", "GPKG", "index.gpkg", "--optfile", "list.txt"], cwd=folder, check=True, capture_output=True)
    subprocess.run(["ogr2ogr", "-f", "GeoJSON", "-t_srs", "EPSG:4326", "index.geojson", "index.gpkg"], cwd=folder, check=True)
    paths = {"folder": "scenes", "pattern": "'scenes/*.tif'", "list": "list.txt", "GeoPackage": "index.gpkg",
             "GeoJSON": "index.geojson"}
    for name, path in paths.items():
        (folder / f"{name}.yaml").write_text(CONFIG.format(path=path))
    return paths


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--execute", action="store_true")
    parser.add_argument("--binary", default=ROOT / "build/release/tilewright")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tilewright-bench-"))
    try:
        make_scenes(folder, options.files)
        commands = {f"plan of the {name}": [options.binary, "execute", folder / f"{name}.yaml", "--dry-run"]
                    for name in make_catalogues(folder)}
        if options.execute:
            commands["whole run"] = [options.binary, "execute", folder / "GeoPackage.yaml", "--overwrite",
                                     "--quiet"]
        commands["gdalbuildvrt"] = ["gdalbuildvrt", "-q", "-input_file_list", folder / "list.abs.txt", folder / "all.vrt"]
        (folder / "list.abs.txt").write_text("\n".join(str(path) for path in sorted((folder / "scenes").glob("*.tif"))))
        found = measure.in_turn(commands, options.runs, lambda name: (folder / "all.vrt").unlink(missing_ok=True))
        measure.table([["work", "wall s", "CPU s", "peak memory MB"]] +
                      [[name, f"{row['wall']:.2f}", f"{row['cpu']:.2f}", f"{row['memory']:.0f}"] for name, row in found.items()])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
