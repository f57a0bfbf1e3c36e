"""What is said about a bad command line. Exit code 2, and nothing is written."""
import numpy as np

import harness

CONFIG = """process: convert
input: {image: image.tif}
pyramid: {grid: mercator}
zoom_levels: {min: 3, max: 4}
output: {path: out, format: GTiff, dtype: uint8, bands: 1}
"""
GRID = "[-20037508.3427892, -20037508.3427892, 20037508.3427892, 20037508.3427892]"


class BadCommand(harness.Case):
    def setUp(self):
        super().setUp()
        self.image("image.tif", np.full((64, 64), 7, "uint8"), harness.tile_bounds(4, 5, 6), nodata=0)
        self.write("good.yaml", CONFIG)

    def check_refused(self, message, *arguments):
        self.check_fails(2, f"tilewright: {message}", *arguments)
        self.assertFalse((self.folder / "out").exists(), "something was written")

    def check_selection(self, message, *arguments):
        """An option of execute that the plan refuses."""
        self.check_fails(2, message, "execute", "good.yaml", "--quiet", *arguments)
        self.assertFalse((self.folder / "out").exists(), "something was written")

    def test_no_command(self):
        code, out, err = self.run_tilewright()
        self.assertEqual((code, out), (2, ""))
        self.assertIn("usage: tilewright COMMAND [OPTIONS]", err)

    def test_an_unknown_command(self):
        code, _, err = self.run_tilewright("exceute")
        self.assertEqual(code, 2)
        self.assertIn("tilewright: unknown command 'exceute'; did you mean 'execute'? (known: execute, serve, convert, create, ", err)

    def test_an_unknown_option(self):
        self.check_refused("unknown option '--zooms'; did you mean '--zoom'?", "execute", "good.yaml", "--zooms", "3")
        self.check_refused("unknown option '--colour'; '--help' lists the options of 'execute'", "execute", "good.yaml",
                           "--colour")
        self.check_refused("unknown option '-x'; '--help' lists the options of 'execute'", "execute", "good.yaml", "-x")

    def test_no_configuration(self):
        self.check_refused("which configuration? usage: tilewright execute CONFIG... [OPTIONS]", "execute")

    def test_of_several_configurations_a_broken_one_is_found_before_the_first_runs(self):
        self.write("bad.yaml", CONFIG.replace("mercator", "mercatr"))
        self.check_fails(2, "bad.yaml:3:17: unknown grid 'mercatr'; did you mean 'mercator'? (known: mercator, geodetic"
                         ", TileMatrixSets such as WebMercatorQuad and UTM33WGS84Quad)",
                         "execute", "good.yaml", "bad.yaml", "--quiet")
        self.assertFalse((self.folder / "out").exists(), "something was written")

    def test_values_that_are_missing(self):
        self.check_refused("option '--bounds' takes 4 values", "execute", "good.yaml", "--bounds", "1", "2", "3")
        self.check_refused("option '--zoom' takes 1 value", "execute", "good.yaml", "--zoom")
        self.check_refused("option '--tile' takes 3 values", "execute", "good.yaml", "--tile=3")
        self.check_refused("option '--quiet' takes no value", "execute", "good.yaml", "--quiet=yes")

    def test_values_that_are_wrong(self):
        whole = "must be a whole number of at least"
        for message, *arguments in (
                ("--bounds takes numbers, not 'west'", "--bounds", "west", "2", "3", "4"),
                ("--point takes numbers, not 'here'", "--point", "here", "5"),
                ("--zoom must be a zoom level from 0 to 30, or two of them ('3,7'), not 'all'", "--zoom", "all"),
                ("--zoom must be a zoom level from 0 to 30, or two of them ('3,7'), not '31'", "--zoom", "31"),
                ("--zoom must be a zoom level from 0 to 30, or two of them ('3,7'), not '3,4,5'", "--zoom", "3,4,5"),
                (f"--tile {whole} 0, not '2.5'", "--tile", "3", "2.5", "1"),
                (f"--tile {whole} 0, not '-1'", "--tile", "3", "-1", "1"),
                ("--tile: zoom 31 is beyond the deepest zoom, 30", "--tile", "31", "0", "0"),
                (f"--workers {whole} 1, not '0'", "--workers", "0"),
                (f"--workers {whole} 1, not 'many'", "--workers", "many"),
                ("--workers must be at most 1024, not '5000'", "--workers", "5000"),
                ("--memory takes a size such as 500M or 8G, not 'lots'", "--memory", "lots"),
                ("--memory must be at least 64M, not '5'", "--memory", "5")):
            with self.subTest(message):
                self.check_refused(message, "execute", "good.yaml", *arguments)

    def test_options_that_exclude_each_other(self):
        alone = "--tile names one metatile; it goes with no --zoom, --bounds, --point or --area"
        self.check_refused(alone, "execute", "good.yaml", "--tile", "3", "2", "3", "--zoom", "3")
        self.check_refused(alone, "execute", "good.yaml", "--bounds", "1", "2", "3", "4", "--tile", "3", "2", "3")
        self.check_refused("--point names one place; it goes with no --bounds or --area",
                           "execute", "good.yaml", "--point", "1", "2", "--bounds", "1", "2", "3", "4")
        self.check_refused("--overwrite makes everything anew, --retry-failed only what failed: give one of them",
                           "execute", "good.yaml", "--overwrite", "--retry-failed")

    def test_a_tile_outside_of_the_matrix(self):
        self.check_selection("tile 3/8/3 does not exist: zoom 3 has 8 rows and 8 columns of metatiles", "--tile", "3", "8", "3")

    def test_zooms_that_are_not_configured(self):
        self.check_selection("zoom 5 is not among the zoom levels of 'good.yaml', 3 to 4", "--zoom", "5")
        self.check_selection("zoom 2 is not among the zoom levels of 'good.yaml', 3 to 4", "--zoom", "2,4")
        self.check_selection("zoom 9 is not among the zoom levels of 'good.yaml', 3 to 4", "--tile", "9", "0", "0")

    def test_bounds_outside_of_the_grid(self):
        self.check_selection(f"bounds [0, 30000000, 1, 40000000] lie outside the grid {GRID}", "--bounds", "0", "30000000", "1",
                             "40000000")

    def test_bounds_upside_down(self):
        self.check_selection("bounds [3, 2, 1, 4]: left must be less than right", "--bounds", "3", "2", "1", "4")

    def test_a_point_outside_of_the_grid(self):
        self.check_selection("the point 30000000 0 lies outside the grid 'mercator'", "--point", "30000000", "0")

    def test_an_unknown_crs(self):
        known = "write a code such as EPSG:3857, WKT or a PROJ text"
        self.check_selection(f"unknown CRS 'EPSG:999999'; {known}", "--bounds", "1", "2", "3", "4", "--bounds-crs", "EPSG:999999")
        self.check_selection(f"unknown CRS 'mars'; {known}", "--point", "1", "2", "--point-crs", "mars")
        self.check_selection(f"unknown CRS 'mars'; {known}", "--area", "POLYGON ((0 0, 9 0, 9 9, 0 0))", "--area-crs", "mars")

    def test_a_crs_for_nothing(self):
        self.check_refused("--bounds-crs is the CRS of --bounds or --point: give one of them", "execute", "good.yaml",
                           "--bounds-crs", "EPSG:4326")
        self.check_refused("--area-crs is the CRS of --area: give an area", "execute", "good.yaml", "--area-crs", "EPSG:4326")

    def test_an_area_that_is_a_point(self):
        self.check_selection("an area must be a Polygon or a MultiPolygon, not a Point", "--area", "POINT (1 2)")

    def test_an_area_that_is_malformed(self):
        self.check_selection("cannot read the area: malformed WKT 'POLYGON ((1 2, 3)'", "--area", "POLYGON ((1 2, 3)")

    def test_an_area_file_that_is_missing(self):
        self.check_selection("cannot open 'nowhere.geojson': No such file or directory", "--area", "nowhere.geojson")

    def test_an_area_file_that_holds_no_vectors(self):
        self.write("notes.txt", "nothing\n")
        self.check_selection("'notes.txt' is not a vector file", "--area", "notes.txt")

    def test_retrying_where_nothing_failed(self):
        self.check_fails(2, "tilewright: there is no 'out/failed.json': no tile failed in the last run",
                         "execute", "good.yaml", "--quiet", "--retry-failed")

    def test_the_other_commands_take_no_more_than_they_need(self):
        self.check_refused("'formats' takes no arguments, not 'GTiff'", "formats", "GTiff")
        self.check_refused("one process at a time: 'a' or 'b'", "processes", "a", "b")
        self.check_refused("there is no built-in process 'convrt'; did you mean 'convert'? (known: clip, cloudless, contours, "
                           "convert, hillshade, mosaic, ndvi, polygonize, rasterize, slope, statistics)", "processes",
                           "convrt")
        self.check_refused("what name? usage: tilewright create NAME", "create")
        self.check_refused("one name at a time: 'a' or 'b'", "create", "a", "b")
        self.check_refused("'a.yaml': a name without '.yaml' or '.lua', which are added", "create", "a.yaml")
        self.check_refused("--mapchete-file must end in .yaml or .mapchete, not 'a.txt'", "create", "--mapchete-file",
                           "a.txt", "--process-file", "a.lua")
        self.check_refused("--process-file: scripts are written in Lua; give a name that ends in .lua, not 'a.py'",
                           "create", "--mapchete-file", "a.yaml", "--process-file", "a.py")
        self.check_refused("what name? usage: tilewright create NAME", "create", "--mapchete-file", "a.yaml")
        code, _, err = self.run_tilewright("create", "a", "--out-format", "Gtif")
        self.assertEqual(code, 2)
        self.assertIn("tilewright: unknown format 'Gtif'; did you mean 'GTiff'? (known: ", err)
        self.check_refused("unknown option '--forse'; did you mean '--force'?", "create", "a", "--forse")


if __name__ == "__main__":
    harness.main()
