"""Memory is a budget: what cannot fit is refused before the run, what runs stays inside, and plans take none."""
import math
import os
import subprocess
import tempfile
import time

import numpy as np
from osgeo import gdal

import harness
import runs

MEGABYTE = 1 << 20


class Memory(runs.Case):
    def measured(self, *arguments, config="run.yaml"):
        """Runs the unchecked program; returns code, stdout, stderr, peak memory in bytes and seconds."""
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            began = time.monotonic()
            process = subprocess.Popen([harness.RELEASE, "execute", config, *map(str, arguments)], cwd=self.folder, stdout=out,
                                       stderr=err)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            return process.returncode, out.read(), err.read(), usage.ru_maxrss * 1024, seconds

    def globe(self):
        """A world map of a few pixels, in the grid's CRS."""
        half = harness.HALF_MERCATOR
        return self.image("scene.tif", np.full((3, 64, 64), 100, "uint8"), (-half, -half, half, half))

    def test_metatile_that_cannot_fit_is_refused_with_the_advice(self):
        self.globe()
        self.config(pyramid={"metatiling": 64, "tile_size": 256})
        code, out, err = self.execute("--memory", "300M", "--workers", 2)
        self.assertEqual((code, out), (2, ""))
        self.assertRegex(err, r"\Atilewright: a metatile of 64 x 64 tiles needs at least \d+ MB, 2 workers need \d+ MB, and the "
                              r"budget is (286|300) MB: lower pyramid.metatiling, use fewer --workers, or raise --memory\n\Z")
        self.assertFalse((self.folder / "out").exists())
        self.must_execute("--memory", "300M", "--workers", 2, "--quiet", "--tile", 6, 0, 0, config=self.smaller())

    def smaller(self):
        return self.config("smaller.yaml", pyramid={"metatiling": 4, "tile_size": 256})

    def test_script_that_takes_more_than_its_share_fails_its_tile_with_the_advice(self):
        self.make_scene(tiles=8)
        self.config(pyramid={"metatiling": 8}, output={"metatiling": 8},
                    script=runs.SCRIPT.replace("return input.inp:read() * p.gain", """local all = {}
    for i = 1, 400 do all[i] = input.inp:read() * 0.5 end
    return raster.max(all)"""))
        code, _, err = self.execute("--memory", "200M", "--workers", 2)
        self.assertEqual(code, 1, err)
        self.assertRegex(err, r"\Atile 6/2/4: run.lua:6: .*(memory|MB).*pyramid.metatiling.*--memory")

    def test_peak_of_a_large_run_stays_under_the_budget(self):
        path = self.folder / "scene.tif"
        left, bottom, right, top = runs.scene_bounds(32)
        small = gdal.GetDriverByName("MEM").Create("", 512, 512, 3, gdal.GDT_Byte)
        small.WriteArray(np.random.default_rng(3).integers(1, 255, (3, 512, 512)).astype("uint8"))
        gdal.Translate(str(path), small, width=4096, height=4096, outputBounds=(left, top, right, bottom),
                       outputSRS="EPSG:3857", creationOptions=["TILED=YES"])
        for budget, lower in ((250, "average"), (400, "cubic")):
            with self.subTest(budget=budget, lower=lower):
                self.config(pyramid={"metatiling": 4}, zoom_levels={"min": 0}, baselevels={"lower": lower})
                code, _, err, peak_bytes, _ = self.measured("--overwrite", "--quiet", "--workers", 4, "--memory", f"{budget}M")
                self.assertEqual(code, 0, err)
                self.assertLess(peak_bytes, budget * MEGABYTE)

    def test_plan_of_ten_billion_tiles_takes_no_memory(self):
        self.globe()
        self.config("few.yaml", pyramid={"metatiling": 1, "tile_size": 256}, zoom_levels={"min": 0, "max": 1}, baselevels=None)
        self.config("many.yaml", pyramid={"metatiling": 8, "tile_size": 256}, zoom_levels={"min": 18, "max": 20}, baselevels=None)
        code, _, err, little, _ = self.measured("--dry-run", config="few.yaml")
        self.assertEqual(code, 0, err)
        code, out, err, much, seconds = self.measured("--dry-run", config="many.yaml")
        self.assertEqual(code, 0, err)
        metatiles = sum((1 << z - 3) ** 2 for z in (18, 19, 20))
        self.assertIn(f"total {metatiles} metatiles of 8 x 8 tiles, ", out)
        self.assertGreater(metatiles, 10 ** 10)
        self.assertLess(seconds, 2)
        self.assertLess(much - little, 8 * MEGABYTE)

    def test_run_over_ten_billion_tiles_begins_at_once_and_takes_no_memory_for_them(self):
        self.globe()
        self.config(script=runs.SCRIPT.replace("return input", "error('stop here')\n    return input"),
                    pyramid={"metatiling": 8, "tile_size": 256}, zoom_levels={"min": 0, "max": 20}, baselevels={"min": 20})
        code, _, err, peak_bytes, seconds = self.measured("--fail-fast", "--workers", 1)
        self.assertEqual(code, 1)
        self.assertIn("run.lua:5: stop here", err)
        self.assertLess(seconds, 3)
        self.assertLess(peak_bytes, 200 * MEGABYTE)

    def circle(self, x, y, radius, points):
        ring = [(x + radius * (1 + 0.1 * math.sin(9 * t)) * math.cos(t), y + radius * (1 + 0.1 * math.sin(9 * t)) * math.sin(t))
                for t in (2 * math.pi * i / points for i in range(points))]
        return "POLYGON ((" + ", ".join(f"{px:.3f} {py:.3f}" for px, py in ring + ring[:1]) + "))"

    def test_area_of_500000_candidate_tiles_is_enumerated_in_no_time(self):
        self.globe()
        side = 2 * harness.HALF_MERCATOR / (1 << 14)
        radius = 707 / 2 * side  # 707 x 707 candidates around it
        self.config(pyramid={"metatiling": 1, "tile_size": 256}, zoom_levels=14, baselevels=None)
        code, out, err, _, seconds = self.measured("--dry-run", "--area", self.circle(3e6, 4e6, radius, 2000))
        self.assertEqual(code, 0, err)
        count = int(out.split("total ")[1].split()[0])
        area = math.pi * radius ** 2 * (1 + 0.01 / 2) / side ** 2
        self.assertGreater(count, area)
        self.assertLess(count, area * 1.02)
        self.assertLess(seconds, 60, "far beyond what a busy machine explains")

    def test_area_is_enumerated_fast_while_it_is_walked(self):
        self.globe()
        side = 2 * harness.HALF_MERCATOR / (1 << 14)
        script = runs.SCRIPT.replace("return input.inp:read() * p.gain", "return nil")
        self.config(script=script, pyramid={"metatiling": 8, "tile_size": 256}, zoom_levels=17, baselevels=None)
        code, out, err, _, seconds = self.measured("--area", self.circle(3e6, 4e6, 100 * side, 2000))
        self.assertEqual(code, 0, err)
        self.assertGreater(int(out.split(" metatiles made")[0].split()[-1]), 30000)
        self.assertLess(seconds, 200, "far beyond what a busy machine explains")


if __name__ == "__main__":
    harness.main()
