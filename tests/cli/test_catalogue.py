"""Catalogues of many rasters, as one mosaic and as a stack, compared with gdalbuildvrt and gdaltindex."""
import gzip
import json
import shutil
import subprocess

import numpy as np
from osgeo import gdal, ogr, osr

import harness

ogr.UseExceptions()
ZOOM, ROW, COL = 10, 300, 500
SIDE = 2 * harness.HALF_MERCATOR / (1 << ZOOM)
PIXEL = SIDE / 256
LEFT, TOP = -harness.HALF_MERCATOR + COL * SIDE, harness.HALF_MERCATOR - ROW * SIDE
CONFIG = """process: convert
input: {{inp: {inp}}}
pyramid: {{grid: mercator, metatiling: {metatiling}}}
zoom_levels: {zoom}
output: {{path: out, format: GTiff, dtype: uint16, bands: {bands}}}
"""
# file: west and north edge in pixels from the corner, size, pixel size, value, date in the name
SCENES = {"a_20230801": (20, 10, 200, 180, 1, 1000), "b_20230803": (120, 60, 250, 200, 1, 2000),
          "c_20230802": (200, 30, 100, 300, 1, 3000), "d_20230701": (10, 150, 150, 100, 2, 4000)}
NEWEST_FIRST = ["b_20230803", "c_20230802", "a_20230801", "d_20230701"]
PARQUET = gdal.GetDriverByName("Parquet")


def scene(col, row, width, height, size, value):
    """Pixels with a pattern and holes of nodata; bounds."""
    y, x = np.mgrid[0:height, 0:width]
    array = (value + (x * 7 + y * 13) % 500).astype("uint16")
    array[(x // 16 + y // 16) % 3 == 0] = 0
    left, top = LEFT + col * PIXEL, TOP - row * PIXEL
    return array, (left, top - height * size * PIXEL, left + width * size * PIXEL, top)


class Catalogue(harness.Case):
    def setUp(self):
        super().setUp()
        for name, place in SCENES.items():
            array, bounds = scene(*place)
            self.image(f"scenes/{name}.tif", array, bounds, nodata=0)

    def paths(self, names):
        return [f"scenes/{name}.tif" for name in names]

    def expected(self, names, zoom=ZOOM):
        """What gdalbuildvrt makes of files of which the first lies on top, on 2 x 2 tiles."""
        scale = 2 ** (zoom - ZOOM)
        bounds = (LEFT, TOP - 2 * SIDE, LEFT + 2 * SIDE, TOP)
        paths = [str(self.folder / path) for path in self.paths(reversed(names))]
        vrt = gdal.BuildVRT("/vsimem/all.vrt", paths, resolution="user", xRes=PIXEL, yRes=PIXEL, outputBounds=bounds,
                            resampleAlg="near")
        warped = gdal.Warp("", vrt, format="MEM", outputBounds=bounds, width=int(512 * scale), height=int(512 * scale),
                           resampleAlg="near")
        return warped.ReadAsArray()

    def read(self, inp, zoom=ZOOM, metatiling=1, bands=1):
        """The same 2 x 2 tiles as the program makes them."""
        self.write("use.yaml", CONFIG.format(inp=inp, zoom=zoom, metatiling=metatiling, bands=bands))
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        self.must_run("execute", "use.yaml", "--quiet")
        n = 2 << (zoom - ZOOM)
        whole = np.zeros((bands, n * 256, n * 256), "uint16")
        for path in (self.folder / "out" / str(zoom)).rglob("*.tif"):
            tile = harness.read(path)
            side = tile.shape[1]
            row, col = (int(path.parent.name) * side - ROW * (n // 2) * 256, int(path.stem) * side - COL * (n // 2) * 256)
            part = tile[:, max(-row, 0):, max(-col, 0):]
            row, col = max(row, 0), max(col, 0)
            part = part[:, :n * 256 - row, :n * 256 - col]
            whole[:, row:row + part.shape[1], col:col + part.shape[2]] = part
        return whole[0] if bands == 1 else whole

    def check(self, inp, names, **more):
        got, wanted = self.read(inp, **more), self.expected(names, more.get("zoom", ZOOM))
        self.assertTrue(np.array_equal(got, wanted), f"{inp}: {np.count_nonzero(got != wanted)} pixels differ")
        self.assertGreater(np.count_nonzero(got), 10000)

    def check_refused(self, message, inp):
        self.write("use.yaml", CONFIG.format(inp=inp, zoom=ZOOM, metatiling=1, bands=1))
        self.check_fails(2, message, "execute", "use.yaml", "--quiet")

    def tindex(self, name, *options, paths=None):
        subprocess.run(["gdaltindex", *options, name, *(paths or self.paths(SCENES))], cwd=self.folder, check=True,
                       capture_output=True)
        return name

    def set_fields(self, name, **fields):
        """Adds fields with a value for each feature."""
        dataset = ogr.Open(str(self.folder / name), 1)
        layer = dataset.GetLayer(0)
        for field, values in fields.items():
            layer.CreateField(ogr.FieldDefn(field, ogr.OFTString if isinstance(values[0], str) else ogr.OFTReal))
        for number, feature in enumerate(list(layer)):
            for field, values in fields.items():
                feature[field] = values[number]
            layer.SetFeature(feature)
        del feature, layer
        dataset = None

    def mosaicjson(self, name="mosaic.json", zoom=ZOOM, order=NEWEST_FIRST, **more):
        tiles = {}
        for row in range(2 << (zoom - ZOOM)):
            for col in range(2 << (zoom - ZOOM)):
                r, c = (ROW << (zoom - ZOOM)) + row, (COL << (zoom - ZOOM)) + col
                key = "".join(str((r >> i & 1) * 2 + (c >> i & 1)) for i in reversed(range(zoom)))
                tiles[key] = [f"{name}.tif" for name in order]
        document = {"mosaicjson": "0.0.3", "minzoom": zoom, "maxzoom": zoom + 4, "asset_prefix": "scenes/", "tiles": tiles}
        document.update(more)
        path = self.folder / name
        opener = gzip.open if name.endswith(".gz") else open
        with opener(path, "wt") as file:
            json.dump({key: value for key, value in document.items() if value is not None}, file)
        return name

    def last_on_top(self):
        return sorted(SCENES, reverse=True)

    def test_folders_patterns_and_lists_lie_as_gdalbuildvrt_lays_them(self):
        self.write("list.txt", "# two by two\n" + "\n".join(self.paths(SCENES)) + "\n\n")
        self.write("scenes/notes.txt", "no raster")
        for inp in ("scenes", "'scenes/*.tif'", "'**/?_*.tif'", "'sc[a-z]nes/*_2023*.tif'", "list.txt",
                    "{format: catalogue, path: scenes}",
                    "{path: [%s]}" % ", ".join(self.paths(SCENES)), "{path: ['scenes/[ab]*', scenes/c_20230802.tif, 'scenes/d*']}"):
            self.check(inp, self.last_on_top())
        self.check(self.folder / "scenes", self.last_on_top())

    def test_enlarged_and_in_other_metatiles_it_is_the_same(self):
        self.check("scenes", self.last_on_top(), zoom=ZOOM + 1)
        for metatiling in 2, 8:
            self.check("scenes", self.last_on_top(), metatiling=metatiling)

    def test_every_order_puts_another_file_on_top(self):
        for order, names in {"first": list(SCENES), "last": self.last_on_top(), "newest": NEWEST_FIRST,
                             "oldest": NEWEST_FIRST[::-1], "name": list(SCENES)}.items():
            self.check(f"{{format: catalogue, path: scenes, order: {order}}}", names)
        finest = ["c_20230802", "b_20230803", "a_20230801", "d_20230701"]
        self.check("{format: catalogue, path: scenes, order: finest}", finest)

    def test_dates_leave_files_out(self):
        self.check("{format: catalogue, path: scenes, start: 2023-08-01, end: 2023-08-02}", ["c_20230802", "a_20230801"])
        self.check_refused("use.yaml:2:14: no scenes are left for input 'inp': of 4, start and end leave out 4, max_cloud_cover 0",
                           "{format: catalogue, path: scenes, start: 2024}")

    def test_indexes_of_gdaltindex_are_read(self):
        for name, driver in (("index.gpkg", "GPKG"), ("index.geojson", "GeoJSON"), ("index.shp", "ESRI Shapefile")):
            self.tindex(name, "-f", driver)
            self.check(f"{{format: catalogue, path: {name}, order: name}}", list(SCENES))
        self.check("{format: catalogue, path: index.gpkg}", self.last_on_top())
        gdal.VectorTranslate(str(self.folder / "index.fgb"), str(self.folder / "index.gpkg"), format="FlatGeobuf")
        self.check("{format: catalogue, path: index.fgb, order: name}", list(SCENES))

    def test_an_index_in_another_crs_shows_the_same(self):
        self.tindex("index.gpkg", "-f", "GPKG", "-t_srs", "EPSG:4326", "-src_srs_name", "src_srs")
        self.check("{format: catalogue, path: index.gpkg}", self.last_on_top())

    def test_an_index_is_ordered_by_its_fields(self):
        self.tindex("index.gpkg", "-f", "GPKG", "-tileindex", "where")
        self.set_fields("index.gpkg", cloud=[40.0, 5.0, 30.0, 1.0], seen=["2023-01-04", "2023-01-01", "2023-01-03", "2023-01-02"])
        by_cloud = ["d_20230701", "b_20230803", "c_20230802", "a_20230801"]
        fixed = "format: catalogue, path: index.gpkg, location_field: where"
        self.check(f"{{{fixed}, order: cloud}}", by_cloud)
        self.check(f"{{{fixed}, order: -cloud}}", by_cloud[::-1])
        by_date = ["a_20230801", "c_20230802", "d_20230701", "b_20230803"]
        self.check(f"{{{fixed}, order: -seen}}", by_date)
        self.check(f"{{{fixed}, order: newest, date_field: seen}}", by_date)
        self.check(f"{{{fixed}, date_field: seen, start: 2023-01-03}}", ["c_20230802", "a_20230801"])

    def test_a_gti_says_itself_how_it_is_read(self):
        self.tindex("index.gti.gpkg", "-f", "GPKG", "-tileindex", "where")
        self.set_fields("index.gti.gpkg", rank=[3.0, 1.0, 4.0, 2.0])
        by_rank = ["c_20230802", "a_20230801", "d_20230701", "b_20230803"]
        self.write("index.gti", "<GDALTileIndexDataset><IndexDataset>index.gti.gpkg</IndexDataset><LocationField>where"
                   "</LocationField><SortField>rank</SortField><SortFieldAsc>true</SortFieldAsc>"
                   "<Filter>rank > 1</Filter></GDALTileIndexDataset>")
        self.check("index.gti", by_rank[:3])
        dataset = ogr.Open(str(self.folder / "index.gti.gpkg"), 1)
        for key, value in (("LOCATION_FIELD", "where"), ("SORT_FIELD", "rank"), ("SORT_FIELD_ASC", "NO")):
            dataset.GetLayer(0).SetMetadataItem(key, value)
        dataset = None
        self.check("{format: catalogue, path: index.gti.gpkg}", by_rank[::-1])

    def test_mapchetes_index_of_tiles_is_read(self):
        wanted = self.read("scenes")
        shutil.move(self.folder / "out", self.folder / "tiles")
        features = []
        for path in sorted((self.folder / "tiles").rglob("*/*/*.tif")):
            row, col = int(path.parent.name), int(path.stem)
            left, bottom, right, top = harness.tile_bounds(ZOOM, row, col)
            features.append({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [
                [[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]]},
                "properties": {"tile_id": f"TileIndex(zoom={ZOOM}, row={row}, col={col})", "zoom": ZOOM, "row": row, "col": col,
                               "location": str(path)}})
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
        self.write(f"{ZOOM}.geojson", json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))
        self.assertTrue(np.array_equal(self.read(f"{{format: catalogue, path: {ZOOM}.geojson}}"), wanted))

    def test_every_mosaicjson_lays_the_first_on_top(self):
        for version, name in (("0.0.1", "one.json"), ("0.0.2", "two.json"), ("0.0.3", "three.json.gz")):
            self.mosaicjson(name, mosaicjson=version, tilematrixset={"id": "WebMercatorQuad"} if version == "0.0.3" else None)
            self.check(name, NEWEST_FIRST)
            self.check(f"{{format: catalogue, path: {name}, order: oldest}}", NEWEST_FIRST[::-1])
        self.mosaicjson(zoom=ZOOM + 2, minzoom=5, quadkey_zoom=ZOOM + 2)
        for zoom in ZOOM, ZOOM + 1:
            self.check("mosaic.json", NEWEST_FIRST, zoom=zoom)

    def test_each_cell_of_a_mosaicjson_has_its_own_order(self):
        document = json.loads((self.folder / self.mosaicjson()).read_text())
        keys = list(document["tiles"])
        document["tiles"][keys[0]] = document["tiles"][keys[0]][::-1]
        del document["tiles"][keys[3]]
        self.write("mosaic.json", json.dumps(document))
        got, newest, oldest = self.read("mosaic.json"), self.expected(NEWEST_FIRST), self.expected(NEWEST_FIRST[::-1])
        self.assertTrue(np.array_equal(got[:256, :256], oldest[:256, :256]))
        self.assertTrue(np.array_equal(got[:256, 256:], newest[:256, 256:]))
        self.assertEqual(np.count_nonzero(got[256:, 256:]), 0)

    def test_files_may_have_other_crs_and_types(self):
        for path in (self.folder / "scenes").glob("[bcd]*"):
            path.unlink()
        alone = self.read("scenes/a_20230801.tif")
        array = np.full((300, 300), 9, "uint8")
        array[:, :150] = 0
        self.image("scenes/z.tif", array, (-4.15, 59.3, -3.6, 59.5), "EPSG:4326", nodata=0)
        z_alone = self.read("scenes/z.tif")
        both = self.read("{format: catalogue, path: scenes, order: name}")
        self.assertTrue(np.array_equal(both, np.where(alone != 0, alone, z_alone)))
        self.assertGreater(np.count_nonzero(both != alone), 100)

    def test_a_stack_has_a_scene_for_each_file(self):
        self.write("process.lua", """return process {
  inputs = { s = 'stack' },
  output = { bands = { 'oldest' }, dtype = 'uint16', nodata = 0 },
  run = function(tile, input)
    local list = {}
    for scene in input.s:each() do list[#list + 1] = scene end
    return raster.first(list)
  end,
}
""")
        self.tindex("index.gpkg", "-f", "GPKG")
        self.mosaicjson()
        for path in "scenes", "'scenes/*'", "index.gpkg", "mosaic.json":
            for inp in (f"{{format: stack, path: {path}, order: oldest}}", f"{{path: {path}, order: oldest}}"):
                self.write("use.yaml", CONFIG.replace("convert", "process.lua").replace("inp:", "s:")
                           .format(inp=inp, zoom=ZOOM, metatiling=2, bands=1))
                shutil.rmtree(self.folder / "out", ignore_errors=True)
                self.must_run("execute", "use.yaml", "--quiet")
                got = harness.read(next((self.folder / "out").rglob(f"{ZOOM}/*/*.tif")))[0]
                self.assertTrue(np.array_equal(got, self.expected(NEWEST_FIRST[::-1])), inp)

    def test_wrong_paths_are_refused(self):
        self.check_refused("use.yaml:2:14: no files match 'none/*.tif'", "'none/*.tif'")
        (self.folder / "empty").mkdir()
        self.check_refused("use.yaml:2:14: the folder 'empty' holds no rasters", "empty")
        self.check_refused("use.yaml:2:40: cannot open 'none': No such file or directory", "{format: catalogue, path: none}")
        self.check_refused("use.yaml:2:40: 'scenes/a_20230801.tif' is no catalogue; it must be a folder, a pattern such as "
                           "'x/*.tif', a list of paths, a text file of paths, a tile index or a MosaicJSON",
                           "{format: catalogue, path: scenes/a_20230801.tif}")
        self.check_refused("use.yaml:2:14: input 'inp' needs a path", "{format: catalogue}")
        self.write("list.txt", "scenes/a_20230801.tif\nscenes/none.tif\n")
        self.check_refused("use.yaml:2:14: cannot open 'scenes/none.tif': No such file or directory", "list.txt")
        self.write("list.txt", "\n# nothing\n")
        self.check_refused("use.yaml:2:40: 'list.txt' lists no files", "{format: catalogue, path: list.txt}")
        self.write("items.json", json.dumps({"type": "FeatureCollection", "features": []}))
        self.check_refused("use.yaml:2:45: 'items.json' is no raster; a list holds rasters, folders of them and patterns, and "
                           "anything else stands alone", "{path: [scenes/a_20230801.tif, items.json]}")
        self.write("scenes/broken.tif", "no TIFF")
        self.check_refused("use.yaml:2:14: 'scenes/broken.tif' is not a raster", "scenes")

    def test_wrong_options_are_refused(self):
        self.check_refused("use.yaml:2:55: unknown order 'newset'; did you mean 'newest'? (known: first, last, newest, oldest, "
                           "finest, name)", "{format: catalogue, path: scenes, order: newset}")
        self.check_refused("use.yaml:2:48: unknown key 'sort'; did you mean 'start'?",
                           "{format: catalogue, path: scenes, sort: newest}")
        self.check_refused("use.yaml:2:56: unknown band 'red'; known: band1", "{format: catalogue, path: scenes, bands: [red]}")
        array, bounds = scene(*SCENES["a_20230801"])
        self.image("scenes/three.tif", np.stack([array] * 3), bounds)
        self.image("three/three.tif", np.stack([array] * 3), bounds)
        self.image("three/z_one.tif", array, bounds)
        self.check("{format: catalogue, path: scenes, bands: [1], order: first}", list(SCENES))
        self.check_refused("use.yaml:2:14: 'three/z_one.tif' has no band for 'band2': it has 1 band, and 'three/three.tif' has 3",
                           "three")

    def test_broken_indexes_are_refused(self):
        self.tindex("index.gpkg", "-f", "GPKG", "-tileindex", "where")
        self.check_refused("use.yaml:2:40: 'index.gpkg' has no field that names files; say which one with location_field"
                           "; its fields: where", "{format: catalogue, path: index.gpkg}")
        self.check_refused("use.yaml:2:40: 'index.gpkg' has no field 'cloud'; its fields: where",
                           "{format: catalogue, path: index.gpkg, location_field: where, order: cloud}")
        self.set_fields("index.gpkg", day=["2023-01-01", "soon", "", "2023"])
        self.check_refused("use.yaml:2:40: 'index.gpkg': feature 2 has 'soon' in day, which is not a date, such as 2023-08-15",
                           "{format: catalogue, path: index.gpkg, location_field: where, date_field: day}")
        self.write("index.parquet", "PAR1")
        if PARQUET is None:
            self.check_refused("use.yaml:2:40: cannot open 'index.parquet': this GDAL has no driver for Parquet; make a GeoPackage "
                               "of it where there is one: ogr2ogr index.gpkg 'index.parquet'",
                               "{format: catalogue, path: index.parquet}")
        self.write("index.gti", "<GDALTileIndexDataset/>")
        self.check_refused("use.yaml:2:14: 'index.gti' names no index: it has no element IndexDataset", "index.gti")

    def test_broken_mosaicjsons_are_refused(self):
        what = "use.yaml:2:14: 'mosaic.json' is no valid MosaicJSON: "
        for change, message in (({"minzoom": None}, what + "minzoom and maxzoom must be whole numbers"),
                                ({"minzoom": 12, "maxzoom": 11}, what + "minzoom is more than maxzoom"),
                                ({"tiles": None}, what + "it has no 'tiles'"),
                                ({"tiles": {}}, what + "it names no files"),
                                ({"tiles": {"0123x": []}}, what + "'0123x' is no quadkey of zoom 10"),
                                ({"tiles": {"0123012301": "a.tif"}}, what + "tiles['0123012301'] must be a list of files"),
                                ({"mosaicjson": "1.0"}, "use.yaml:2:14: 'mosaic.json' is a MosaicJSON of version '1.0'; known are "
                                 "0.0.1, 0.0.2 and 0.0.3"),
                                ({"tilematrixset": {"id": "NZTM2000Quad"}}, "use.yaml:2:14: 'mosaic.json' has quadkeys of the grid "
                                 "'NZTM2000Quad'; only those of WebMercatorQuad are read")):
            self.mosaicjson(**change)
            self.check_refused(message, "mosaic.json")

    def test_a_file_that_is_missing_fails_the_tiles_that_need_it(self):
        self.tindex("index.gpkg", "-f", "GPKG")
        (self.folder / "scenes/b_20230803.tif").unlink()
        self.write("use.yaml", CONFIG.format(inp="{format: catalogue, path: index.gpkg}", zoom=ZOOM, metatiling=1, bands=1))
        code, _, err = self.run_tilewright("execute", "use.yaml", "--quiet")
        self.assertEqual(code, 1)
        self.assertIn("cannot open 'scenes/b_20230803.tif': No such file or directory", err)

    def test_the_example_shows_the_least_cloudy_scene(self):
        for path in ("examples/catalogue", "examples/cloudless/sentinel2"):
            shutil.copytree(harness.ROOT / path, self.folder / path, ignore=shutil.ignore_patterns("out"))
        folder = self.folder / "examples/catalogue"
        config = (folder / "catalogue.yaml").read_text()
        index = json.loads((folder / "scenes.geojson").read_text())["features"]
        best = sorted((feature["properties"] for feature in index), key=lambda scene: scene["cloud"])
        self.must_run("execute", "catalogue.yaml", "--quiet", cwd=folder)
        shown = harness.mosaic(folder / "out", 11, "png")[0]
        lists = {"listed": "[%s]" % ", ".join(scene["location"] for scene in best), "pattern": "'../cloudless/sentinel2/*/B04.tif'"}
        for name, path in lists.items():
            (folder / f"{name}.yaml").write_text(config.replace("scenes.geojson", path).replace("order: cloud", "order: first")
                                                 .replace("path: out", f"path: {name}"))
            self.must_run("execute", f"{name}.yaml", "--quiet", cwd=folder)
        self.assertTrue(np.array_equal(harness.mosaic(folder / "listed", 11, "png")[0], shown))
        self.assertFalse(np.array_equal(harness.mosaic(folder / "pattern", 11, "png")[0], shown))


if __name__ == "__main__":
    harness.main()
