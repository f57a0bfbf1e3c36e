"""tilewright serve --mode: what the output holds is shown, and what is missing is written as a run would."""
import concurrent.futures
import os
import random
import re
import shutil
import signal
import socket
import time

import harness
from preview import SCRIPT, Serve

FEATURES = """return process {
  inputs = { inp = 'raster' },
  run = function(tile, input)
    return input.inp:read()[1]:contours { interval = 50, field = 'v' }
  end,
}
"""


class Modes(Serve):
    def tiles_of(self, folder, extension):
        root = self.folder / folder
        return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob(f"*.{extension}"))}

    def scratch(self, extension, folder="scratch"):
        """What a run from scratch makes."""
        text = (self.folder / "map.yaml").read_text()
        self.write("scratch.yaml", text.replace("path: out", f"path: {folder}"))
        self.must_run("execute", "scratch.yaml", "--quiet", "--overwrite")
        return self.tiles_of(folder, extension)

    def metatiles(self):
        """How many a run makes of the configuration."""
        return int(re.search(r"(\d+) metatiles made", self.must_run("execute", "scratch.yaml", "--overwrite")).group(1))

    def layer(self, name="map"):
        return next(layer for layer in self.json("/status")["layers"] if layer["id"] == name)

    def wait_for_version(self, version):
        self.get(f"/events?since={version - 1}")

    def ask_all(self, zooms, suffix="png", threads=1, shuffled=False):
        """Every picture of the zooms that has data; answers by their paths."""
        paths = [f"/{zoom}/{col}/{row}.{suffix}" for zoom in zooms
                 for row in range(20 >> (6 - zoom), (24 >> (6 - zoom)) + 1) for col in range(24 >> (6 - zoom), (28 >> (6 - zoom)) + 1)]
        if shuffled:
            random.Random(7).shuffle(paths)
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            answers = list(pool.map(self.ask, paths))
        for path, answer in zip(paths, answers):
            self.assertIn(answer[0], (200, 204), (path, answer[2]))
        return {path: answer[2] for path, answer in zip(paths, answers)}

    def check_finished(self, wanted, extension):
        """The next run has nothing to do, and the output is the one of a run from scratch."""
        out = self.must_run("execute", "map.yaml")
        self.assertRegex(out, r"nothing to do, all \d+ metatiles are done")
        self.assertEqual(self.tiles(extension), wanted)
        self.assertEqual((self.folder / "out/metadata.json").read_bytes(), (self.folder / "scratch/metadata.json").read_bytes())
        self.assertEqual(list((self.folder / "out").rglob("*.tmp")), [])


class Continue(Modes):
    def check_like_a_run(self, extension, zooms, suffix="png", **changes):
        for folder in ("out", "scratch"):
            shutil.rmtree(self.folder / folder, ignore_errors=True)
        self.config(**changes)
        wanted = self.scratch(extension)
        total = self.metatiles()
        server = self.serve("map.yaml", "--mode", "continue")
        first = self.ask_all([zoom for zoom in zooms if zoom != 3], suffix, threads=6, shuffled=True)
        first.update(self.ask_all([3], suffix))
        layer = self.layer()
        self.assertEqual((layer["mode"], layer["is_writing"], layer["notice"], layer["problem"]), ("continue", True, None, None))
        self.assertEqual(layer["written"], total)
        self.end(server)
        self.check_finished(wanted, extension)
        return first, wanted

    def test_what_is_looked_at_is_what_a_run_writes(self):
        for extension, changes in (("png", {}), ("png", {"more": ""}), ("tif", {"format": "GTiff", "metatiling": 4}),
                                   ("jpg", {"format": "JPEG", "dtype": "uint8"}), ("webp", {"format": "WebP", "more": ", metatiling: 1, skip: partial"})):
            with self.subTest(changes):
                first, wanted = self.check_like_a_run(extension, (6, 5, 4, 3), **changes)
                if extension in ("png", "webp") and "metatiling: 1" in changes.get("more", ", metatiling: 1"):
                    for path, answer in first.items():
                        zoom, col, row = re.match(r"/(\d+)/(\d+)/(\d+)", path).groups()
                        if zoom != "3":
                            self.assertEqual(answer, wanted.get(f"{zoom}/{row}/{col}.{extension}", b""), path)

    def test_interpolated_zooms(self):
        self.check_like_a_run("png", (6, 5, 4, 3), baselevels="baselevels: {min: 5, max: 5, lower: average, higher: bilinear}\n")

    def test_features(self):
        self.write("run.lua", FEATURES)
        for format, extension, metatiling in (("GeoJSON", "geojson", 1), ("GeoJSON", "geojson", 2), ("FlatGeobuf", "fgb", 2)):
            with self.subTest(format=format, metatiling=metatiling):
                for folder in ("out", "scratch"):
                    shutil.rmtree(self.folder / folder, ignore_errors=True)
                self.write("map.yaml", f"""process: run.lua
input: {{inp: image.tif}}
pyramid: {{grid: mercator, tile_size: 128, metatiling: 2, pixelbuffer: 2}}
zoom_levels: 6
output: {{path: out, format: {format}, metatiling: {metatiling}, schema: {{properties: {{v: float}}, geometry: LineString}}}}
""")
                wanted = self.scratch(extension)
                server = self.serve("map.yaml", "--mode", "continue")
                self.ask_all([6], "geojson", threads=4)
                again = self.get("/6/25/21.geojson")
                self.end(server)
                self.check_finished(wanted, extension)
                server = self.serve("map.yaml", "--mode", "memory")
                self.assertEqual(self.get("/6/25/21.geojson"), again)
                self.end(server)

    def test_a_run_that_was_stopped_is_gone_on_with(self):
        self.config()
        wanted = self.scratch("png")
        self.must_run("execute", "map.yaml", "--tile", "6", "10", "12", "--quiet")
        there = (self.folder / "out/6/20/24.png").stat()
        server = self.serve("map.yaml", "--mode", "continue")
        self.assertEqual(self.get("/6/24/20.png"), wanted["6/20/24.png"])
        self.assertEqual(self.layer()["written"], 0)
        self.get("/6/26/20.png")
        self.assertEqual(self.layer()["written"], 1)
        self.end(server)
        self.assertEqual((self.folder / "out/6/20/24.png").stat().st_mtime_ns, there.st_mtime_ns)
        out = self.must_run("execute", "map.yaml")
        self.assertRegex(out, r": 5 metatiles made \(0 empty\), 2 were done before;")
        self.assertEqual(self.tiles("png"), wanted)

    def test_an_overview_that_takes_too_much_is_left_to_a_run(self):
        """Zoom 3 is three zooms above what is computed: a draft until all below it is there."""
        self.config()
        wanted = self.scratch("png")
        server = self.serve("map.yaml", "--mode", "continue")
        draft = self.get("/3/3/2.png")
        self.assertEqual((self.layer()["written"], self.tiles("png")), (0, {}))
        self.end(server)
        server = self.serve("map.yaml", "--mode", "continue")
        self.ask_all([4])
        self.assertEqual(self.get("/3/3/2.png"), wanted["3/2/3.png"])
        self.assertNotEqual(draft, wanted["3/2/3.png"])
        self.end(server)
        self.check_finished(wanted, "png")

    def test_overviews_of_tiles_that_overlap_are_left_to_a_run(self):
        self.config(more=", metatiling: 1, pixelbuffer: 1")
        self.write("map.yaml", (self.folder / "map.yaml").read_text().replace("metatiling: 2}", "metatiling: 2, pixelbuffer: 1}"))
        wanted = self.scratch("png")
        server = self.serve("map.yaml", "--mode", "continue")
        self.ask_all([6, 5, 4, 3], threads=4)
        self.end(server)
        self.assertEqual({name.split("/")[0] for name in self.tiles("png")}, {"6"})
        self.must_run("execute", "map.yaml", "--quiet")
        self.assertEqual(self.tiles("png"), wanted)

    def test_variants_and_styles_are_not_written(self):
        self.config()
        wanted = self.scratch("png")
        server = self.serve("map.yaml", "--mode", "continue")
        half = self.get("/6/25/21.png?params=gain:0.5")
        self.get("/layers/map.inp/6/25/21.png")
        self.assertEqual((self.layer()["written"], self.tiles("png")), (0, {}))
        styled = self.get("/6/25/21.png?bands=3,2,1")
        plain = self.get("/6/25/21.png")
        self.assertEqual(len({half, styled, plain}), 3)
        self.end(server)
        self.assertEqual(self.tiles("png"), {name: content for name, content in wanted.items()
                                             if re.match(r"6/2[01]/2[45]\.png", name)})

    def test_a_tile_that_fails_is_not_written(self):
        self.config(more=", metatiling: 1")
        self.write("run.lua", SCRIPT.replace("return input", "if tile.col == 13 then error('no') end\n    return input"))
        server = self.serve("map.yaml", "--mode", "continue")
        self.get("/6/26/20.png", 500)
        self.get("/5/13/10.png", 500)
        self.get("/6/24/20.png")
        self.end(server)
        self.assertEqual({name.split("/")[2] for name in self.tiles("png")}, {"24.png", "25.png"})

    def test_a_server_that_is_killed_leaves_nothing_half_written(self):
        self.config()
        wanted = self.scratch("png")
        self.write("run.lua", SCRIPT)
        for wait in (0.0, 0.05, 0.2, 0.5):
            shutil.rmtree(self.folder / "out", ignore_errors=True)
            server = self.serve("map.yaml", "--mode", "continue")
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                asked = [pool.submit(self.ask, f"/6/{col}/{row}.png") for row in range(20, 24) for col in range(24, 28)]
                time.sleep(wait)
                server.kill()
                concurrent.futures.wait(asked)
            server.communicate()
            there = self.tiles("png")
            self.assertEqual(there, {name: wanted[name] for name in there})
            self.must_run("execute", "map.yaml", "--quiet")
            self.assertEqual(self.tiles("png"), wanted)

    def test_what_was_written_is_safe_when_nothing_waits(self):
        """Also without an end in good order: the journal knows it."""
        self.config()
        server = self.serve("map.yaml", "--mode", "continue")
        self.get("/6/24/20.png")
        deadline = time.monotonic() + 20
        while "6/20/24.png" not in self.tiles("png"):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        while not re.search(r"^6 ", (self.folder / "out/.tilewright/journal").read_text(), re.M):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        server.kill()
        server.communicate()
        self.assertIn("metatiles made", self.must_run("execute", "map.yaml"))

    def test_a_script_that_changes_is_not_mixed(self):
        self.config()
        server = self.serve("map.yaml", "--mode", "continue")
        before = self.get("/6/24/20.png")
        self.write("run.lua", SCRIPT.replace("gain = 1", "gain = 0.5"))
        self.wait_for_version(2)
        after = self.get("/6/24/20.png")
        self.assertNotEqual(after, before)
        self.get("/6/26/22.png")
        layer = self.layer()
        self.assertEqual((layer["is_writing"], layer["written"], layer["problem"]), (False, 0, None))
        notice = (f"nothing is written: '{self.json('/layer.json')['output']}' was made with another configuration or script (changed since), and two "
                  "versions are not mixed: --mode overwrite makes it anew, --mode readonly shows what is there")
        self.assertEqual((layer["notice"], self.json("/layer.json")["notice"]), (notice, notice))
        self.assertEqual(sorted(self.tiles("png")), ["6/20/24.png", "6/20/25.png", "6/21/24.png", "6/21/25.png"])
        self.assertEqual(self.tiles("png")["6/20/24.png"], before)
        self.assertFalse((self.folder / "out/.tilewright/lock").exists())
        self.write("run.lua", SCRIPT)
        self.wait_for_version(3)
        self.assertEqual(self.get("/6/24/20.png"), before)
        self.get("/6/26/22.png")
        layer = self.layer()
        self.assertEqual((layer["is_writing"], layer["written"], layer["notice"]), (True, 1, None))
        self.end(server)
        wanted = self.scratch("png")
        self.assertEqual(self.tiles("png"), {name: wanted[name] for name in self.tiles("png")})

    def test_a_script_that_is_broken_goes_on_with_the_version_before(self):
        self.config()
        server = self.serve("map.yaml", "--mode", "continue")
        self.write("run.lua", "return process {")
        self.wait_for_version(2)
        self.get("/6/24/20.png")
        self.assertEqual((self.layer()["written"], self.layer()["is_writing"]), (1, True))
        self.end(server)
        self.write("run.lua", SCRIPT)
        wanted = self.scratch("png")
        self.assertEqual(self.tiles("png"), {name: wanted[name] for name in self.tiles("png")})
        self.assertEqual(len(self.tiles("png")), 4)

    def test_several_configurations(self):
        self.config()
        text = (self.folder / "map.yaml").read_text()
        self.write("other.yaml", text.replace("path: out", "path: other"))
        server = self.serve("map.yaml", "other.yaml", "image.tif", "--mode", "continue")
        self.get("/layers/other/6/24/20.png")
        self.get("/layers/image/4/6/5.png")
        self.assertEqual((self.layer("map")["written"], self.layer("other")["written"]), (0, 1))
        self.assertNotIn("mode", self.layer("image"))
        self.end(server)
        self.assertEqual((self.tiles_of("out", "png"), len(self.tiles_of("other", "png"))), ({}, 4))


class Readonly(Modes):
    def test_only_what_is_there_is_shown(self):
        self.config()
        self.write("run.lua", SCRIPT.replace("run = function", "prepare = function() error('never') end,\n  run = function"))
        server = self.serve("map.yaml", "--mode", "readonly")
        self.get("/6/24/20.png", 204)
        self.get("/tiles/6/20/24.png", 204)
        self.assertFalse((self.folder / "out").exists())
        self.write("run.lua", SCRIPT)
        self.must_run("execute", "map.yaml", "--quiet")
        before = {path: path.stat().st_mtime_ns for path in (self.folder / "out").rglob("*")}
        for name, content in self.tiles("png").items():
            zoom, row, col = re.match(r"(\d+)/(\d+)/(\d+)", name).groups()
            self.assertEqual(self.get(f"/{zoom}/{col}/{row}.png"), content, name)
            self.assertEqual(self.get(f"/tiles/{name}"), content, name)
        (self.folder / "out/6/20/24.png").unlink()
        self.get("/6/24/20.png", 204)
        layer = self.layer()
        self.assertEqual((layer["mode"], layer["is_writing"], layer["made"] > 0), ("readonly", False, True))
        self.assertEqual(self.json("/layer.json")["params"], [])
        self.assertEqual(self.error("/6/24/20.png?params=gain:2", 400),
                         "nothing is computed here (--mode readonly), so that params cannot be chosen")
        self.end(server)
        after = {path: path.stat().st_mtime_ns for path in (self.folder / "out").rglob("*")}
        self.assertEqual({path: when for path, when in before.items() if path in after and path.is_file()},
                         {path: when for path, when in after.items() if path.is_file()})

    def test_other_forms_of_it(self):
        self.config(format="GTiff", more=", metatiling: 2")
        server = self.serve("map.yaml")
        wanted, styled = self.get("/6/25/21.png"), self.get("/6/25/21.png?bands=2&stretch=0,200")
        seen = self.json("/layer.json")["bands"][0]["min"]
        self.end(server)
        self.must_run("execute", "map.yaml", "--quiet")
        server = self.serve("map.yaml", "--mode", "readonly")
        self.assertEqual((self.get("/6/25/21.png"), self.get("/6/25/21.png?bands=2&stretch=0,200")), (wanted, styled))
        self.assertEqual(self.json("/layer.json")["bands"][0]["min"], seen)
        self.end(server)

    def test_a_run_may_be_at_work(self):
        self.config()
        writer = self.serve("map.yaml", "--mode", "continue")
        wanted, port = self.get("/6/24/20.png"), self.port
        reader = self.serve("map.yaml", "--mode", "readonly")
        deadline = time.monotonic() + 20
        while self.ask("/6/24/20.png")[2] != wanted:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        self.end(reader)
        self.port = port
        self.end(writer)

    def test_a_changed_script_changes_nothing(self):
        self.config()
        self.must_run("execute", "map.yaml", "--quiet")
        server = self.serve("map.yaml", "--mode", "readonly")
        before = self.get("/6/24/20.png")
        self.write("run.lua", SCRIPT.replace("gain = 1", "gain = 0.5"))
        self.wait_for_version(2)
        self.assertEqual(self.get("/6/24/20.png"), before)
        self.end(server)


class Overwrite(Modes):
    def test_what_is_looked_at_is_made_once(self):
        self.config()
        wanted = self.scratch("png")
        self.must_run("execute", "map.yaml", "--quiet")
        shutil.copy(self.folder / "out/6/20/25.png", self.folder / "out/6/20/24.png")
        server = self.serve("map.yaml", "--mode", "overwrite")
        self.assertEqual(self.get("/6/24/20.png"), wanted["6/20/24.png"])
        self.assertEqual(self.layer()["written"], 1)
        self.get("/tiles/6/20/24.png")
        self.assertEqual(self.get("/6/24/20.png"), wanted["6/20/24.png"])
        self.assertEqual(self.layer()["written"], 1)
        self.assertEqual(self.get("/5/12/10.png"), wanted["5/10/12.png"])
        self.assertEqual(self.layer()["written"], 5)
        self.end(server)
        self.must_run("execute", "map.yaml", "--quiet")
        self.check_finished(wanted, "png")

    def test_each_version_of_the_script_is_written(self):
        self.config()
        self.must_run("execute", "map.yaml", "--quiet")
        old = self.tiles("png")
        server = self.serve("map.yaml", "--mode", "overwrite")
        self.get("/6/24/20.png")
        self.write("run.lua", SCRIPT.replace("gain = 1", "gain = 0.5"))
        self.wait_for_version(2)
        new = self.get("/6/24/20.png")
        self.assertEqual((self.layer()["notice"], self.layer()["written"]), (None, 1))
        self.end(server)
        wanted = self.scratch("png")
        self.assertEqual(new, wanted["6/20/24.png"])
        self.assertEqual((self.tiles("png")["6/20/24.png"], self.tiles("png")["6/23/27.png"]), (new, old["6/23/27.png"]))
        self.assertIn("metatiles made", self.must_run("execute", "map.yaml"))
        self.check_finished(wanted, "png")


class Refused(Modes):
    def test_one_writes_at_a_time(self):
        self.config()
        server = self.serve("map.yaml", "--mode", "continue")
        refusal = re.compile(rf"'.*out' is being written by process {server.pid} on host '{re.escape(socket.gethostname())}' since .*; wait for it, or stop it\n")
        for arguments in (("serve", "map.yaml", "--port", "0", "--mode", "continue"), ("serve", "map.yaml", "--port", "0", "--mode", "overwrite"),
                          ("execute", "map.yaml")):
            code, _, err = self.run_tilewright(*arguments)
            self.assertEqual(code, 2)
            self.assertRegex(err, refusal)
        self.end(server)
        self.assertFalse((self.folder / "out/.tilewright/lock").exists())
        self.must_run("execute", "map.yaml", "--quiet")

    def test_another_version_is_refused_at_the_start(self):
        self.config()
        self.must_run("execute", "map.yaml", "--quiet")
        self.write("run.lua", SCRIPT.replace("gain = 1", "gain = 0.5"))
        code, _, err = self.run_tilewright("serve", "map.yaml", "--port", "0", "--mode", "continue")
        self.assertEqual(code, 2)
        self.assertRegex(err, r"out' was made with another configuration or script \(changed since\), and two versions are not mixed: --mode "
                              r"overwrite makes it anew, --mode readonly shows what is there\n\Z")
        self.end(self.serve("map.yaml", "--mode", "overwrite"))

    def test_wrong_uses(self):
        self.config()
        for message, *arguments in (
                ("there is no --mode 'continu'; did you mean 'continue'? (known: memory, readonly, continue, overwrite)", "map.yaml", "--mode", "continu"),
                ("option '--mode' takes 1 value", "map.yaml", "--mode"),
                ("--mode continue is for configurations, which have an output, and 'image.tif' is none", "image.tif", "--mode", "continue")):
            self.check_fails(2, f"tilewright: {message}", "serve", *arguments)
        self.write("run.lua", SCRIPT)
        for path, format, why in (("out.tif", "GTiff", "is written as a whole: leave --mode out to keep tiles in memory, tilewright execute writes it"),
                                  ("out.pmtiles", "PNG", "is written as a whole: leave --mode out to keep tiles in memory, tilewright execute writes it"),
                                  ("/dev/null", "PNG", "keeps nothing: leave --mode out")):
            zooms = {"min_zoom": 6, "baselevels": ""}
            self.config(format=format, more="", **zooms)
            text = (self.folder / "map.yaml").read_text()
            self.write("map.yaml", text.replace("path: out", f"path: {path}").replace("tile_size: 128", "tile_size: 256"))
            for mode in ("readonly", "continue", "overwrite"):
                code, _, err = self.run_tilewright("serve", "map.yaml", "--port", "0", "--mode", mode)
                self.assertEqual(code, 2, err)
                self.assertRegex(err, rf"\A--mode {mode} needs a folder of tiles as output, and '\S*{re.escape(path)}' {re.escape(why)}\n\Z")
        self.write("run.lua", FEATURES)
        self.write("map.yaml", """process: run.lua
input: {inp: image.tif}
pyramid: {grid: mercator, tile_size: 128, metatiling: 2, pixelbuffer: 2}
zoom_levels: 6
output: {path: out, format: GeoJSON, schema: {properties: {v: float}, geometry: LineString}}
""")
        code, _, err = self.run_tilewright("serve", "map.yaml", "--port", "0", "--mode", "readonly")
        self.assertEqual(code, 2)
        self.assertRegex(err, r"\A--mode readonly shows features of GeoJSON tiles with output.metatiling 1 only: tilewright serve \S*out shows those "
                              r"of any\n\Z")

    def test_an_output_that_cannot_be_written(self):
        self.config()
        self.write("map.yaml", (self.folder / "map.yaml").read_text().replace("path: out", "path: image.tif/out"))
        code, _, err = self.run_tilewright("serve", "map.yaml", "--port", "0", "--mode", "continue")
        self.assertEqual(code, 3)
        self.assertIn("image.tif", err)


if __name__ == "__main__":
    harness.main()
