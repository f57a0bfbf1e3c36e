"""PMTiles archives as inputs: ours, those of GDAL and of go-pmtiles, and wrong ones."""
import functools
import http.server
import pathlib
import random
import shutil
import threading

import numpy as np

import archives
import harness
import runs
from test_pmtiles import Archive, tile_id

DATA = harness.ROOT / "tests/data/pmtiles"
SAMPLES = ("byte_png", "byte_jpg", "byte_webp", "small_world_jpg")


def tile_of(id):
    zoom = 0
    while (4 ** (zoom + 1) - 1) // 3 <= id:
        zoom += 1
    return next((zoom, row, col) for row in range(2 ** zoom) for col in range(2 ** zoom) if tile_id(zoom, col, row) == id)


class Ranges(http.server.SimpleHTTPRequestHandler):
    """A server of files that answers requests of ranges, as GDAL and browsers send them, and counts bytes."""

    def do_GET(self):
        path = pathlib.Path(self.translate_path(self.path))
        data = path.read_bytes() if path.is_file() else None
        if data is None:
            return self.send_error(404)
        first, last = 0, len(data) - 1
        wanted = self.headers.get("Range")
        if wanted:
            first, last = (int(n) if n else last for n in wanted.split("=")[1].split("-"))
            last = min(last, len(data) - 1)
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(last - first + 1))
        self.send_header("Accept-Ranges", "bytes")
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        self.end_headers()
        self.wfile.write(data[first:last + 1])
        self.server.sent += last - first + 1

    def log_message(self, *_):
        pass


class Case(runs.Case):
    def setUp(self):
        super().setUp()
        self.make_scene(4)

    def save(self, tiles, name="map.pmtiles", **more):
        (self.folder / name).write_bytes(archives.pmtiles(tiles, **more))
        return name

    def pictures(self, zooms=(0, 1, 2), size=128):
        """Another picture for each tile of some zooms."""
        y, x = np.mgrid[0:size, 0:size]
        return {(z, row, col): archives.picture([(x + y + 7 * z) % 256, (3 * x + 11 * row) % 256, (y + 5 * col) % 256])
                for z in zooms for row in range(2 ** z) for col in range(2 ** z)}

    def use(self, inp="map.pmtiles", zooms=2, size=128, out="read", bands=3, **changes):
        """A run on the archive that writes GeoTIFFs of metatiling 1; returns the folder."""
        self.config("read.yaml", input={"inp": inp}, pyramid={"tile_size": size, "metatiling": 1}, zoom_levels=zooms, baselevels=None,
                    output={"path": out, "format": "GTiff", "dtype": "uint8", "bands": bands, "metatiling": 1}, **changes)
        shutil.rmtree(self.folder / out, ignore_errors=True)
        self.must_execute(config="read.yaml")
        return self.folder / out

    def check_tiles(self, tiles, zoom, **more):
        """Every tile of a zoom has the pixels that GDAL decodes."""
        folder = self.use(zooms=zoom, out=f"read{zoom}", bands=max(len(archives.decode(data)) for data in tiles.values()), **more)
        wanted = {(z, row, col): data for (z, row, col), data in tiles.items() if z == zoom}
        self.assertGreater(len(wanted), 0)
        found = {(int(p.parent.name), int(p.stem)): harness.read(p) for p in (folder / str(zoom)).rglob("*.tif")}
        self.assertEqual(set(found), {(row, col) for _, row, col in wanted})
        for (_, row, col), data in wanted.items():
            pixels = archives.decode(data)
            if len(pixels) in (2, 4):
                pixels[:, pixels[-1] == 0] = 0  # nodata
            if len(pixels) < 3 <= len(found[row, col]):
                pixels = np.concatenate([pixels[[0, 0, 0]], pixels[1:]])
            self.assertTrue(np.array_equal(found[row, col][:len(pixels)], pixels), (zoom, row, col))


class Inputs(Case):
    def test_the_pixels_are_those_of_its_tiles(self):
        tiles = self.pictures()
        for name, more in {"packed": {}, "plain leaves": {"leaf": 4, "internal": 1},
                           "of a kind that is not said": {"kind": 0}}.items():
            with self.subTest(name):
                self.save(tiles, **more)
                for zoom in (0, 2):
                    self.check_tiles(tiles, zoom)

    def test_jpeg_and_webp(self):
        for driver, kind in (("JPEG", 3), ("WEBP", 4)):
            tiles = {place: archives.picture(archives.decode(data), driver) for place, data in self.pictures((1,)).items()}
            self.save(tiles, kind=kind)
            self.check_tiles(tiles, 1)

    def test_equal_tiles_are_read_in_each_of_their_places(self):
        one, other = (archives.picture(np.full((3, 128, 128), value)) for value in (50, 90))
        tiles = {(2, row, col): other if (row, col) == (1, 2) else one for row in range(4) for col in range(4)}
        self.save(tiles)
        self.assertEqual(len(Archive(self.folder / "map.pmtiles").entries), 3)
        self.check_tiles(tiles, 2)

    def test_tiles_that_are_not_there_are_nodata(self):
        tiles = {place: data for place, data in self.pictures((2,)).items() if place[1:] not in ((0, 0), (3, 2))}
        self.save(tiles)
        self.check_tiles(tiles, 2)

    def test_it_is_read_as_the_folder_with_the_same_tiles(self):
        """Zooms, another grid, pixels that are enlarged: the same bytes from both."""
        self.config("tiles.yaml", pyramid={"tile_size": 256}, zoom_levels={"min": 3, "max": 5}, baselevels={"min": 5}, output={"path": "tiles"})
        self.config("map.yaml", pyramid={"tile_size": 256}, zoom_levels={"min": 3, "max": 5}, baselevels={"min": 5},
                    output={"path": "map.pmtiles", "metatiling": None})
        for name in ("tiles.yaml", "map.yaml"):
            self.must_execute(config=name)
        for grid, zooms in (("geodetic", [2, 5]), ("mercator", [2, 7])):
            for inp in ("tiles", "map.pmtiles"):
                self.config("use.yaml", input={"inp": {"path": inp, "resampling": "bilinear"}}, pyramid={"grid": grid, "tile_size": 128}, zoom_levels=zooms,
                            baselevels=None, output={"path": f"{grid} of {inp[:3]}"})
                self.must_execute(config="use.yaml")
            one, other = self.tree(f"{grid} of til"), self.tree(f"{grid} of map")
            one.pop("metadata.json"), other.pop("metadata.json")
            self.assertGreater(len(one), 10)
            self.assertEqual(one, other)

    def test_any_number_of_workers_gives_the_same_bytes(self):
        self.save(self.pictures((0, 1, 2, 3)), leaf=5)
        for workers in ("1", "4"):
            self.config("read.yaml", input={"inp": "map.pmtiles"}, pyramid={"grid": "geodetic", "tile_size": 128}, zoom_levels=[0, 3], baselevels=None,
                        output={"path": f"out{workers}"})
            self.must_execute("--workers", workers, config="read.yaml")
        self.assertEqual(self.tree("out1"), self.tree("out4"))

    def test_the_named_format_and_its_options(self):
        tiles = self.pictures()
        self.save(tiles)
        self.check_tiles(tiles, 1, inp={"format": "tile_directory", "path": "map.pmtiles", "max_zoom": 1})
        self.config("read.yaml", input={"inp": {"path": "map.pmtiles", "min_zoom": 5}})
        self.check_execute_fails(2, "read.yaml:5:15: 'map.pmtiles' holds no tiles of zoom 5 to 30", config="read.yaml")

    def test_tiles_of_different_bands_are_one_raster(self):
        y, x = np.mgrid[0:128, 0:128]
        grey, clear = (x + y)[None], np.where(x > y, 255, 0)[None]
        colour = np.concatenate([grey, 2 * grey % 256, 3 * grey % 256])
        kinds = {(1, 0, 0): colour, (1, 0, 1): grey, (1, 1, 0): np.concatenate([colour, clear]), (1, 1, 1): np.concatenate([grey, clear])}
        tiles = {place: archives.picture(array) for place, array in kinds.items()}
        tiles[0, 0, 0] = archives.picture(np.concatenate([colour, clear]))
        self.save(tiles)
        folder = self.use(zooms=1, bands=4, process_parameters=None, script=runs.SCRIPT)
        for (_, row, col), array in kinds.items():
            wanted = np.concatenate([array if len(array) > 2 else array[[0, 0, 0]], np.full((1, 128, 128), 255)])[:4]
            if len(array) in (2, 4):
                wanted = np.concatenate([array[[0, 0, 0]] if len(array) == 2 else array[:3], clear])
                wanted[:, ~(x > y)] = 0
            self.assertTrue(np.array_equal(harness.read(folder / f"1/{row}/{col}.tif"), wanted), (row, col))

    def test_colours_among_grey_tiles_are_refused(self):
        tiles = {(1, 0, 0): archives.picture(np.full((1, 128, 128), 9)), (1, 1, 1): archives.picture(np.full((3, 128, 128), 9))}
        self.save(tiles)
        self.config("read.yaml", input={"inp": "map.pmtiles"}, pyramid={"tile_size": 128, "metatiling": 1}, zoom_levels=1, baselevels=None)
        code, _, err = self.execute(config="read.yaml")
        self.assertEqual(code, 1)
        self.assertIn("'map.pmtiles/1/1/1.png' has 3 bands of uint8; other tiles have 1 of uint8", err)

    def test_changes_are_followed(self):
        tiles = self.pictures((2,))
        self.save(tiles)
        self.use()
        tiles[2, 1, 1] = archives.picture(np.full((3, 128, 128), 200))
        self.save(tiles)
        self.must_execute("--update", config="read.yaml")
        self.assertTrue((harness.read(self.folder / "read/2/1/1.tif") == 200).all())


class OthersWriters(Case):
    def test_gdals_samples(self):
        for name in SAMPLES:
            with self.subTest(name):
                archive = Archive(DATA / f"{name}.pmtiles")
                tiles = {tile_of(id): data for id, data in archive.tiles().items()}
                for zoom in {z for z, _, _ in tiles}:
                    self.check_tiles(tiles, zoom, inp=str(DATA / f"{name}.pmtiles"), size=256)

    def test_an_archive_that_is_not_clustered(self):
        out = self.must_run("info", DATA / "unclustered.pmtiles")
        self.assertIn("PMTiles archive, 2 tiles, 2 of them different, 278 bytes\n", out)


class FromAServer(Case):
    def serve(self):
        handler = functools.partial(Ranges, directory=str(self.folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.sent = 0
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server, f"http://127.0.0.1:{server.server_port}"

    def test_only_what_is_needed_is_read(self):
        noise = np.random.default_rng(4)
        tiles = {(4, row, col): archives.picture(noise.integers(1, 255, (3, 128, 128))) for row in range(16) for col in range(16)}
        self.save(tiles, leaf=64)
        size = (self.folder / "map.pmtiles").stat().st_size
        server, url = self.serve()
        box = harness.tile_bounds(4, 5, 6)
        folder = self.use(inp=f"{url}/map.pmtiles", zooms=4, bounds=list(box))
        found = list(folder.rglob("*.tif"))
        self.assertEqual([p.name for p in found], ["6.tif"])
        self.assertTrue(np.array_equal(harness.read(found[0]), archives.decode(tiles[4, 5, 6])))
        self.assertGreater(size, 3000000)
        self.assertLess(server.sent, 300000)

    def test_what_is_not_there(self):
        _, url = self.serve()
        self.config("read.yaml", input={"inp": f"{url}/none.pmtiles"})
        code, _, err = self.execute(config="read.yaml")
        self.assertEqual(code, 2)
        self.assertRegex(err, r"^read.yaml:4:12: cannot open '/vsicurl/http://127.0.0.1:\d+/none.pmtiles': ")


class Refused(Case):
    def check_odd(self, message, data):
        (self.folder / "odd.pmtiles").write_bytes(data)
        self.check_fails(2, f"tilewright: {message}", "info", "odd.pmtiles")

    def made(self, **more):
        return archives.pmtiles(self.pictures((0, 1)), **more)

    def test_what_cannot_be_read(self):
        for path, what in (("byte_avif", "tiles of AVIF"), ("vector", "vector tiles (MVT)")):
            self.check_odd(f"'odd.pmtiles' holds {what}; PNG, JPEG and WebP can be read", (DATA / f"{path}.pmtiles").read_bytes())
        self.check_odd("'odd.pmtiles' holds vector tiles (MLT); PNG, JPEG and WebP can be read", self.made(kind=6))
        self.check_odd("'odd.pmtiles' holds tiles of an unknown kind; PNG, JPEG and WebP can be read", self.made(kind=99))
        self.check_odd("'odd.pmtiles': tiles compressed with gzip cannot be read", self.made(compression=2))
        for internal, name in ((3, "brotli"), (4, "zstd"), (0, "an unknown method"), (200, "an unknown method")):
            self.check_odd(f"'odd.pmtiles': directories compressed with {name} cannot be read; those of gzip, or not compressed, can",
                           self.made()[:97] + bytes([internal]) + self.made()[98:])
        self.check_odd("'odd.pmtiles' does not say what its tiles are, and they are none of PNG, JPEG and WebP",
                       archives.pmtiles({(0, 0, 0): b"hello"}, kind=0))
        self.check_odd("'odd.pmtiles/0/0/0' cannot be decoded: it is no picture", archives.pmtiles({(0, 0, 0): b"hello"}))
        self.check_odd("'odd.pmtiles/0/0/0' has 20 x 10 pixels, and tiles are square",
                       archives.pmtiles({(0, 0, 0): archives.picture(np.zeros((3, 10, 20)))}))

    def test_what_is_no_archive(self):
        whole = self.made()
        self.check_odd("'odd.pmtiles' is no PMTiles archive", b"")
        self.check_odd("'odd.pmtiles' is no PMTiles archive", b"PMTilez\x03" + whole[8:])
        self.check_odd("'odd.pmtiles' is a PMTiles archive of version 2, and version 3 can be read", b"PM\x02\x00" + bytes(600000))
        self.check_odd("'odd.pmtiles' is a PMTiles archive of version 4, and version 3 can be read", b"PMTiles\x04" + whole[8:])
        self.check_odd("'odd.pmtiles' is cut off: it has 100 bytes, and a header has 127", whole[:100])
        self.check_fails(2, "tilewright: cannot open 'none.pmtiles': No such file or directory", "info", "none.pmtiles")

    def test_what_is_cut_off(self):
        whole = self.made(leaf=2)
        self.assertEqual(len(whole), len(self.made(leaf=2)))
        self.check_odd(f"'odd.pmtiles' is cut off: its tiles lie at {len(whole) - self.data_size(whole)} to {len(whole)}, "
                       f"and it has {len(whole) - 1} bytes", whole[:-1])
        self.check_odd("'odd.pmtiles' is cut off: its metadata lie at 9223372036854775807 to 9223372036854775817, "
                       f"and it has {len(whole)} bytes", whole[:24] + (2 ** 63 - 1).to_bytes(8, "little") + (10).to_bytes(8, "little") + whole[40:])

    @staticmethod
    def data_size(whole):
        return int.from_bytes(whole[64:72], "little")

    def test_directories_that_are_wrong(self):
        def root(message, **more):
            self.check_odd(f"'odd.pmtiles': the root directory: {message}", self.made(**more))

        root("its ids do not ascend", entries=lambda made: [made[0], made[0], *made[1:]])
        root("runs of equal tiles overlap", entries=lambda made: [(made[0][0], 2, *made[0][2:]), *made[1:]])
        root("an entry has no bytes", entries=lambda made: [(0, 1, 0, 0), *made[1:]])
        root("an entry is larger than 4 GB", entries=lambda made: [(0, 1, 2 ** 32, 0), *made[1:]])
        root("an id is beyond those of zoom 30", entries=lambda made: [*made, (2 ** 64 // 3 + 1, 1, 1, 0)])
        root("an offset is too large", entries=lambda made: [(0, 1, 5, 2 ** 63 - 4), *made[1:]])
        root("it has no entries", entries=lambda made: [])
        root("it is cut off", internal=1, root_size=9)
        root("it is not gzip", root_size=30)
        whole = self.made(leaf=2)
        leaves = int.from_bytes(whole[40:48], "little")
        self.check_odd("'odd.pmtiles': the leaf directory of id 0: it is not gzip", whole[:leaves] + bytes(10) + whole[leaves + 10:])
        self.check_odd("'odd.pmtiles': the leaf directory of id 4: it lies outside of the section of leaves", self.made(leaf=2, leaves_size=70))
        self.check_odd("'odd.pmtiles': its metadata is no JSON object", self.made(metadata=[1]))

    def test_a_leaf_that_points_at_itself_does_not_end_the_program(self):
        packed = archives.directory([(0, 0, 5, 0)])
        self.assertEqual(len(packed), 5)
        data = archives.pmtiles(self.pictures((0,)), internal=1, leaf=1)
        root, leaves = (int.from_bytes(data[at:at + 8], "little") for at in (8, 40))
        size = int.from_bytes(data[16:24], "little")
        self.assertEqual(size, 5)
        data = data[:8] + leaves.to_bytes(8, "little") + data[16:leaves] + packed + data[leaves + 5:]
        self.check_odd("'odd.pmtiles': the leaf directory of id 0: it lies too deep among others", data)

    def test_tiles_outside_of_the_file(self):
        self.check_odd("'odd.pmtiles': the tile of id 0 lies outside of the section of tiles",
                       archives.pmtiles(self.pictures((0,)), entries=lambda made: [(0, 1, 10 ** 9, 0)]))

    def test_options_of_folders(self):
        self.save(self.pictures())
        self.config("read.yaml", input={"inp": {"path": "map.pmtiles", "grid": "geodetic", "tile_size": 128}})
        self.check_execute_fails(2, ["read.yaml:6:15: 'map.pmtiles' is an archive, which says itself how its tiles lie: remove 'grid'",
                                     "read.yaml:7:20: 'map.pmtiles' is an archive, which says itself how its tiles lie: remove 'tile_size'",
                                     "tilewright: 2 problems, nothing was done"],
                                 config="read.yaml")

    def test_damaged_bytes_never_end_in_a_crash(self):
        whole, chance = self.made(leaf=2, internal=1), random.Random(8)
        end = len(whole) - self.data_size(whole)
        for _ in range(25):
            data = bytearray(whole)
            for _ in range(chance.randint(1, 3)):
                data[chance.randrange(8, end)] = chance.randrange(256)
            (self.folder / "odd.pmtiles").write_bytes(data)
            code, _, err = self.run_tilewright("info", "odd.pmtiles")
            self.assertIn(code, (0, 2), err)
            self.assertNotIn("Sanitizer", err)


if __name__ == "__main__":
    harness.main()
