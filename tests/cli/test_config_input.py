"""Inputs that are the output of another configuration, and tile folders of features as inputs."""
import json
import shutil
import subprocess

import numpy as np

import harness

FIRST = """process: convert
input: {{inp: image.tif}}
pyramid: {{grid: mercator, tile_size: 128, metatiling: 2}}
zoom_levels: {zooms}
output: {output}
"""
SECOND = """process: convert
input:
  inp: {inp}
pyramid: {{grid: {grid}, tile_size: 128}}
zoom_levels: {zooms}
output: {{path: {path}, format: GTiff, dtype: uint16, bands: 1}}
"""
ZOOM, ROW, COL = 5, 10, 12  # of the image, which is 4 x 4 tiles large
TILES = "{path: tiles, format: GTiff, dtype: uint16, bands: 1}"


class Case(harness.Case):
    def setUp(self):
        super().setUp()
        y, x = np.mgrid[0:512, 0:512]
        self.array = (1000 + 3 * x + 5 * y).astype("uint16")
        side = harness.tile_bounds(ZOOM, ROW, COL)
        self.bounds = side[0], side[3] - 4 * (side[3] - side[1]), side[0] + 4 * (side[2] - side[0]), side[3]
        self.image("image.tif", self.array, self.bounds, nodata=0)

    def first(self, output=TILES, zooms="5", name="first.yaml"):
        self.write(name, FIRST.format(zooms=zooms, output=output))

    def second(self, inp="first.yaml", zooms="5", grid="mercator", path="again", name="second.yaml"):
        self.write(name, SECOND.format(inp=inp, zooms=zooms, grid=grid, path=path))

    def run_both(self):
        self.must_run("execute", "first.yaml", "--quiet")
        self.must_run("execute", "second.yaml", "--quiet")

    def whole(self, folder="again", zoom=ZOOM, nodata=0):
        return harness.mosaic(self.folder / folder, zoom, "tif", nodata)[0][0]

    def check_refused(self, message, config="second.yaml"):
        self.check_fails(2, message, "execute", config, "--quiet")


class ConfigInput(Case):
    def test_its_tiles_are_read(self):
        self.first()
        self.second()
        self.run_both()
        self.assertTrue(np.array_equal(self.whole(), self.array))

    def test_its_single_file_is_read(self):
        self.first("{path: one.tif, format: GTiff, dtype: uint16, bands: 1}")
        self.second("{format: config, path: first.yaml, bands: [1]}")
        self.run_both()
        self.assertTrue(np.array_equal(self.whole(), self.array))

    def test_names_and_suffixes_of_mapchete(self):
        for inp in ("first.mapchete", "{path: first.mapchete}", "{format: Mapchete, path: first.mapchete}"):
            self.first(name="first.mapchete")
            self.second(inp)
            self.must_run("execute", "first.mapchete", "--quiet")
            self.must_run("execute", "second.yaml", "--quiet", "--overwrite")
            self.assertTrue(np.array_equal(self.whole(), self.array), inp)

    def test_it_may_lie_in_another_folder_and_be_of_another_grid(self):
        (self.folder / "a").mkdir()
        shutil.move(self.folder / "image.tif", self.folder / "a/image.tif")
        self.first(name="a/first.yaml")
        self.second("../a/first.yaml", grid="geodetic", zooms="4", name="b/second.yaml")
        self.must_run("execute", "a/first.yaml", "--quiet")
        self.must_run("execute", "b/second.yaml", "--quiet")
        got = self.whole("b/again", 4)
        self.assertEqual((got[got > 0].min() // 100, got.max() // 100), (10, 50))

    def test_options_of_the_input_are_those_of_what_it_reads(self):
        self.first()
        self.second("{path: first.yaml, resampling: bilinea}")
        self.must_run("execute", "first.yaml", "--quiet")
        code, _, err = self.run_tilewright("execute", "second.yaml")
        self.assertEqual(code, 2)
        self.assertIn("second.yaml:3:39: unknown resampling 'bilinea'; did you mean 'bilinear'?", err)

    def test_a_python_process_does_not_matter_once_its_tiles_are_there(self):
        self.first()
        self.must_run("execute", "first.yaml", "--quiet")
        text = (self.folder / "first.yaml").read_text()
        self.write("first.yaml", text.replace("process: convert", "process: something.py"))
        self.second()
        self.must_run("execute", "second.yaml", "--quiet")
        self.assertTrue(np.array_equal(self.whole(), self.array))

    def test_without_output_it_has_to_be_run_first(self):
        self.first()
        self.second()
        message = "second.yaml:3:8: 'first.yaml' has no output yet; run it first: tilewright execute first.yaml"
        self.check_refused(message)
        (self.folder / "tiles").mkdir()
        self.check_refused(message)
        self.first("{path: one.tif, format: GTiff, dtype: uint16, bands: 1}")
        self.check_refused(message)
        self.first("{format: 'null'}")
        self.check_refused("second.yaml:3:8: 'first.yaml' writes nothing that can be read: its output has no path")

    def test_what_is_wrong_with_it_is_told_with_its_own_places(self):
        self.first()
        self.second()
        text = (self.folder / "first.yaml").read_text()
        self.write("first.yaml", text.replace("metatiling: 2", "metatiling: 3") + "zoom_level: 3\n")
        self.check_refused([
            "second.yaml:3:8: input 'inp' is the output of 'first.yaml', which is wrong:",
            "first.yaml:3:55: pyramid.metatiling must be one of 1, 2, 4, 8, 16, 32, 64, 128, 256, not 3",
            "first.yaml:6:1: unknown key 'zoom_level'; did you mean 'zoom_levels'? (known: process, input, output, pyramid, "
            "zoom_levels, bounds, bounds_crs, area, area_crs, baselevels, process_parameters, notify, dask_specs)"])
        self.second("none.yaml")
        self.check_refused(["second.yaml:3:8: input 'inp' is the output of 'none.yaml', which is wrong:",
                            "cannot open 'none.yaml': No such file or directory"])
        self.second("{format: config}")
        self.check_refused("second.yaml:3:8: input 'inp' needs the path of a configuration")

    def test_circles_are_refused(self):
        self.second("second.yaml")
        self.check_refused("second.yaml:3:8: input 'inp' leads back to this configuration: second.yaml -> second.yaml")
        self.second("third.yaml")
        self.second("fourth.yaml", name="third.yaml", path="third")
        self.second("{zoom<=5: second.yaml, zoom>5: image.tif}", name="fourth.yaml", path="fourth")
        self.check_refused("second.yaml:3:8: input 'inp' leads back to this configuration: "
                           "second.yaml -> third.yaml -> fourth.yaml -> second.yaml")

    def test_both_writing_to_one_place_is_refused(self):
        self.first()
        self.second(path="tiles")
        self.check_refused("second.yaml:3:8: 'first.yaml' writes to 'tiles', where this configuration writes, too")


LINES = """return process {
  inputs = { inp = 'raster' },
  run = function(tile, input)
    return input.inp:read()[1]:contours { interval = 500, field = 'elev' }
  end,
}
"""
BURN = """return process {
  inputs = { lines = 'vector' },
  output = { bands = { 'n' }, dtype = 'float32', nodata = -1 },
  run = function(tile, input)
    return vector.rasterize(input.lines:features(), { value = 'elev', all_touched = true })
  end,
}
"""


class VectorTiles(Case):
    def make(self, form, zooms="[4, 5]", buffer=0):
        self.write("lines.lua", LINES)
        self.write("first.yaml", f"""process: lines.lua
input: {{inp: image.tif}}
pyramid: {{grid: mercator, tile_size: 128, metatiling: 2, pixelbuffer: 8}}
zoom_levels: {zooms}
output:
  path: tiles
  format: {form}
  pixelbuffer: {buffer}
  schema: {{properties: {{elev: float}}, geometry: LineString}}
""")
        self.must_run("execute", "first.yaml", "--quiet")

    def use(self, inp="tiles", zooms="5", grid="mercator"):
        self.write("burn.lua", BURN)
        self.write("use.yaml", f"""process: burn.lua
input: {{lines: {inp}}}
pyramid: {{grid: {grid}, tile_size: 128}}
zoom_levels: {zooms}
output: {{path: again, format: GTiff, dtype: float32, bands: 1, nodata: -1}}
""")
        shutil.rmtree(self.folder / "again", ignore_errors=True)
        self.must_run("execute", "use.yaml", "--quiet")

    def test_features_of_every_format_come_back(self):
        burnt = {}
        for form in ("GeoJSON", "FlatGeobuf", "GPKG"):
            self.make(form)
            self.use("first.yaml" if form == "GeoJSON" else "tiles")
            burnt[form] = self.whole(nodata=-1)
            shutil.rmtree(self.folder / "tiles")
        self.assertEqual(set(np.unique(burnt["GeoJSON"])), {-1, *range(1000, 5500, 500)} - {1000})
        self.assertEqual(set(np.unique(burnt["FlatGeobuf"])), set(np.unique(burnt["GeoJSON"])))
        self.assertTrue(np.array_equal(burnt["FlatGeobuf"], burnt["GPKG"]))
        differ = (burnt["GeoJSON"] < 0) != (burnt["FlatGeobuf"] < 0)  # GeoJSON rounds coordinates, and lines cross corners of pixels
        self.assertLess(np.count_nonzero(differ), 0.1 * np.count_nonzero(burnt["GeoJSON"] >= 0))

    def test_tiles_that_overlap_give_every_line_once(self):
        self.make("GeoJSON")
        self.use()
        plain = self.whole(nodata=-1)
        shutil.rmtree(self.folder / "tiles")
        self.make("GeoJSON", buffer=8)
        self.use()
        different = np.count_nonzero(plain != self.whole(nodata=-1))
        self.assertLess(different, 40)  # of the ends of lines at the tiles' edges

    def test_the_zoom_is_the_tiles_own_or_the_deepest(self):
        self.make("GeoJSON")
        for zoom, row, col in ((4, 5, 6), (5, 10, 12)):
            for path in (self.folder / f"tiles/{zoom}").rglob("*.geojson"):
                text = json.loads(path.read_text())
                for feature in text["features"]:
                    feature["properties"]["elev"] = float(zoom)
                path.write_text(json.dumps(text))
        self.use(zooms="[3, 6]")
        found = {zoom: set(np.unique(self.whole(zoom=zoom, nodata=-1))) - {-1} for zoom in (3, 4, 5, 6)}
        self.assertEqual(found, {3: {4}, 4: {4}, 5: {5}, 6: {5}})
        self.use(grid="geodetic", zooms="3")
        self.assertEqual(set(np.unique(self.whole(zoom=3, nodata=-1))) - {-1}, {5})

    def test_where_chooses_features(self):
        self.make("GeoJSON")
        self.use("{path: tiles, where: elev > 2000 and elev < 3000}")
        self.assertEqual(set(np.unique(self.whole(nodata=-1))) - {-1}, {2500})

    def test_where_chooses_features_of_a_file(self):
        """Files with an index of their own (GeoPackage, FlatGeobuf) and without, and what is asked for together with the window."""
        self.make("GeoJSON", zooms="5")
        tiles = sorted(str(path) for path in (self.folder / "tiles/5").rglob("*.geojson"))
        for form, name in (("GeoJSON", "all.geojson"), ("GPKG", "all.gpkg"), ("FlatGeobuf", "all.fgb"), ("ESRI Shapefile", "all.shp")):
            subprocess.run(["ogrmerge.py", "-single", "-f", form, "-o", name, "-nln", "all", "-t_srs", "EPSG:3857", *tiles],
                           cwd=self.folder, check=True, capture_output=True)
            with self.subTest(name):
                self.use(name)
                everything = self.whole(nodata=-1)
                self.use(f"{{path: {name}, where: elev > 2000 and elev < 3000}}")
                chosen = self.whole(nodata=-1)
                self.assertEqual(set(np.unique(chosen)) - {-1}, {2500})
                self.assertGreaterEqual(np.count_nonzero(chosen == 2500), np.count_nonzero(everything == 2500))
                code, _, err = self.run_tilewright("execute", self.write("wrong.yaml", (self.folder / "use.yaml").read_text().replace("elev >", "height >")))
                self.assertEqual(code, 2)
                self.assertIn("wrong.yaml:2:", err)
                self.assertIn("height", err)

    def test_the_explicit_form_needs_no_metadata(self):
        self.make("GeoJSON", zooms="5")
        (self.folder / "tiles/metadata.json").unlink()
        self.use("{format: tile_directory, path: tiles, grid: mercator, tile_size: 128, metatiling: 2, extension: geojson}")
        self.assertEqual(len(np.unique(self.whole(nodata=-1))), 9)

    def test_wrong_uses(self):
        self.make("GeoJSON", zooms="5")
        for inp, message in (
            ("{path: tiles, wher: elev > 1}", "use.yaml:2:30: unknown key 'wher'; did you mean 'where'?"),
            ("{path: tiles, where: 5}", "use.yaml:2:37: where must be a condition such as \"name = 'x' and height > 5\", not a number"),
            ("{path: tiles, where: ''}", "use.yaml:2:37: where must be a condition such as \"name = 'x' and height > 5\", not ''"),
            ("{path: tiles, min_zoom: 6}", "use.yaml:2:16: 'tiles' holds no tiles of zoom 6 to 30: no file 'ZOOM/ROW/COL.geojson'"),
        ):
            self.write("use.yaml", f"""process: burn.lua
input: {{lines: {inp}}}
pyramid: {{grid: mercator}}
zoom_levels: 5
output: {{path: again, format: GTiff, dtype: float32, bands: 1, nodata: -1}}
""")
            self.write("burn.lua", BURN)
            with self.subTest(inp):
                self.check_fails(2, message, "execute", "use.yaml")

    def test_a_where_that_names_no_attribute(self):
        self.make("GeoJSON", zooms="5")
        self.write("burn.lua", BURN)
        self.write("use.yaml", """process: burn.lua
input: {lines: {path: tiles, where: height > 3}}
pyramid: {grid: mercator}
zoom_levels: 5
output: {path: again, format: GTiff, dtype: float32, bands: 1, nodata: -1}
""")
        code, _, err = self.run_tilewright("execute", "use.yaml")
        self.assertEqual(code, 2)
        self.assertIn("use.yaml:2:37: where: ", err)
        self.assertIn("height", err)

    def test_a_broken_tile_is_an_error_of_the_metatiles_that_read_it(self):
        self.make("GeoJSON", zooms="5")
        path = sorted((self.folder / "tiles/5").rglob("*.geojson"))[-1]
        path.write_text(path.read_text()[:200])
        self.write("burn.lua", BURN)
        self.write("use.yaml", """process: burn.lua
input: {lines: tiles}
pyramid: {grid: mercator, tile_size: 128}
zoom_levels: 5
output: {path: again, format: GTiff, dtype: float32, bands: 1, nodata: -1}
""")
        code, out, err = self.run_tilewright("execute", "use.yaml")
        self.assertEqual(code, 1, out + err)
        self.assertIn(f"cannot open '{path.relative_to(self.folder)}'", out + err)


if __name__ == "__main__":
    harness.main()
