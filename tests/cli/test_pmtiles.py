"""A PMTiles archive holds what a folder of tiles does, by a reader written from the specification (version 3)."""
import gzip
import json
import random
import struct
import subprocess
import time

import numpy as np

import harness

CONFIG = """process: script.lua
input: {{image: image.tif}}
pyramid: {{grid: {grid}, metatiling: 2, tile_size: {size}}}
zoom_levels: {{min: 0, max: 5}}
output: {{path: {path}, format: {format}}}
bounds: [{bounds}]
"""
SCRIPT = "return process { inputs = { image = 'raster' }, run = function(tile, input) return input.image:read() end }\n"
BOUNDS = (0, 0, 7e6, 7e6)


class Archive:
    def __init__(self, path):
        self.bytes = path.read_bytes()
        assert self.bytes[:8] == b"PMTiles\x03"
        numbers = struct.unpack("<11Q", self.bytes[8:96])
        self.root, self.meta, self.leaves, self.data = (numbers[i:i + 2] for i in (0, 2, 4, 6))
        self.counts = numbers[8:]
        self.clustered, self.internal, self.tile, self.type, self.min_zoom, self.max_zoom = self.bytes[96:102]
        self.bounds = [n / 1e7 for n in struct.unpack("<4i", self.bytes[102:118])]
        assert sum(self.root) <= 16384
        self.metadata = json.loads(gzip.decompress(self.part(self.meta)))
        self.entries = list(self.directory(self.part(self.root)))

    def part(self, place):
        return self.bytes[place[0]:place[0] + place[1]]

    def directory(self, packed):
        data = iter(gzip.decompress(packed))

        def number():
            value = shift = 0
            for byte in data:
                value |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    return value
        count, last, ids, offsets = number(), 0, [], []
        for _ in range(count):
            last += number()
            ids.append(last)
        runs = [number() for _ in ids]
        lengths = [number() for _ in ids]
        for i in range(count):
            offset = number()
            offsets.append(offset - 1 if offset else offsets[-1] + lengths[i - 1])
        for entry in zip(ids, runs, lengths, offsets):
            if entry[1]:
                yield entry
            else:
                yield from self.directory(self.part((self.leaves[0] + entry[3], entry[2])))

    def tiles(self):
        return {id + i: self.part((self.data[0] + offset, length))
                for id, run, length, offset in self.entries for i in range(run)}


def tile_id(z, x, y):
    """The specification's example code."""
    result, n = (4 ** z - 1) // 3, 2 ** z
    s = n // 2
    while s:
        rx, ry = int(x & s > 0), int(y & s > 0)
        result += s * s * ((3 * rx) ^ ry)
        if not ry:
            if rx:
                x, y = n - 1 - x, n - 1 - y
            x, y = y, x
        s //= 2
    return result


class PMTiles(harness.Case):
    def setUp(self):
        super().setUp()
        self.write("script.lua", SCRIPT)
        y, x = np.mgrid[0:700, 0:700]
        picture = np.stack([1 + (x + 3 * y) % 250, 1 + (2 * x + y) % 250, 1 + x * y % 250]).astype("uint8")
        picture[:, 300:, 300:] = 7
        self.image("image.tif", picture, BOUNDS, nodata=0)

    def config(self, path, format="PNG", size=256, grid="mercator", bounds=BOUNDS):
        self.write("make.yaml", CONFIG.format(path=path, format=format, size=size, grid=grid,
                                              bounds=", ".join(map(str, bounds))))

    def make(self, path, format="PNG", workers=2, **more):
        self.config(path, format, **more)
        self.must_run("execute", "make.yaml", "--quiet", "--workers", workers)
        return self.folder / path

    def check_same(self, format, size=256):
        name = format + str(size)
        archive = Archive(self.make(name + ".pmtiles", format, size=size))
        folder = self.make(name, format + ", metatiling: 1", size=size)
        expected = {}
        for path in folder.glob("*/*/*.*"):
            if path.suffix != ".xml":
                z, y, x = int(path.parts[-3]), int(path.parts[-2]), int(path.stem)
                expected[tile_id(z, x, y)] = path.read_bytes()
        self.assertGreater(len(expected), 20)
        self.assertEqual(archive.tiles(), expected)
        return archive

    def test_holds_the_tiles_of_the_folder(self):
        archive = self.check_same("PNG")
        tiles = archive.tiles()
        self.assertEqual(archive.counts, (len(tiles), len(archive.entries), len(set(tiles.values()))))
        self.assertLess(len(set(tiles.values())), len(tiles), "equal tiles are there once")
        ids = [entry[0] for entry in archive.entries]
        self.assertEqual(ids, sorted(ids))
        self.assertEqual((archive.clustered, archive.internal, archive.tile, archive.type), (1, 2, 1, 2))
        self.assertEqual((archive.min_zoom, archive.max_zoom), (0, 5))
        self.assertEqual(archive.bounds[:2], [0, 0])
        self.assertTrue(62 < archive.bounds[2] < 68 and 52 < archive.bounds[3] < 56, archive.bounds)
        self.assertEqual((archive.metadata["format"], archive.metadata["name"]), ("png", "PNG256"))
        self.assertFalse((self.folder / "PNG256.pmtiles.tilewright").exists())

    def test_jpeg_and_webp(self):
        self.assertEqual(self.check_same("JPEG").type, 3)
        self.assertEqual(self.check_same("WebP", size=512).type, 4)

    def read_with_node(self, mode, name, suffix="png"):
        """With the format's own library."""
        browser = harness.ROOT / "tests/browser"
        if not (browser / "node_modules/pmtiles").exists():
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=browser, check=True, capture_output=True)
        done = subprocess.run(["node", "archive.mjs", mode, str(self.folder / f"{name}.pmtiles"), str(self.folder / name), suffix],
                              cwd=browser, capture_output=True, text=True, timeout=200)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_the_formats_own_library_reads_every_tile(self):
        tiles = self.check_same("WebP", size=512).tiles()
        seen = self.read_with_node("tiles", "WebP512")
        self.assertEqual(seen["differ"], [])
        self.assertEqual((seen["count"], seen["addressed"], seen["type"]), (len(tiles), len(tiles), 4))
        self.assertGreater(seen["missing"], 10, "the south is empty")
        self.assertEqual((seen["metadata"]["name"], seen["metadata"]["format"]), ("WebP512", "webp"))

    def test_openlayers_shows_it(self):
        self.check_same("PNG")
        seen = self.read_with_node("map", "PNG256")
        self.assertEqual(seen["errors"], [])
        self.assertTrue(seen["same"], "the archive looks like the folder")
        self.assertGreater(seen["ranges"], 2)
        self.assertGreater(seen["colours"], 1000)

    def test_any_number_of_workers_gives_the_same_bytes(self):
        first = self.make("out.pmtiles", workers=1).read_bytes()
        (self.folder / "out.pmtiles").unlink()
        self.assertEqual(self.make("out.pmtiles", workers=4).read_bytes(), first)

    def test_killed_run_goes_on_to_the_same_bytes(self):
        path = self.make("out.pmtiles")
        whole = path.read_bytes()
        path.unlink()
        generator = random.Random(5)
        for _ in range(8):
            process = subprocess.Popen([harness.RELEASE, "execute", "make.yaml", "--quiet"], cwd=self.folder)
            time.sleep(generator.uniform(0.02, 0.4))
            process.kill()
            process.wait()
            if path.exists():
                self.assertEqual(path.read_bytes(), whole)
                path.unlink()
        self.must_run("execute", "make.yaml", "--quiet")
        self.assertEqual(path.read_bytes(), whole)
        self.assertFalse((self.folder / "out.pmtiles.tilewright").exists())

    def test_a_run_that_an_earlier_version_has_begun(self):
        """It kept each tile as a file of its own beside a journal."""
        self.config("out.pmtiles")
        work = self.folder / "out.pmtiles.tilewright"
        self.write("out.pmtiles.tilewright/journal", "tilewright journal 1\n5 0 0 4\n")
        message = ("cannot go on with what lies in 'out.pmtiles.tilewright': an earlier version of tilewright has begun it; use "
                   "--overwrite to begin anew")
        for command in ("check", "execute"):
            code, _, err = self.run_tilewright(command, "make.yaml")
            self.assertEqual(code, 2, err)
            self.assertIn(message, err)
        self.must_run("execute", "make.yaml", "--quiet", "--overwrite")
        self.assertEqual(Archive(self.folder / "out.pmtiles").max_zoom, 5)
        self.assertFalse(work.exists())

    def test_what_a_run_that_was_killed_at_its_end_has_left_is_removed(self):
        path = self.make("out.pmtiles")
        before = path.stat().st_mtime_ns
        self.write("out.pmtiles.tilewright/tiles", "left")
        self.must_run("execute", "make.yaml", "--quiet")
        self.assertEqual(path.stat().st_mtime_ns, before)
        self.assertFalse((self.folder / "out.pmtiles.tilewright").exists())

    def test_a_part_is_not_taken_for_the_whole(self):
        self.config("out.pmtiles")
        self.must_run("execute", "make.yaml", "--quiet", "--zoom", 5)
        self.assertEqual(Archive(self.folder / "out.pmtiles").min_zoom, 5)
        code, _, message = self.run_tilewright("execute", "make.yaml", "--quiet")
        self.assertEqual(code, 2, message)
        self.assertIn("exists already; use --overwrite", message)
        self.must_run("execute", "make.yaml", "--quiet", "--overwrite")
        self.assertEqual(Archive(self.folder / "out.pmtiles").min_zoom, 0)

    def test_is_left_alone_when_it_is_done(self):
        path = self.make("out.pmtiles")
        before = path.stat().st_mtime_ns
        self.must_run("execute", "make.yaml", "--quiet")
        self.assertEqual(path.stat().st_mtime_ns, before)

    def test_tiles_that_fail_are_listed_beside_it(self):
        self.config("map.pmtiles")
        self.write("script.lua", SCRIPT.replace("run = function(tile, input)", "run = function(tile, input) if tile.col == 1 then error('no') end"))
        code, out, _ = self.run_tilewright("execute", "make.yaml")
        self.assertEqual(code, 1)
        self.assertRegex(out, r"map\.pmtiles: \d+ metatiles made .* failed.*; \d+ tiles, ")
        self.assertFalse((self.folder / "map.pmtiles").exists())
        self.assertGreater(len(json.loads((self.folder / "map.pmtiles.failed.json").read_text())["failed"]), 0)
        self.assertRegex(self.must_run("info", "make.yaml"), "output     map.pmtiles: PNG, .*, begun\n")
        self.write("script.lua", SCRIPT)
        self.must_run("execute", "make.yaml", "--retry-failed", "--quiet")
        self.must_run("execute", "make.yaml", "--quiet")
        self.assertEqual([p.name for p in self.folder.glob("*.failed.json")], [])
        self.assertRegex(self.must_run("info", "make.yaml"), r"output     map.pmtiles: PNG, .*, complete, [0-9.]+ kB\n")

    def test_a_file_of_another_kind_is_kept(self):
        for text in ("hello", "PMTiles\x03"):
            self.write("out.pmtiles", text)
            self.config("out.pmtiles")
            code, _, message = self.run_tilewright("execute", "make.yaml", "--quiet")
            self.assertEqual(code, 2, message)
            self.assertIn("out.pmtiles' exists already; use --overwrite to replace it", message)
            self.assertEqual((self.folder / "out.pmtiles").read_text(), text)

    def check_refused(self, text, **config):
        self.config("out.pmtiles", **config)
        code, _, message = self.run_tilewright("execute", "make.yaml", "--quiet")
        self.assertEqual(code, 2, message)
        self.assertIn(text, message)

    def test_convert_makes_archives_of_rasters_and_of_tiles(self):
        self.must_run("convert", "image.tif", "map.pmtiles", "-z", "2,4", "--quiet")
        self.must_run("convert", "image.tif", "tiles", "-z", "2,4", "--output-format", "PNG", "--quiet")
        self.must_run("convert", "tiles", "again.pmtiles", "--quiet")
        wanted = {}
        for path in (self.folder / "tiles").glob("[0-9]*/*/*.png"):
            wanted[tile_id(int(path.parent.parent.name), int(path.stem), int(path.parent.name))] = path.read_bytes()
        self.assertGreater(len(wanted), 5)
        for name in ("map.pmtiles", "again.pmtiles"):
            self.assertEqual(Archive(self.folder / name).tiles(), wanted, name)
        self.assertIn("nothing to do", self.must_run("convert", "image.tif", "map.pmtiles", "-z", "2,4"))
        code, _, err = self.run_tilewright("convert", "image.tif", "geo.pmtiles", "-z", "2,4", "--output-pyramid", "geodetic")
        self.assertEqual(code, 2)
        self.assertIn("a PMTiles archive holds tiles of the grid 'mercator', and the pyramid's is 'geodetic'", err)

    def test_refusals(self):
        self.check_refused("a PMTiles archive holds tiles for web maps, and output.format is GTiff: use PNG, JPEG or WebP, or a "
                           "folder as output.path", format="GTiff, dtype: uint8, bands: 3")
        self.check_refused("a PMTiles archive holds tiles of the grid 'mercator', and the pyramid's is 'geodetic': use that grid, "
                           "or a folder as output.path", grid="geodetic", bounds=(0, 0, 50, 50))
        self.check_refused("tiles of a PMTiles archive have 256 or 512 pixels, and pyramid.tile_size is 128: use one of these, or "
                           "a folder as output.path", size=128)
        self.check_refused("tiles of a PMTiles archive have no margin, and output.pixelbuffer is 2: use 0, or a folder as "
                           "output.path", format="PNG, pixelbuffer: 2", size="256, pixelbuffer: 2")


if __name__ == "__main__":
    harness.main()
