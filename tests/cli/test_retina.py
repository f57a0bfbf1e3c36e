"""Tiles of 512 pixels for screens with twice as many: names, pixels, and what services say of them."""
import json

import numpy as np

import harness
import runs


class Retina(runs.Case):
    def config(self, name="run.yaml", **changes):
        return super().config(name, **runs.merge({"pyramid": {"tile_size": None}, "output": {"retina": True, "nodata": None}, "zoom_levels": 4,
                                                  "baselevels": None}, changes))

    def setUp(self):
        super().setUp()
        self.array = runs.scene(8)
        self.image("scene.tif", self.array, harness.tile_bounds(4, 5, 4, 2), nodata=0)  # 2 x 2 tiles of zoom 4

    def test_the_same_tiles_have_twice_the_pixels(self):
        cases = (("wmts", "4/10/8@2x.png"), ("xyz", "4/8/10@2x.png"), ("tms", "4/8/5@2x.png"), ("quadkey", "3020@2x.png"),
                             ("arcgis", "_alllayers/L04/R0000000a/C00000008.png"), ("{z}/{y}/{x}.{extension}", "4/10/8.png"))
        for number, (layout, name) in enumerate(cases):
            with self.subTest(layout):
                folder = f"out{number}"
                self.config(output={"path": folder, "layout": layout})
                self.must_execute()
                tile = harness.read(self.folder / folder / name)
                self.assertEqual(tile.shape, (4, 512, 512))
                valid = self.array[:, :512, :512].any(axis=0)
                self.assertTrue(np.array_equal(tile[:3][:, valid], self.array[:, :512, :512][:, valid]))

    def test_services_and_inputs_know(self):
        self.config(output={"layout": "xyz", "services": "tilejson"})
        self.must_execute()
        about = json.loads((self.folder / "out/tilejson.json").read_text())
        self.assertEqual((about["tiles"], about["tileSize"]), (["{z}/{x}/{y}@2x.png"], 256))
        self.assertIn("tiles of 512 pixels", self.must_run("info", "out"))
        self.assertIn("all is well", self.must_run("verify", "out"))
        self.config("second.yaml", input={"inp": "out"}, output={"path": "again", "layout": "xyz"})
        self.must_execute(config="second.yaml")
        self.assertEqual({k: v for k, v in self.tree("again").items() if k.endswith("png")}, {k: v for k, v in self.tree("out").items() if k.endswith("png")})

    def test_convert(self):
        self.must_run("convert", "scene.tif", "tiles", "--output-format", "PNG", "--retina", "-z", "4", "--quiet")
        self.assertTrue(all(p.name.endswith("@2x.png") for p in (self.folder / "tiles").rglob("*.png")))
        self.write("a.geojson", '{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [0, 0]}}')
        self.check_fails(2, "--retina is for pixels, and 'a.geojson' holds features", "convert", "a.geojson", "b", "--retina", "-z", "4",
                         "--output-pyramid", "mercator")

    def test_wrong_uses(self):
        self.config(pyramid={"tile_size": 256})
        self.check_execute_fails(2, "run.yaml:16:15: output.retina means tiles of 512 pixels, and pyramid.tile_size is 256: leave one of the two out")
        self.config(output={"retina": "yes"})
        self.check_execute_fails(2, "run.yaml:15:15: output.retina must be true or false, not 'yes'")


if __name__ == "__main__":
    harness.main()
