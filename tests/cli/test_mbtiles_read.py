"""MBTiles archives as inputs: ours, GDAL's, those of others with a table or a view, and wrong ones."""
import json
import sqlite3

import numpy as np
from osgeo import gdal

import archives
import harness
import runs
from test_pmtiles_read import Case as Base

FLAT = "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)"
VIEW = """CREATE TABLE map (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_id TEXT);
CREATE TABLE images (tile_id TEXT PRIMARY KEY, tile_data BLOB);
CREATE VIEW tiles AS SELECT map.zoom_level AS zoom_level, map.tile_column AS tile_column, map.tile_row AS tile_row,
  images.tile_data AS tile_data FROM map JOIN images ON images.tile_id = map.tile_id"""


class Case(Base):
    def save_mbtiles(self, tiles, file="map.mbtiles", view=False, **metadata):
        """{(z, row from the north, col): bytes} as an archive; metadata: None leaves a key out."""
        (self.folder / file).unlink(missing_ok=True)
        database = sqlite3.connect(self.folder / file)
        database.executescript("CREATE TABLE metadata (name TEXT, value TEXT);" + (VIEW if view else FLAT))
        zooms = [z for z, _, _ in tiles]
        base = {"name": "made", "format": "png", "minzoom": min(zooms), "maxzoom": max(zooms), "bounds": "-180,-85.0511287,180,85.0511287"}
        database.executemany("INSERT INTO metadata VALUES (?, ?)",
                             [(k, str(v)) for k, v in {**base, **metadata}.items() if v is not None])
        for (z, row, col), data in tiles.items():
            place = (z, col, 2 ** z - 1 - row)
            if view:
                database.execute("INSERT OR IGNORE INTO images VALUES (?, ?)", (str(hash(data)), data))
                database.execute("INSERT INTO map VALUES (?, ?, ?, ?)", (*place, str(hash(data))))
            else:
                database.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", (*place, data))
        database.commit()
        database.close()


class Inputs(Case):
    def test_a_table_or_a_view(self):
        tiles = self.pictures((1, 2))
        tiles[2, 3, 3] = tiles[2, 0, 0]
        for view in (False, True):
            self.save_mbtiles(tiles, view=view)
            self.check_tiles(tiles, 2, inp="map.mbtiles")

    def test_ours_is_read_as_the_folder_with_the_same_tiles(self):
        for path in ("tiles", "map.mbtiles"):
            self.config("make.yaml", pyramid={"tile_size": 256}, zoom_levels={"min": 3, "max": 5}, baselevels={"min": 5},
                        output={"path": path, "metatiling": None})
            self.must_execute(config="make.yaml")
            self.config("use.yaml", input={"inp": {"path": path, "resampling": "bilinear"}}, pyramid={"grid": "geodetic", "tile_size": 128},
                        zoom_levels=[2, 5], baselevels=None, output={"path": f"of {path[:3]}"})
            self.must_execute("--workers", "3", config="use.yaml")
        one, other = self.tree("of til"), self.tree("of map")
        one.pop("metadata.json"), other.pop("metadata.json")
        self.assertGreater(len(one), 10)
        self.assertEqual(one, other)

    def test_gdals_archives_have_the_pixels_that_gdal_reads(self):
        for tile_format in ("PNG", "JPEG"):
            name = f"{tile_format}.mbtiles"
            gdal.Translate(str(self.folder / name), str(self.folder / "scene.tif"), format="MBTiles",
                           creationOptions=[f"TILE_FORMAT={tile_format}"]).BuildOverviews("AVERAGE", [2, 4])
            archive = gdal.Open(str(self.folder / name))
            wanted = archive.ReadAsArray()
            left, size, _, top, _, _ = archive.GetGeoTransform()
            bounds = [left, top - size * archive.RasterYSize, left + size * archive.RasterXSize, top]
            side = 2 * harness.HALF_MERCATOR / size / 256
            zoom = round(np.log2(side))
            info = json.loads(self.must_run("info", name, "--json"))
            self.assertEqual(info["zoom_levels"][1], zoom)
            out = self.use(name, zooms=zoom, size=256, bands=3 if tile_format == "JPEG" else 4, out=f"out{tile_format}", bounds=bounds)
            seen = gdal.Warp("", [str(p) for p in out.rglob("*.tif")], format="MEM", outputBounds=bounds, xRes=size, yRes=size).ReadAsArray()
            clear = wanted[3] > 0 if len(wanted) == 4 else np.full(wanted.shape[1:], True)
            self.assertGreater(clear.sum(), 100000)
            self.assertTrue(np.array_equal(seen[:3][:, clear], wanted[:3][:, clear]), tile_format)

    def test_what_is_still_in_the_log_is_read(self):
        """A writer that was killed, or is still open, has left a write-ahead log."""
        tiles = self.pictures((1,))
        self.save_mbtiles({(1, 0, 0): tiles[1, 0, 0]})
        database = sqlite3.connect(self.folder / "map.mbtiles")
        self.addCleanup(database.close)
        database.execute("PRAGMA journal_mode = WAL")
        for row, col in ((0, 1), (1, 0), (1, 1)):
            database.execute("INSERT INTO tiles VALUES (1, ?, ?, ?)", (col, 1 - row, tiles[1, row, col]))
        database.commit()
        self.assertTrue((self.folder / "map.mbtiles-wal").stat().st_size > 0)
        self.check_tiles(tiles, 1, inp="map.mbtiles")

    def test_odd_names(self):
        tiles = self.pictures((1,))
        self.save_mbtiles(tiles, "50% of #1? é.mbtiles")
        self.check_tiles(tiles, 1, inp="50% of #1? é.mbtiles")

    def test_nothing_is_left_beside_it(self):
        self.save_mbtiles(self.pictures((1,)))
        (self.folder / "map.mbtiles").chmod(0o444)
        before = sorted(p.name for p in self.folder.iterdir())
        self.must_run("info", "map.mbtiles")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), before)

    def test_a_format_that_is_not_said_or_is_wrong(self):
        tiles = self.pictures((1,))
        for said in (None, "image/png", "jpg"):
            self.save_mbtiles(tiles, format=said)
            self.check_tiles(tiles, 1, inp="map.mbtiles")

    def test_rows_that_no_zoom_has_are_left_out(self):
        tiles = self.pictures((1,))
        self.save_mbtiles(tiles)
        database = sqlite3.connect(self.folder / "map.mbtiles")
        database.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", [(1, 2, 0, b"x"), (1, 0, -1, b"x"), (40, 0, 0, b"x"), (1, 0, 0, None)])
        database.commit()
        database.close()
        self.check_tiles(tiles, 1, inp="map.mbtiles")
        self.assertEqual(json.loads(self.must_run("info", "map.mbtiles", "--json"))["zoom_levels"], [1, 1])


class Refused(Case):
    def check_odd(self, message, data=None):
        if data is not None:
            (self.folder / "odd.mbtiles").write_bytes(data)
        self.check_fails(2, f"tilewright: {message}", "info", "odd.mbtiles")

    def test_what_is_no_archive(self):
        self.check_fails(2, "tilewright: cannot open 'none.mbtiles': No such file or directory", "info", "none.mbtiles")
        self.check_odd("'odd.mbtiles' cannot be read: file is not a database", b"hello" * 100)
        self.check_odd("'odd.mbtiles' is no MBTiles archive: it has no table or view 'tiles'", b"")
        database = sqlite3.connect(self.folder / "odd.mbtiles")
        database.execute("CREATE TABLE tiles (a INTEGER)")
        database.commit()
        self.check_odd("'odd.mbtiles' cannot be read: no such column: tile_data")

    def test_what_is_damaged(self):
        self.save_mbtiles(self.pictures((0, 1, 2)), "odd.mbtiles")
        data = (self.folder / "odd.mbtiles").read_bytes()
        code, _, err = self.run_tilewright("info", "odd.mbtiles")
        self.assertEqual(code, 0, err)
        (self.folder / "odd.mbtiles").write_bytes(data[:len(data) // 2])
        code, _, err = self.run_tilewright("info", "odd.mbtiles")
        self.assertEqual((code, err), (2, "tilewright: 'odd.mbtiles' cannot be read: database disk image is malformed\n"))

    def test_tiles_that_cannot_be_read(self):
        self.save_mbtiles({(0, 0, 0): b"hello"}, "odd.mbtiles", format="avif")
        self.check_odd("'odd.mbtiles' holds tiles of an unknown kind; PNG, JPEG and WebP can be read")
        self.save_mbtiles({(0, 0, 0): b"hello"}, "odd.mbtiles")
        self.check_odd("'odd.mbtiles/0/0/0' cannot be decoded: it is no picture")
        self.save_mbtiles({(40, 0, 0): b"hello"}, "odd.mbtiles")
        self.check_odd("'odd.mbtiles' holds no tiles")
        self.save_mbtiles({(0, 0, 0): b"hello"}, "odd.mbtiles", format="pbf")
        self.config(input={"inp": {"format": "tile_directory", "path": "odd.mbtiles"}})
        self.check_execute_fails(2, "run.yaml:6:15: 'odd.mbtiles' holds vector tiles (pbf); PNG, JPEG and WebP can be read")

    def test_on_a_server(self):
        self.config(input={"inp": "http://127.0.0.1:1/map.mbtiles"})
        self.check_execute_fails(2, "run.yaml:4:12: '/vsicurl/http://127.0.0.1:1/map.mbtiles' is not on this machine; an MBTiles archive is read from "
                                    "local files only: copy it here first")


if __name__ == "__main__":
    harness.main()
