"""tilewright schema: every configuration that is right validates, what is wrong with others is found, and editors have words to show."""
import copy
import json

import jsonschema
import yaml

import harness

CASES = harness.ROOT / "tests/cases/config"
# wrong in ways that a schema of types and words cannot tell: values that do not fit each other, files that are not there, YAML itself
ONLY_CHECKED = {
    "baselevels_above_zoom_levels", "baselevels_below_zoom_levels", "baselevels_min_above_max", "baselevels_without_zooms",
    "bounds_antimeridian", "bounds_bottom_above_top", "bounds_left_above_right", "condition_gap", "condition_gap_at_top",
    "condition_gap_nested", "condition_in_list_in_map", "condition_mixed_with_names", "condition_overlap", "condition_same_twice",
    "condition_unknown_operator", "condition_unreadable", "environment_hides_follow_ups", "environment_malformed",
    "environment_of_wrong_type", "environment_quoted_is_text", "environment_unset", "old_keys_wrong_values", "output_condition",
    "output_metatiling_larger", "output_nodata_fraction_of_integer", "output_nodata_nan_of_integer",
    "output_nodata_outside_dtype", "output_pixelbuffer_larger", "output_tile_size_differs", "pyramid_metatile_too_large",
    "pyramid_tile_size_of_the_grid", "root_old_keys", "zooms_above_the_first", "zooms_beyond_the_arithmetic",
    "zooms_beyond_the_last", "zooms_min_above_max", "zooms_with_gap"}
BASE = {"process": "run.lua", "input": {"dem": "dem.tif"}, "pyramid": {"grid": "mercator"}, "zoom_levels": 7,
        "output": {"path": "out", "format": "GTiff"}}


class Loader(yaml.SafeLoader):
    """Dates stay text, as in JSON."""


Loader.yaml_implicit_resolvers = {first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
                                  for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def with_text_keys(value):
    """As JSON has them: YAML's keys may be numbers."""
    if isinstance(value, dict):
        return {str(key): with_text_keys(item) for key, item in value.items()}
    return [with_text_keys(item) for item in value] if isinstance(value, list) else value


def read(path):
    return with_text_keys(yaml.load(path.read_text(encoding="utf-8-sig"), Loader))


class Schema(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.schema = None

    def setUp(self):
        super().setUp()
        if Schema.schema is None:
            Schema.schema = json.loads(self.must_run("schema"))
            jsonschema.Draft7Validator.check_schema(Schema.schema)
            Schema.validator = jsonschema.Draft7Validator(Schema.schema)

    def faults(self, value):
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in self.validator.iter_errors(value)]

    def test_configurations_that_are_right_validate(self):
        """Those of the tests of the configuration, all examples, and mapchete's own."""
        paths = [*CASES.glob("good_*.yaml"), *(harness.ROOT / "examples").glob("*/*.yaml"),
                 *(harness.ROOT / "tests/cli/conformance").glob("*/config.mapchete")]
        self.assertGreater(len(paths), 60)
        for path in paths:
            if path.stem in ("good_everything", "good_null_sink"):  # they try keys and formats of the tests' own
                continue
            with self.subTest(path.relative_to(harness.ROOT)):
                self.assertEqual(self.faults(read(path)), [])

    def test_what_is_wrong_is_found(self):
        accepted = set()
        for path in sorted(CASES.glob("*.yaml")):
            if path.stem.startswith(("good_", "yaml_")):
                continue
            if not self.faults(read(path)):
                accepted.add(path.stem)
        self.assertEqual(accepted - ONLY_CHECKED, set(), "wrong, and the schema takes it")
        self.assertEqual(ONLY_CHECKED - accepted, set(), "the schema has become better than this list")

    def check(self, is_right, *path, value):
        changed = copy.deepcopy(BASE)
        part = changed
        for key in path[:-1]:
            part = part.setdefault(key, {})
        part[path[-1]] = value
        found = self.faults(changed)
        self.assertEqual(not found, is_right, f"{path}: {value}: {found}")

    def test_what_keys_take(self):
        right = [
            (("pyramid", "grid"), ["WebMercatorQuad", "UTM33WGS84Quad", "grids/mine.json", "${GRID}", {"tileMatrices": []},
                                   "https://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad",
                                   {"shape": [1, 1], "bounds": [0, 0, 1, 1], "srs": {"epsg": 3035}, "is_global": False}]),
            (("input", "dem"), ["other.yaml", {"format": "config", "path": "other.yaml", "resampling": "cubic", "bands": [1]}, ["a.tif", {"path": "b.tif"}],
                                {"format": "Mapchete", "path": "roads.mapchete", "where": "lanes > 2"}, {"path": "a.tif", "resampling": "cubic", "bands": [1, "red"]}, {"format": "vector", "path": "a.gpkg",
                                "where": "height > 5", "layer": "roads"}, {"zoom<=7": "a.tif", "zoom>7": {"path": "b.tif", "nodata": -1}},
                                {"format": "catalogue", "path": "scenes", "order": "cloud", "start": "2020-01-01"}, {"path": ["a.tif", "b.tif"]}]),
            (("zoom_levels",), [7, [5, 7], {"min": 1, "max": 3}, "${ZOOM}"]),
            (("output", "layout"), ["xyz", "{z}/{x}/{y}.{extension}", None]),
            (("process_parameters",), [{"gain": {"zoom<=8": 1, "zoom>8": 2}}, None]),
            (("output",), [{"path": "o", "format": "JPEG", "quality": 80, "background": [1, 2, 3], "subsampling": "4:4:4"},
                           {"path": "o", "format": "WebP", "lossless": True, "effort": 6}, {"path": "o", "format": "PNG_hillshade", "old_band_num": 4},
                           {"path": "o", "format": "PNG", "compression": 9, "background": [0, 0, 0], "skip": "partial"}, {"path": "o", "format": "PNG", "layout": "mapserver", "services": ["wmts"]}, {"path": "o", "format": "PNG", "services": {"files": "all", "title": "T"}}, {"path": "o.pmtiles", "format": "PNG", "metadata": {"name": "T", "version": 2, "type": "overlay"}}, {"path": "o", "format": "PNG8", "colors": 16, "dither": False}, {"path": "o", "format": "PNG", "compression": "best"},
                           {"path": "o", "format": "GTiff", "compress": "deflate", "predictor": 2, "tags": {"A": "b"}},
                           {"path": "o", "format": "GPKG", "schema": {"geometry": "Point", "properties": {"a": "int"}}}]),
            (("bounds",), [[1, 2, 3, 4], None, ["${LEFT}", 2, 3, 4]]),
        ]
        wrong = [
            (("pyramid", "grid"), ["mercatr", 3, {"shape": [1, 1]}, {"shape": [0, 1], "bounds": [0, 0, 1, 1]}]),
            (("pyramid", "metatilig"), [2]),
            (("pyramid", "metatiling"), [3, "two", 512]),
            (("input", "dem"), [{"path": "a.tif", "resampling": "cubik"}, {"path": "a.tif", "bnads": 1}, {"format": "rastr", "path": "a"},
                                {"format": "raster", "path": "a.tif", "where": "x"}, {"format": "config", "path": "a.yaml", "start": "2020"}, 7]),
            (("zoom_levels",), [31, -1, {"min": 1}, "seven"]),
            (("output", "layout"), ["xzy", 3]),
            (("output",), [{"path": "o"}, {"format": "PNG"}, {"path": "o", "format": "PNGG"}, {"path": "o", "format": "JPEG", "quality": 0},
                           {"path": "o", "format": "PNG", "quality": 5}, {"path": "o", "format": "PNG", "skip": "all"}, {"path": "o", "format": "PNG", "services": ["wms"]}, {"path": "o.pmtiles", "format": "PNG", "metadata": {"nam": "T"}}, {"path": "o", "format": "PNG8", "colors": 257}, {"path": "o", "format": "PNG", "compression": 13}, {"path": "o", "format": "GPKG", "schema": {"geometry": "Pint"}}]),
            (("bounds",), [[1, 2, 3], "1 2 3 4"]),
            (("unknown",), [1]),
        ]
        for is_right, cases in ((True, right), (False, wrong)):
            for path, values in cases:
                for value in values:
                    with self.subTest(f"{path}: {value}"):
                        self.check(is_right, *path, value=value)

    def test_built_in_processes_bring_their_parameters(self):
        value = {**BASE, "process": "hillshade", "process_parameters": {"azimuth": 300}}
        self.assertEqual(self.faults(value), [])
        self.assertTrue(self.faults({**value, "process_parameters": {"azimut": 300}}))
        self.assertTrue(self.faults({**value, "process_parameters": {"azimuth": "north"}}))
        self.assertEqual(self.faults({**BASE, "process_parameters": {"anything": "goes"}}), [])

    def test_every_key_has_words_for_the_editor(self):
        def properties(part, path):
            for key, value in part.get("properties", {}).items():
                yield f"{path}/{key}", value
            for key, value in part.get("definitions", {}).items():
                yield from properties(value, f"{path}/{key}")
        parts = [("", self.schema), *((process["if"]["properties"]["process"]["const"], process["then"]["properties"][key])
                                      for process in self.schema["allOf"] for key in ("input", "process_parameters"))]
        without = [path for name, part in parts for path, value in properties(part, name) if not value.get("description")]
        self.assertEqual(without, [])

    def test_defaults_are_values_that_the_key_takes(self):
        def defaults(part, path):
            if isinstance(part, dict):
                if "default" in part and ({"type", "anyOf", "$ref", "enum"} & set(part)):
                    yield path, part
                for key, value in part.items():
                    yield from defaults(value, f"{path}/{key}")
        found = list(defaults(self.schema["definitions"], ""))
        self.assertGreater(len(found), 30)
        for path, part in found:
            with self.subTest(path):
                whole = {"definitions": self.schema["definitions"], "allOf": [part]}
                self.assertEqual([error.message for error in jsonschema.Draft7Validator(whole).iter_errors(part["default"])], [])
        quality = self.schema["definitions"]["output_JPEG"]["properties"]["quality"]
        self.assertEqual((quality["default"], quality["minimum"], quality["maximum"]), (75, 1, 100))

    def test_it_is_written_to_a_file(self):
        self.must_run("schema", "tilewright.schema.json")
        self.assertEqual(json.loads((self.folder / "tilewright.schema.json").read_text()), self.schema)
        self.must_run("schema", "tilewright.schema.json")
        self.write("map.yaml", "process: convert\n")
        self.check_fails(2, "tilewright: 'map.yaml' exists already and was not written by this command", "schema", "map.yaml")
        self.assertEqual((self.folder / "map.yaml").read_text(), "process: convert\n")

    def test_wrong_uses(self):
        self.check_fails(2, "tilewright: one file at a time: 'a.json' or 'b.json'", "schema", "a.json", "b.json")
        self.check_fails(2, "tilewright: 'schema' takes no options, not '--yaml'", "schema", "--yaml")
        self.check_fails(3, "tilewright: cannot write 'none/a.json': No such file or directory", "schema", "none/a.json")


if __name__ == "__main__":
    harness.main()
