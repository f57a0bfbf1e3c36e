"""`tilewright types` and `tilewright processes NAME`: what the editor and the reader are told is what there is."""
import re
import subprocess

import numpy as np

import harness

# A name that does not exist makes the library tell those that do.
PROBES = {
    "Array": "input.image[1].zzzzqqqq", "Stack": "input.scenes.zzzzqqqq", "Geometry": "vector.point(1, 2).zzzzqqqq",
    "raster": "raster.zzzzqqqq", "vector": "vector.zzzzqqqq", "spectral": "spectral.zzzzqqqq", "log": "log.zzzzqqqq",
}
PROBE = ("return process {{\n  inputs = {{ image = 'raster', scenes = 'stack' }},\n"
         "  run = function(tile, input, p)\n    return {}\n  end,\n}}\n")
CONFIG = ("process: probe.lua\ninput: {image: image.tif, scenes: {format: stack, files: [image.tif]}}\n"
          "pyramid: {grid: mercator}\nzoom_levels: 4\noutput: {path: probe, format: GTiff, dtype: uint8, bands: 1}\n")
API = harness.ROOT / "processes/api"


class Types(harness.Case):
    def types(self):
        self.assertEqual(self.must_run("types"), "tilewright.d.lua\n")
        return (self.folder / "tilewright.d.lua").read_text()

    def test_every_annotation_is_in_the_file(self):
        text = self.types()
        self.assertTrue(text.startswith("---@meta\n"))
        for path in API.glob("*.lua"):
            with self.subTest(path.name):
                for line in path.read_text().splitlines()[2:]:
                    self.assertIn(line, text, "is the file in the list in processes/CMakeLists.txt?")

    def test_the_file_is_lua(self):
        self.types()
        done = subprocess.run(["luajit", "-e", "dofile('tilewright.d.lua')"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def documented(self, receiver):
        """Names of the functions and fields of a class or library in all files."""
        names = set()
        for path in API.glob("*.lua"):
            text = path.read_text()
            names.update(re.findall(rf"(?m)^function {receiver}[.:](\w+)", text))
            for block in re.findall(rf"(?m)((?:^---.*\n)+)(?:local )?{receiver} = ", text):
                names.update(re.findall(r"(?m)^---@field (\w+)", block))
        return sorted(names)

    def test_everything_that_there_is_is_documented_and_nothing_else(self):
        self.image("image.tif", np.ones((64, 64), "uint8"), harness.tile_bounds(4, 5, 6))
        self.write("probe.yaml", CONFIG)
        for receiver, expression in PROBES.items():
            with self.subTest(receiver):
                self.write("probe.lua", PROBE.format(expression))
                _, _, err = self.run_tilewright("execute", "probe.yaml", "--quiet", "--overwrite")
                self.assertEqual(self.documented(receiver), sorted(re.search(r"known: (.*)", err)[1].split(", ")))

    def test_an_earlier_file_is_replaced_and_no_other(self):
        self.assertEqual(self.must_run("types", "api.lua"), "api.lua\n")
        self.must_run("types", "api.lua")
        self.write("mine.lua", "return 1\n")
        self.check_fails(2, "tilewright: 'mine.lua' exists already and was not written by this command", "types", "mine.lua")
        self.assertEqual((self.folder / "mine.lua").read_text(), "return 1\n")

    def test_wrong_arguments(self):
        self.check_fails(2, "tilewright: one file at a time: 'a' or 'b'", "types", "a", "b")
        self.check_fails(2, "tilewright: 'types' takes no options, not '--out'", "types", "--out")
        self.check_fails(3, "tilewright: cannot write 'no/folder.lua': No such file or directory", "types", "no/folder.lua")


class Processes(harness.Case):
    def names(self):
        return re.findall(r"(?m)^(\w+) ", self.must_run("processes"))

    def test_every_script_is_listed_and_described(self):
        self.assertEqual(sorted(self.names()), sorted(p.stem for p in (harness.ROOT / "processes/builtin").glob("*.lua")))
        self.assertNotEqual(self.must_run("processes", "mapchete.processes.hillshade"), self.must_run("processes", "hillshade"))
        for name in self.names():
            with self.subTest(name):
                source = self.must_run("processes", name, "--source")
                self.assertEqual(source, (harness.ROOT / f"processes/builtin/{name}.lua").read_text())
                told = self.must_run("processes", name)
                self.assertLessEqual(max(map(len, told.splitlines())), 130)
                self.assertTrue(told.startswith(re.match(r"--- (.*)", source)[1]), told)
                for section in ("inputs", "params"):
                    declared = re.search(section + r" = \{\n(.*?)\n  \},", source, re.S)
                    for field in re.findall(r"(?m)^    (\w+) = ", declared[1] if declared else ""):
                        self.assertRegex(told, rf"(?m)^  {field} +\S.{{16,}}  \S", "with its default and its meaning")

    def test_convert_is_told_in_full(self):
        told = self.must_run("processes", "convert")
        self.assertIn("\n  inp                    any kind            under any name\n", told)
        self.assertIn("\n  scale_ratio            1 ", told)
        self.assertIn("\n  resampling             (resampling)        by default the input's own\n", told)
        self.assertNotIn("bands:", told)
        self.assertIn("\n  bands: 1 (ndvi)\n  dtype: float32\n  nodata: -9999\n", self.must_run("processes", "ndvi"))

    def test_wrong_arguments(self):
        self.check_fails(2, "tilewright: --source needs the name of a process", "processes", "--source")
        self.check_fails(2, "tilewright: unknown option '--sauce'; did you mean '--source'?", "processes", "convert", "--sauce")


if __name__ == "__main__":
    harness.main()
