"""An MBTiles archive holds what a folder of tiles does, by readers that are not ours: Python's sqlite3, GDAL, @mapbox/mbtiles.

The last needs a native module that npm fetches from elsewhere or compiles, so it is not among the packages that the tests install:
TILEWRIGHT_NODE_MODULES names a node_modules that has it.
"""
import base64
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import time
import unittest

import numpy as np
from osgeo import gdal

import harness
from test_pmtiles import BOUNDS, CONFIG, SCRIPT

READER = """
const MBTiles = require('@mapbox/mbtiles');
new MBTiles(process.argv[1] + '?mode=ro', (err, archive) => {
  if (err) throw err;
  archive.getInfo((err, info) => {
    if (err) throw err;
    const tiles = {};
    const wanted = JSON.parse(process.argv[2]);
    let left = wanted.length;
    wanted.forEach(([z, x, y]) => archive.getTile(z, x, y, (err, data) => {
      if (err) throw err;
      tiles[[z, x, y].join('/')] = data.toString('base64');
      if (--left === 0) console.log(JSON.stringify({info, tiles}));
    }));
  });
});
"""


class MBTiles(harness.Case):
    def setUp(self):
        super().setUp()
        self.write("script.lua", SCRIPT)
        y, x = np.mgrid[0:700, 0:700]
        picture = np.stack([1 + (x + 3 * y) % 250, 1 + (2 * x + y) % 250, 1 + x * y % 250]).astype("uint8")
        picture[:, 300:, 300:] = 7
        self.image("image.tif", picture, BOUNDS, nodata=0)

    def config(self, path, format="PNG", size=256, grid="mercator", bounds=BOUNDS):
        self.write("make.yaml", CONFIG.format(path=path, format=format, size=size, grid=grid, bounds=", ".join(map(str, bounds))))

    def make(self, path, format="PNG", workers=2, **more):
        self.config(path, format, **more)
        self.must_run("execute", "make.yaml", "--quiet", "--workers", workers)
        return self.folder / path

    def ask(self, path, sql):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            return database.execute(sql).fetchall()

    def tiles(self, path):
        """(zoom, col, row from the north) -> bytes."""
        return {(z, x, 2 ** z - 1 - y): data
                for z, x, y, data in self.ask(path, "SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles")}

    def folder_tiles(self, folder):
        return {(int(path.parts[-3]), int(path.stem), int(path.parts[-2])): path.read_bytes()
                for path in folder.glob("*/*/*.*") if path.suffix != ".xml"}

    def check_same(self, format, size=256):
        name = format + str(size)
        path = self.make(name + ".mbtiles", format, size=size)
        expected = self.folder_tiles(self.make(name, format + ", metatiling: 1", size=size))
        self.assertGreater(len(expected), 20)
        self.assertEqual(self.tiles(path), expected)
        return path, expected

    def test_holds_the_tiles_of_the_folder(self):
        path, expected = self.check_same("PNG")
        self.assertEqual(self.ask(path, "SELECT count(*) FROM images"), [(len(set(expected.values())),)])
        self.assertLess(len(set(expected.values())), len(expected), "equal tiles are there once")
        metadata = dict(self.ask(path, "SELECT name, value FROM metadata"))
        self.assertTrue(metadata.pop("tilewright"))
        bounds = [float(n) for n in metadata.pop("bounds").split(",")]
        self.assertEqual(bounds[:2], [0, 0])
        self.assertTrue(62 < bounds[2] < 68 and 52 < bounds[3] < 56, bounds)
        center = [float(n) for n in metadata.pop("center").split(",")]
        self.assertEqual(center, [bounds[2] / 2, bounds[3] / 2, 0])
        self.assertEqual(metadata, {"name": "PNG256", "description": "PNG256", "format": "png", "minzoom": "0", "maxzoom": "5",
                                    "type": "overlay", "version": "1", "tile_size": "256"})
        self.assertEqual(self.ask(path, "PRAGMA application_id"), [(0x4d504258,)])
        self.assertEqual(self.ask(path, "PRAGMA journal_mode"), [("delete",)])
        self.assertEqual(self.ask(path, "PRAGMA integrity_check"), [("ok",)])
        self.assertEqual({row[0] for row in self.ask(path, "SELECT sql LIKE 'CREATE UNIQUE%' FROM sqlite_master WHERE type = 'index'")}, {1})
        self.assertEqual(sorted(p.name for p in self.folder.glob("PNG256.mbtiles*")), ["PNG256.mbtiles"])

    def test_jpeg_and_webp(self):
        path, _ = self.check_same("JPEG")
        metadata = dict(self.ask(path, "SELECT name, value FROM metadata"))
        self.assertEqual((metadata["format"], metadata["type"]), ("jpg", "baselayer"))
        path, _ = self.check_same("WebP", size=512)
        metadata = dict(self.ask(path, "SELECT name, value FROM metadata"))
        self.assertEqual((metadata["format"], metadata["tile_size"]), ("webp", "512"))

    def test_gdal_reads_it(self):
        path, expected = self.check_same("PNG")
        deepest = {key: data for key, data in expected.items() if key[0] == 5}
        dataset = gdal.OpenEx(str(path), gdal.OF_RASTER, allowed_drivers=["MBTiles"])
        self.assertEqual(dataset.RasterCount, 4)
        left, pixel = dataset.GetGeoTransform()[0], dataset.GetGeoTransform()[1]
        top = dataset.GetGeoTransform()[3]
        for (_, col, row), data in deepest.items():
            gdal.FileFromMemBuffer("/vsimem/tile.png", data)
            tile = gdal.Open("/vsimem/tile.png").ReadAsArray()
            x = round((col * 2 * harness.HALF_MERCATOR / 32 - harness.HALF_MERCATOR - left) / pixel)
            y = round((top - (harness.HALF_MERCATOR - row * 2 * harness.HALF_MERCATOR / 32)) / pixel)
            np.testing.assert_array_equal(dataset.ReadAsArray(x, y, 256, 256)[:3, :, :], tile[:3])
        gdal.Unlink("/vsimem/tile.png")

    def test_mapbox_reads_it(self):
        modules = os.environ.get("TILEWRIGHT_NODE_MODULES", str(harness.ROOT / "tests/browser/node_modules"))
        if shutil.which("node") is None or not pathlib.Path(modules, "@mapbox/mbtiles").is_dir():
            self.skipTest("no node with @mapbox/mbtiles here")
        path, expected = self.check_same("PNG")
        keys = sorted(expected)
        done = subprocess.run(["node", "-e", READER, "--", str(path), json.dumps(keys)], capture_output=True, text=True,
                              env={**os.environ, "NODE_PATH": modules}, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual({tuple(map(int, name.split("/"))): base64.b64decode(data) for name, data in answer["tiles"].items()}, expected)
        self.assertEqual((answer["info"]["minzoom"], answer["info"]["maxzoom"], answer["info"]["format"]), (0, 5, "png"))

    def test_says_what_the_map_is(self):
        metadata = ("PNG, metadata: {name: Relief, description: 'Hills & dales', attribution: '<a href=x>y</a>', version: 2.1, "
                    "type: baselayer}")
        rows = dict(self.ask(self.make("map.mbtiles", metadata), "SELECT name, value FROM metadata"))
        wanted = {"name": "Relief", "description": "Hills & dales", "attribution": "<a href=x>y</a>", "version": "2.1", "type": "baselayer"}
        self.assertEqual({key: rows[key] for key in wanted}, wanted)
        from test_pmtiles import Archive
        found = Archive(self.make("map.pmtiles", metadata)).metadata
        self.assertEqual({key: found[key] for key in wanted}, wanted)

    def test_any_number_of_workers_gives_the_same_bytes(self):
        first = self.make("out.mbtiles", workers=1).read_bytes()
        (self.folder / "out.mbtiles").unlink()
        self.assertEqual(self.make("out.mbtiles", workers=4).read_bytes(), first)

    def test_killed_run_goes_on_to_the_same_bytes(self):
        path = self.make("out.mbtiles")
        whole = path.read_bytes()
        path.unlink()
        generator = random.Random(7)
        killed = 0
        for _ in range(8):
            process = subprocess.Popen([harness.RELEASE, "execute", "make.yaml", "--quiet"], cwd=self.folder)
            time.sleep(generator.uniform(0.02, 0.3))
            killed += process.poll() is None
            process.kill()
            process.wait()
            if path.exists():
                self.assertEqual(path.read_bytes(), whole)
                path.unlink()
        self.assertGreater(killed, 0)
        self.must_run("execute", "make.yaml", "--quiet")
        self.assertEqual(path.read_bytes(), whole)
        self.assertFalse((self.folder / "out.mbtiles.tilewright").exists())

    def test_is_left_alone_when_it_is_done(self):
        path = self.make("out.mbtiles")
        before = path.stat().st_mtime_ns
        self.assertIn("nothing to do", self.must_run("execute", "make.yaml"))
        self.assertEqual(path.stat().st_mtime_ns, before)

    def test_a_changed_input_makes_it_anew(self):
        path = self.make("out.mbtiles")
        before = self.tiles(path)
        self.image("image.tif", np.full((3, 700, 700), 99, "uint8"), BOUNDS, nodata=0)
        code, _, err = self.run_tilewright("execute", "make.yaml", "--quiet")
        self.assertEqual(code, 0, err)
        self.assertIn("1 input has changed since 'out.mbtiles' was made ('image.tif' replaced); the file stays as it is", err)
        self.assertEqual(self.tiles(path), before)
        self.must_run("execute", "make.yaml", "--quiet", "--update")
        after = self.tiles(path)
        self.assertEqual(after.keys(), before.keys())
        self.assertNotEqual(after, before)

    def test_a_part_is_not_taken_for_the_whole(self):
        self.config("out.mbtiles")
        self.must_run("execute", "make.yaml", "--quiet", "--zoom", 5)
        self.assertEqual({key[0] for key in self.tiles(self.folder / "out.mbtiles")}, {5})
        self.check_fails(2, "tilewright: 'out.mbtiles' exists already; use --overwrite to replace it", "execute", "make.yaml", "--quiet")
        self.must_run("execute", "make.yaml", "--quiet", "--overwrite")
        self.assertEqual({key[0] for key in self.tiles(self.folder / "out.mbtiles")}, set(range(6)))

    def test_a_file_of_another_kind_is_kept(self):
        self.write("out.mbtiles", "SQLite format 3\0 but not really")
        self.config("out.mbtiles")
        self.check_fails(2, "tilewright: 'out.mbtiles' exists already; use --overwrite to replace it", "execute", "make.yaml", "--quiet")
        self.assertEqual((self.folder / "out.mbtiles").read_text(), "SQLite format 3\0 but not really")

    def test_convert_makes_archives_of_rasters_and_of_tiles(self):
        self.must_run("convert", "image.tif", "map.mbtiles", "-z", "2,4", "--quiet")
        self.must_run("convert", "image.tif", "tiles", "-z", "2,4", "--output-format", "PNG", "--quiet")
        self.must_run("convert", "tiles", "again.mbtiles", "--quiet")
        wanted = self.folder_tiles(self.folder / "tiles")
        self.assertGreater(len(wanted), 5)
        for name in ("map.mbtiles", "again.mbtiles"):
            self.assertEqual(self.tiles(self.folder / name), wanted, name)
        self.assertIn("nothing to do", self.must_run("convert", "image.tif", "map.mbtiles", "-z", "2,4"))

    def test_a_full_disk_ends_the_run_and_leaves_no_archive(self):
        """Files may have 40 kB: the spool or the archive does not fit."""
        noise = np.random.default_rng(1).integers(1, 255, (3, 700, 700)).astype("uint8")
        self.image("image.tif", noise, BOUNDS, nodata=0)
        self.config("out.mbtiles")
        done = subprocess.run(["sh", "-c", f"trap '' XFSZ; ulimit -f 80; exec {harness.BINARY} execute make.yaml --quiet"], cwd=self.folder,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("cannot write 'out.mbtiles.tilewright/", done.stderr)
        self.assertFalse((self.folder / "out.mbtiles").exists())
        self.must_run("execute", "make.yaml", "--quiet")
        self.assertGreater(len(self.tiles(self.folder / "out.mbtiles")), 20)

    def check_refused(self, text, **config):
        self.config("out.mbtiles", **config)
        code, _, message = self.run_tilewright("execute", "make.yaml", "--quiet")
        self.assertEqual(code, 2, message)
        self.assertIn(text, message)
        self.assertFalse((self.folder / "out.mbtiles.tilewright").exists())

    def test_refusals(self):
        self.check_refused("an MBTiles archive holds tiles for web maps, and output.format is GTiff: use PNG, JPEG or WebP, or a folder as "
                           "output.path", format="GTiff, dtype: uint8, bands: 3")
        self.check_refused("an MBTiles archive holds tiles of the grid 'mercator', and the pyramid's is 'geodetic': use that grid, or a "
                           "folder as output.path", grid="geodetic", bounds=(0, 0, 50, 50))
        self.check_refused("tiles of an MBTiles archive have 256 or 512 pixels, and pyramid.tile_size is 128: use one of these, or a folder "
                           "as output.path", size=128)
        self.check_refused("tiles of an MBTiles archive have no margin, and output.pixelbuffer is 2: use 0, or a folder as output.path",
                           format="PNG, pixelbuffer: 2", size="256, pixelbuffer: 2")

    def test_metadata_that_is_wrong(self):
        for metadata, message in (
                ("5", "output.metadata must be a map such as {name: Relief}, not a number"),
                ("{nam: x}", "unknown key of output.metadata 'nam'; did you mean 'name'?"),
                ("{name: [1]}", "output.metadata.name must be a text, not a list"),
                ("{type: base}", "unknown type of map 'base'; known: overlay, baselayer"),
                ("{type: 3}", "unknown type of map '3'; known: overlay, baselayer"),
                ("{version: new}", "output.metadata.version must be a number such as 2, not 'new'")):
            self.check_refused(message, format=f"PNG, metadata: {metadata}")
        self.config("out", format="PNG, metadata: {name: x}")
        code, _, err = self.run_tilewright("execute", "make.yaml", "--quiet")
        self.assertEqual(code, 2)
        self.assertIn("output.metadata is for archives: output.path must end in .pmtiles or .mbtiles", err)


if __name__ == "__main__":
    harness.main()
