"""Where tiles lie below an output: the conventions of web maps, read by GDAL's own clients of each, and by us."""
import shutil

import numpy as np
from osgeo import gdal

import harness

CONFIG = """process: convert
input: {{inp: {inp}}}
pyramid: {{grid: {grid}, tile_size: 256}}
zoom_levels: {zooms}
output: {{path: {out}, format: PNG, bands: 3, georeference: none{more}}}
"""
BOUNDS = harness.tile_bounds(3, 2, 4)
CLIENT = """<GDAL_WMS>
  <Service name="{service}"><ServerUrl>file://{url}</ServerUrl></Service>
  <DataWindow>
    <UpperLeftX>-20037508.3427892</UpperLeftX><UpperLeftY>20037508.3427892</UpperLeftY>
    <LowerRightX>20037508.3427892</LowerRightX><LowerRightY>-20037508.3427892</LowerRightY>
    <TileLevel>5</TileLevel><TileCountX>1</TileCountX><TileCountY>1</TileCountY><YOrigin>{origin}</YOrigin>
  </DataWindow>
  <Projection>EPSG:3857</Projection><BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY><BandsCount>3</BandsCount>
  <ZeroBlockHttpCodes>204,404</ZeroBlockHttpCodes><ZeroBlockOnServerException>true</ZeroBlockOnServerException>
</GDAL_WMS>
"""


def quadkey(zoom, row, col):
    """After Bing Maps' own description of its tile system."""
    key = ""
    for i in range(zoom, 0, -1):
        digit, mask = 0, 1 << (i - 1)
        if col & mask:
            digit += 1
        if row & mask:
            digit += 2
        key += str(digit)
    return key


PATHS = {
    "wmts": lambda z, r, c: f"{z}/{r}/{c}.png",
    "xyz": lambda z, r, c: f"{z}/{c}/{r}.png",
    "tms": lambda z, r, c: f"{z}/{c}/{2 ** z - 1 - r}.png",
    "quadkey": lambda z, r, c: f"{quadkey(z, r, c)}.png",
    "arcgis": lambda z, r, c: "_alllayers/L%02d/R%08x/C%08x.png" % (z, r, c),
}
# where the tiles of the picture's zooms are: it is one tile of zoom 3
TILES = [(5, row, col) for row in range(8, 12) for col in range(16, 20)] + [(4, r, c) for r in (4, 5) for c in (8, 9)] + [(3, 2, 4)]


class Layouts(harness.Case):
    def setUp(self):
        super().setUp()
        gdal.SetConfigOption("GDAL_DEFAULT_WMS_CACHE_PATH", str(self.folder / "wms"))
        y, x = np.mgrid[0:1024, 0:1024]
        self.array = np.stack([1 + (x * 3 + y) % 250, 1 + (x + y * 7) % 250, 1 + (x ^ y) % 250]).astype("uint8")
        self.image("image.tif", self.array, BOUNDS)

    def config(self, layout=None, out="out", inp="image.tif", zooms="[3, 5]", grid="mercator"):
        more = f", layout: '{layout}'" if layout else ""
        self.write("make.yaml", CONFIG.format(inp=inp, zooms=zooms, out=out, more=more, grid=grid))
        return "make.yaml"

    def make(self, *arguments, **more):
        return self.must_run("execute", self.config(*arguments, **more), "--quiet")

    def test_tiles_lie_where_the_convention_says(self):
        self.make(out="plain")
        plain = self.tree("plain")
        for layout, path in PATHS.items():
            with self.subTest(layout):
                self.make(layout, out=layout)
                files = {name: content for name, content in self.tree(layout).items() if name != "metadata.json"}
                self.assertEqual(files, {path(*tile): plain[PATHS["wmts"](*tile)] for tile in TILES})
                self.assertEqual(self.must_run("execute", "make.yaml"), f"{layout}: nothing to do, all {len(TILES)} metatiles are done\n")

    def test_what_was_written_is_read(self):
        for layout, path in PATHS.items():
            with self.subTest(layout):
                self.make(layout, out=layout)
                self.make(out=f"again_{layout}", inp=layout)
                self.assertTrue(np.array_equal(harness.mosaic(self.folder / f"again_{layout}", 5, "png")[0][:3], self.array))
                (self.folder / layout / "metadata.json").unlink()
                self.make(out=f"third_{layout}", inp=f"{{format: tile_directory, path: {layout}, layout: {layout}, grid: mercator, "
                                                     "extension: png}")
                self.assertEqual(self.tree(f"third_{layout}").keys(), self.tree(f"again_{layout}").keys())
                self.assertTrue(np.array_equal(harness.mosaic(self.folder / f"third_{layout}", 5, "png")[0][:3], self.array))

    def test_clients_find_the_tiles(self):
        """GDAL's clients of tiles by z/x/y from the north and from the south, and of Bing's."""
        left, bottom, right, top = BOUNDS
        for layout, service, origin, url in (("xyz", "TMS", "top", "${z}/${x}/${y}.png"), ("tms", "TMS", "bottom", "${z}/${x}/${y}.png"),
                                             ("quadkey", "VirtualEarth", "top", "${quadkey}.png")):
            with self.subTest(layout):
                self.make(layout, out=layout)
                client = CLIENT.format(service=service, origin=origin, url=f"{self.folder}/{layout}/{url}")
                read = gdal.Warp("", gdal.Open(client), format="MEM", outputBounds=(left, bottom, right, top), width=1024, height=1024)
                self.assertTrue(np.array_equal(read.ReadAsArray()[:3], self.array))

    def test_a_template_of_ones_own(self):
        self.make("t/{z:02}-{x:04x}/{-y:3}.{extension}")
        self.assertIn("t/05-0010/023.png", self.tree("out"))
        self.make(out="again", inp="out")
        self.assertTrue(np.array_equal(harness.mosaic(self.folder / "again", 5, "png")[0][:3], self.array))

    def test_tiles_move_from_one_layout_to_another(self):
        self.make("tms", out="tms")
        self.make("arcgis", out="arcgis")
        for path in (self.folder / "arcgis").rglob("*.png"):
            path.unlink()
        self.must_run("cp", "tms", "arcgis", "--quiet")
        tms, arcgis = self.tree("tms"), self.tree("arcgis")
        for tile in TILES:
            self.assertEqual(arcgis[PATHS["arcgis"](*tile)], tms[PATHS["tms"](*tile)])

    def test_only_its_own_tiles_are_removed(self):
        self.make("tms")
        self.write("out/5/20/notes.png.txt", "mine")
        self.must_run("rm", "out", "--zoom", "5", "--bounds", "0", "5100000", "1000000", "6000000", "-f")
        left = [name for name in self.tree("out") if name.startswith("5/")]
        self.assertTrue(0 < len([name for name in left if name.endswith(".png")]) < 16)
        self.assertIn("5/20/notes.png.txt", left)

    def test_another_layout_is_not_mixed_with_what_is_there(self):
        self.make("tms")
        before = self.tree("out")
        code, _, err = self.run_tilewright("execute", self.config("xyz"))
        self.assertEqual(code, 2)
        self.assertIn("'out' was made with another configuration or script", err.replace(f"{self.folder}/", ""))
        self.assertEqual(self.tree("out"), before)

    def test_wrong_uses(self):
        for layout, more, message in (
                ("xzy", {}, "make.yaml:5:72: unknown layout 'xzy'; did you mean 'xyz'? (known: wmts, xyz, tms, quadkey, arcgis, compact, mapserver)"),
                ("{z}/{x}", {}, "make.yaml:5:72: the path of tiles '{z}/{x}' needs {row}"),
                ("{x}/{-y}/{z}", {}, "make.yaml:5:72: the path of tiles '{x}/{-y}/{z}' needs {zoom} in front of {-y}"),
                ("quadkey", {"zooms": "[0, 3]"},
                 "make.yaml:5:72: a quadkey has a digit for each zoom, so that there is none for zoom 0: begin at zoom 1"),
                ("quadkey", {"grid": "geodetic"},
                 "make.yaml:5:72: a quadkey needs a grid that is one tile at zoom 0, such as mercator; grid 'geodetic' is 2 x 1"),
                ("xyz', tile_path_schema: '{z}/{x}/{y}", {},
                 "make.yaml:5:97: output.layout says where tiles lie already; leave one of the two out")):
            with self.subTest(layout):
                self.check_fails(2, message, "execute", self.config(layout, **more))
        self.make("tms", out="tiles")
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        self.check_fails(2, "make.yaml:2:60: unknown layout 'tsm'; did you mean 'tms'? (known: wmts, xyz, tms, quadkey, arcgis, compact, mapserver)",
                         "execute", self.config(inp="{format: tile_directory, path: tiles, layout: tsm}"))
        self.assertFalse((self.folder / "out").exists())


if __name__ == "__main__":
    harness.main()
