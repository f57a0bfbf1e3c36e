"""execute --update: what changed inputs touch is made anew, and nothing else; the output is that of a run from nothing."""
import json
import os
import random
import re
import shutil
import signal
import subprocess
import time

import numpy as np

import harness
import runs
from updates import NOTHING, PLACES, SCENES, STACK, Case


class Update(Case):
    def test_replaced_scene(self):
        names = list(PLACES)
        for workers in (1, 4):
            with self.subTest(workers=workers):
                self.stack_of(*names)
                self.must_execute("--quiet", "--overwrite")
                before = self.stamps("out", hidden=False)
                self.make("b.tif", seed=99)
                summary = self.summary("--update", "--workers", workers)
                # a metatile, and one for each of zoom 5, 4 and 3
                self.assertEqual((summary["made"], summary["failed"]), (4, 0))
                self.assertEqual(summary["skipped"], self.number_of_metatiles() - 4)
                changed = self.tiles_changed(before)
                self.assertEqual(changed, self.tiles_of("b.tif") & set(self.tree("out")))
                self.check_like_fresh(names)

    def number_of_metatiles(self):
        code, out, _ = self.execute("--dry-run")
        self.assertEqual(code, 0)
        return int(out.split("total ")[1].split()[0])

    def test_added_scene(self):
        self.stack_of("a.tif", "b.tif", "c.tif")
        self.must_execute("--quiet")
        before = self.stamps("out", hidden=False)
        self.make("d.tif", seed=9)
        names = ["a.tif", "b.tif", "c.tif", "d.tif"]
        self.stack(names)
        self.assertEqual(self.summary("--update")["made"], 4)
        self.assertEqual(self.tiles_changed(before), self.tiles_of("d.tif") & set(self.tree("out")))
        self.check_like_fresh(names)

    def test_scene_on_top_of_others(self):
        self.stack_of(*PLACES)
        self.must_execute("--quiet")
        self.make("e.tif", seed=77, place=(4, 4))
        names = [*PLACES, "e.tif"]
        self.stack(names)
        self.assertEqual(self.summary("--update")["made"], 4)
        self.check_like_fresh(names)

    def test_removed_scene(self):
        self.stack_of(*PLACES)
        self.must_execute("--quiet")
        before = self.stamps("out", hidden=False)
        self.stack(["a.tif", "b.tif", "c.tif"])
        summary = self.summary("--update")
        self.assertEqual(summary["made"], 2)  # what is left of its overviews
        self.assertEqual(self.tiles_changed(before), self.tiles_of("d.tif") & set(before))
        self.assertFalse((self.folder / f"out/6/{runs.FIRST_ROW + 4}/{runs.FIRST_COL + 4}.png").exists())
        self.check_like_fresh(["a.tif", "b.tif", "c.tif"])

    def test_same_size_and_time_of_modification(self):
        self.stack_of(*PLACES)
        self.must_execute("--quiet")
        path = self.folder / "c.tif"
        old = path.stat()
        content = bytearray(path.read_bytes())
        content[-100] ^= 0x55
        path.write_bytes(content)
        os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
        self.assertEqual((path.stat().st_size, path.stat().st_mtime_ns, path.stat().st_ino),
                         (old.st_size, old.st_mtime_ns, old.st_ino))
        self.assertEqual(self.summary("--update")["made"], 4)
        self.check_like_fresh(list(PLACES))

    def test_same_content_with_another_time_and_inode(self):
        self.stack_of(*PLACES)
        self.must_execute("--quiet")
        for name in PLACES:
            os.utime(self.folder / name, (1, 1))
        shutil.copy(self.folder / "a.tif", self.folder / "copy.tif")
        os.replace(self.folder / "copy.tif", self.folder / "a.tif")
        before = self.stamps("out", hidden=False)
        self.assertRegex(self.must_execute("--update"), NOTHING)
        self.assertEqual(self.stamps("out", hidden=False), before)

    def test_nothing_changed(self):
        self.stack_of(*PLACES)
        self.must_execute("--quiet", "--update")  # of a new output: everything
        self.assertRegex(self.must_execute("--update"), NOTHING)
        before = self.stamps("out", hidden=False)
        code, out, err = self.execute("--update")
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, NOTHING)
        self.assertEqual(self.stamps("out", hidden=False), before)
        self.check_like_fresh(list(PLACES))

    def test_unchanged_files_are_not_read_again(self):
        self.stack_of(*PLACES)
        old = time.time() - 100
        for name in PLACES:
            os.utime(self.folder / name, (old, old))
        time.sleep(3.1)  # the time of status change must lie behind
        self.must_execute("--quiet")
        self.assertEqual((self.folder / "out/.tilewright/seen").read_text().count("\n"), 1 + len(PLACES))

    def test_order_of_scenes_counts(self):
        script = STACK.replace("median", "first")
        for name in ("a.tif", "e.tif"):
            self.make(name, seed=len(name) + ord(name[0]), place=(0, 0))
        self.make("b.tif", seed=5)
        names = ["a.tif", "e.tif", "b.tif"]
        self.stack(names)
        self.config(script=script, input=json.loads((self.folder / "run.yaml").read_text())["input"] | {"inp": None})
        self.must_execute("--quiet")
        files = [{"path": name, "date": date} for name, date in (("a.tif", "2020-01-02"), ("e.tif", "2020-01-01"), ("b.tif", "2020-01-03"))]
        inputs = {"inp": None, "scenes": {"format": "stack", "files": files}}
        self.config(script=script, input=inputs)
        self.must_execute("--quiet", "--update")
        self.check_like_fresh(input=inputs)

    def test_killed_at_any_moment(self):
        names = [*PLACES, *(f"{i}.tif" for i in range(12))]
        for i in range(12):
            self.make(f"{i}.tif", seed=i + 50, place=(i // 4 * 2 + 8, i % 4 * 2))
        slow = STACK.replace("return input", "for _ = 1, 40 do input.scenes:median() end\n    return input")
        for name in PLACES:
            self.make(name, seed=ord(name[0]))

        def stack(config_name="run.yaml", **changes):
            self.stack(scenes, config_name, **changes)
            self.write("run.lua", slow)

        scenes = names
        stack()
        self.must_execute("--quiet", binary=harness.RELEASE)
        shutil.copytree(self.folder / "out", self.folder / "before")
        for i in range(6):
            self.make(f"{i}.tif", seed=i + 500, place=(i // 4 * 2 + 8, i % 4 * 2))
        self.make("new.tif", seed=1234, place=(14, 10))
        scenes = [name for name in names if name != "d.tif"] + ["new.tif"]
        stack("fresh.yaml", output={"path": "fresh"})
        began = time.monotonic()
        self.must_execute("--quiet", config="fresh.yaml", binary=harness.RELEASE)
        whole_s = time.monotonic() - began
        stack()
        moments = random.Random(3)
        kills = 0
        for _ in range(12):
            process = self.start("--quiet", "--update", binary=harness.RELEASE)
            time.sleep(moments.uniform(0.005, 0.3 * whole_s))
            process.kill()
            code, _, err = self.end(process)
            if code == 0:
                shutil.rmtree(self.folder / "out")
                shutil.copytree(self.folder / "before", self.folder / "out")
                continue
            self.assertEqual(code, -signal.SIGKILL, err)
            kills += 1
        self.assertGreater(kills, 0)
        self.must_execute("--quiet", "--update", binary=harness.RELEASE)
        self.check_same_trees("out", "fresh")
        self.check_same_records()

    def test_plain_run_keeps_what_is_done_and_says_so(self):
        self.stack_of(*PLACES)
        self.must_execute("--quiet")
        self.make("a.tif", seed=50)
        self.make("b.tif", seed=51)
        before = self.stamps("out", hidden=False)
        code, out, err = self.execute()
        self.assertEqual(code, 0)
        self.assertRegex(err, r"\Atilewright: warning: 2 inputs have changed since '(.*/)?out' was made \('a.tif' replaced, 'b.tif' "
                              r"replaced\); what is done stays as it is, --update makes the 7 metatiles that they touch anew\n\Z")
        self.assertRegex(out, NOTHING)
        self.assertEqual(self.stamps("out", hidden=False), before)
        self.assertEqual(self.summary("--update")["made"], 7)
        self.assertEqual(self.execute()[2], "")
        self.check_like_fresh(list(PLACES))

    def test_tiles_made_before_and_after_a_change_are_told_apart(self):
        """A scene that changes, is used by a plain run, and changes back."""
        self.stack_of(*PLACES)
        first = (self.folder / "a.tif").read_bytes()
        self.must_execute("--quiet")
        row, col = runs.FIRST_ROW, runs.FIRST_COL
        self.make("a.tif", seed=50)
        self.must_execute("--quiet", "--overwrite", "--tile", runs.ZOOM, row // 2, col // 2)
        (self.folder / "a.tif").write_bytes(first)
        self.assertIn("1 input has changed", self.execute()[2])
        self.assertEqual(self.summary("--update")["made"], 4)
        self.check_like_fresh(list(PLACES))

    def test_killed_before_it_is_changed_again(self):
        self.stack_of(*PLACES)
        self.must_execute("--quiet")
        self.make("a.tif", seed=50)
        self.must_execute("--quiet", "--update", "-z", 6)
        self.make("b.tif", seed=51)
        self.must_execute("--quiet", "--update")
        self.check_like_fresh(list(PLACES))

    def test_pixelbuffers_reach_into_neighbours(self):
        scene = runs.scene()
        for changes in ({"pyramid": {"pixelbuffer": 5}, "output": {"pixelbuffer": 3}}, {"pyramid": {"pixelbuffer": 5}}):
            with self.subTest(changes=changes):
                self.stack_of(*PLACES, **changes)
                self.make("whole.tif", place=(0, 0), tiles=8, seed=4)
                names = [*PLACES, "whole.tif"]
                self.stack(names, **changes)
                self.must_execute("--quiet", "--overwrite")
                self.make("d.tif", seed=43)
                summary = self.summary("--update")
                self.assertGreater(summary["made"], 8)
                self.assertLess(summary["made"], self.number_of_metatiles())
                self.check_like_fresh(names, **changes)

    def test_zooms_above_and_below_the_computed_ones(self):
        changes = {"zoom_levels": {"min": 4, "max": 8}, "baselevels": {"min": 6, "max": 6}}
        self.stack_of(*PLACES, **changes)
        self.must_execute("--quiet")
        self.make("a.tif", seed=50)
        self.stack(["a.tif", "b.tif", "c.tif"], **changes)
        summary = self.summary("--update")
        self.assertGreater(summary["skipped"], 0)
        self.check_like_fresh(["a.tif", "b.tif", "c.tif"], **changes)

    def test_raster_replaced_in_place(self):
        self.make_scene()
        self.config()
        self.must_execute("--quiet")
        self.make_scene(seed=2)
        self.must_execute("--quiet", "--update")
        self.check_like_fresh()

    def test_raster_that_moved(self):
        self.make_scene(tiles=4)
        self.config()
        self.must_execute("--quiet")
        self.image("scene.tif", runs.scene(4, seed=3), runs.scene_bounds(4, row=runs.FIRST_ROW + 2), nodata=0)
        self.must_execute("--quiet", "--update")
        self.check_like_fresh()

    def test_companion_of_a_raster(self):
        self.make_scene(tiles=4)
        self.config()
        self.must_execute("--quiet")
        (self.folder / "scene.tif.aux.xml").write_text("<PAMDataset></PAMDataset>")
        self.assertIn("1 input has changed", self.execute("--update")[2])
        self.check_like_fresh()

    def test_option_of_an_input(self):
        self.make_scene(tiles=4)
        self.config(input={"inp": {"path": "scene.tif"}})
        self.must_execute("--quiet")
        self.config(input={"inp": {"path": "scene.tif", "bands": ["green", "red", "blue"]}})
        self.must_execute("--quiet", "--update")
        self.check_like_fresh(input={"inp": {"path": "scene.tif", "bands": ["green", "red", "blue"]}})

    def test_stac_items(self):
        def items(names):
            features = []
            for i, name in enumerate(names):
                row, col = PLACES[name]
                left, bottom, right, top = runs.scene_bounds(2, row=runs.FIRST_ROW + row, col=runs.FIRST_COL + col)
                features.append({
                    "type": "Feature", "stac_version": "1.0.0", "id": name[0], "collection": "survey", "geometry": None,
                    "bbox": [0, 0, 1, 1], "properties": {"datetime": f"2020-01-0{i + 1}T00:00:00Z", "proj:epsg": 3857,
                                                         "proj:bbox": [left, bottom, right, top]},
                    "assets": {"image": {"href": f"./{name}", "type": "image/tiff; application=geotiff", "roles": ["data"],
                                         "proj:bbox": [left, bottom, right, top]}}})
            self.write("items.json", json.dumps({"type": "FeatureCollection", "features": features}))

        script = STACK.replace("scenes:median()", "scenes:first()").replace("bands = 3", "bands = 1")
        inputs = {"inp": None, "scenes": {"path": "items.json"}}
        for seed, name in enumerate(PLACES):
            self.make(name, seed=seed)
        items(["a.tif", "b.tif"])
        self.config(script=script, input=inputs)
        self.must_execute("--quiet")
        items(["a.tif", "b.tif", "c.tif"])
        code, out, err = self.execute("--update")
        self.assertEqual(code, 0, err)
        self.assertRegex(err, r"1 input has changed since '(.*/)?out' was made \('survey/c' added\): ")
        self.assertIn(" 4 metatiles made", out)
        self.make("a.tif", seed=33)
        self.assertEqual(self.summary("--update")["made"], 4)
        self.check_like_fresh(input=inputs)

    def test_tile_directory(self):
        self.make_scene()
        self.config("first.yaml", output={"path": "tiles", "format": "GTiff", "dtype": "uint8", "bands": 3})
        self.must_execute("--quiet", config="first.yaml")
        self.config(input={"inp": "tiles"}, script=runs.SCRIPT.replace("p.gain", "p.gain * 0.5"))
        self.must_execute("--quiet")
        before = self.stamps("out", hidden=False)
        changed = runs.scene()
        changed[:, :50, :50] = 200
        self.make_scene(array=changed)
        self.write("run.lua", runs.SCRIPT)
        self.must_execute("--quiet", "--overwrite", "--tile", 6, runs.FIRST_ROW // 2, runs.FIRST_COL // 2, config="first.yaml")
        self.config(input={"inp": "tiles"}, script=runs.SCRIPT.replace("p.gain", "p.gain * 0.5"))
        self.assertEqual(self.summary("--update")["made"], 4)
        self.assertEqual(self.tiles_changed(before), self.tiles_of("a.tif") & set(self.tree("out")))
        self.check_like_fresh(input={"inp": "tiles"})

    def test_tile_directory_that_becomes_smaller(self):
        self.make_scene()
        self.config("first.yaml", output={"path": "tiles", "format": "GTiff", "dtype": "uint8", "bands": 3})
        self.must_execute("--quiet", config="first.yaml")
        self.config(input={"inp": "tiles"})
        self.must_execute("--quiet")
        for path in (self.folder / "tiles/6").glob(f"*/{runs.FIRST_COL + 6}.tif"):
            path.unlink()
        for path in (self.folder / "tiles/6").glob(f"*/{runs.FIRST_COL + 7}.tif"):
            path.unlink()
        self.must_execute("--quiet", "--update")
        self.assertFalse(list((self.folder / "out/6").glob(f"*/{runs.FIRST_COL + 6}.png")))
        self.check_like_fresh(input={"inp": "tiles"})

    def test_large_file(self):
        """Not all of it is read: the time of modification counts, too."""
        array = runs.scene(16)
        self.make_scene(16, array=array)
        self.assertGreater((self.folder / "scene.tif").stat().st_size, 8 << 20)
        os.utime(self.folder / "scene.tif", (5, 5))
        self.config()
        self.must_execute("--quiet")
        shutil.copy2(self.folder / "scene.tif", self.folder / "copy.tif")
        os.replace(self.folder / "copy.tif", self.folder / "scene.tif")
        self.assertRegex(self.must_execute("--update"), NOTHING)
        array[:, 1000:1100, 1000:1100] += 1
        self.make_scene(16, array=array)
        self.must_execute("--quiet", "--update")
        self.check_like_fresh()
        os.utime(self.folder / "scene.tif", (7, 7))
        self.assertIn("1 input has changed", self.execute("--update")[2])

    def test_vector_file_that_is_edited(self):
        script = """return process {
  inputs = { zones = 'vector' },
  output = { bands = 1, dtype = 'uint8', nodata = 0 },
  run = function(tile, input, p)
    local zones = input.zones:features()
    return vector.rasterize(zones, { value = 'value' })
  end,
}
"""
        changes = {"input": {"inp": None, "zones": "zones.geojson"}, "output": {"path": "out"}}
        places = [(0, 0), (0, 6), (4, 0), (6, 6), (2, 2)]
        self.squares(places)
        self.config(script=script, **changes)
        self.must_execute("--quiet")
        self.assertRegex(self.must_execute("--update"), NOTHING)
        for number, (edited, values, most) in enumerate((
                (places, [10, 70, 50, 130, 99], 4),                           # a value
                ([(0, 1), *places[1:]], None, 8),                             # a zone that moved
                ([*places[1:]], None, 4),                                     # one is gone, the numbers of others shift
                ([*places[1:], (4, 4)], None, 8))):                           # one is new
            with self.subTest(number):
                self.squares(edited, values=values)
                made = self.summary("--update")["made"]
                self.assertGreater(made, 0)
                self.assertLessEqual(made, most)
                self.check_like_fresh(**changes)

    def test_prepare_makes_everything_anew(self):
        script = STACK.replace("run = function(tile, input, p)", "prepare = function(area, input, p) return 1 end,\n"
                                                                 "  run = function(tile, input, p, one)")
        self.stack_of(*PLACES)
        self.write("run.lua", script)
        self.must_execute("--quiet")
        self.make("a.tif", seed=50)
        code, _, err = self.execute("--update")
        self.assertEqual(code, 0, err)
        self.assertIn("the script has prepare, so everything counts; ", err)
        self.make("e.tif", seed=9, place=(9, 9))
        self.stack([*PLACES, "e.tif"])
        self.write("run.lua", script)
        self.must_execute("--quiet", "--update")
        inputs = json.loads((self.folder / "run.yaml").read_text())["input"]
        self.check_like_fresh(input={**inputs, "inp": None})

    def test_single_file_is_made_anew(self):
        single = {"zoom_levels": runs.ZOOM, "baselevels": None,
                  "output": {"path": "out.tif", "format": "GTiff", "dtype": "uint8", "bands": 3}}
        self.make_scene()
        self.config(**single)
        self.must_execute("--quiet")
        self.assertIn("nothing to do", self.must_execute("--update"))
        self.make_scene(seed=2)
        code, out, err = self.execute()
        self.assertRegex(err, r"\Atilewright: warning: 1 input has changed since '(.*/)?out.tif' was made \('scene.tif' replaced\); the "
                              r"file stays as it is, --update makes it anew\n\Z")
        code, out, err = self.execute("--update")
        self.assertEqual(code, 0, err)
        self.assertRegex(err, r"\('scene.tif' replaced\): a single file keeps no tiles, all of it is made anew\n")
        self.config("fresh.yaml", **runs.merge(single, {"output": {"path": "fresh.tif"}}))
        self.must_execute("--quiet", config="fresh.yaml")
        self.assertEqual((self.folder / "out.tif").read_bytes(), (self.folder / "fresh.tif").read_bytes())
        # of another place, so that the file is of another size
        self.image("scene.tif", runs.scene(4, seed=3), runs.scene_bounds(4, row=runs.FIRST_ROW + 2), nodata=0)
        self.must_execute("--quiet", "--update")
        self.must_execute("--quiet", "--overwrite", config="fresh.yaml")
        self.assertEqual((self.folder / "out.tif").read_bytes(), (self.folder / "fresh.tif").read_bytes())
        self.assertIn("nothing to do", self.must_execute("--update"))
        self.config(process_parameters={"gain": 0.5}, **single)
        self.assertIn("--update makes anew what changed inputs touch, but the script", self.execute("--update")[2])

    def test_dry_run_tells_what_would_be_made(self):
        self.stack_of("a.tif", "b.tif", "c.tif")
        self.assertIn("total", self.must_execute("--dry-run", "--update"))
        self.assertFalse((self.folder / "out").exists())
        self.must_execute("--quiet")
        self.assertRegex(self.must_execute("--dry-run", "--update"), r"\Ano input has changed since '(.*/)?out' was made\n\Z")
        self.make("a.tif", seed=70)
        self.make("d.tif", seed=71)
        self.stack(["a.tif", "b.tif", "c.tif", "d.tif"])
        before = self.stamps("out")
        out = self.must_execute("--dry-run", "--update")
        self.assertRegex(out, r"\A2 inputs have changed since '(.*/)?out' was made \('a.tif' replaced, 'd.tif' added\)\n"
                              r"zoom  metatiles to make anew\n"
                              r"   3  1 +overview\n   4  2 +overview\n   5  2 +overview\n   6  2 +computed\n"
                              r"total 7 metatiles, and those that were never made\n\Z")
        self.assertEqual(self.stamps("out"), before)
        plan = json.loads(self.must_execute("--dry-run", "--update", "--json"))
        self.assertRegex(plan["changed"], r"\A2 inputs have changed")
        self.assertEqual(([zoom["metatiles"] for zoom in plan["zooms"]], plan["metatiles"]), ([1, 2, 2, 2], 7))
        self.assertEqual(self.summary("--update")["made"], 7)
        self.assertIsNone(json.loads(self.must_execute("--dry-run", "--update", "--json"))["changed"])

    def test_changed_settings_are_refused(self):
        self.stack_of(*PLACES)
        self.must_execute("--quiet")
        before = self.stamps("out")
        self.write("run.lua", STACK.replace("median", "max"))
        _, _, err = self.execute("--update")
        name = err.split("since '")[1].split("'")[0]
        self.check_execute_fails(2, "tilewright: --update makes anew what changed inputs touch, but the script, its parameters, the pyramid "
                                    f"or the output's options have changed, too, since '{name}' was made; use --overwrite to make "
                                    "everything anew, or another output.path", "--update")
        self.assertEqual(self.stamps("out"), before)

    def test_output_without_a_record(self):
        self.stack_of(*PLACES)
        self.must_execute("--quiet")
        (self.folder / "out/.tilewright/inputs").unlink()
        _, _, err = self.execute("--update")
        name = err.split("'")[1]
        self.check_execute_fails(2, f"tilewright: '{name}' was made without a record of its inputs, so what has changed since is not "
                                    "known; use --overwrite to make everything anew, with a record", "--update")
        self.assertIn("nothing to do", self.must_execute())
        self.must_execute("--quiet", "--overwrite")
        self.assertIn("nothing to do", self.must_execute("--update"))

    def test_damaged_record(self):
        self.stack_of(*PLACES)
        self.must_execute("--quiet")
        path = self.folder / "out/.tilewright/inputs"
        whole = path.read_text()
        for text, line in ((whole[:-20], 1), ("", 1), ("tilewright inputs 1 40\n", 1), (whole.replace("\t40\t", "\tzoom\t", 1), 2)):
            with self.subTest(text=text):
                path.write_text(text)
                code, _, err = self.execute("--update")
                self.assertEqual(code, 3)
                self.assertRegex(err, rf"\Atilewright: cannot read '(.*/)?inputs': line {line} is not understood; use --overwrite to make "
                                      r"everything anew\n\Z")
        path.write_text(whole)
        (self.folder / "out/.tilewright/seen").write_text("rubbish")  # it only saves time
        self.assertIn("nothing to do", self.must_execute("--update"))

    def test_convert_leaves_no_record(self):
        self.make_scene(tiles=2)
        self.must_run("convert", "scene.tif", "made.tif", "--output-pyramid", "mercator", "--quiet")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["made.tif", "scene.tif"])

    def test_wrong_uses(self):
        self.stack_of("a.tif")
        for arguments, what in ((("--overwrite",), "--overwrite makes everything anew"),
                                (("--retry-failed",), "--retry-failed only what failed"), (("--tile", 6, 10, 16), "--tile one metatile")):
            self.check_execute_fails(2, f"tilewright: --update makes anew what changed inputs touch, {what}: give one of them",
                                     "--update", *arguments)
        self.stack(["a.tif"], output={"path": "/dev/null"})
        self.check_execute_fails(2, "tilewright: --update: this output keeps no record of its inputs", "--update")


class Example(harness.Case):
    def test_survey_that_is_flown_again(self):
        (self.folder / "examples").mkdir()
        shutil.copytree(harness.ROOT / "examples/update", self.folder / "examples/update", ignore=shutil.ignore_patterns("out", "flights"))
        (self.folder / "examples/cloudless").symlink_to(harness.ROOT / "examples/cloudless")
        folder = self.folder / "examples/update"
        done = subprocess.run(["sh", "run.sh"], cwd=folder, capture_output=True, text=True, timeout=300,
                              env={**os.environ, "TILEWRIGHT": harness.BINARY})
        self.assertEqual(done.returncode, 0, done.stderr)
        first, second, third = re.findall(r"^out: (\d+) metatiles made .*$", done.stdout, re.MULTILINE)
        self.assertEqual(second, third)
        self.assertLess(int(second), int(first))
        self.assertEqual(done.stdout.count("nothing to do"), 1)
        after = self.tree(folder / "out")
        shutil.rmtree(folder / "out")
        self.must_run("execute", "survey.yaml", "--quiet", cwd=folder)
        self.assertEqual(self.tree(folder / "out"), after)


if __name__ == "__main__":
    harness.main()
