"""Examples that no other test runs: what they make is compared with what others compute from the same data."""
import shutil

import numpy as np
from osgeo import gdal, ogr, osr
from shapely import wkb
from shapely.ops import unary_union

import harness

gdal.UseExceptions()


def features(folder):
    found = []
    for path in sorted(folder.rglob("*.geojson")):
        layer = ogr.Open(str(path))
        found += [(feature.items(), wkb.loads(bytes(feature.GetGeometryRef().ExportToWkb()))) for feature in layer.GetLayer(0)]
    return found


class Examples(harness.Case):
    def run_example(self, name, *configs):
        """Runs it in a copy; a second run has nothing to do."""
        for folder in (name, "vectors"):
            shutil.copytree(harness.ROOT / "examples" / folder, self.folder / "examples" / folder, ignore=shutil.ignore_patterns("out"))
        configs = [f"examples/{name}/{config}" for config in configs]
        self.must_run("execute", *configs, "--quiet")
        self.assertEqual(self.must_run("execute", *configs).count("nothing to do"), len(configs))
        for config in configs:
            self.must_run("check", config)
        return self.folder / "examples" / name / "out"

    def test_chained(self):
        out = self.run_example("chained", "slope.yaml", "terrain.yaml")
        slope, row, col = harness.mosaic(out / "slope", 12, "tif")
        terrain, first_row, first_col = harness.mosaic(out / "terrain", 12, "png")
        slope, terrain = slope[0], terrain[0]
        self.assertEqual((row * 2, col * 2), (first_row // 2 * 2, first_col // 2 * 2))
        top, left = (first_row - row * 2) * 256, (first_col - col * 2) * 256
        slope = slope[top:top + terrain.shape[0], left:left + terrain.shape[1]]
        known = slope != -9999
        wanted = 1 + (slope >= 5) + (slope > 30)
        self.assertTrue(np.array_equal(terrain[known] % 10, wanted[known]))
        self.assertFalse(terrain[~known].any())
        size = 2 * harness.HALF_MERCATOR / (4096 * 256)
        west, north = first_col * 256 * size - harness.HALF_MERCATOR, harness.HALF_MERCATOR - first_row * 256 * size
        dem = gdal.Warp("", str(self.folder / "examples/vectors/dem.tif"), format="MEM", dstSRS="EPSG:3857", resampleAlg="bilinear",
                        outputBounds=(west, north - terrain.shape[0] * size, west + terrain.shape[1] * size, north),
                        width=terrain.shape[1], height=terrain.shape[0]).ReadAsArray()
        differ = ((terrain > 10) != (dem > 1500)) & known
        self.assertLess(np.count_nonzero(differ), 0.002 * np.count_nonzero(known))
        coarse = set(np.unique(harness.mosaic(out / "terrain", 9, "png")[0][0])) - {0}
        self.assertGreater(len(coarse), 3)
        self.assertLessEqual(coarse, set(np.unique(terrain)))

    def test_chained_in_the_wrong_order(self):
        shutil.copytree(harness.ROOT / "examples/chained", self.folder / "chained", ignore=shutil.ignore_patterns("out"))
        shutil.copytree(harness.ROOT / "examples/vectors", self.folder / "vectors", ignore=shutil.ignore_patterns("out"))
        code, _, err = self.run_tilewright("execute", "chained/terrain.yaml", "chained/slope.yaml")
        self.assertEqual(code, 2)
        self.assertIn("run it first: tilewright execute ", err)

    def test_zoom_dependent(self):
        out = self.run_example("zoom-dependent", "contours.yaml")
        for zoom, interval in ((10, 200), (11, 100), (12, 50), (13, 20)):
            heights = {properties["elevation"] for properties, _ in features(out / "contours" / str(zoom))}
            self.assertEqual({height % interval for height in heights}, {0}, zoom)
            self.assertEqual(heights, set(np.arange(min(heights), max(heights) + 1, interval)), f"gaps at zoom {zoom}")

    def test_buffering(self):
        out = self.run_example("buffering", "buffer.yaml")
        utm, lonlat = osr.SpatialReference(), osr.SpatialReference()
        utm.ImportFromEPSG(32611)
        lonlat.ImportFromEPSG(4326)
        for crs in (utm, lonlat):
            crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        to_utm = osr.CoordinateTransformation(lonlat, utm)
        zones = {}
        layer = ogr.Open(str(self.folder / "examples/vectors/zones.geojson"))
        for feature in layer.GetLayer(0):
            geometry = feature.GetGeometryRef().Clone()
            geometry.Transform(to_utm)
            zones[feature["name"]] = wkb.loads(bytes(geometry.ExportToWkb()))
        inside = unary_union(list(zones.values()))
        made = {}
        for properties, geometry in features(out / "strips/13"):
            made.setdefault(properties["zone"], []).append((properties["area"], geometry))
        self.assertEqual(made.keys(), zones.keys())
        for name, zone in zones.items():
            wanted = zone.buffer(250, 8).difference(inside)
            whole = unary_union([geometry for _, geometry in made[name]])
            self.assertLess(whole.symmetric_difference(wanted).area, 0.001 * wanted.area, name)
            for area, _ in made[name]:
                self.assertAlmostEqual(area / wanted.area, 1, places=5)


if __name__ == "__main__":
    harness.main()
