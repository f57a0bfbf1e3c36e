"""`verify` finds tiles that are missing, broken or orphaned, of every format; --repair and --remove-orphans put it right."""
import fcntl
import json
import os
import shutil
import signal
import subprocess

from osgeo import gdal

import harness
import runs

USAGE = "usage: tilewright verify TARGET [OPTIONS]"
POLYGONS = {"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"name": f"p{i}"}, "geometry": {
        "type": "Polygon", "coordinates": [[[1 + i, 50], [2 + i, 50], [2 + i, 51], [1 + i, 51], [1 + i, 50]]]}}
    for i in range(3)]}
PASS = """return process {
  inputs = { shapes = 'vector' },
  run = function(tile, input)
    return input.shapes:features()
  end,
}
"""


class Case(runs.Case):
    def verify(self, code, *arguments, target="out"):
        """Exit code and everything but the summary."""
        got, out, err = self.run_tilewright("verify", target, "--quiet", *arguments)
        self.assertEqual((got, err), (code, ""), out)
        return out.splitlines()

    def make(self, **changes):
        self.make_scene(tiles=2)
        self.config(**changes)
        self.must_execute("--quiet")
        self.assertEqual(self.verify(0), [])

    def path(self, name):
        return self.folder / "out" / name

    def change(self, name, how):
        path = self.path(name)
        path.write_bytes(how(path.read_bytes()))

    def check_broken(self, name, how, reason):
        """What is wrong with the tile once its bytes are changed; puts them back."""
        kept = self.path(name).read_bytes()
        self.change(name, how)
        found = self.verify(1)
        self.path(name).write_bytes(kept)
        self.assertEqual(len(found), 1, found)
        self.assertRegex(found[0], rf"\Abroken   {name}: {reason}\Z")


def cut(count):
    return lambda data: data[:-count]


def half(data):
    return data[:len(data) // 2]


def zeros(data):
    return half(data) + bytes(len(data) - len(data) // 2)


def flip(data):
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0xff]) + data[middle + 1:]


def nothing(_):
    return b""


class Formats(Case):
    TILE = "6/20/32"

    def other_picture(self, size, bands=4, dtype=gdal.GDT_Byte, driver="PNG"):
        made = gdal.GetDriverByName("MEM").Create("", size, size, bands, dtype)
        gdal.GetDriverByName(driver).CreateCopy(str(self.folder / "other"), made)
        return lambda _: (self.folder / "other").read_bytes()

    def test_png(self):
        self.make()
        tile = self.TILE + ".png"
        self.check_broken(tile, nothing, "the file is empty")
        self.check_broken(tile, half, "the file is cut off")
        self.check_broken(tile, cut(1), "the file is cut off")
        self.check_broken(tile, cut(12), "the file is cut off")
        self.check_broken(tile, flip, "the checksum of its part 'IDAT' is wrong")
        self.check_broken(tile, lambda data: data + b"more", "something follows the end of the picture")
        self.check_broken(tile, lambda _: b"no picture", "it is no PNG file")
        self.check_broken(tile, self.other_picture(64), "it has 64 x 64 pixels, not 128 x 128")
        self.check_broken(tile, self.other_picture(128, bands=3), "it has 3 bands, not 4")
        self.check_broken(tile, self.other_picture(128, dtype=gdal.GDT_UInt16), "its pixels are of type UInt16, not uint8")
        self.check_broken(tile, self.other_picture(128, bands=3, driver="JPEG"), "it is no PNG file")

    def test_sidecars(self):
        self.make()
        name = self.TILE + ".png.aux.xml"
        for how in (nothing, half):
            kept = self.path(name).read_bytes()
            self.change(name, how)
            self.assertEqual(self.verify(1), [f"broken   {self.TILE}.png: its sidecar (.aux.xml) is cut off"])
            self.path(name).write_bytes(kept)

    def test_gtiff(self):
        for options in ({"compress": "deflate"}, {"compress": "deflate", "blocksize": 64}, {"compress": "lzw"},
                        {"compress": None}):
            with self.subTest(options):
                shutil.rmtree(self.folder / "out", ignore_errors=True)
                self.make(output={"format": "GTiff", "dtype": "uint8", "bands": 3, **options})
                tile = self.TILE + ".tif"
                self.check_broken(tile, nothing, "the file is empty")
                self.check_broken(tile, half, "it cannot be decoded: TIFF.*")
                self.check_broken(tile, cut(1), "it cannot be decoded: TIFF.*")
                self.check_broken(tile, lambda data: data[:6], "it cannot be opened: .*")
                self.check_broken(tile, lambda _: b"no picture", "it is no GeoTIFF")
                self.check_broken(tile, self.other_picture(64, bands=3, driver="GTiff"), "it has 64 x 64 pixels, not 128 x 128")
                self.check_broken(tile, self.other_picture(128, bands=1, driver="GTiff"), "it has 1 band, not 3")
                self.check_broken(tile, self.other_picture(128, bands=3, dtype=gdal.GDT_Float32, driver="GTiff"),
                                  "its pixels are of type Float32, not uint8")
                self.check_broken(tile, lambda _: self.path("6/20/33.tif").read_bytes(),
                                  r"it lies at [\d.-]+ [\d.-]+, not at [\d.-]+ [\d.-]+")

    def test_a_deflated_tile_that_decodes_to_something_else(self):
        """libtiff does not look at the checksum behind the pixels."""
        self.make(output={"format": "GTiff", "dtype": "uint8", "bands": 3, "compress": "deflate", "blocksize": 128,
                          "interleave": "pixel"})
        name = self.TILE + ".tif"
        dataset = gdal.Open(str(self.path(name)))
        band = dataset.GetRasterBand(1)
        end = int(band.GetMetadataItem("BLOCK_OFFSET_0_0", "TIFF")) + int(band.GetMetadataItem("BLOCK_SIZE_0_0", "TIFF"))
        dataset = band = None
        self.check_broken(name, lambda data: data[:end - 300] + bytes(300) + data[end:], "the checksum of its pixels is wrong")

    def test_jpeg(self):
        self.make(output={"format": "JPEG", "nodata": None})
        tile = self.TILE + ".jpg"
        self.check_broken(tile, nothing, "the file is empty")
        self.check_broken(tile, half, "the file is cut off")
        self.check_broken(tile, cut(1), "the file is cut off")
        self.check_broken(tile, zeros, "the file is cut off")
        self.check_broken(tile, lambda data: half(data) + b"\xff\xd9", "it cannot be decoded: libjpeg: .*")
        self.check_broken(tile, lambda _: b"no picture", "it is no JPEG file")
        self.check_broken(tile, self.other_picture(64, bands=3, driver="JPEG"), "it has 64 x 64 pixels, not 128 x 128")
        self.check_broken(tile, self.other_picture(128, bands=1, driver="JPEG"), "it has 1 band, not 3")

    def test_webp(self):
        self.make(output={"format": "WebP", "nodata": None})
        tile = self.TILE + ".webp"
        self.check_broken(tile, nothing, "the file is empty")
        self.check_broken(tile, half, "the file is cut off")
        self.check_broken(tile, cut(2), "the file is cut off")
        self.check_broken(tile, lambda _: b"no picture", "it is no WebP file")
        self.check_broken(tile, lambda data: data[:30] + bytes(len(data) - 30), "it cannot be (opened|decoded).*")
        self.check_broken(tile, self.other_picture(64, bands=3, driver="WEBP"), "it has 64 x 64 pixels, not 128 x 128")

    def make_features(self, name, **output):
        self.write("shapes.geojson", json.dumps(POLYGONS))
        self.config(script=PASS, input={"inp": None, "shapes": "shapes.geojson"}, baselevels=None,
                    zoom_levels=6, output={"format": name, "nodata": None, **output,
                                           "schema": {"properties": {"name": "str"}, "geometry": "Polygon"}})
        self.must_execute("--quiet")
        self.assertEqual(self.verify(0), [])
        return str(sorted(path for path in self.path("6").rglob("*") if path.is_file())[0].relative_to(self.folder / "out"))

    def test_geojson(self):
        tile = self.make_features("GeoJSON")
        self.check_broken(tile, nothing, "the file is empty")
        self.check_broken(tile, half, r"malformed JSON in line \d+, column \d+: .*")
        self.check_broken(tile, lambda data: data.rstrip()[:-1], r"malformed JSON in line \d+, column \d+: .*")
        self.check_broken(tile, lambda _: b"[1, 2]", "it cannot be opened: .*")
        self.check_broken(tile, lambda _: b"no features", r"malformed JSON in line 1, column \d+: .*")

    def test_flatgeobuf(self):
        tile = self.make_features("FlatGeobuf")
        self.check_broken(tile, nothing, "the file is empty")
        self.check_broken(tile, half, "(it cannot be|[0-9]+ of its|it has no layer).*")
        self.check_broken(tile, cut(10), "(it cannot be|[0-9]+ of its|it has no layer).*")
        self.check_broken(tile, lambda data: data[:8], "it has no layer")
        self.check_broken(tile, lambda _: b"no features", "it is no FlatGeobuf file")

    def test_geopackage(self):
        tile = self.make_features("GPKG")
        self.check_broken(tile, nothing, "the file is empty")
        self.check_broken(tile, half, "the file is cut off")
        self.check_broken(tile, cut(1), "the file is cut off")
        self.check_broken(tile, zeros, "(it cannot be|the database is damaged).*")
        self.check_broken(tile, lambda _: b"no features", "it is no GeoPackage")
        self.check_broken(tile, lambda data: data[:60], "the file is cut off")


class Folder(Case):
    def test_the_summary(self):
        self.make()
        self.assertRegex(self.must_run("verify", "out"), r"\Aout: 7 tiles read, \d+ kB, \d+\.\d s: all is well\n\Z")
        self.assertRegex(self.must_run("verify", "run.yaml"), r"\Aout: 7 tiles read, \d+ kB, \d+\.\d s: all is well\n\Z")
        self.path("6/20/32.png").unlink()
        self.path("6/20/33.png").write_bytes(b"")
        self.path("6/1").mkdir()
        shutil.copy(self.path("6/21/32.png"), self.path("6/1/2.png"))
        before = self.stamps("out")
        code, out, _ = self.run_tilewright("verify", "out")
        self.assertEqual(code, 1)
        self.assertRegex(out, r"""\Amissing  6/20/32.png: it was written, and is not there
broken   6/20/33.png: the file is empty
orphan   6/1/2.png: no run has recorded it
out: 7 tiles read, \d+ kB, \d+\.\d s: 1 missing, 1 broken, 1 orphaned
\Z""")
        self.assertEqual(self.stamps("out"), before, "something was written")

    def test_json(self):
        self.make()
        self.path("6/20/32.png").unlink()
        code, out, _ = self.run_tilewright("verify", "out", "--json")
        told = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(code, 1)
        self.assertEqual(told[-2], {"event": "fault", "kind": "missing", "path": "6/20/32.png", "tile": [6, 20, 32], "count": 1,
                                    "metatile": [6, 10, 16], "reason": "it was written, and is not there"})
        self.assertEqual({k: told[-1][k] for k in ("event", "read", "missing", "broken", "orphaned", "signal")},
                         {"event": "summary", "read": 6, "missing": 1, "broken": 0, "orphaned": 0, "signal": 0})

    def test_part_of_the_tiles(self):
        self.make()
        for name in ("6/20/32.png", "6/21/33.png", "5/10/16.png"):
            self.path(name).unlink()
        missing = "missing  {}: it was written, and is not there"
        of_metatile = "missing  metatile 5/5/8: 1 tile was written, 0 are there"
        self.assertEqual(self.verify(1), [of_metatile, missing.format("6/20/32.png"), missing.format("6/21/33.png")])
        self.assertEqual(self.verify(1, "-z", "5"), [of_metatile])
        self.assertEqual(self.verify(0, "-z", "3,4"), [])
        one = [str(n) for n in harness.tile_bounds(6, 20, 32)]
        self.assertEqual(self.verify(1, "-z", "6", "-b", *one), [missing.format("6/20/32.png")])
        left, bottom, right, top = harness.tile_bounds(6, 21, 33)
        self.assertEqual(self.verify(1, "-z", "6", "-p", str((left + right) / 2), str((bottom + top) / 2)),
                         [missing.format("6/21/33.png")])
        self.assertEqual(self.verify(0, "-t", "6", "20", "33"), [])

    def test_metatiles_of_which_not_all_tiles_hold_data(self):
        array = runs.scene(2)
        array[:, :runs.TILE, :runs.TILE] = 0
        self.make_scene(tiles=2, array=array)
        self.config()
        self.must_execute("--quiet")
        self.assertEqual(self.verify(0), [])
        self.path("6/20/33.png").unlink()
        self.assertEqual(self.verify(1), ["missing  metatile 6/10/16: 3 tiles were written, 2 are there"])
        shutil.copy(self.path("6/21/33.png"), self.path("6/20/33.png"))
        shutil.copy(self.path("6/21/33.png"), self.path("6/20/32.png"))
        self.assertEqual(self.verify(1), ["orphan   metatile 6/10/16: 3 tiles were written, 4 are there"])
        self.assertEqual(self.run_tilewright("verify", "run.yaml", "--repair", "--quiet")[0], 0)
        self.assertFalse(self.path("6/20/32.png").exists())

    def test_what_no_tile_is_belongs_to_somebody_else(self):
        self.make()
        for name in ("notes.txt", "6/notes.txt", "6/20/32.jpg", "6/20/032.png"):
            self.path(name).write_text("mine")
        self.assertEqual(self.verify(0), [])

    def test_orphans(self):
        self.make()
        tile = self.path("6/20/32.png")
        for name in ("6/20/99.png.aux.xml", "6/20/40.png.12.tmp", ".tilewright/12.tmp", "6/70/1.png", "7/40/64.png"):
            self.path(name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(tile, self.path(name))
        self.assertEqual(self.verify(1), [
            "orphan   .tilewright/12.tmp: a run was writing it",
            "orphan   6/20/40.png.12.tmp: a run was writing it",
            "orphan   6/20/99.png.aux.xml: its tile is not there",
            "orphan   6/70/1.png: the grid has no such tile",
            "orphan   7/40/64.png: no run has recorded it"])

    def test_without_records_the_zooms_tell(self):
        self.make()
        shutil.rmtree(self.path(".tilewright"))
        self.path("6/20/32.png").unlink()
        self.path("6/20/32.png.aux.xml").unlink()
        self.assertEqual(self.verify(0), [], "nothing says that the tile was there")
        self.path("8/1").mkdir(parents=True)
        shutil.copy(self.path("6/20/33.png"), self.path("8/1/2.png"))
        self.assertEqual(self.verify(1), ["orphan   8/1/2.png: its zoom is none of the output"])

    def test_many_faults_are_not_all_told(self):
        self.make_scene(tiles=16)
        self.config(pyramid={"metatiling": 1}, zoom_levels=6)
        self.must_execute("--quiet")
        tiles = sorted(self.path("6").rglob("*.png"))
        for path in tiles[:105]:
            path.unlink()
        lines = self.verify(1)
        self.assertEqual((len(lines), lines[-1]), (101, "missing  ... and 5 more; --json tells all"))

    def test_after_a_run_that_was_killed(self):
        self.make_scene(tiles=32)
        self.config(pyramid={"metatiling": 1})
        run = self.start("--quiet", binary=harness.RELEASE)
        self.wait_until(lambda: runs.journal_lines(self.folder / "out") > 1, "something recorded")
        run.kill()
        self.end(run)
        _, out, _ = self.run_tilewright("verify", "out")
        self.assertNotRegex(out, "(?m)^(missing|broken)")
        self.must_execute("--quiet")
        self.assertEqual(self.verify(0), [])

    def test_the_same_for_any_number_of_threads(self):
        self.make()
        for path in self.path("6").rglob("*.png"):
            path.write_bytes(path.read_bytes()[:-3])
        self.assertEqual(self.verify(1, "-w", "1"), self.verify(1, "-w", "8"))

    def test_it_can_be_interrupted(self):
        self.make()
        tile = self.path("6/20/32.png").read_bytes()
        self.path("5/0").mkdir(parents=True)
        (self.folder / "one").write_bytes(tile)
        for row in range(30):
            self.path(f"9/{row}").mkdir(parents=True)
            for col in range(500):
                self.path(f"9/{row}/{col}.png").hardlink_to(self.folder / "one")
        verify = subprocess.Popen([harness.BINARY, "verify", "out"], cwd=self.folder, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, env={**os.environ, "LC_ALL": "C"})
        # the second thread is the one that waits for signals
        self.wait_until(lambda: len(os.listdir(f"/proc/{verify.pid}/task")) > 1, "a thread")
        verify.send_signal(signal.SIGINT)
        code, _, err = self.end(verify)
        self.assertEqual(code, 130, err)
        self.assertRegex(err, r"tilewright: interrupted after \d+ tiles; what was found so far is above\n\Z")

    def test_while_a_run_writes_it(self):
        self.make()
        with open(self.path(".tilewright/lock"), "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            lock.write("somewhere 4711 2026-01-01T12:00:00Z\n")
            lock.flush()
            self.check_fails(2, "tilewright: 'out' is being written by process 4711 on host 'somewhere' since 2026-01-01T12:00:00Z; "
                                "wait for it, or stop it", "verify", "out")

    def test_wrong_uses(self):
        self.make()
        self.write("plain/1/0/0.png", "mine")
        for message, arguments in (
                (f"tilewright: what? {USAGE}", []),
                (f"tilewright: 'b' is one too many; {USAGE}", ["out", "b"]),
                ("tilewright: unknown option '--repare'; did you mean '--repair'?", ["out", "--repare"]),
                ("tilewright: --force goes with --remove-orphans", ["out", "-f"]),
                ("tilewright: nothing was deleted: there is no terminal to ask on; --force deletes without asking",
                 ["out", "--remove-orphans"]),
                ("tilewright: --repair makes tiles anew, and 'out' does not say how: name the configuration instead",
                 ["out", "--repair"]),
                ("no folder 'none'", ["none"]),
                ("'plain' is no tile directory: it has no metadata.json", ["plain"]),
                ("'abfs://bucket/a' is not on this machine; tile directories are local folders, or lie in s3://, gs:// or az://", ["abfs://bucket/a"]),
                ("no folder 'none.tif'", ["none.tif"]),
                ("tilewright: 'scene.tif' is one file: all of it is read, not some tiles", ["scene.tif", "-z", "3"]),
                ("tilewright: 'scene.tif' is one file: there are no orphans", ["scene.tif", "--remove-orphans", "-f"])):
            with self.subTest(arguments):
                self.check_fails(2, message, "verify", *arguments)

    def test_a_folder_that_cannot_be_read(self):
        if os.geteuid() == 0:
            self.skipTest("root reads everything")
        self.make()
        self.path("6/20").chmod(0)
        self.addCleanup(self.path("6/20").chmod, 0o755)
        self.check_fails(3, "tilewright: cannot open 'out/6/20': Permission denied", "verify", "out")


class File(Case):
    def broken(self, data, name="dem.tif"):
        (self.folder / name).write_bytes(data)
        code, out, err = self.run_tilewright("verify", name, "--quiet")
        self.assertEqual((code, err), (1, ""), out)
        return out.splitlines()

    def test_every_block_is_read(self):
        array = runs.scene(2, bands=3, seed=4)
        for options in (("COMPRESS=DEFLATE", "TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64"), ("COMPRESS=DEFLATE",),
                        ("COMPRESS=LZW", "INTERLEAVE=BAND"), ()):
            with self.subTest(options):
                path = self.image("dem.tif", array, (0, 0, 20, 10), srs="EPSG:4326", options=options)
                self.assertRegex(self.must_run("verify", "dem.tif"),
                                 r"\Adem.tif: \d+ rows of blocks read, \d+ kB, \d+\.\d s: all is well\n\Z")
                data = path.read_bytes()
                for line in self.broken(data[:-1]) + self.broken(half(data)):
                    self.assertRegex(line, r"\Abroken   dem.tif: block \d+/\d+: it cannot be decoded: .")

    def test_masks_are_read_too(self):
        gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
        self.addCleanup(gdal.SetConfigOption, "GDAL_TIFF_INTERNAL_MASK", None)
        path = self.image("dem.tif", runs.scene(4, bands=1)[0], (0, 0, 20, 10), srs="EPSG:4326", options=("COMPRESS=DEFLATE",))
        dataset = gdal.Open(str(path), gdal.GA_Update)
        dataset.CreateMaskBand(gdal.GMF_PER_DATASET)
        dataset.GetRasterBand(1).GetMaskBand().Fill(255)
        dataset = None
        self.assertIn("all is well", self.must_run("verify", "dem.tif"))
        told = self.broken(path.read_bytes()[:-1])
        self.assertEqual(len(told), 1)
        self.assertRegex(told[0], r"\Abroken   dem.tif: block \d+/0 of the mask: it cannot be decoded: .")

    def test_overviews_are_read_too(self):
        path = self.image("dem.tif", runs.scene(4, bands=1)[0], (0, 0, 20, 10), srs="EPSG:4326", options=("COMPRESS=DEFLATE",))
        dataset = gdal.Open(str(path), gdal.GA_Update)
        dataset.BuildOverviews("NEAREST", [2, 4])
        dataset = None
        self.assertIn("all is well", self.must_run("verify", "dem.tif"))
        told = self.broken(path.read_bytes()[:-1])
        self.assertEqual(len(told), 1)
        self.assertRegex(told[0], r"\Abroken   dem.tif: block \d+/0 of overview 2: it cannot be decoded: .")

    def test_jpeg_in_a_geotiff(self):
        """libtiff hands the warnings of libjpeg on, and gray pixels."""
        path = self.image("dem.tif", runs.scene(4), (0, 0, 20, 10), srs="EPSG:4326",
                          options=("COMPRESS=JPEG", "PHOTOMETRIC=YCBCR", "TILED=YES"))
        self.assertIn("all is well", self.must_run("verify", "dem.tif"))
        dataset = gdal.Open(str(path))
        start, size = (int(dataset.GetRasterBand(1).GetMetadataItem(f"BLOCK_{what}_1_1", "TIFF")) for what in ("OFFSET", "SIZE"))
        dataset = None
        data, middle = path.read_bytes(), start + size // 2
        told = self.broken(data[:middle] + b"\xff\xd9" + bytes(start + size - middle - 2) + data[start + size:])
        self.assertEqual(len(told), 1)
        self.assertRegex(told[0], r"\Abroken   dem.tif: block 1/1: it cannot be decoded: JPEGLib:Corrupt JPEG data: premature end")

    def test_what_is_no_raster(self):
        self.write("text.tif", "hello")
        self.check_fails(2, "tilewright: 'text.tif' is not a raster", "verify", "text.tif")

    def test_the_single_file_of_a_configuration_is_made_anew(self):
        self.make_scene(tiles=2)
        self.config(zoom_levels=6, baselevels=None,
                    output={"path": "out.tif", "format": "GTiff", "metatiling": None, "dtype": "uint8", "bands": 3})
        self.check_fails(2, "tilewright: there is no 'out.tif' yet, the output of 'run.yaml': make it with "
                            "'tilewright execute run.yaml'", "verify", "run.yaml")
        self.must_execute("--quiet")
        whole = (self.folder / "out.tif").read_bytes()
        self.assertIn("all is well", self.must_run("verify", "run.yaml"))
        (self.folder / "out.tif").write_bytes(whole[:-100])
        self.assertTrue(self.verify(1, target="run.yaml"))
        self.assertIn("all is well", self.must_run("verify", "run.yaml", "--repair"))
        self.assertEqual((self.folder / "out.tif").read_bytes(), whole)
        (self.folder / "out.tif").unlink()
        self.must_run("verify", "run.yaml", "--repair")
        self.assertEqual((self.folder / "out.tif").read_bytes(), whole)


class Repair(Case):
    FAILED = json.dumps({"failed": [{"zoom": 6, "row": 12, "col": 18, "message": "no"}]})

    def setUp(self):
        super().setUp()
        self.make_scene(tiles=8)
        self.config()
        self.must_execute("--quiet")
        shutil.copytree(self.folder / "out", self.folder / "whole")

    def test_missing_and_broken_tiles_are_made_anew_and_nothing_else(self):
        self.path("6/20/32.png").unlink()
        self.path("6/26/38.png").write_bytes(b"")
        self.path("5/12/18.png").write_bytes(b"half")
        before = self.stamps("out")
        out = self.must_run("verify", "run.yaml", "--repair")
        self.assertRegex(out, r"(?s)1 missing, 2 broken\nout: \d+ metatiles made .*: all is well\n\Z")
        self.check_same_trees("out", "whole")
        after = self.stamps("out")
        self.assertEqual(after["6/20/36.png"], before["6/20/36.png"], "a tile that is well was made again")
        self.assertEqual(after["6/26/35.png"], before["6/26/35.png"])
        self.assertNotEqual(after["5/10/16.png"], before["5/10/16.png"], "the overview is made anew")

    def test_what_was_never_made_stays_so(self):
        shutil.rmtree(self.folder / "out")
        self.must_execute("--quiet", "-t", "6", "10", "16")
        self.path("6/20/32.png").write_bytes(b"")
        self.must_run("verify", "run.yaml", "--repair")
        self.assertEqual(sorted(name for name in self.tree("out") if name.startswith("6/")),
                         sorted(f"6/{row}/{col}.png{beside}" for row in (20, 21) for col in (32, 33) for beside in ("", ".aux.xml")))

    def test_the_list_of_failed_tiles_stays(self):
        self.path("failed.json").write_text(self.FAILED)
        self.path("6/20/32.png").unlink()
        self.must_run("verify", "run.yaml", "--repair")
        self.assertEqual(self.path("failed.json").read_text(), self.FAILED)

    def test_another_configuration_repairs_nothing(self):
        self.path("6/20/32.png").unlink()
        self.config(process_parameters={"gain": 2})
        code, _, err = self.run_tilewright("verify", "run.yaml", "--repair")
        self.assertEqual(code, 2)
        self.assertIn("'out' was made with another configuration or script", err)
        self.assertFalse(self.path("6/20/32.png").exists())

    def test_tiles_that_cannot_be_repaired(self):
        self.path("6/27/32.png").unlink()
        self.path("failed.json").write_text(self.FAILED)
        (self.folder / "scene.tif").write_bytes((self.folder / "scene.tif").read_bytes()[:-20000])
        code, out, err = self.run_tilewright("verify", "run.yaml", "--repair")
        self.assertEqual(code, 1, err)
        self.assertIn("missing  6/27/32.png", out)
        self.assertIn("1 metatile failed", err)
        tiles = [(t["zoom"], t["row"], t["col"]) for t in json.loads(self.path("failed.json").read_text())["failed"]]
        self.assertEqual(tiles, [(6, 12, 18), (6, 13, 16)])

    def test_problems_come_before_anything_is_read(self):
        (self.folder / "scene.tif").unlink()
        code, out, err = self.run_tilewright("verify", "run.yaml", "--repair")
        self.assertEqual((code, out), (2, ""))
        self.assertIn("cannot open 'scene.tif'", err)
        self.must_run("verify", "run.yaml")

    def test_outputs_without_records(self):
        shutil.rmtree(self.path(".tilewright"))
        self.path("6/20/33.png").write_bytes(b"")
        self.must_run("verify", "run.yaml", "--repair")
        self.check_same_trees("out", "whole", hidden=False)


class Orphans(Case):
    def setUp(self):
        super().setUp()
        self.make()
        self.whole = self.tree("out", hidden=True)
        for name in ("6/20/99.png.aux.xml", "6/20/40.png.12.tmp", ".tilewright/12.tmp", "6/70/1.png", "7/40/64.png"):
            self.path(name).parent.mkdir(parents=True, exist_ok=True)
            self.path(name).write_bytes(self.path("6/20/32.png").read_bytes())

    def test_they_are_deleted_with_their_folders(self):
        out = self.must_run("verify", "out", "--remove-orphans", "-f")
        self.assertRegex(out, r"out: 5 files deleted, \d+\.?\d* kB\nout: 7 tiles read, .*: all is well\n\Z")
        self.assertEqual(self.tree("out", hidden=True), self.whole)
        self.assertFalse(self.path("7").exists())

    def test_what_is_not_ours_stays(self):
        (self.folder / "precious").mkdir()
        (self.folder / "precious/64.png").write_bytes(self.path("6/20/32.png").read_bytes())
        self.path("7/41").symlink_to(self.folder / "precious")
        self.path("7/40/65.png").symlink_to(self.folder / "precious/64.png")
        self.path("7/notes.txt").write_text("mine")
        self.must_run("verify", "out", "--remove-orphans", "-f")
        self.assertTrue((self.folder / "precious/64.png").exists())
        self.assertTrue(self.path("7/41").is_symlink() and self.path("7/40/65.png").is_symlink())
        self.assertTrue(self.path("7/notes.txt").exists())
        self.assertFalse(self.path("7/40/64.png").exists())

    def answer(self, answer):
        return self.answer_on_terminal(answer, "verify", "out", "--remove-orphans")

    def test_it_asks(self):
        for answer in ("n\n", "\n", "\x04"):
            code, shown = self.answer(answer)
            self.assertEqual(shown.count("orphan   "), 5, "told once")
            self.assertEqual(code, 1)
            self.assertRegex(shown, r"delete 5 orphans \(\d+\.?\d* kB\) below 'out'\? \[y/N\] ")
            self.assertIn("tilewright: nothing was deleted", shown)
            self.assertTrue(self.path("7/40/64.png").exists())
        code, shown = self.answer("y\n")
        self.assertEqual((code, self.tree("out", hidden=True)), (0, self.whole), shown)

    def test_together_with_repair(self):
        self.path("6/20/32.png").write_bytes(b"")
        out = self.must_run("verify", "run.yaml", "--remove-orphans", "-f", "--repair")
        self.assertIn("all is well", out)
        self.assertEqual(self.tree("out", hidden=True), self.whole)


if __name__ == "__main__":
    harness.main()
