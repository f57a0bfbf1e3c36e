"""What is said about a bad configuration: all of it at once, where it stands, and what would be right. Exit code 2."""
import numpy as np

import harness

SCRIPT = """return process {
  inputs = { image = 'raster' },
  params = { gain = 1.0, mode = 'plain', steps = { 1, 2 }, on = true },
  run = function(tile, input, p)
    return input.image:read()
  end,
}
"""
RESAMPLINGS = "nearest, bilinear, cubic, cubic_spline, lanczos, average, mode, min, max, med, q1, q3, sum, rms"
LINES = {
    "process": "process: script.lua",
    "input": "input: {image: image.tif}",
    "pyramid": "pyramid: {grid: mercator}",
    "zoom_levels": "zoom_levels: 4",
    "output": "output: {path: out, format: GTiff, dtype: uint8, bands: 1}",
}


class BadConfig(harness.Case):
    def setUp(self):
        super().setUp()
        self.write("script.lua", SCRIPT)
        self.image("image.tif", np.full((64, 64), 7, "uint8"), harness.tile_bounds(4, 5, 6), nodata=0)

    def configure(self, **lines):
        """Writes bad.yaml: one line a key, in the order of LINES, then the other keys."""
        self.write("bad.yaml", "\n".join({**LINES, **lines}.values()) + "\n")

    def check_refused(self, *messages, **lines):
        """execute says these problems and writes nothing."""
        self.configure(**lines)
        wanted = list(messages)
        if len(messages) > 1:
            wanted.append(f"tilewright: {len(messages)} problems, nothing was done")
        self.check_fails(2, wanted, "execute", "bad.yaml", "--quiet")
        self.assertFalse((self.folder / "out").exists(), "something was written")

    def test_the_configuration_that_the_others_spoil_is_good(self):
        self.configure()
        self.must_run("execute", "bad.yaml", "--quiet")
        self.assertEqual(harness.read(self.folder / "out/4/5/6.tif").min(), 7)

    def test_a_missing_configuration(self):
        self.check_fails(2, "cannot open 'nowhere.yaml': No such file or directory", "execute", "nowhere.yaml")

    def test_a_folder_as_configuration(self):
        (self.folder / "folder").mkdir()
        self.check_fails(2, "cannot read 'folder': not a file", "execute", "folder")

    def test_a_syntax_error(self):
        self.check_refused("bad.yaml:4:3: not valid YAML: did not find expected key while parsing a block mapping that begins in "
                           "line 1", zoom_levels="  zoom_levels: 4")

    def test_a_missing_input_file(self):
        self.check_refused("bad.yaml:2:16: cannot open 'nowhere.tif': No such file or directory",
                           input="input: {image: nowhere.tif}")

    def test_an_input_that_is_no_raster(self):
        self.write("notes.txt", "no pixels in here\n")
        self.check_refused("bad.yaml:2:16: 'notes.txt' is not a raster", input="input: {image: notes.txt}")

    def test_an_input_without_georeference(self):
        path = self.folder / "photo.png"
        memory = harness.gdal.GetDriverByName("MEM").Create("", 8, 8, 1)
        harness.gdal.GetDriverByName("PNG").CreateCopy(str(path), memory)
        self.check_refused("bad.yaml:2:16: 'photo.png' has no georeference; add a world file, or make a copy with "
                           "gdal_translate -a_srs EPSG:... -a_ullr LEFT TOP RIGHT BOTTOM", input="input: {image: photo.png}")

    def test_an_input_without_crs(self):
        self.image("bare.tif", np.ones((8, 8), "uint8"), (0, 0, 8, 8), srs=None)
        self.check_refused("bad.yaml:2:16: 'bare.tif' has no CRS; add one with gdal_edit.py -a_srs EPSG:... "
                           "'bare.tif'", input="input: {image: bare.tif}")

    def test_an_unknown_input_format(self):
        self.check_refused("bad.yaml:2:25: unknown input format 'rastre'; did you mean 'raster'? (known: catalogue, config, raster, stack, "
                           "tile_directory, vector)",
                           input="input: {image: {format: rastre, path: image.tif}}")

    def test_an_unknown_option_of_an_input(self):
        self.check_refused("bad.yaml:2:34: unknown key 'resamplin'; did you mean 'resampling'? (known: format, "
                           "path, resampling, bands, band_names, nodata, scale, cache, "
                           "area, area_crs, bounds, bounds_crs, gdal_options, storage_options)",
                           input="input: {image: {path: image.tif, resamplin: cubic}}")

    def test_an_unknown_band_of_an_input(self):
        self.check_refused("bad.yaml:2:42: unknown band 'red'; known: band1",
                           input="input: {image: {path: image.tif, bands: [red]}}")

    def test_an_unknown_resampling_of_an_input(self):
        self.check_refused(f"bad.yaml:2:46: unknown resampling 'cubicspline'; did you mean 'cubic_spline'? (known: "
                           f"{RESAMPLINGS})",
                           input="input: {image: {path: image.tif, resampling: cubicspline}}")

    def test_an_unknown_grid(self):
        self.check_refused("bad.yaml:3:17: unknown grid 'mercatro'; did you mean 'mercator'? (known: mercator, geodetic, TileMatrixSets such as WebMercatorQuad and UTM33WGS84Quad)",
                           pyramid="pyramid: {grid: mercatro}")

    def test_metatiling_3(self):
        self.check_refused("bad.yaml:3:39: pyramid.metatiling must be one of 1, 2, 4, 8, 16, 32, 64, 128, 256, not 3",
                           pyramid="pyramid: {grid: mercator, metatiling: 3}")

    def test_an_output_pixelbuffer_larger_than_the_process_one(self):
        self.check_refused("bad.yaml:5:73: output.pixelbuffer 8 is larger than pyramid.pixelbuffer 4; make it smaller, or the "
                           "pyramid's larger", pyramid="pyramid: {grid: mercator, pixelbuffer: 4}",
                           output="output: {path: out, format: GTiff, dtype: uint8, bands: 1, pixelbuffer: 8}")

    def test_the_lowest_zoom_above_the_highest(self):
        self.check_refused("bad.yaml:4:20: zoom_levels.min 5 is larger than zoom_levels.max 3",
                           zoom_levels="zoom_levels: {min: 5, max: 3}")

    def test_an_unknown_dtype(self):
        self.check_refused("bad.yaml:5:43: unknown dtype 'unit8'; did you mean 'uint8'? (known: uint8, int8, uint16, int16, "
                           "uint32, "
                           "int32, float32, float64)", output="output: {path: out, format: GTiff, dtype: unit8, bands: 1}")

    def test_an_unknown_resampling_of_baselevels(self):
        self.check_refused(f"bad.yaml:6:29: unknown resampling 'bilinar'; did you mean 'bilinear'? (known: {RESAMPLINGS})",
                           zoom_levels="zoom_levels: {min: 2, max: 4}", baselevels="baselevels: {min: 4, lower: bilinar}")

    def test_an_input_that_the_script_does_not_know(self):
        self.check_refused("bad.yaml:2:27: the script script.lua has no input 'imge'; did you mean 'image'? (known: image)",
                           input="input: {image: image.tif, imge: image.tif}")

    def test_an_input_that_the_configuration_lacks(self):
        self.check_refused("bad.yaml:2:8: input 'image' of the script script.lua is missing at zoom 4; add it under 'input:'",
                           input="input: {}")

    def test_an_input_under_another_name(self):
        self.check_refused("bad.yaml:2:9: the script script.lua has no input 'dem'; known: image",
                           "bad.yaml:2:8: input 'image' of the script script.lua is missing at zoom 4; add it under 'input:'",
                           input="input: {dem: image.tif}")

    def test_an_input_of_the_wrong_kind(self):
        self.write("script.lua", SCRIPT.replace("image = 'raster'", "image = 'stack'"))
        self.check_refused("bad.yaml:2:16: input 'image' is a raster; the script script.lua wants a stack")

    def test_an_unknown_process_parameter(self):
        self.check_refused("bad.yaml:6:22: unknown process parameter 'gian'; did you mean 'gain'? (known: gain, mode, on, steps)",
                           params="process_parameters: {gian: 2}")

    def test_parameters_of_the_wrong_type(self):
        self.check_refused("bad.yaml:7:9: parameter 'gain' must be a number (the default is 1), not a string: 'high'",
                           "bad.yaml:8:9: parameter 'mode' must be a string (the default is 'plain'), not a number: '5'",
                           "bad.yaml:9:10: parameter 'steps' must be a list, not a number: '1'",
                           "bad.yaml:10:7: parameter 'on' must be true or false (the default is true), not a number: '1'",
                           params="process_parameters:\n  gain: high\n  mode: 5\n  steps: 1\n  on: 1")

    def test_an_unknown_resampling_among_the_parameters_of_convert(self):
        self.check_refused(f"bad.yaml:6:34: unknown resampling 'bilinaer'; did you mean 'bilinear'? (known: {RESAMPLINGS})",
                           process="process: convert", params="process_parameters: {resampling: bilinaer}")

    def test_an_unknown_built_in_process(self):
        self.check_refused("bad.yaml:1:10: unknown process 'convrt'; did you mean 'convert'? (known: clip, cloudless, contours, "
                           "convert, hillshade, mosaic, ndvi, polygonize, rasterize, slope, statistics); a "
                           "script's name ends in .lua", process="process: convrt")

    def test_a_missing_script(self):
        self.check_refused("bad.yaml:1:10: cannot open 'nowhere.lua': No such file or directory", process="process: nowhere.lua")

    def test_an_unknown_output_format(self):
        self.check_refused("bad.yaml:5:29: unknown output format 'GTif'; did you mean 'GTiff'? "
                           "(known: PNG, JPEG, WebP, PNG8, PNG_hillshade, GTiff, GeoJSON, FlatGeobuf, GPKG)",
                           output="output: {path: out, format: GTif, dtype: uint8, bands: 1}")

    def test_an_unknown_output_option(self):
        self.configure(output="output: {path: out, format: GTiff, dtype: uint8, bands: 1, compres: lzw}")
        code, _, err = self.run_tilewright("execute", "bad.yaml", "--quiet")
        self.assertEqual(code, 2)
        self.assertEqual(err.strip(), "bad.yaml:5:60: unknown output option 'compres'; did you mean 'compress'?")

    def test_an_unknown_option_of_png(self):
        self.check_refused("bad.yaml:5:34: unknown output option 'alpha'; known: count, compression, background, georeference, path, format, "
                           "metatiling, pixelbuffer, tile_size, dtype, bands, tile_path_schema, layout, nodata, skip, stac, services, retina, acl, cache_control, metadata",
                           output="output: {path: out, format: PNG, alpha: true}")

    def test_a_nodata_value_that_does_not_fit(self):
        self.check_refused("bad.yaml:5:68: output.nodata -9999 is no value of uint8 (whole numbers 0 to 255)",
                           output="output: {path: out, format: GTiff, dtype: uint8, bands: 1, nodata: -9999}")

    def test_a_nodata_value_that_does_not_fit_the_type_of_the_script(self):
        self.write("script.lua", SCRIPT.replace("  run =", "  output = { bands = 1, dtype = 'uint8' },\n  run ="))
        self.check_refused("bad.yaml:5:44: nodata -1 does not fit uint8 (0 to 255)",
                           output="output: {path: out, format: GTiff, nodata: -1}")

    def test_an_unknown_compression(self):
        self.configure(output="output: {path: out, format: GTiff, dtype: uint8, bands: 1, compress: lzv}")
        code, _, err = self.run_tilewright("execute", "bad.yaml", "--quiet")
        self.assertEqual(code, 2)
        self.assertTrue(err.startswith("bad.yaml:5:70: unknown value of output.compress 'lzv'; did you mean 'lzw'? (known: "
                                       "none, "), err)

    def test_a_predictor_for_another_type(self):
        self.check_refused("bad.yaml:5:71: output.predictor 3 is for float32 and float64; uint8 takes 1 or 2",
                           output="output: {path: out, format: GTiff, dtype: uint8, bands: 1, predictor: 3}")

    def test_a_block_size_that_tiff_does_not_have(self):
        self.check_refused("bad.yaml:5:71: output.blocksize must be a multiple of 16, from 16 to 16384, not 100",
                           output="output: {path: out, format: GTiff, dtype: uint8, bands: 1, blocksize: 100}")

    def test_geotiff_without_type_and_bands(self):
        self.check_refused("bad.yaml:5:9: output.dtype is missing: GTiff needs one of uint8, int8, uint16, int16, uint32, int32, "
                           "float32, float64", "bad.yaml:5:9: output.bands is missing: GTiff needs the number of bands",
                           output="output: {path: out, format: GTiff}")

    def test_png_of_floats(self):
        self.check_refused("bad.yaml:5:41: PNG holds uint8 or uint16, not float32",
                           output="output: {path: out, format: PNG, dtype: float32}")

    def test_png_with_5_bands(self):
        self.check_refused("bad.yaml:5:41: PNG holds 1 to 4 bands, not 5; write GTiff, or return fewer bands",
                           output="output: {path: out, format: PNG, bands: 5}")

    def test_a_cog_in_a_folder(self):
        self.check_refused("bad.yaml:5:65: output.cog is for a single file: output.path must end in .tif",
                           output="output: {path: out, format: GTiff, dtype: uint8, bands: 1, cog: true}")

    def test_a_single_file_as_png(self):
        self.check_refused("bad.yaml:5:16: 'out.tif' is a single GeoTIFF, and output.format is PNG: use format GTiff, or a "
                           "folder",
                           output="output: {path: out.tif, format: PNG}")

    def test_a_single_geotiff_of_two_zooms(self):
        self.check_refused("bad.yaml:5:16: a single GeoTIFF holds one zoom; zoom_levels has 2 (3 to 4): use one zoom, or a "
                           "folder as "
                           "output.path", zoom_levels="zoom_levels: [3, 4]",
                           output="output: {path: out.tif, format: GTiff, dtype: uint8, bands: 1}")

    def test_a_single_geotiff_that_is_there_already(self):
        self.write("out.tif", "somebody else's\n")
        self.configure(output="output: {path: out.tif, format: GTiff, dtype: uint8, bands: 1}")
        self.check_fails(2, "tilewright: 'out.tif' exists already; use --overwrite to replace it", "execute", "bad.yaml",
                         "--quiet")
        self.assertEqual((self.folder / "out.tif").read_text(), "somebody else's\n")
        self.must_run("execute", "bad.yaml", "--quiet", "--overwrite")
        self.assertEqual(harness.read(self.folder / "out.tif").max(), 7)

    def test_a_tile_path_without_row(self):
        self.check_refused("bad.yaml:5:78: the path of tiles '{zoom}/{col}.tif' needs {row}",
                           output="output: {path: out, format: GTiff, dtype: uint8, bands: 1, tile_path_schema: "
                           "'{zoom}/{col}.tif'}")

    def test_bounds_outside_of_the_grid(self):
        self.check_refused("bad.yaml:6:9: bounds [0, 30000000, 1, 40000000] lie outside the grid [-20037508.3427892, "
                           "-20037508.3427892, 20037508.3427892, 20037508.3427892]", bounds="bounds: [0, 30000000, 1, 40000000]")

    def test_bounds_in_an_unknown_crs(self):
        self.check_refused("bad.yaml:6:9: unknown CRS 'EPSG:999999'; write a code such as EPSG:3857, WKT or a PROJ text",
                           bounds="bounds: [1, 2, 3, 4]\nbounds_crs: EPSG:999999")

    def test_an_area_file_that_is_missing(self):
        self.check_refused("bad.yaml:6:7: cannot open 'nowhere.geojson': No such file or directory", area="area: nowhere.geojson")

    def test_an_area_that_is_a_point(self):
        self.check_refused("bad.yaml:6:7: an area must be a Polygon or a MultiPolygon, not a Point", area="area: POINT (1 2)")

    def test_several_problems_are_reported_in_one_go(self):
        self.check_refused("bad.yaml:3:17: unknown grid 'mercatro'; did you mean 'mercator'? (known: mercator, geodetic, TileMatrixSets such as WebMercatorQuad and UTM33WGS84Quad)",
                           "bad.yaml:3:39: pyramid.metatiling must be one of 1, 2, 4, 8, 16, 32, 64, 128, 256, not 3",
                           "bad.yaml:4:20: zoom_levels.min 5 is larger than zoom_levels.max 3",
                           "bad.yaml:6:1: unknown key 'bound'; did you mean 'bounds'? (known: process, input, output, pyramid, "
                           "zoom_levels, bounds, bounds_crs, area, area_crs, baselevels, process_parameters, notify, dask_specs)",
                           pyramid="pyramid: {grid: mercatro, metatiling: 3}", zoom_levels="zoom_levels: {min: 5, max: 3}",
                           extra="bound: [1, 2, 3, 4]")

    def test_problems_of_inputs_parameters_and_output_are_reported_in_one_go(self):
        self.check_refused("bad.yaml:6:22: unknown process parameter 'gian'; did you mean 'gain'? (known: gain, mode, on, steps)",
                           "bad.yaml:2:16: cannot open 'nowhere.tif': No such file or directory",
                           "bad.yaml:5:29: unknown output format 'GTif'; did you mean 'GTiff'? "
                           "(known: PNG, JPEG, WebP, PNG8, PNG_hillshade, GTiff, GeoJSON, FlatGeobuf, GPKG)",
                           input="input: {image: nowhere.tif}",
                           output="output: {path: out, format: GTif, dtype: uint8, bands: 1}",
                           params="process_parameters: {gian: 2}")


if __name__ == "__main__":
    harness.main()
