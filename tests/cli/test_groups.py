"""Groups of inputs: maps and lists of them, in each other, some of them only at some zooms."""
import json

import numpy as np

import harness

CONFIG = """process: script.lua
input:
  {inputs}
pyramid: {{grid: mercator, tile_size: 128}}
zoom_levels: {zooms}
output: {{path: out, format: GTiff, dtype: uint16, bands: 1}}
"""
SCRIPT = """return process {{
  inputs = {{ {inputs} }},
  output = {{ bands = 1, dtype = 'uint16' }},
  run = function(tile, input, p)
    {body}
  end,
}}
"""
ZOOM, ROW, COL = 5, 10, 12
SUM = """local total
    for name, source in input.years:each() do total = total and total + source[1] or source[1] end
    return total"""
NAMES = """local text = {}
    local function add(group, prefix)
      for name, source in group:each() do
        text[#text + 1] = prefix .. name
        if name:find('^g') then add(source, prefix .. name .. '.') end
      end
    end
    add(input.years, '')
    log.info(table.concat(text, ' '))
    return nil"""


class Groups(harness.Case):
    def setUp(self):
        super().setUp()
        for i, name in enumerate(("a", "b", "c")):
            self.image(f"{name}.tif", np.full((128, 128), 10 ** i, "uint16"), harness.tile_bounds(ZOOM, ROW, COL), nodata=0)
        self.write("f.geojson", '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": '
                                '{"type": "Point", "coordinates": [-40, 50]}}]}')

    def config(self, inputs, body=SUM, declared="years = 'rasters'", zooms="5"):
        self.write("config.yaml", CONFIG.format(inputs=inputs, zooms=zooms))
        self.write("script.lua", SCRIPT.format(inputs=declared, body=body))

    def pixel(self, zoom=ZOOM):
        return int(harness.mosaic(self.folder / "out", zoom, "tif")[0][0].max())

    def check_sum(self, inputs, total, **more):
        self.config(inputs, **more)
        self.must_run("execute", "config.yaml", "--quiet", "--overwrite")
        self.assertEqual(self.pixel(), total, inputs)

    def check_order(self, inputs, order, declared="years = 'group'"):
        self.config(inputs, NAMES, declared)
        code, _, err = self.run_tilewright("execute", "config.yaml", "--overwrite")
        self.assertEqual(code, 0, err)
        self.assertIn(f"tilewright: {order}\n", err, inputs)

    def check_refused(self, message, inputs, **more):
        self.config(inputs, **more)
        self.check_fails(2, message, "execute", "config.yaml")

    def test_maps_and_lists(self):
        self.check_sum("years: {x: a.tif, y: {path: b.tif, resampling: bilinear}, z: {format: raster, path: c.tif}}", 111)
        self.check_sum("years: [a.tif, {path: b.tif}, c.tif]", 111)
        self.check_sum("years: {x: a.tif, y: null}", 1)
        self.check_sum("years: {zoom=5: [b.tif, c.tif], zoom<5: [a.tif]}", 110)

    def test_names_come_in_order(self):
        self.check_order("years: {z: a.tif, g: {b: a.tif, a: b.tif}, f: f.geojson}", "z g g.b g.a f")
        self.check_order("years: [a.tif, b.tif]", "1 2")
        self.check_order("years: {g: [a.tif, {x: b.tif, y: c.tif}], gg: {}}", "g g.1 g.2 gg")

    def test_members_by_name_and_number(self):
        body = "return input.years.g[2].x[1] + input.years['2020'][1] * input.years[1][1][1]"
        self.check_sum("years: {g: [b.tif, {x: c.tif}], 2020: b.tif}", 200, body=body)

    def test_each_zoom_has_its_own(self):
        self.config("years: {x: a.tif, y: {zoom<=4: null, zoom>4: b.tif}, z: {zoom<=4: c.tif, zoom>4: null}}", zooms="[4, 5]")
        self.must_run("execute", "config.yaml", "--quiet")
        self.assertEqual((self.pixel(5), self.pixel(4)), (11, 101))

    def test_groups_may_be_left_out(self):
        self.check_sum("dem: a.tif", 1, body="return input.years and nil or input.dem[1]", declared="dem = 'raster', years = 'rasters?'")

    def test_the_area_is_that_of_all(self):
        self.image("far.tif", np.full((128, 128), 7, "uint16"), harness.tile_bounds(ZOOM, ROW + 3, COL), nodata=0)
        self.config("years: [a.tif, far.tif]", body="return input.years[1][1]:fill(0) + input.years[2][1]:fill(0)")
        self.must_run("execute", "config.yaml", "--quiet")
        self.assertEqual(sorted(p.parent.name for p in self.folder.glob("out/5/*/*.tif")), ["10", "13"])

    def test_check_names_them(self):
        self.config("years: {x: a.tif, g: [b.tif]}", NAMES, "years = 'group'")
        out = self.must_run("check", "config.yaml")
        self.assertIn("inputs     years.x: ", out)
        self.assertIn("           years.g.1: ", out)
        self.assertEqual(list(json.loads(self.must_run("check", "config.yaml", "--json"))["inputs"]), ["years.x", "years.g.1"])

    def test_changes_of_members_are_noticed(self):
        self.config("years: {x: a.tif, y: b.tif}")
        self.must_run("execute", "config.yaml", "--quiet")
        self.image("b.tif", np.full((128, 128), 500, "uint16"), harness.tile_bounds(ZOOM, ROW, COL), nodata=0)
        _, _, err = self.run_tilewright("execute", "config.yaml")
        self.assertIn("1 input has changed since 'out' was made ('b.tif' replaced)", err)
        self.must_run("execute", "config.yaml", "--quiet", "--update")
        self.assertEqual(self.pixel(), 501)
        self.config("years: {x: a.tif, y: b.tif, z: c.tif}")
        self.must_run("execute", "config.yaml", "--quiet", "--update")
        self.assertEqual(self.pixel(), 601)
        self.config("years: {x: a.tif, z: c.tif, y: b.tif}", body="return input.years[3][1]")
        self.must_run("execute", "config.yaml", "--quiet", "--overwrite")
        self.config("years: {x: a.tif, y: b.tif, z: c.tif}", body="return input.years[3][1]")
        self.must_run("execute", "config.yaml", "--quiet", "--update")
        self.assertEqual(self.pixel(), 100)

    def test_empty_groups(self):
        for empty in ("[]", "{}", "{x: null}", "{g: []}"):
            self.config(f"years: {empty}", "return nil")
            self.must_run("check", "config.yaml")

    def test_wrong_uses(self):
        script = f"the script {'script.lua'} wants"
        self.check_refused("config.yaml:3:10: input 'years' is a single input; " + script + " a group of rasters: a map of names and "
                           "inputs, or a list", "years: a.tif")
        self.check_refused("config.yaml:3:10: input 'years' is a single input; " + script + " a group of inputs: a map of names and "
                           "inputs, or a list", "years: {path: a.tif}", declared="years = 'group'")
        self.check_refused("config.yaml:3:8: input 'dem' is a group of inputs; " + script + " a raster", "dem: {x: a.tif, y: b.tif}",
                           declared="dem = 'raster'")
        self.check_refused("config.yaml:3:8: input 'dem' is a list of inputs; " + script + " a raster or features", "dem: [a.tif]",
                           declared="dem = 'any'")
        self.check_refused("config.yaml:3:24: input 'years.y' is a vector; " + script + " a raster", "years: {x: a.tif, y: f.geojson}")
        self.check_refused("config.yaml:3:25: cannot open 'd.tif': No such file or directory", "years: {g: {x: {path: d.tif}}}")
        self.check_refused("config.yaml:3:11: input 'years' has 'resampling' but no path; a group of inputs has names and inputs",
                           "years: {resampling: nearest}")
        self.check_refused("config.yaml:3:15: input 'years.g' has 'nodata' but no path; a group of inputs has names and inputs",
                           "years: {g: {nodata: 0, pth: a.tif}}")
        self.check_refused("config.yaml:3:11: an input of the group 'years' cannot be called 'each': scripts write input.years:each() "
                           "for something else", "years: {each: a.tif}")
        self.check_refused("config.yaml:3:12: input 'years.1' must be a path or a map, not a number", "years: [ 3]")

    def test_one_problem_for_all_zooms(self):
        self.check_refused("config.yaml:3:8: input 'dem' is a group of inputs; the script script.lua wants a raster",
                           "dem: {x: a.tif}", declared="dem = 'raster'", zooms="[3, 6]")


if __name__ == "__main__":
    harness.main()
