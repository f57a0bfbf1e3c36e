"""ArcGIS caches: Esri's own sample read as its exploded tiles are; our bundles read by GDAL's ESRIC driver; made, killed, continued,
converted, told of and verified."""
import json
import shutil
import signal
import struct
import subprocess
import xml.etree.ElementTree as ET

import numpy as np
from osgeo import gdal

import harness
import runs

ESRI = harness.ROOT / "tests/data/esri"
COMPACT = {"layout": "compact", "nodata": None}
SIDE = 128


def tiles_of(bundle):
    """(row, col) in the bundle -> bytes, as Esri's description has them; checks header and sizes."""
    data = bundle.read_bytes()
    header = struct.unpack("<IIIIQQQIIIIII", data[:64])
    found = {}
    for i in range(SIDE * SIDE):
        record, = struct.unpack_from("<Q", data, 64 + 8 * i)
        offset, size = record & ((1 << 40) - 1), record >> 40
        if size:
            assert struct.unpack_from("<I", data, offset - 4)[0] == size
            found[divmod(i, SIDE)] = data[offset:offset + size]
    largest = max(map(len, found.values()))
    assert header == (3, SIDE * SIDE, largest, 5, 0, len(data), 40, 20 + 131072, 3, 16, SIDE * SIDE, 5, 131072), header
    return found


class Caches(runs.Case):
    def setUp(self):
        super().setUp()
        self.make_scene(4)

    def make(self, name="cache", *arguments, **output):
        self.config(f"{name}.yaml", output={**COMPACT, "path": name, **output})
        return self.must_execute(*arguments, config=f"{name}.yaml")

    def exploded(self, name="tiles", **output):
        self.config(f"{name}.yaml", output={"path": name, "layout": "arcgis", "georeference": "none", "nodata": None, **output})
        self.must_execute(config=f"{name}.yaml")

    def stored(self, folder="cache"):
        """(zoom, row, col) -> bytes of all bundles."""
        found = {}
        for path in sorted((self.folder / folder / "_alllayers").rglob("*.bundle")):
            zoom, row, col = int(path.parent.name[1:]), int(path.stem[1:5], 16), int(path.stem[6:], 16)
            found.update({(zoom, row + r, col + c): data for (r, c), data in tiles_of(path).items()})
        return found

    def files(self, folder="tiles", extension="png"):
        root = self.folder / folder / "_alllayers"
        return {(int(p.parent.parent.name[1:]), int(p.parent.name[1:], 16), int(p.stem[1:], 16)): p.read_bytes()
                for p in root.rglob(f"*.{extension}")}


class EsrisOwn(Caches):
    def read(self, path, zoom):
        self.config("read.yaml", input={"inp": str(path)}, pyramid={"tile_size": 256, "metatiling": 1}, zoom_levels=zoom, baselevels=None,
                    output={"path": f"read{zoom}", "format": "GTiff", "dtype": "uint8", "bands": 3, "georeference": None, "metatiling": 1})
        self.must_execute(config="read.yaml")
        return {(int(p.parent.name), int(p.stem)): harness.read(p) for p in (self.folder / f"read{zoom}").rglob("*.tif")}

    def test_every_tile_is_that_of_the_exploded_cache(self):
        for zoom in (0, 1, 2):
            seen = self.read(ESRI / "sample_cache", zoom)
            self.assertEqual(len(seen), 4 ** zoom)
            for (row, col), pixels in seen.items():
                wanted = harness.read(ESRI / f"sample_tiles/L{zoom:02}/{row}/{col}.jpg")
                self.assertTrue(np.array_equal(pixels, wanted), (zoom, row, col))

    def test_info_and_verify_know_it(self):
        out = self.must_run("info", ESRI / "sample_cache")
        self.assertTrue(out.startswith(f"{ESRI}/sample_cache: 21 tiles, "), out)
        for text in ("mercator (EPSG:3857), tiles of 256 pixels", "JPEG", "_alllayers/L{zoom:02}/R{row:04x}C{col:04x}.bundle"):
            self.assertIn(text, out)
        about = json.loads(self.must_run("info", ESRI / "sample_cache", "--json"))
        self.assertEqual(sum(zoom["tiles"] for zoom in about["zooms"]), 21)
        self.assertIn("sample_cache: 21 tiles read", self.must_run("verify", ESRI / "sample_cache"))

    def test_it_is_converted_to_tiles(self):
        self.must_run("convert", ESRI / "sample_cache", "tiles", "--output-format", "PNG", "--co", "layout=xyz")
        self.assertEqual(len(list((self.folder / "tiles").rglob("*.png"))), 21)
        seen, wanted = harness.read(self.folder / "tiles/2/3/1.png"), harness.read(ESRI / "sample_tiles/L02/1/3.jpg")
        self.assertTrue(np.array_equal(seen[:3], wanted))


class Bundles(Caches):
    def test_they_hold_the_tiles_of_an_exploded_cache(self):
        self.make()
        self.exploded()
        self.assertEqual(self.stored(), self.files())
        self.assertFalse((self.folder / "cache.tilewright").exists())
        conf = ET.parse(self.folder / "cache/conf.xml").getroot()
        self.assertEqual([conf.findtext(f"CacheStorageInfo/{key}") for key in ("StorageFormat", "PacketSize")],
                         ["esriMapCacheStorageModeCompactV2", "128"])
        self.assertTrue(json.loads((self.folder / "cache/MapServer.json").read_text())["singleFusedMapCache"])

    def test_gdals_driver_reads_them(self):
        """Which knows tiles of 256 pixels only: each of the scene's is four."""
        self.config("cache.yaml", pyramid={"tile_size": 256}, output={**COMPACT, "path": "cache"})
        self.must_execute(config="cache.yaml")
        dataset = gdal.OpenEx(str(self.folder / "cache/conf.xml"), allowed_drivers=["ESRIC"])
        self.assertIsNotNone(dataset)
        self.assertEqual(dataset.GetSpatialRef().GetAuthorityCode(None), "3857")
        left, bottom, right, top = runs.scene_bounds(4)
        seen = gdal.Translate("", dataset, format="MEM", projWin=[left, top, right, bottom]).ReadAsArray()
        wanted = harness.read(self.folder / "scene.tif").repeat(2, axis=1).repeat(2, axis=2)
        valid = wanted.any(axis=0)
        self.assertTrue(np.array_equal(seen[:3][:, valid], wanted[:, valid]))

    def test_bundles_begin_at_multiples_of_128(self):
        self.image("scene.tif", np.full((3, 512, 512), 7, "uint8"), harness.tile_bounds(9, 255, 255, 1)[:2] + harness.tile_bounds(9, 255, 255, 1)[2:])
        box = harness.tile_bounds(9, 255, 255)
        side = box[2] - box[0]
        self.image("scene.tif", np.full((3, 512, 512), 7, "uint8"), (box[0], box[1] - side, box[2] + side, box[3]))
        self.make(format="JPEG")
        self.config("deep.yaml", zoom_levels=9, baselevels=None, pyramid={"tile_size": 256}, output={**COMPACT, "path": "deep", "format": "JPEG"})
        self.must_execute(config="deep.yaml")
        self.assertEqual(sorted(p.name for p in (self.folder / "deep/_alllayers/L09").iterdir()),
                         [f"R{r:04x}C{c:04x}.bundle" for r in (0x80, 0x100) for c in (0x80, 0x100)])
        self.assertEqual(set(self.stored("deep")), {(9, r, c) for r in (255, 256) for c in (255, 256)})

    def test_they_are_the_same_for_any_number_of_threads_and_on_every_rerun(self):
        self.make("one", "--workers", "1")
        self.make("two", "--workers", "3")
        one, two = self.tree("one"), self.tree("two")
        for name in ("MapServer.json", "MapServer.js"):  # which have the name of the folder
            one.pop(name), two.pop(name)
        self.assertEqual(one, two)
        before = self.stamps("one")
        self.assertIn("nothing to do", self.must_execute(config="one.yaml"))
        self.assertEqual(self.stamps("one"), before)

    def test_a_killed_run_is_continued_to_the_same_bytes(self):
        self.make("whole")
        slow = runs.SCRIPT.replace("return input", "local t = 0; for i = 1, 2e7 do t = t + i % 3 end\n    return input")
        for delay in (0.15, 0.4, 0.8):
            shutil.rmtree(self.folder / "cache", ignore_errors=True)
            self.config("cache.yaml", script=slow, output={**COMPACT, "path": "cache"})
            process = self.start("--workers", "1", config="cache.yaml")
            try:
                process.wait(delay)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            process.communicate()
            self.must_execute(config="cache.yaml")
            self.assertEqual(self.stored("cache"), self.stored("whole"))
            self.assertFalse((self.folder / "cache.tilewright").exists())
            self.check_no_leftovers("cache")

    def test_a_cache_that_is_there_is_replaced_only_when_asked(self):
        self.make()
        self.config("cache.yaml", process_parameters={"gain": 2}, zoom_levels=runs.ZOOM, baselevels=None, output={**COMPACT, "path": "cache"})
        self.check_execute_fails(2, "tilewright: 'cache' exists already; use --overwrite to replace it", config="cache.yaml")
        self.must_execute("--overwrite", config="cache.yaml")
        self.assertEqual({zoom for zoom, _, _ in self.stored()}, {runs.ZOOM}, "nothing is left of the other one")

    def test_info_of_its_configuration(self):
        self.config("cache.yaml", output={**COMPACT, "path": "cache"})
        self.assertIn("nodata 0, new\n", self.must_run("info", "cache.yaml"))
        self.must_execute(config="cache.yaml")
        self.assertIn("nodata 0, complete\n", self.must_run("info", "cache.yaml"))

    def test_wrong_uses(self):
        self.config(output={**COMPACT, "format": "WebP"})
        self.check_execute_fails(2, "run.yaml:21:15: a compact cache holds PNG or JPEG, and output.format is WebP")
        self.config(output={**COMPACT, "pixelbuffer": 4}, pyramid={"pixelbuffer": 4})
        self.check_execute_fails(2, "run.yaml:24:15: the tiles of a compact cache have no margin, and output.pixelbuffer is 4: use 0")
        self.make()
        noise = np.random.default_rng(1).integers(1, 255, (3, 2432, 2432), "uint8")
        self.image("scene.tif", noise, harness.tile_bounds(5, 9, 9))
        self.config("large.yaml", zoom_levels=5, baselevels=None, pyramid={"tile_size": 2432}, output={**COMPACT, "path": "large", "compression": 1})
        code, _, err = self.execute("--quiet", config="large.yaml")
        self.assertEqual(code, 2, err)
        self.assertRegex(err, r"^tilewright: tile 5/9/9 has 20\d{6} bytes, and the tiles of a bundle have 16777215 at most: use a smaller "
                              r"pyramid.tile_size, or JPEG$")
        for command in (("cp", "cache", "copy"), ("rm", "cache", "--all", "--force"), ("index", "cache", "--txt"), ("services", "cache")):
            self.check_fails(2, "'cache' is a compact cache, whose tiles are no files of their own: 'tilewright convert' makes them so",
                             *command)


class Reading(Caches):
    def check_read(self, folder, zooms=(3, 6)):
        """The cache without what we have written beside it is an input with the same pixels as the scene's own."""
        for name in ("metadata.json", ".tilewright"):
            path = self.folder / folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        self.config("read.yaml", input={"inp": folder}, zoom_levels=list(zooms), baselevels=None, output={"path": "read", "nodata": None})
        self.must_execute(config="read.yaml")
        self.config("direct.yaml", output={"path": "direct", "nodata": None})
        self.must_execute(config="direct.yaml")
        for zoom in range(zooms[0], zooms[1] + 1):
            read, direct = (harness.mosaic(self.folder / name, zoom, "png")[0] for name in ("read", "direct"))
            self.assertTrue(np.array_equal(read, direct), zoom)

    def test_a_compact_cache(self):
        self.make()
        self.check_read("cache")

    def test_an_exploded_cache_by_its_conf_xml_alone(self):
        self.exploded(services="arcgis")
        self.check_read("tiles")

    def test_another_grid(self):
        self.image("scene.tif", np.full((3, 300, 300), 50, "uint8"), (500000, 5000000, 530000, 5030000), srs="EPSG:32633")
        grid = {"shape": [2, 2], "bounds": [400000, 4900000, 600000, 5100000], "srs": {"epsg": 32633}}
        self.config("utm.yaml", pyramid={"grid": grid}, zoom_levels=[1, 3], output={**COMPACT, "path": "utm"}, baselevels={"min": 3})
        self.must_execute(config="utm.yaml")
        out = self.must_run("info", "utm")
        self.assertIn("EPSG:32633", out)
        self.must_run("convert", "utm", "back", "--output-format", "GTiff", "-z", "3")
        values = {int(v) for p in (self.folder / "back").rglob("*.tif") for v in np.unique(harness.read(p)[:3])}
        self.assertEqual(values, {0, 50})

    def test_verify_finds_broken_tiles(self):
        self.make()
        bundle = next((self.folder / "cache/_alllayers/L06").iterdir())
        data = bytearray(bundle.read_bytes())
        tiles = sorted(tiles_of(bundle))
        at = data.find(tiles_of(bundle)[tiles[1]])
        data[at + 60] ^= 0xff
        bundle.write_bytes(data)
        code, out, _ = self.run_tilewright("verify", "cache")
        self.assertEqual(code, 1)
        self.assertRegex(out, r"broken +_alllayers/L06/R0000C0000.bundle: tile 6/\d+/\d+: ")
        bundle.write_bytes(data[:-100])
        code, out, _ = self.run_tilewright("verify", "cache")
        self.assertIn("the bundle is cut off", out)
        bundle.write_bytes(data[:1000])
        self.check_fails(3, f"tilewright: 'cache/_alllayers/L06/{bundle.name}' is no bundle of a compact cache (version 2): it is cut off",
                         "verify", "cache")

    def conf(self, *changes):
        shutil.copytree(ESRI / "sample_cache", self.folder / "odd", dirs_exist_ok=True)
        path = self.folder / "odd/conf.xml"
        text = (ESRI / "sample_cache/conf.xml").read_text()
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new)
        path.write_text(text)

    def check_odd(self, message, *changes):
        self.conf(*changes)
        self.check_fails(2, f"tilewright: 'odd/conf.xml': {message}", "info", "odd")

    def test_caches_that_cannot_be_read(self):
        self.check_odd("caches of the kind 'esriMapCacheStorageModeCompact' cannot be read; exploded ones and those of bundles "
                       "(esriMapCacheStorageModeCompactV2) can", ("ModeCompactV2", "ModeCompact"))
        self.check_odd("tiles of 'LERC' cannot be read; PNG and JPEG can", (">JPEG<", ">LERC<"))
        self.check_odd("the resolution of level 3 is not half of that of level 2, so that its levels are no zooms of a pyramid",
                       ("19567.879240999919", "20000"))
        self.check_odd("TileCacheInfo/TileOrigin.X is no number", ("<X>-20037508.342787001</X>", "<X>west</X>"))
        self.check_odd("tiles must be square, of 1 to 16384 pixels", ("<TileRows>256", "<TileRows>512"))
        self.check_odd("levels do not count up from 0 or more", ("<LevelID>1</LevelID>", "<LevelID>7</LevelID>"))
        self.check_odd("levels go from 0 to 30, and there is one of 1e+300", ("<LevelID>0</LevelID>", "<LevelID>1e300</LevelID>"))
        self.check_odd("levels go from 0 to 30, and there is one of 99", ("<LevelID>0</LevelID>", "<LevelID>99</LevelID>"))
        self.check_odd("it says no SpatialReference that is known", ("<WKID>3857</WKID>", ""), ("<WKT>", "<WK>"), ("</WKT>", "</WK>"))

    def test_a_web_mercator_by_esris_name(self):
        self.conf(("<WKID>3857</WKID>", "<WKID>102100</WKID>"))
        self.assertIn("mercator (EPSG:3857)", self.must_run("info", "odd"))


if __name__ == "__main__":
    harness.main()
