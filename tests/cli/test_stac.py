"""`tilewright stac` and `output.stac`: items that describe tiles, read by GDAL's STACTA driver and held against the tiles."""
import json
import os
import shutil

import numpy as np
from osgeo import gdal

import harness

CONFIG = """process: convert
input: {{inp: image.tif}}
pyramid: {pyramid}
zoom_levels: {zooms}
baselevels: {{min: {base}, max: {base}, lower: average}}
output: {{path: {out}, format: {format}{more}}}
{root}
"""
GTIFF = "GTiff, dtype: uint16, bands: [red, nir]"
LAEA = {"id": "Laea", "crs": "http://www.opengis.net/def/crs/EPSG/0/3035", "tileMatrices": [
    {"id": str(3 + i), "cellSize": 1000 / 2 ** i, "pointOfOrigin": [3000000, 4000000], "tileWidth": 256, "tileHeight": 256,
     "matrixWidth": 2 << i, "matrixHeight": 2 << i} for i in range(3)]}
UTM = "{shape: [1, 2], bounds: [0, 5000000, 800000, 5400000], srs: {epsg: 32633}}"
LINKS = "tiles:tile_matrix_links"


gdal.SetConfigOption("GDAL_STACTA_SKIP_MISSING_METATILE", "YES")


class Stac(harness.Case):
    def config(self, pyramid="{grid: mercator}", zooms=(3, 5), out="tiles", form=GTIFF, more="", root=""):
        text = CONFIG.format(pyramid=pyramid, zooms=list(zooms), base=zooms[-1], out=out, format=form, more=more, root=root)
        return self.write(f"{out}.yaml", text)

    def degrees(self, bounds, bands=2, dtype="uint16"):
        noise = np.random.default_rng(7).integers(1, 250, (bands, 200, 300))
        return self.image("image.tif", noise.astype(dtype), bounds, srs="EPSG:4326", nodata=0)

    def make(self, *arguments, bounds=(12, 45, 18, 49), **more):
        self.degrees(bounds)
        self.must_run("execute", self.config(*arguments, **more), "--quiet")

    def item(self, *arguments, path="tiles/tiles.json"):
        self.must_run("stac", "create-item", *arguments)
        return json.loads((self.folder / path).read_text())

    def limits(self, item, zoom):
        links, = item["properties"][LINKS].values()
        return links["limits"][str(zoom)]

    def tiles_of(self, item, zoom, out="tiles", extension="tif"):
        """The tiles within the item's limits, side by side; missing ones are 0."""
        limits = self.limits(item, zoom)
        whole, first_row, first_col = harness.mosaic(self.folder / out, zoom, extension)
        path = next((self.folder / out / str(zoom)).rglob(f"*.{extension}"))
        height, width = harness.read(path).shape[1:]
        rows, cols = (limits[f"max_tile_{way}"] - limits[f"min_tile_{way}"] + 1 for way in ("row", "col"))
        result = np.zeros((whole.shape[0], rows * height, cols * width), whole.dtype)
        top, left = (first_row - limits["min_tile_row"]) * height, (first_col - limits["min_tile_col"]) * width
        result[:, top:top + whole.shape[1], left:left + whole.shape[2]] = whole
        return result

    def open(self, path="tiles/tiles.json"):
        return gdal.OpenEx(str(self.folder / path), gdal.OF_RASTER, ["STACTA"])

    def check_pixels(self, item, zooms, **where):
        """GDAL sees, through the item, the pixels of the tiles: of the deepest zoom and of the others as overviews."""
        opened = self.open()
        whole = self.tiles_of(item, zooms[-1], **where)
        np.testing.assert_array_equal(opened.ReadAsArray(), whole)
        self.assertEqual(opened.GetRasterBand(1).GetOverviewCount(), zooms[-1] - zooms[0])
        for i, zoom in enumerate(range(zooms[-1] - 1, zooms[0] - 1, -1)):
            tiles = self.tiles_of(item, zoom, **where)
            self.assertGreater((tiles > 0).sum(), 100)
            scale = 2 ** (zooms[-1] - zoom)
            rows, cols = whole.shape[1] // scale, whole.shape[2] // scale
            top, left = (self.first_pixel(item, zooms[-1], whole, way) // scale - self.first_pixel(item, zoom, tiles, way) for way in (1, 2))
            for band in range(tiles.shape[0]):
                overview = opened.GetRasterBand(band + 1).GetOverview(i).ReadAsArray()
                np.testing.assert_array_equal(overview, tiles[band, top:top + rows, left:left + cols])
        return opened

    def first_pixel(self, item, zoom, tiles, way):
        """The row (way 1) or column (2) of the grid that the item begins with, in pixels of the zoom."""
        limits, name = self.limits(item, zoom), ("row", "col")[way - 1]
        first, last = limits[f"min_tile_{name}"], limits[f"max_tile_{name}"]
        return first * (tiles.shape[way] // (last - first + 1))

    def check_place(self, opened, zoom_dir):
        """The first tile lies where the item says."""
        path = min((self.folder / zoom_dir).rglob("*.tif"), key=lambda tile: (int(tile.parent.name), int(tile.stem)))
        tile = gdal.Open(str(path))
        self.assertEqual(tile.GetSpatialRef().GetAuthorityCode(None), opened.GetSpatialRef().GetAuthorityCode(None))
        ours, theirs = tile.GetGeoTransform(), opened.GetGeoTransform()
        for i in (1, 5):
            np.testing.assert_allclose(ours[i], theirs[i], rtol=1e-12)
        for i in (0, 3):
            tiles = (ours[i] - theirs[i]) / ours[1] / 256
            self.assertAlmostEqual(tiles, round(tiles), delta=1e-6)

    # what GDAL makes of it

    def check_grid(self, pyramid, zooms, root="", tile_matrix_set=None):
        self.make(pyramid, zooms=zooms, root=root)
        item = self.item("tiles")
        opened = self.check_pixels(item, zooms)
        self.check_place(opened, f"tiles/{zooms[-1]}")
        self.assertEqual(list(item["properties"]["tiles:tile_matrix_sets"]), [tile_matrix_set])
        return item

    def test_mercator(self):
        self.check_grid("{grid: mercator, metatiling: 2}", (4, 7), tile_matrix_set="WebMercatorQuad")

    def test_geodetic(self):
        item = self.check_grid("{grid: geodetic, metatiling: 4}", (0, 6), tile_matrix_set="WorldCRS84Quad")
        sides = [(m["tileWidth"], m["tileHeight"], m["matrixWidth"], m["matrixHeight"])
                 for m in item["properties"]["tiles:tile_matrix_sets"]["WorldCRS84Quad"]["tileMatrix"]]
        self.assertEqual(sides[:3], [(512, 256, 1, 1), (1024, 512, 1, 1), (1024, 1024, 2, 1)])

    def test_utm(self):
        item = self.check_grid(f"{{grid: {UTM}, tile_size: 512}}", (0, 3), tile_matrix_set="custom")
        self.assertEqual(item["properties"]["proj:epsg"], 32633)
        ring, = item["geometry"]["coordinates"]
        self.assertEqual((len(ring), ring[0]), (65, ring[-1]))  # the edges are bent
        west, south, east, north = item["bbox"]
        for lon, lat in ring:
            self.assertTrue(west <= lon <= east and south <= lat <= north, (lon, lat))

    def test_a_tile_matrix_set_whose_zooms_begin_at_3_and_whose_axes_are_turned(self):
        self.write("laea.json", json.dumps(LAEA))
        item = self.check_grid("{grid: laea.json}", (3, 5), tile_matrix_set="Laea")
        matrices = item["properties"]["tiles:tile_matrix_sets"]["Laea"]["tileMatrix"]
        self.assertEqual([m["identifier"] for m in matrices], ["3", "4", "5"])
        self.assertEqual(matrices[0]["topLeftCorner"], [4000000, 3000000])
        self.check_read_again(item, "Laea", (3, 5))

    def test_a_crs_without_a_code(self):
        proj = "+proj=laea +lat_0=47 +lon_0=15 +datum=WGS84 +units=m"
        grid = f"{{shape: [1, 1], bounds: [-400000, -400000, 400000, 400000], srs: {{proj: '{proj}'}}}}"
        self.make(f"{{grid: {grid}}}", zooms=(0, 2))
        item = self.item("tiles")
        self.assertIsNone(item["properties"]["proj:epsg"])
        self.assertEqual(item["properties"]["proj:projjson"]["type"], "ProjectedCRS")
        self.check_pixels(item, (0, 2))

    def test_png(self):
        self.degrees((12, 45, 18, 49), bands=3, dtype="uint8")
        self.must_run("execute", self.config(zooms=(4, 6), form="PNG"), "--quiet")
        item = self.item("tiles")
        self.assertEqual(item["asset_templates"]["bands"]["type"], "image/png")
        self.assertEqual(len(item["asset_templates"]["bands"]["raster:bands"]), 4)
        self.check_pixels(item, (4, 6), extension="png")

    def test_the_plain_name_opens_it_too(self):
        self.make()
        self.item("tiles")
        opened = gdal.Open(str(self.folder / "tiles/tiles.json"))  # the band does not keep it open
        band = opened.GetRasterBand(2)
        self.assertEqual((band.GetMetadataItem("name"), band.GetNoDataValue()), ("nir", 0))

    def test_our_own_reader_takes_the_matrices(self):
        self.make(f"{{grid: {UTM}}}", zooms=(1, 3))
        self.check_read_again(self.item("tiles"), "custom", (1, 3))

    def check_read_again(self, item, name, zooms):
        """As a grid, the matrices of the item give the same tiles."""
        self.write("set.json", json.dumps(item["properties"]["tiles:tile_matrix_sets"][name]))
        self.must_run("execute", self.config("{grid: set.json}", zooms=zooms, out="again"), "--quiet")
        tiles = [name for name in self.tree("tiles") if name.endswith(".tif")]
        self.assertEqual([name for name in self.tree("again") if name.endswith(".tif")], tiles)
        for tile in tiles:
            first, second = gdal.Open(str(self.folder / "tiles" / tile)), gdal.Open(str(self.folder / "again" / tile))
            np.testing.assert_array_equal(second.ReadAsArray(), first.ReadAsArray())
            np.testing.assert_allclose(second.GetGeoTransform(), first.GetGeoTransform(), rtol=1e-12)

    # what it says

    def test_the_item(self):
        self.make(zooms=(3, 4))
        os.utime(self.folder / "tiles/metadata.json", (1000000000, 1000000000))
        item = self.item("tiles")
        self.assertEqual({key: item[key] for key in ("type", "stac_version", "id", "links", "assets")},
                         {"type": "Feature", "stac_version": "1.0.0", "id": "tiles", "links": [], "assets": {}})
        self.assertEqual(item["stac_extensions"], [f"https://stac-extensions.github.io/{name}/schema.json" for name in (
            "tiled-assets/v1.0.0", "projection/v1.1.0", "eo/v1.1.0", "raster/v1.1.0")])
        np.testing.assert_allclose(item["bbox"], [12, 45, 18, 49], atol=1e-6)
        np.testing.assert_allclose(item["geometry"]["coordinates"], [[[12, 45], [18, 45], [18, 49], [12, 49], [12, 45]]], atol=1e-6)
        self.assertEqual(item["asset_templates"], {"bands": {
            "href": "{TileMatrix}/{TileRow}/{TileCol}.tif", "type": "image/tiff; application=geotiff", "roles": ["data", "tiled-assets"],
            "eo:bands": [{"name": "red"}, {"name": "nir"}], "raster:bands": [{"data_type": "uint16", "nodata": 0}] * 2}})
        properties = item["properties"]
        self.assertEqual(properties["datetime"], "2001-09-09T01:46:40Z")
        self.assertEqual(properties["tiles:tile_matrix_links"], properties["tiles:tile_matrix_set_links"])
        self.assertEqual(properties[LINKS], {"WebMercatorQuad": {"url": "#WebMercatorQuad", "limits": {
            "3": {"min_tile_col": 4, "max_tile_col": 4, "min_tile_row": 2, "max_tile_row": 2},
            "4": {"min_tile_col": 8, "max_tile_col": 8, "min_tile_row": 5, "max_tile_row": 5}}}})
        matrices = properties["tiles:tile_matrix_sets"]["WebMercatorQuad"]
        self.assertEqual(matrices["boundingBox"]["lowerCorner"], [-harness.HALF_MERCATOR] * 2)
        self.assertEqual(matrices["boundingBox"]["upperCorner"], [harness.HALF_MERCATOR] * 2)
        self.assertAlmostEqual(matrices["tileMatrix"][0]["scaleDenominator"], 559082264.0287178 / 8, delta=1e-6)

    def test_the_same_call_gives_the_same_bytes(self):
        self.make()
        self.must_run("stac", "create-item", "tiles")
        first = (self.folder / "tiles/tiles.json").read_bytes()
        self.must_run("stac", "create-item", "tiles")
        self.assertEqual((self.folder / "tiles/tiles.json").read_bytes(), first)
        self.assertEqual(self.must_run("stac", "create-item", "tiles", "-p", "-").encode(), first)

    def test_times(self):
        self.make()
        for text, expected in (("2023-08-15", ("2023-08-15T00:00:00Z", None, None)),
                               ("2023-08-15T10:00:00+02:00", ("2023-08-15T08:00:00Z", None, None)),
                               ("2023-05/2023-09", (None, "2023-05-01T00:00:00Z", "2023-09-30T23:59:59Z"))):
            out = json.loads(self.must_run("stac", "create-item", "tiles", "-p", "-", "--datetime", text))["properties"]
            self.assertEqual((out["datetime"], out.get("start_datetime"), out.get("end_datetime")), expected)

    def test_metadata_from_a_file(self):
        self.make()
        self.write("about.yaml", "id: mine\ncollection: all\nproperties: {title: Two bands, start_datetime: 2023-05-01, "
                   "end_datetime: 2023-05-31}\n'eo:bands': [{name: B04, common_name: red}, {name: B08}]\n"
                   "links: [{rel: collection, href: ../all.json}]\nstac_extensions: ['https://example.com/x.json']\n"
                   "assets: {thumbnail: {href: small.png}}\n")
        item = self.item("tiles", "-m", "about.yaml", "--indent", "2", path="tiles/mine.json")
        self.assertEqual((item["id"], item["collection"], item["links"]),
                         ("mine", "all", [{"rel": "collection", "href": "../all.json"}]))
        self.assertEqual(item["assets"], {"thumbnail": {"href": "small.png"}})
        self.assertEqual(item["stac_extensions"][-1], "https://example.com/x.json")
        properties = item["properties"]
        self.assertEqual([properties[key] for key in ("title", "datetime", "start_datetime", "end_datetime")],
                         ["Two bands", None, "2023-05-01T00:00:00Z", "2023-05-31T00:00:00Z"])
        self.assertEqual(item["asset_templates"]["bands"]["eo:bands"][0], {"name": "B04", "common_name": "red"})
        self.assertEqual((self.folder / "tiles/mine.json").read_text().splitlines()[1], '  "type": "Feature",')

    def test_zooms_and_bounds_of_the_command_line(self):
        self.make(zooms=(3, 6))
        item = self.item("tiles", "-z", "5,6", "-b", "13", "46", "14", "47", "--bounds-crs", "EPSG:4326", "-i", "part",
                         path="tiles/part.json")
        np.testing.assert_allclose(item["bbox"], [13, 46, 14, 47], atol=1e-6)
        self.assertEqual(self.limits(item, 6), {"min_tile_col": 34, "max_tile_col": 34, "min_tile_row": 22, "max_tile_row": 22})
        self.assertEqual(sorted(item["properties"][LINKS]["WebMercatorQuad"]["limits"]), ["5", "6"])

    def test_where_the_tiles_are_said_to_be(self):
        self.make()
        template = "{TileMatrix}/{TileRow}/{TileCol}.tif"
        for path, arguments, expected in (
                ("items/a.json", [], f"{self.folder.resolve()}/tiles/{template}"),
                ("items/deep/b.json", ["--relative-paths"], f"../../tiles/{template}"),
                ("c.json", ["--relative-paths"], f"tiles/{template}"),
                ("tiles/d.json", [], template),
                ("e.json", ["--asset-basepath", "s3://bucket/tiles"], f"s3://bucket/tiles/{template}")):
            item = self.item("tiles", "--item-path", path, *arguments, path=path)
            self.assertEqual(item["asset_templates"]["bands"]["href"], expected)
        for path in ("items/a.json", "items/deep/b.json", "c.json"):
            self.assertEqual(gdal.Open(str(self.folder / path)).RasterCount, 2)

    def test_another_layout(self):
        self.make(more=", tile_path_schema: 'z{zoom}/{col}-{row}.{extension}'")
        item = self.item("tiles")
        self.assertEqual(item["asset_templates"]["bands"]["href"], "z{TileMatrix}/{TileCol}-{TileRow}.tif")
        self.assertIsNotNone(self.open())

    def test_over_the_antimeridian(self):
        self.degrees((177, -20, 183, -16))
        for grid in ("geodetic", "mercator"):
            bounds = "[177, -20, 183, -16], bounds_crs: EPSG:4326"
            config = self.config(f"{{grid: {grid}}}", zooms=(4, 6), out=grid)
            config.write_text(config.read_text().replace("\noutput", f"\nbounds: {bounds.replace(', bounds_crs', chr(10) + 'bounds_crs')}\noutput"))
            self.must_run("execute", config, "--quiet")
            item = self.item(grid, path=f"{grid}/{grid}.json")
            np.testing.assert_allclose(item["bbox"], [177, -20, -177, -16], atol=1e-6)
            self.assertEqual(item["geometry"]["type"], "MultiPolygon")
            (west,), (east,) = item["geometry"]["coordinates"]
            np.testing.assert_allclose(west, [[177, -20], [180, -20], [180, -16], [177, -16], [177, -20]], atol=1e-6)
            np.testing.assert_allclose(east, [[-180, -20], [-177, -20], [-177, -16], [-180, -16], [-180, -20]], atol=1e-6)

    def test_features(self):
        self.write("points.geojson", json.dumps({"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"n": 1}, "geometry": {"type": "Point", "coordinates": [13, 47]}}]}))
        config = self.write("points.yaml", "process: convert\ninput: {inp: points.geojson}\npyramid: {grid: mercator}\nzoom_levels: [4, 5]\n"
                            "output: {path: tiles, format: GeoJSON, schema: {geometry: Point, properties: {n: int}}, stac: {}}\n")
        self.must_run("execute", config, "--quiet")
        asset = json.loads((self.folder / "tiles/tiles.json").read_text())["asset_templates"]["bands"]
        self.assertEqual(asset, {"href": "{TileMatrix}/{TileRow}/{TileCol}.geojson", "type": "application/geo+json",
                                 "roles": ["data", "tiled-assets"]})
        self.check_fails(2, "tilewright: 'tiles' holds features: they need no prototypes", "stac", "create-prototype-files", "tiles")

    # what readers may trip over

    def test_a_pixelbuffer_is_said_and_warned_of(self):
        self.make("{grid: mercator, pixelbuffer: 8}", more=", pixelbuffer: 4")
        code, _, err = self.run_tilewright("stac", "create-item", "tiles")
        self.assertEqual((code, err), (0, "tilewright: warning: the tiles of 'tiles' overlap by a pixelbuffer of 4; the STAC item says "
                                       "so, but GDAL's STACTA driver takes no notice and shows them shifted: use output.pixelbuffer: 0\n"))
        links = json.loads((self.folder / "tiles/tiles.json").read_text())["properties"][LINKS]["WebMercatorQuad"]
        self.assertEqual(links["pixel_buffer"]["3"], {"top": 4, "left": 4, "bottom": 4, "right": 4, "border_top": False,
                                                      "border_left": True, "border_bottom": False, "border_right": True})

    def test_tiles_that_are_cut_are_warned_of(self):
        grid = "{shape: [1, 3], bounds: [200000, 5000000, 1400000, 5400000], srs: {epsg: 32633}}"
        self.make(f"{{grid: {grid}, metatiling: 2}}", zooms=(0, 1))
        _, _, err = self.run_tilewright("stac", "create-item", "tiles", "-b", "300000", "5100000", "1300000", "5300000")
        self.assertEqual(err, "tilewright: warning: the last tiles of zoom 0 are smaller than the others, which a TileMatrixSet cannot "
                         "say; GDAL's STACTA driver cannot read them: use output.metatiling: 1\n")

    # the item of a run

    def test_a_run_writes_its_item_at_the_end(self):
        self.write("about.yaml", "properties: {title: From the file, license: none}\n")
        self.make(more=", stac: {id: mine, datetime: 2023, item_metadata: about.yaml, properties: {title: From here}}")
        text = (self.folder / "tiles/mine.json").read_text()
        item = json.loads(text)
        self.assertEqual([item["properties"][key] for key in ("title", "license", "datetime")],
                         ["From here", "none", "2023-01-01T00:00:00Z"])
        self.assertEqual(self.must_run("stac", "create-item", "tiles", "-p", "-"), text)
        self.assertEqual(self.must_run("stac", "create-item", "tiles.yaml", "-p", "-"), text)
        self.check_pixels_of_run(item)

    def check_pixels_of_run(self, item):
        opened = gdal.OpenEx(str(self.folder / "tiles/mine.json"), gdal.OF_RASTER)
        np.testing.assert_array_equal(opened.ReadAsArray(), self.tiles_of(item, 5))

    def test_the_item_goes_where_the_configuration_says(self):
        self.make(more=", stac: {item_path: catalogue/one.json, asset_basepath: 'https://example.com/t/', indent: 0}")
        text = (self.folder / "catalogue/one.json").read_text()
        self.assertEqual(json.loads(text)["asset_templates"]["bands"]["href"], "https://example.com/t/{TileMatrix}/{TileRow}/{TileCol}.tif")
        self.assertEqual(text.count("\n"), 1)

    def test_another_item_changes_no_tile(self):
        self.make(more=", stac: {id: one}")
        before = self.tree("tiles")
        out = self.must_run("execute", self.config(more=", stac: {id: two, properties: {a: 1}}"), "--no-pbar")
        self.assertIn("nothing to do", out)
        after = self.tree("tiles")
        self.assertEqual(set(after) - set(before), {"two.json"})
        self.assertEqual({name for name in before if before[name] != after[name]}, {"metadata.json"})

    def test_a_run_that_fails_writes_none(self):
        self.degrees((12, 45, 18, 49))
        self.write("bad.lua", "return process {inputs = {inp = 'raster'}, run = function(tile, input) error('no') end}")
        config = self.config(more=", stac: {}")
        config.write_text(config.read_text().replace("process: convert", "process: bad.lua"))
        self.assertEqual(self.run_tilewright("execute", config, "--quiet")[0], 1)
        self.assertFalse((self.folder / "tiles/tiles.json").exists())

    # prototypes

    def corner(self):
        """Bounds whose north-west corner has no tile: the image begins further south and east."""
        self.make(zooms=(5, 6))
        return ["-b", "2", "30", "20", "60", "--bounds-crs", "EPSG:4326"]

    def test_a_prototype_stands_where_gdal_looks_first(self):
        bounds = self.corner()
        code, _, err = self.run_tilewright("stac", "create-item", "tiles", *bounds)
        self.assertEqual((code, err), (0, "tilewright: there is no tile 'tiles/5/9/16.tif', which GDAL's STACTA driver opens first: "
                                       "'tilewright stac create-prototype-files tiles' writes an empty one\n"))
        with self.assertRaises(RuntimeError):
            self.open()
        before = self.tree("tiles")
        self.assertEqual(self.must_run("stac", "create-prototype-files", "tiles", *bounds), "tiles: 2 empty tiles written as prototypes\n")
        self.assertEqual(set(self.tree("tiles")) - set(before), {"5/9/16.tif", "6/18/32.tif"})
        self.assertFalse(harness.read(self.folder / "tiles/5/9/16.tif").any())
        item = json.loads((self.folder / "tiles/tiles.json").read_text())
        self.assertEqual(self.run_tilewright("stac", "create-item", "tiles", *bounds)[2], "")
        self.check_pixels(item, (5, 6))
        self.assertEqual(self.must_run("stac", "create-prototype-files", "tiles", *bounds),
                         "tiles: no prototypes are needed, there are tiles\n")

    def test_a_run_takes_no_prototype_for_a_tile(self):
        self.degrees((12, 45, 18, 49))
        config = self.config(zooms=(5, 6))
        self.must_run("execute", config, "--quiet")
        original = self.tree("tiles")
        for forget in (lambda: self.must_run("rm", "tiles", "--all", "-f", "-q"), lambda: self.lose("tiles")):
            forget()
            self.assertIn("2 empty tiles", self.must_run("stac", "create-prototype-files", "tiles"))
            self.must_run("execute", config, "--quiet")
            self.assertEqual(self.tree("tiles"), original)
            self.assertFalse((self.folder / "tiles/.tilewright/prototypes").exists())

    def lose(self, out):
        """As if another program had made the folder and not come far: without records, all tiles count as done."""
        for name in self.tree(out):
            if name != "metadata.json":
                (self.folder / out / name).unlink()
        shutil.rmtree(self.folder / out / ".tilewright")

    def test_a_tile_that_took_the_place_of_a_prototype_stays(self):
        bounds = self.corner()
        self.must_run("stac", "create-prototype-files", "tiles", *bounds)
        (self.folder / "tiles/5/9/16.tif").write_bytes((self.folder / "tiles/5/11/17.tif").read_bytes())
        self.must_run("execute", "tiles.yaml", "--quiet")
        self.assertTrue((self.folder / "tiles/5/9/16.tif").exists())
        self.assertFalse((self.folder / "tiles/6/18/32.tif").exists())

    def test_prototypes_are_removed_with_the_tiles(self):
        bounds = self.corner()
        self.must_run("stac", "create-prototype-files", "tiles", *bounds)
        self.must_run("rm", "tiles", "--all", "-f", "-q")
        self.assertEqual(list(self.tree("tiles")), ["metadata.json"])

    def test_copies_leave_prototypes_out(self):
        bounds = self.corner()
        before = set(self.tree("tiles"))
        self.must_run("stac", "create-prototype-files", "tiles", *bounds)
        self.must_run("verify", "tiles")
        self.must_run("cp", "tiles", "copy", "-q")
        self.assertEqual(set(self.tree("copy")), before)
        self.must_run("stac", "create-prototype-files", "copy", *bounds)
        shutil.copy(self.folder / "tiles/5/11/17.tif", self.folder / "tiles/5/9/16.tif")
        self.must_run("cp", "tiles", "copy", "-q")
        self.assertTrue(harness.read(self.folder / "copy/5/9/16.tif").any())

    # wrong uses

    def test_wrong_words(self):
        self.check_fails(2, "tilewright: stac what? create-item or create-prototype-files", "stac")
        self.check_fails(2, "tilewright: unknown command 'stac create-items'; did you mean 'create-item'? (known: create-item, "
                         "create-prototype-files)", "stac", "create-items", "x")
        self.check_fails(2, "tilewright: which folder of tiles? usage: tilewright stac create-item TARGET [OPTIONS]", "stac", "create-item")
        self.check_fails(2, "tilewright: 'b' is one too many; usage: tilewright stac create-prototype-files TARGET [OPTIONS]",
                         "stac", "create-prototype-files", "a", "b")
        self.check_fails(2, "no folder 'nowhere'", "stac", "create-item", "nowhere")
        self.assertTrue(self.must_run("stac", "--help").startswith("tilewright stac - describe tiles as a STAC item\n"))
        self.assertTrue(self.must_run("stac", "create-item", "-h").startswith("tilewright stac create-item - write a STAC item"))

    def test_wrong_options(self):
        self.make()
        for arguments, message in (
                (["-z", "2,4"], "zoom 2 is none of 'tiles', which has zooms 3 to 5"),
                (["-z", "4,9"], "zoom 9 is none of 'tiles', which has zooms 3 to 5"),
                (["--datetime", "summer"], "--datetime must be a time such as 2023-08-15 or 2023-08-15T10:00:00Z, or START/END, not 'summer'"),
                (["--datetime", "2023/2022"], "--datetime must be a time such as 2023-08-15 or 2023-08-15T10:00:00Z, or START/END, not "
                 "'2023/2022'"),
                (["-i", "a/b"], "--item-id must be a name without '/', not 'a/b'"),
                (["--indent", "99"], "--indent must be a whole number from 0 to 31, not '99'"),
                (["--bounds-crs", "EPSG:4326"], "--bounds-crs is the CRS of --bounds: give them"),
                (["-i", "metadata"], "the item cannot be written to 'tiles/metadata.json', where runs keep what they know"),
                (["-p", "s3://a/b.json"], "'s3://a/b.json' is not on this machine; items are written to local files only")):
            self.check_fails(2, f"tilewright: {message}", "stac", "create-item", "tiles", *arguments)
        self.assertEqual([name for name in self.tree("tiles") if name.endswith("json")], ["metadata.json"])

    def test_an_item_is_replaced_only_when_that_is_asked_for(self):
        self.make()
        self.write("tiles/tiles.json", "mine\n")
        self.check_fails(2, "tilewright: 'tiles/tiles.json' exists and says something else; --force replaces it", "stac", "create-item", "tiles")
        self.assertEqual((self.folder / "tiles/tiles.json").read_text(), "mine\n")
        self.assertEqual(self.item("tiles", "--force")["id"], "tiles")

    def test_wrong_metadata_files(self):
        self.make()
        self.check_fails(2, "cannot open 'none.yaml': No such file or directory", "stac", "create-item", "tiles", "-m", "none.yaml")
        self.write("list.yaml", "[1, 2]\n")
        self.check_fails(2, "list.yaml:1:1: item metadata must be a map with id, properties ..., not a list", "stac", "create-item", "tiles",
                         "-m", "list.yaml")
        self.write("bad.yaml", "propertis: {}\nitem_path: x\n")
        known = "(known: id, datetime, properties, eo:bands, links, collection, stac_extensions, assets)"
        self.check_fails(2, [f"bad.yaml:1:1: unknown key of item metadata 'propertis'; did you mean 'properties'? {known}",
                             f"bad.yaml:2:1: unknown key of item metadata 'item_path'; {known[1:-1]}",
                             "tilewright: 2 problems, nothing was done"], "stac", "create-item", "tiles", "-m", "bad.yaml")
        self.write("bands.yaml", "'eo:bands': [{name: a}]\n")
        self.check_fails(2, "tilewright: eo:bands has 1 entries, and the tiles have 2 bands", "stac", "create-item", "tiles", "-m", "bands.yaml")

    def check_bad(self, stac, *messages, **more):
        """`output.stac` is checked before the first tile; {} in a message stands for its place."""
        self.degrees((12, 45, 18, 49))
        config = self.config(more=f"\n  , stac: {stac}", **more)
        code, _, err = self.run_tilewright("execute", config)
        lines = [line.split(": ", 1)[1] if line.startswith("/") else line for line in err.strip().splitlines()]
        expected = list(messages) + ([f"tilewright: {len(messages)} problems, nothing was done"] if len(messages) > 1 else [])
        self.assertEqual((code, lines), (2, expected))
        self.assertFalse((self.folder / "tiles").exists())

    def test_wrong_settings(self):
        self.check_bad("yes please", "output.stac must be a map with id, properties ..., not a string")
        self.check_bad("{id: a/b}", "output.stac.id must be a name without '/', and not 'metadata' or 'failed', not 'a/b'")
        self.check_bad("{id: metadata}", "output.stac.id must be a name without '/', and not 'metadata' or 'failed', not 'metadata'")
        self.check_bad("{date_time: 2023}", "unknown output.stac key 'date_time'; did you mean 'datetime'? (known: id, datetime, properties, "
                       "eo:bands, links, collection, stac_extensions, assets, item_metadata, item_path, asset_basepath, relative_paths, indent)")
        self.check_bad("{datetime: soon, indent: 40, links: [{rel: self}], 'eo:bands': [{name: a}]}",
                       "output.stac.datetime must be a time such as 2023-08-15 or 2023-08-15T10:00:00Z, or START/END, not 'soon'",
                       "output.stac.indent must be a whole number from 0 to 31, not 40",
                       "output.stac.links must be a list of maps with rel and href",
                       "eo:bands has 1 entries, and the tiles have 2 bands")
        self.check_bad("{properties: {start_datetime: 2023-01-01, datetime: 2023-01-01/2023-01-02}}",
                       "output.stac.properties.datetime must be a time such as 2023-08-15 or 2023-08-15T10:00:00Z, not '2023-01-01/2023-01-02'",
                       "output.stac.properties takes start_datetime and end_datetime together")
        self.check_bad("{collection: c, assets: {a: {title: b}}, properties: 5}",
                       "output.stac.assets.a needs 'href'", "output.stac.properties must be a map, not a number",
                       "output.stac.collection needs a link to it: links: [{rel: collection, href: ...}]")
        self.check_bad("{item_metadata: none.yaml}", f"cannot open '{self.folder}/none.yaml': No such file or directory")
        self.check_bad("{item_path: 's3://a/b.json'}", "output.stac.item_path must be a local path, not 's3://a/b.json'")

    def test_outputs_that_have_no_item(self):
        self.check_bad("{}", "output.stac is for a folder of tiles; remove it", out="out.tif", zooms=(5, 5))
        for layout, schema in (("tms", "{zoom}/{col}/{-y}.{extension}"), ("quadkey", "{quadkey}.{extension}"),
                               ("arcgis", "_alllayers/L{zoom:02}/R{row:08x}/C{col:08x}.{extension}")):
            self.check_bad(f"{{}}, layout: {layout}", f"output.stac: STAC cannot say where tiles lie as '{schema}': it knows {{zoom}}, "
                           "{row} and {col} as plain numbers, rows from the north")


if __name__ == "__main__":
    harness.main()
