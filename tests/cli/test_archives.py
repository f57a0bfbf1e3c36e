"""What commands say of PMTiles and MBTiles archives and do with them: info, verify, convert, serve."""
import json
import shutil
import sqlite3

import numpy as np

import archives
import harness
import preview
import runs
from test_mbtiles_read import Case
from test_pmtiles import Archive

OCEAN = archives.picture(np.full((3, 128, 128), 60))


class Info(Case):
    def test_of_pmtiles(self):
        tiles = {**self.pictures((0, 1)), **{(2, row, col): OCEAN for row in range(4) for col in range(4)}}
        self.save(tiles, leaf=3, metadata={"name": "a map", "attribution": "us"})
        size = (self.folder / "map.pmtiles").stat().st_size
        lines = self.must_run("info", "map.pmtiles").splitlines()
        self.assertRegex(lines[0], r"^map.pmtiles: PMTiles archive, 21 tiles, 6 of them different, [0-9.]+ kB$")
        self.assertEqual(lines[1:7], ["name       a map", "by         us", "format     PNG",
                                      "pyramid    mercator (EPSG:3857), tiles of 128 pixels",
                                      "bounds     -20037508.34 -20037508.34 20037508.34 20037508.34", "degrees    -180 -85.0511287 180 85.0511287"])
        told = json.loads(self.must_run("info", "map.pmtiles", "--json"))
        self.assertEqual({key: told[key] for key in ("kind", "archive", "format", "tiles", "contents", "bytes", "zoom_levels", "metadata", "degrees")},
                         {"kind": "archive", "archive": "PMTiles", "format": "PNG", "tiles": 21, "contents": 6, "bytes": size, "zoom_levels": [0, 2],
                          "metadata": {"name": "a map", "attribution": "us"}, "degrees": [-180, -85.0511287, 180, 85.0511287]})
        self.assertEqual(told["zooms"], [{"zoom": 0, "tiles": 1, "bytes": len(tiles[0, 0, 0])},
                                         {"zoom": 1, "tiles": 4, "bytes": sum(len(d) for p, d in tiles.items() if p[0] == 1)},
                                         {"zoom": 2, "tiles": 16, "bytes": len(OCEAN)}])

    def test_of_mbtiles(self):
        tiles = self.pictures((1,))
        self.save_mbtiles(tiles, description="of something")
        told = json.loads(self.must_run("info", "map.mbtiles", "--json"))
        self.assertEqual((told["archive"], told["tiles"], told["zooms"]),
                         ("MBTiles", 4, [{"zoom": 1, "tiles": 4, "bytes": sum(map(len, tiles.values()))}]))
        self.assertEqual(told["metadata"]["description"], "of something")
        self.assertIn("about      of something\n", self.must_run("info", "map.mbtiles"))

    def test_control_characters_do_not_reach_the_terminal(self):
        self.save(self.pictures((0,)), metadata={"name": "red \x1b[31m\nline", "attribution": "\u00a9 us"})
        self.assertIn("name       red  [31m line\nby         \u00a9 us\n", self.must_run("info", "map.pmtiles"))
        self.save_mbtiles(self.pictures((0,)), format="p\x1bng")
        code, out, _ = self.run_tilewright("verify", "map.mbtiles")
        self.assertEqual((code, out.splitlines()[0]), (1, "broken   map.mbtiles: its metadata says the format 'p?ng', which is none of png, jpg and webp"))

    def test_a_layer_of_an_archive(self):
        self.save(self.pictures((0,)))
        self.check_fails(2, "tilewright: --layer is for files of features; 'map.pmtiles' is an archive of tiles", "info", "map.pmtiles", "--layer", "a")


class Checks(Case):
    def verify(self, name="map.pmtiles", *arguments):
        """The exit code and the faults; the summary's numbers agree with them."""
        code, out, err = self.run_tilewright("verify", name, "--json", *arguments)
        self.assertEqual(err, "")
        events = [json.loads(line) for line in out.splitlines()]
        faults = [(event["path"], event["reason"]) for event in events if event["event"] == "fault"]
        self.assertEqual(events[-1]["broken"], len(faults))
        self.read = events[-1]["read"]
        return code, faults

    def check(self, wanted, name="map.pmtiles"):
        self.assertEqual(self.verify(name), (1, wanted))

    def check_whole(self, message, tiles=None, **more):
        self.save(tiles or self.pictures((0, 1, 2)), **more)
        self.check([("map.pmtiles", message)])


class Verify(Checks):
    def test_a_sound_archive(self):
        tiles = self.pictures((0, 1, 2))
        for more in ({}, {"leaf": 3}, {"internal": 1}, {"tiles": 0, "entries": 0, "contents": 0}):
            if "entries" in more:
                self.save(tiles)
                data = bytearray((self.folder / "map.pmtiles").read_bytes())
                data[72:96] = bytes(24)
                (self.folder / "map.pmtiles").write_bytes(data)
            else:
                self.save(tiles, **more)
            self.assertEqual(self.verify(), (0, []))
            self.assertEqual(self.read, 21)
        self.assertRegex(self.must_run("verify", "map.pmtiles"), r"^map.pmtiles: 21 tiles read, [0-9.]+ kB, [0-9.]+ s: all is well\n$")

    def test_ours_and_those_of_others_are_sound(self):
        for path in ("made.pmtiles", "made.mbtiles"):
            self.config("make.yaml", pyramid={"tile_size": 256}, zoom_levels={"min": 3, "max": 5}, baselevels={"min": 5},
                        output={"path": path, "metatiling": None})
            self.must_execute(config="make.yaml")
            self.assertEqual(self.verify(path), (0, []))
            self.assertEqual(self.verify("make.yaml"), (0, []))
        for name in ("byte_png", "byte_jpg", "byte_webp", "small_world_jpg", "unclustered"):
            self.assertEqual(self.verify(harness.ROOT / f"tests/data/pmtiles/{name}.pmtiles"), (0, []))

    def test_a_run_of_equal_tiles_is_decoded_once(self):
        self.save({(5, row, col): OCEAN for row in range(32) for col in range(32)})
        self.assertEqual(self.verify(), (0, []))
        self.assertEqual(self.read, 1)

    def test_counts(self):
        data = archives.pmtiles(self.pictures((0, 1)))
        for at, what in ((72, "addressed tiles"), (80, "entries"), (88, "contents")):
            (self.folder / "map.pmtiles").write_bytes(data[:at] + (9).to_bytes(8, "little") + data[at + 8:])
            self.check([("map.pmtiles", f"the header says 9 {what}, and there are 5")])

    def test_zooms_and_bounds(self):
        self.check_whole("the header says zooms 0 to 3, and there are tiles of 0 to 2", max_zoom=3)
        self.check_whole("the bounds that the header says (-180 -85.05113 0 85.05113) leave out tiles of zoom 2, which lie in rows 0 to 3 and "
                         "columns 0 to 3", east=0.0)
        self.check_whole("the bounds that the header says (-180 -85.05113 -190 85.05113) are none", east=-190.0)

    def test_the_place_of_the_root_directory(self):
        places = np.random.default_rng(2).choice(65536, 4000, replace=False)
        self.save({(8, int(n) // 256, int(n) % 256): OCEAN for n in places}, internal=1)
        code, faults = self.verify()
        self.assertEqual(code, 1)
        self.assertRegex(dict(faults)["map.pmtiles"], r"^the root directory of \d+ bytes ends at \d+, and readers ask for the first 16384 bytes only$")

    def test_clustering(self):
        tiles = self.pictures((1,))

        def turned(made):
            return [(a[0], a[1], b[2], b[3]) for a, b in zip(made, reversed(made))]

        self.save(tiles, entries=turned)
        self.check([("1/0/0", "the header says that tiles lie in the order of their ids (clustered), and this one does not")])
        self.save(tiles, entries=turned, clustered=0)
        self.assertEqual(self.verify(), (0, []))

    def test_places_of_tiles(self):
        self.save(self.pictures((1,)), entries=lambda made: [*made[:-1], (*made[-1][:3], 10 ** 9)], clustered=0)
        self.check([("1/0/1", "it lies outside of the section of tiles")])

    def test_leaves(self):
        self.save(self.pictures((0, 1, 2)), leaf=7)
        data = bytearray((self.folder / "map.pmtiles").read_bytes())
        leaves, size = (int.from_bytes(data[at:at + 8], "little") for at in (40, 48))
        data[leaves + size - 12] ^= 0xff
        (self.folder / "map.pmtiles").write_bytes(data)
        self.check([("map.pmtiles", "the leaf directory of id 14: it is not gzip")])
        self.assertEqual(self.read, 14, "what can be read is looked at")

    def test_ids_that_do_not_follow(self):
        tiles = self.pictures((1,))
        self.save(tiles, leaf=2, internal=1)
        data = bytearray((self.folder / "map.pmtiles").read_bytes())
        leaves = int.from_bytes(data[40:48], "little")
        self.assertEqual(data[leaves:leaves + 3], bytes([2, 1, 1]))
        data[leaves + 2] = 3  # ids 1 and 4; then 3 and 4
        (self.folder / "map.pmtiles").write_bytes(data)
        code, faults = self.verify()
        self.assertEqual(code, 1)
        self.assertIn(("1/1/1", "its id does not follow those before it in the directories"), faults)

    def test_broken_tiles(self):
        tiles = self.pictures((0, 1))
        tiles[1, 0, 1] = tiles[1, 0, 1][:-20]
        tiles[1, 1, 0] = archives.picture(np.zeros((3, 128, 128)), "JPEG")
        tiles[1, 1, 1] = archives.picture(np.zeros((3, 64, 64)))
        tiles[0, 0, 0] = b"hello"
        for save, name, says in ((self.save, "map.pmtiles", ""), (self.save_mbtiles, "map.mbtiles", "")):
            save(tiles)
            code, faults = self.verify(name)
            self.assertEqual(code, 1)
            self.assertEqual([path for path, _ in faults], ["0/0/0", "1/0/1", "1/1/0", "1/1/1"])
            self.assertEqual(faults[2][1], "it is jpg, and the archive says png")
            self.assertEqual(faults[3][1], "it has 64 x 64 pixels, not 128 x 128")

    def test_what_cannot_be_opened(self):
        whole = archives.pmtiles(self.pictures((0,)))
        (self.folder / "map.pmtiles").write_bytes(whole[:-1])
        code, faults = self.verify()
        self.assertEqual(code, 1)
        self.assertRegex(faults[0][1], r"^'map.pmtiles' is cut off: its tiles lie at \d+ to \d+, and it has \d+ bytes$")
        self.check_fails(2, "no file 'none.pmtiles'", "verify", "none.pmtiles")
        shutil.copy(harness.ROOT / "tests/data/pmtiles/vector.pmtiles", self.folder)
        self.check_fails(2, "tilewright: 'vector.pmtiles' holds vector tiles (MVT); PNG, JPEG and WebP can be read", "verify", "vector.pmtiles")

    def test_some_tiles(self):
        tiles = self.pictures((0, 1, 2))
        tiles[2, 3, 3] = b"hello"
        self.save(tiles)
        self.assertEqual(self.verify("map.pmtiles", "--zoom", "1"), (0, []))
        self.assertEqual(self.read, 4)
        self.assertEqual(self.verify("map.pmtiles", "--tile", "2", "3", "3")[0], 1)

    def test_what_it_does_not_do(self):
        self.save(self.pictures((0,)))
        self.check_fails(2, "tilewright: --repair makes what is broken anew, and 'map.pmtiles' does not say how: name the configuration instead, or make "
                            "a new archive of what can be read with 'tilewright convert'", "verify", "map.pmtiles", "--repair")
        self.check_fails(2, "tilewright: 'map.pmtiles' is one file: there are no orphans", "verify", "map.pmtiles", "--remove-orphans", "--force")

    def test_repair_makes_the_archive_of_a_configuration_anew(self):
        self.config("make.yaml", pyramid={"tile_size": 256}, zoom_levels={"min": 3, "max": 5}, baselevels={"min": 5},
                    output={"path": "map.pmtiles", "metatiling": None})
        self.must_execute(config="make.yaml")
        path = self.folder / "map.pmtiles"
        whole = path.read_bytes()
        path.write_bytes(whole[:-200] + bytes(200))
        self.assertEqual(self.verify("make.yaml")[0], 1)
        self.must_run("verify", "make.yaml", "--repair")
        self.assertEqual(path.read_bytes(), whole)


class VerifyMBTiles(Checks):
    def change(self, *statements, **metadata):
        self.save_mbtiles(self.pictures((0, 1)), **metadata)
        database = sqlite3.connect(self.folder / "map.mbtiles")
        for statement in statements:
            database.execute(statement)
        database.commit()
        database.close()

    def check_change(self, path, message, *statements, **metadata):
        self.change(*statements, **metadata)
        self.check([(path, message)], "map.mbtiles")

    def test_a_sound_one(self):
        self.change()
        self.assertEqual(self.verify("map.mbtiles"), (0, []))
        self.assertEqual(self.read, 5)

    def test_metadata(self):
        self.check_change("map.mbtiles", "its metadata has no 'name'", name=None)
        self.check_change("map.mbtiles", "its metadata has no 'format'", format=None)
        self.check_change("map.mbtiles", "its metadata says the format 'image/png', which is none of png, jpg and webp", format="image/png")
        self.check_change("map.mbtiles", "its metadata says zooms 0 to 7, and there are tiles of 0 to 1", maxzoom=7)
        self.check_change("map.mbtiles", "its metadata says the bounds 'all', which are none", bounds="all")
        self.check_change("map.mbtiles", "the bounds that its metadata says (10 20 30 40) leave out tiles of zoom 1, which lie in rows 0 to 1 and "
                                         "columns 0 to 1", bounds="10,20,30,40")

    def test_rows(self):
        self.check_change("map.mbtiles", "tile_column 2 and tile_row 0 are none of zoom_level 1", "INSERT INTO tiles VALUES (1, 2, 0, x'00')")
        self.check_change("map.mbtiles", "tile_column 0 and tile_row -1 are none of zoom_level 1", "INSERT INTO tiles VALUES (1, 0, -1, x'00')")
        self.check_change("1/0/1", "its row has no bytes", "UPDATE tiles SET tile_data = NULL WHERE zoom_level = 1 AND tile_column = 1 AND tile_row = 1")
        self.change("INSERT INTO tiles SELECT * FROM tiles WHERE zoom_level = 0")
        self.assertEqual(set(self.verify("map.mbtiles")[1]), {("0/0/0", "there is more than one row of it")})

    def test_a_damaged_database(self):
        self.change("CREATE INDEX places ON tiles (zoom_level, tile_column, tile_row)")
        path = self.folder / "map.mbtiles"
        data = bytearray(path.read_bytes())
        database = sqlite3.connect(path)
        (page,), (size,) = (database.execute(sql).fetchone() for sql in ("SELECT rootpage FROM sqlite_master WHERE name = 'places'", "PRAGMA page_size"))
        database.close()
        data[(page - 1) * size + 20:(page - 1) * size + size] = bytes(size - 20)
        path.write_bytes(data)
        code, faults = self.verify("map.mbtiles")
        self.assertEqual(code, 1)
        self.assertTrue(any(reason.startswith("the database is damaged: ") for _, reason in faults), faults)


class Convert(Case):
    def test_to_each_kind_of_output(self):
        tiles = self.pictures((0, 1, 2), size=256)
        self.save(tiles)
        self.save_mbtiles(tiles)
        for inp in ("map.pmtiles", "map.mbtiles"):
            out = inp[-7:]
            self.must_run("convert", inp, f"tiles{out}d", "--co", "layout=wmts")
            found = {(int(p.parts[-3]), int(p.parts[-2]), int(p.stem)): harness.read(p) for p in (self.folder / f"tiles{out}d").rglob("*.png")}
            self.assertEqual(set(found), set(tiles))
            for place, data in tiles.items():
                self.assertTrue(np.array_equal(found[place][:3], archives.decode(data)), place)
            self.must_run("convert", inp, f"new{out}.pmtiles")
            self.assertEqual(len(Archive(self.folder / f"new{out}.pmtiles").tiles()), 21)
            self.must_run("convert", inp, f"new{out}.mbtiles")
            self.assertEqual(json.loads(self.must_run("info", f"new{out}.mbtiles", "--json"))["tiles"], 21)
            self.must_run("convert", inp, f"new{out}.tif")
            self.assertTrue(np.array_equal(harness.read(self.folder / f"new{out}.tif")[:3, 256:512, 768:], archives.decode(tiles[2, 1, 3])))

    def test_a_part_of_it(self):
        self.save(self.pictures((0, 1, 2, 3), size=256))
        box = harness.tile_bounds(3, 2, 5)
        self.must_run("convert", "map.pmtiles", "part.pmtiles", "--zoom", "1,3", "--bounds", *map(str, box))
        told = json.loads(self.must_run("info", "part.pmtiles", "--json"))
        self.assertEqual(told["zoom_levels"], [1, 3])
        self.assertEqual([zoom["tiles"] for zoom in told["zooms"]], [1, 1, 1])

    def test_other_commands_take_it_as_one_file(self):
        self.save(self.pictures((0,)))
        for command in (("cp", "map.pmtiles", "copy"), ("rm", "map.pmtiles", "--all", "--force"), ("index", "map.pmtiles", "--txt")):
            self.check_fails(2, "'map.pmtiles' is one file, not a folder of tiles: copy it, remove it or use it as it is", *command)


class Serve(preview.Serve):
    def test_archives_are_layers(self):
        tiles = {(z, row, col): archives.picture(np.full((3, 128, 128), 20 + 9 * z + 5 * row + 3 * col))
                 for z in range(3) for row in range(2 ** z) for col in range(2 ** z)}
        (self.folder / "map.pmtiles").write_bytes(archives.pmtiles(tiles))
        Case.save_mbtiles(self, tiles, "other.mbtiles")
        self.serve("map.pmtiles", "other.mbtiles")
        layers = self.json("/layers.json")["layers"]
        self.assertEqual([(layer["id"], layer["kind"]) for layer in layers if not layer["of"]], [("map", "tiles"), ("other", "tiles")])
        for layer in ("map", "other"):
            for (z, row, col), data in tiles.items():
                if z == 2:
                    content = self.get(f"/layers/{layer}/{z}/{col}/{row}.png")
                    self.assertTrue(np.array_equal(archives.decode(content)[:3], archives.decode(data)), (z, row, col))


if __name__ == "__main__":
    harness.main()
