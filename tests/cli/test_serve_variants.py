"""tilewright serve: the same script with other parameters, and pictures with other bands and stretches."""
import concurrent.futures
import time
from urllib.parse import quote

import numpy as np
from osgeo import gdal

import harness
from preview import BOUNDS, SCRIPT, Serve

gdal.UseExceptions()


class Case(Serve):
    def picture(self, path):
        (self.folder / "tile.png").write_bytes(self.get(path))
        return gdal.Open(str(self.folder / "tile.png")).ReadAsArray()


class Params(Case):
    SCRIPT = """return process {
  inputs = { inp = 'raster' },
  params = { gain = param.range { min = 0, max = 3, default = 1 }, name = 'plain, simple', inverse = false, kept = { 1, 2 }, method = param.resampling, most = param.number },
  run = function(tile, input, p)
    local result = input.inp:read(nil, { resampling = p.method }) * p.gain
    if p.most then
      result = result:clip(0, p.most)
    end
    if p.inverse then
      result = result * -1 + 255
    end
    if p.name == 'none, at all' then
      error('nothing to do')
    end
    return result
  end,
}
"""

    def setUp(self):
        super().setUp()
        self.write("run.lua", self.SCRIPT)
        self.config()

    def test_the_script_runs_with_other_parameters(self):
        server = self.serve()
        params = {param["name"]: param for param in self.json("/layers/map.json")["params"]}
        self.assertEqual(params["gain"], {"name": "gain", "type": "number", "value": 1, "default": 1, "min": 0, "max": 3})
        self.assertEqual(params["most"], {"name": "most", "type": "number", "value": None, "default": None, "min": None, "max": None})
        before = self.get("/layers/map/6/25/21.png")
        half = self.picture("/layers/map/6/25/21.png?params=gain:0.5")
        wanted = np.maximum(np.floor(self.array[:, 128:256, 128:256] * 0.5 + 0.5), 1)
        self.assertLessEqual(np.abs(half[:3] - wanted).max(), 1)
        self.assertEqual(self.get("/layers/map/6/25/21.png?params=inverse:false,gain:1"), before)
        inverse = self.picture("/6/25/21.png?params=" + quote("inverse:true,most:100"))
        self.assertEqual(inverse[1].tolist(), (255 - np.minimum(self.array[1, 128:256, 128:256], 100)).tolist())
        self.assertEqual(self.error("/6/25/21.png?params=" + quote("name:none, at all"), 500), "tile 6/10/12: run.lua:13: nothing to do")
        self.assertEqual(self.get("/layers/map/6/25/21.png?v=3&params="), before)
        x, y = (BOUNDS[0] + BOUNDS[2]) / 2 + 10, (BOUNDS[1] + BOUNDS[3]) / 2 - 10
        plain, doubled = (self.json(f"/layers/map/point?x={x}&y={y}{more}")["values"] for more in ("", "&params=gain:0.5"))
        self.assertAlmostEqual(doubled[1]["value"], plain[1]["value"] / 2, delta=0.6)
        self.assertFalse((self.folder / "out").exists())
        self.end(server)

    def test_wrong_parameters(self):
        server = self.serve()
        known = "gain, inverse, kept, method, most, name"
        for params, message in (
                ("gian:2", f"unknown process parameter 'gian'; did you mean 'gain'? (known: {known})"),
                ("gain:much", "parameter 'gain' must be a number (the default is 1), not a string: 'much'"),
                ("gain:-0.5", "parameter 'gain' must be from 0 to 3, not -0.5"),
                ("gain:3.1", "parameter 'gain' must be from 0 to 3, not 3.1"),
                ("gain:", "parameter 'gain' must be a number (the default is 1), not a string: ''"),
                ("gain:nan", "parameter 'gain' must be a number (the default is 1), not a string: 'nan'"),
                ("inverse:1", "parameter 'inverse' must be true or false (the default is false), not a string: '1'"),
                ("kept:1", "parameter 'kept' must be a list, not a string: '1'"),
                ("most:x", "parameter 'most' must be a number, not a string: 'x'"),
                ("gain", "params are NAME:VALUE,NAME:VALUE, and 'gain' is none"),
                (",", "params are NAME:VALUE,NAME:VALUE, and '' is none")):
            with self.subTest(params):
                self.assertEqual(self.error("/layers/map/6/25/21.png?params=" + quote(params), 400), message)
        self.assertTrue(self.error("/6/25/21.png?params=method:bilinaer", 400).startswith("unknown resampling 'bilinaer'; did you mean 'bilinear'?"))
        self.assertEqual(self.error("/layers/map.inp/6/25/21.png?params=gain:2", 400), "params are those of a script, and 'inp' is shown without one")
        self.get("/layers/map/6/25/21.png")
        self.end(server)

    def test_few_variants_are_kept(self):
        server = self.serve("map.yaml", "--workers", 2)
        paths = [f"/6/{24 + i % 4}/{20 + i // 4 % 4}.png?params=gain:{0.1 + i % 12 / 10:.1f}" for i in range(48)]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(self.ask, paths))
        self.assertLessEqual({answer[0] for answer in answers}, {200, 503})
        again = [self.ask(path)[0] for path in paths]
        self.assertEqual(set(again), {200})
        threads = len(list((harness.pathlib.Path("/proc") / str(server.pid) / "task").iterdir()))
        self.assertLess(threads, 30)
        self.end(server)

    def test_variants_follow_the_script(self):
        server = self.serve()
        before = self.get("/6/25/21.png?params=gain:0.5")
        self.write("run.lua", self.SCRIPT.replace("* p.gain", "* p.gain * 0.5"))
        self.get("/events?since=1")
        after = self.get("/6/25/21.png?params=gain:0.5")
        self.assertNotEqual(after, before)
        self.assertEqual(self.get("/6/25/21.png?params=gain:1"), self.get("/6/25/21.png"))
        self.end(server)


class Hanging(Case):
    def serve(self, *arguments, **more):
        sanitized, harness.BINARY = harness.BINARY, harness.RELEASE  # what a thread that never ends holds is a leak
        self.addCleanup(setattr, harness, "BINARY", sanitized)
        return super().serve(*arguments, **more)

    def test_a_variant_that_never_ends_goes_with_the_script(self):
        forever = SCRIPT.replace("  run =", "  prepare = function(area, input, p) while p.gain == 2 do end end,\n  run =")
        self.write("run.lua", forever)
        self.config()
        server = self.serve("map.yaml", "--workers", 1)
        before = self.get("/6/25/21.png")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(self.ask, "/6/25/21.png?params=gain:2")
            time.sleep(0.5)
            self.assertEqual(self.get("/6/24/21.png?params=gain:1.5")[:4], b"\x89PNG")
            self.write("run.lua", SCRIPT)
            self.get("/events?since=1")
            self.assertEqual(waiting.result()[0], 503)
        self.assertEqual(self.get("/6/25/21.png"), before)
        self.get("/6/25/21.png?params=gain:2")
        server.kill()
        server.communicate()

    def test_a_variant_that_never_loads_is_given_up(self):
        forever = SCRIPT.replace("  run =", "  prepare = function(area, input, p) local x = 0; while p.gain == 2 do x = x + 1 end end,\n  run =")
        self.write("run.lua", forever)
        self.config()
        server = self.serve("map.yaml", "--workers", 1, "--tile-timeout", 1)
        before = self.get("/6/25/21.png")
        for _ in range(2):
            self.assertEqual(self.error("/6/25/21.png?params=gain:2", 500),
                             "prepare: run.lua: not done after 1 s (--tile-timeout) and cannot be stopped")
        self.assertEqual(self.get("/6/25/21.png"), before)
        self.get("/6/25/21.png?params=gain:3")
        self.end(server)

    def test_a_tile_of_a_variant_that_never_ends_takes_no_place(self):
        self.write("run.lua", SCRIPT.replace("return input", "local x = 0\n    while p.gain == 2 do x = x + 1 end\n    return input"))
        self.config()
        server = self.serve("map.yaml", "--workers", 1, "--tile-timeout", 1)
        self.error("/6/25/21.png?params=gain:2", 504)
        self.get("/6/25/21.png")
        self.get("/6/25/21.png?params=gain:1.5")
        server.kill()
        server.communicate()


class Styles(Case):
    """Values that are known: band n of the raster is n * 1000 + the column, the south-west corner is nodata."""

    def setUp(self):
        super().setUp()
        values = np.stack([n * 1000 + np.tile(np.arange(512), (512, 1)) for n in range(5)]).astype("uint16")
        values[:, 384:, :128] = 65535
        self.values = values
        self.image("image.tif", values, BOUNDS, nodata=65535)
        self.config(format="GTiff", dtype="uint16", bands="[a, b, c, nir, e]", more=", nodata: 65535, metatiling: 1")

    def shades(self, band, low, high, gamma=1.0):
        part = np.clip((self.values[band, 128:256, 128:256].astype(float) - low) / (high - low), 0, 1) ** (1 / gamma)
        return np.floor(1.5 + 254 * part)

    def test_bands_stretch_and_gamma(self):
        server = self.serve()
        path = "/layers/map/6/25/21.png"
        gray = self.picture(path + "?bands=nir&stretch=3000,3500")
        self.assertEqual(len(gray), 4)
        self.assertEqual(gray[0].tolist(), self.shades(3, 3000, 3500).tolist())
        self.assertEqual(gray[2].tolist(), gray[0].tolist())
        self.assertEqual(int(gray[3].min()), 255)
        for query in ("?bands=5,2,1&stretch=4000,4512,1000,1300,100,200", "?bands=e,b,a&stretch=4000,4512,1000,1300,100,200"):
            colours = self.picture(path + query)
            self.assertEqual([band.tolist() for band in colours[:3]],
                             [self.shades(*band).tolist() for band in ((4, 4000, 4512), (1, 1000, 1300), (0, 100, 200))])
        dark = self.picture(path + "?bands=nir&stretch=3000,3500&gamma=0.5")
        self.assertEqual(dark[0].tolist(), self.shades(3, 3000, 3500, 0.5).tolist())
        plain = self.picture(path + "?stretch=0,2511")
        self.assertEqual(plain[2].tolist(), self.shades(2, 0, 2511).tolist())
        seen = self.picture("/layers/map/6/24/20.png?bands=4")  # stretched by itself, as it is seen first
        self.assertGreater(int(seen[0].max()) - int(seen[0].min()), 200)
        empty = self.ask("/layers/map/6/24/23.png?bands=1")
        self.assertEqual(empty[0], 204)
        self.assertEqual(self.get("/layers/map/tiles/6/21/25.tif?bands=9"), self.get("/layers/map/tiles/6/21/25.tif"))
        inputs = self.picture("/layers/map.inp/6/25/21.png?bands=band4&stretch=3000,3500")
        self.assertEqual(inputs[0].tolist(), gray[0].tolist())
        self.end(server)

    def test_bytes_stay_as_they_are(self):
        self.image("image.tif", self.array, BOUNDS, nodata=0)
        self.config()
        server = self.serve()
        swapped = self.picture("/6/25/21.png?bands=3,2,1")
        self.assertEqual(swapped[:3].tolist(), self.array[::-1, 128:256, 128:256].tolist())
        lighter = self.picture("/6/25/21.png?bands=2&stretch=0,100")
        self.assertEqual(lighter[0].tolist(), np.floor(1.5 + 254 * np.minimum(self.array[1, 128:256, 128:256] / 100, 1)).tolist())
        corner = self.picture("/6/24/20.png?bands=1")
        self.assertEqual(((corner[3] > 0) == (self.array[0, :128, :128] > 0)).all(), True)
        self.end(server)

    def test_wrong_styles(self):
        server = self.serve()
        pairs = "stretch is LOW,HIGH, once or for each band shown, and LOW is less, not "
        for query, message in (
                ("bands=1,2", "bands are one (gray) or three (red, green, blue), not 2"),
                ("bands=1,2,3,4", "bands are one (gray) or three (red, green, blue), not 4"),
                ("bands=nri", "unknown band 'nri'; did you mean 'nir'? (known: a, b, c, nir, e)"),
                ("bands=6", "there is no band '6': there are 5, by number or name"),
                ("bands=0", "there is no band '0': there are 5, by number or name"),
                ("bands=", "unknown band ''; did you mean 'a'? (known: a, b, c, nir, e)"),
                ("stretch=1", pairs + "'1'"), ("stretch=2,1", pairs + "'2,1'"), ("stretch=a,b", pairs + "'a,b'"), ("stretch=0,inf", pairs + "'0,inf'"),
                ("stretch=1,2,3,4", pairs + "'1,2,3,4'"), ("stretch=1,2,3,4,5,6,7,8", pairs + "'1,2,3,4,5,6,7,8'"),
                ("bands=1&stretch=0,1,0,1,0,1", pairs + "'0,1,0,1,0,1'"),
                ("gamma=0", "gamma is a number from 0.05 to 20, not '0'"), ("gamma=x", "gamma is a number from 0.05 to 20, not 'x'")):
            with self.subTest(query):
                self.assertEqual(self.error("/6/25/21.png?" + query, 400), message)
        self.end(server)


if __name__ == "__main__":
    harness.main()
