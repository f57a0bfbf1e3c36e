"""The page of tilewright serve in headless Chromium: what it shows, pixel by pixel, and what it does. TILEWRIGHT_ARTEFACTS keeps its screenshots."""
import json
import os
import shutil
import signal
import subprocess
import threading
import time

import numpy as np

import harness
from preview import BOUNDS, SCRIPT, Serve

BROWSER = harness.ROOT / "tests/browser"
ARTEFACTS = os.environ.get("TILEWRIGHT_ARTEFACTS")
PLAIN = {"bands": None, "stretch": None, "gamma": 1, "map": None, "reverse": False, "saturation": 1}


def expected(tile, style):
    """How a tile of bytes (3 x rows x columns) looks, in floating point; `map` is for grey alone."""
    bands = tile.astype(float)[[band - 1 for band in style["bands"] or (1, 2, 3)]]
    ranges = style["stretch"] or [[0, 255]]
    for k, band in enumerate(bands):
        low, high = ranges[min(k, len(ranges) - 1)]
        bands[k] = np.round(np.clip((band - low) / (high - low), 0, 1) ** (1 / style["gamma"]) * 255)
    if len(bands) == 1:
        bands = np.repeat(bands, 3, axis=0)
        return 255 - bands if style["reverse"] else bands
    light = np.tensordot([0.2126, 0.7152, 0.0722], bands, 1)
    return np.clip(light + (bands - light) * style["saturation"], 0, 255)


class Page(Serve):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sanitized, harness.BINARY = harness.BINARY, harness.RELEASE  # what is looked at is the page, against time
        cls.addClassCleanup(setattr, harness, "BINARY", sanitized)
        if not (BROWSER / "node_modules/playwright-core").exists():
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=BROWSER, check=True, capture_output=True)

    def drive(self, scenario, *arguments):
        shots = self.folder / "shots"
        shots.mkdir(exist_ok=True)
        done = subprocess.run(["node", "preview.mjs", f"http://127.0.0.1:{self.port}/", str(shots), scenario, *map(str, arguments)], cwd=BROWSER,
                              capture_output=True, text=True, timeout=600)
        if ARTEFACTS:
            shutil.copytree(shots, ARTEFACTS, dirs_exist_ok=True)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        seen = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual((seen["console"], seen["outside"]), ([], []))
        return seen

    def pixels(self, name, size):
        """A tile as the canvas had it: rows x columns x red, green, blue, alpha."""
        return np.frombuffer((self.folder / "shots" / f"{name}.bin").read_bytes(), "uint8").reshape(size, size, 4)

    def check_pixels(self, name, wanted, valid, most=1):
        shown = np.moveaxis(self.pixels(name, valid.shape[0])[:, :, :3].astype(float), 2, 0)
        self.assertLessEqual(np.abs(shown - wanted)[:, valid].max(), most + 0.5, name)

    def test_the_map_shows_the_cloudless_example(self):
        folder = self.folder / "cloudless"
        shutil.copytree(harness.ROOT / "examples/cloudless", folder, ignore=shutil.ignore_patterns("out", "out*.tif"))
        self.must_run("execute", "cloudless.yaml", "--quiet", cwd=folder)
        self.serve("cloudless.yaml", cwd=folder)
        seen = self.drive("map", 11, 1113, 728)
        tile = harness.read(folder / "out/tiles/11/728/1113.png")
        self.check_pixels("tile", tile[:3], tile[3] == 255, most=0.5)
        self.assertEqual(seen["lines"], 5)
        self.assertTrue(seen["ink"][0] < seen["ink"][1] < seen["ink"][2], "lines, then times: %s" % seen["ink"])
        self.assertRegex(seen["read"], r"2023-08-1.+blue \d+")
        self.assertRegex(seen["command"], r"\Atilewright execute cloudless\.yaml -z \d+ -b ")
        row, col = 128, 128
        values = [float(value) for value in seen["values"][1::2]]
        self.assertEqual(values[:3], [float(value) for value in tile[:3, row, col]])

    def test_editing_the_script_changes_the_picture(self):
        self.config()
        self.serve()
        self.write("after.txt", SCRIPT.replace("gain = 1", "gain = 0.4"))
        self.write("broken.txt", SCRIPT.replace("* p.gain", "* p.gain)"))
        self.write("failing.txt", SCRIPT.replace("return input", "error('no good')\n    return input"))
        seen = self.drive("edit", self.folder / "run.lua", self.folder / "after.txt", self.folder / "broken.txt", self.folder / "failing.txt")
        self.assertLess(seen["milliseconds"], 3000)
        self.assertRegex(seen["problem"], r"run\.lua:5: ")
        self.assertTrue(seen["stale"])
        self.assertGreater(seen["again"], 0)
        self.assertTrue(any("run.lua:5: no good" in message for message in seen["messages"]), seen["messages"])

    def test_values_of_the_inputs_where_the_script_fails(self):
        self.config(baselevels="")
        self.write("run.lua", SCRIPT.replace("return input", "error('no good')\n    return input"))
        self.serve()
        seen = self.drive("failing", 6, 25, 21)
        self.assertRegex(seen["problem"], r"\Atile 6/10/12: run\.lua:5: no good\Z")
        self.assertEqual(seen["values"], self.array[:, 128 + 64, 128 + 64].tolist())

    def test_what_is_written_is_told(self):
        self.config(baselevels="")
        self.write("after.lua", SCRIPT.replace("gain = 1", "gain = 0.5"))
        self.serve("map.yaml", "--mode", "continue")
        seen = self.drive("notice", self.folder / "run.lua", self.folder / "after.lua")
        self.assertEqual(seen["kind"], "continue")
        self.assertRegex(seen["hint"], r"\AWhat .*out holds; what is missing is computed and written\Z")
        self.assertRegex(seen["notice"], r"\AWhat is shown is not written\.\s*nothing is written: '.*out' was made with another configuration or script")
        self.assertFalse(seen["stale"])

    def test_styles_change_the_pixels_as_they_say(self):
        """Stretch, gamma, saturation, bands, one band: done by the page, against the formula."""
        self.config()
        self.must_run("execute", "map.yaml", "--quiet")
        tile = harness.read(self.folder / "out/6/21/25.png")
        self.serve()
        styles = [{}, {"stretch": [[40, 200]]}, {"stretch": [[10, 90], [60, 200], [0, 255]]}, {"gamma": 2.2}, {"saturation": 0}, {"saturation": 1.7, "gamma": 0.6},
                  {"bands": [3, 2, 1]}, {"bands": [2]}, {"bands": [3], "stretch": [[20, 130]], "gamma": 1.4}, {"bands": [1], "map": "grey", "reverse": True}]
        seen = self.drive("style", 6, 25, 21, json.dumps([{**PLAIN, **style} for style in styles]))
        self.assertEqual(seen["requests"], 0, "no tile was asked for again")
        for number, style in enumerate(styles):
            with self.subTest(style):
                self.check_pixels(f"style-{number}", expected(tile[:3], {**PLAIN, **style}), tile[3] == 255)
        viridis = self.pixels("viridis", 128)[tile[3] == 255]
        band = tile[0][tile[3] == 255]
        for value, colour in ((band.min(), None), (128, (0x21, 0x91, 0x8c))):
            if colour and (band == value).any():
                self.assertLessEqual(np.abs(viridis[band == value][0][:3].astype(int) - colour).max(), 3)

    def test_the_panel_styles_and_orders(self):
        self.config()
        self.serve()
        seen = self.drive("panel")
        self.assertEqual(seen["histogram"], seen["counted"])
        self.assertGreater(seen["pixels"], 10000)
        low, high = seen["dragged"]
        self.assertTrue(40 < low < 90 and high == 255, seen["dragged"])
        self.assertAlmostEqual(seen["stepped"] - low, 1, delta=0.01)
        self.assertIn("style.", seen["link"])
        self.assertEqual(seen["again"], seen["style"], "the link brings the style back")
        self.assertEqual(seen["themes"], ["light", "dark"])
        self.assertTrue(seen["help"])
        self.assertEqual(seen["unnamed"], [], "everything that takes the focus has a name")

    def pair(self):
        """Two layers that differ in their gain: the values of a tile of each."""
        self.config(baselevels="")
        self.config("dark.yaml", baselevels="")
        with (self.folder / "dark.yaml").open("a") as file:
            file.write("process_parameters: {gain: 0.4}\n")
        self.must_run("execute", "map.yaml", "--quiet")
        self.serve("map.yaml", "dark.yaml")
        tile = harness.read(self.folder / "out/6/21/25.png")[:3].astype(float)
        return tile, np.round(tile * 0.4)

    def part(self, name, left, right, top=290, bottom=325):
        """Of a screenshot with the tile in its middle: what is seen and where that is in the tile."""
        return (harness.read(self.folder / f"shots/{name}.png")[:3, top:bottom, left:right].astype(float),
                (slice(None), slice(top - 286, bottom - 286), slice(left - 436, right - 436)))

    def check_part(self, name, tile, left, right):
        shown, where = self.part(name, left, right)
        self.assertLessEqual(np.abs(shown - tile[where]).max(), 1.5, name)

    def test_the_divider_shows_both_sides(self):
        bright, dark = self.pair()
        seen = self.drive("swipe", 6, 25, 21)
        self.assertEqual(seen["pair"], ["map", "dark"])
        self.check_part("swipe", bright, 440, 490)
        self.check_part("swipe", dark, 510, 560)
        self.check_part("swipe-right", dark, 440, 560)
        self.assertAlmostEqual(seen["byKey"], 0.39)
        self.assertAlmostEqual(seen["byMouse"], 0.3)
        self.assertAlmostEqual(seen["byTouch"], 0.6)
        self.assertIn("swipe=map,dark,0.000", seen["link"])
        self.assertEqual((seen["again"], seen["ended"]), ({"left": "map", "right": "dark", "at": 0}, None))

    def test_layers_are_ordered_hidden_and_blended(self):
        bright, dark = self.pair()
        seen = self.drive("order", 6, 25, 21)
        self.assertEqual((seen["first"], seen["byKey"], seen["focused"], seen["byMouse"]), (["map", "dark"], ["dark", "map"], "map", ["map", "dark"]))
        self.check_part("order-0", bright, 440, 560)
        self.check_part("order-1", dark, 440, 560)
        self.check_part("order-2", dark, 440, 560)
        self.check_part("order-3", (bright + dark) / 2, 440, 560)
        self.check_part("order-blink", dark, 440, 560)
        self.assertEqual(seen["again"], [["map", True, 0.5], ["dark", True, 1]])

    def test_parameters_run_the_script_again(self):
        bright, dark = self.pair()
        seen = self.drive("params", 6, 25, 21)
        valid = np.ones((128, 128), bool)
        self.check_pixels("params-0", bright, valid)
        self.check_pixels("params-1", dark, valid)
        self.check_pixels("params-2", bright, valid)
        self.check_part("params-compare", bright, 440, 490)
        self.check_part("params-compare", dark, 510, 560)
        self.assertEqual(seen["yaml"], "process_parameters:\n  gain: 0.4")
        self.assertIn("&param.map=gain:0.4", seen["link"])
        self.assertGreater(seen["slid"], 0.4)
        self.assertGreater(seen["asked"], 0)
        self.assertEqual(seen["again"], [{"gain": 0.4}, {"left": "map~file", "right": "map", "at": 0.5}])
        self.assertEqual(seen["reset"], [{}, 4, False])

    def test_numbers_are_stretched_by_the_server(self):
        array = np.add.outer(np.arange(512) * 40, np.arange(512) * 17).astype("uint16") + 100
        self.image("image.tif", array, BOUNDS, nodata=0)
        self.config(format="GTiff", dtype="uint16", bands=1, more="", baselevels="")
        self.serve()
        seen = self.drive("raw", 6, 25, 21, "[5000, 15000]")
        self.assertTrue(100 <= seen["range"][0] < seen["range"][1] <= array.max(), seen)
        wanted = np.clip((array[128:256, 128:256].astype(float) - 5000) / 10000, 0, 1) * 255
        self.check_pixels("raw", np.repeat(wanted[None], 3, axis=0), np.ones((128, 128), bool), most=2)
        self.assertEqual(seen["mono"], 8)

    def test_inputs_are_layers_and_have_values(self):
        self.config(baselevels="")
        self.write("run.lua", SCRIPT.replace("gain = 1", "gain = 0.5"))
        self.serve()
        seen = self.drive("input", 6, 25, 21)
        self.assertEqual((seen["before"], seen["after"]), ([["map", True], ["map.inp", False]], [["map.inp", True], ["map", True]]))
        raw = self.array[:, 128:256, 128:256]
        self.check_pixels("input", raw, np.ones((128, 128), bool))
        row, col = 64 + 3, 64 + 3
        values = {name: numbers[:3] for name, *numbers in seen["values"]}
        self.assertEqual(values["map.inp"], raw[:, row, col].tolist())
        self.assertEqual(values["map"], np.round(raw[:, row, col] * 0.5).tolist())

    def test_a_run_from_a_shell_shows_how_far_it_is(self):
        self.write("run.lua", self.slow(500))
        self.config(metatiling=1, baselevels="", min_zoom=6)
        self.serve()
        codes = []

        def run():
            self.wait_for("ready")
            command = [harness.BINARY, "execute", "map.yaml", "--quiet", "--workers", "1"]
            with subprocess.Popen(command, cwd=self.folder) as process:
                while process.poll() is None and not self.has_begun():
                    time.sleep(0.005)
                process.send_signal(signal.SIGSTOP)  # until it was looked at
                try:
                    self.wait_for("looked")
                finally:
                    process.send_signal(signal.SIGCONT)
            codes.append(process.returncode)

        thread = threading.Thread(target=run)
        thread.start()
        seen = self.drive("run")
        thread.join()
        self.assertEqual(codes, [0])
        self.assertTrue(seen["before"])
        self.assertRegex(seen["facts"], r"^\d+ of 16 metatiles")
        self.assertGreater(seen["tiles"], 0)
        self.assertRegex(seen["after"], r"^16 of 16 metatiles")
        self.assertEqual(seen["left"], 0)

    def has_begun(self):
        """Whether the run in the test's folder has made a metatile, and tells so while it goes on."""
        path = self.folder / "out/.tilewright/progress"
        told = json.loads(path.read_text()) if path.exists() else {"state": "none"}
        return told["state"] == "running" and told["done"] > 0

    def wait_for(self, name, seconds=200):
        limit = time.monotonic() + seconds
        while not (self.folder / "shots" / name).exists():
            if time.monotonic() > limit:
                raise TimeoutError(f"the page never wrote '{name}'")
            time.sleep(0.05)

    def test_the_page_comes_back_with_the_server(self):
        self.config()
        server = self.serve()

        def restart():
            self.wait_for("ready")
            self.end(server)
            self.wait_for("gone")
            self.serve("map.yaml", "--port", self.port)

        thread = threading.Thread(target=restart)
        thread.start()
        seen = self.drive("restart")
        thread.join()
        self.assertGreater(seen["tiles"], 0)

    def test_old_links_and_phones(self):
        self.config()
        self.serve()
        self.assertEqual(self.drive("link", "#5.50/-4000000.0/5000000.0")["link"], [5.5, -4000000, 5000000])
        odd = self.drive("link", "#5.50/-4000000.0/5000000.0&on=%&style.map=bands:9;gamma:0;map:%E0%A4%A&param.map=gain:%ZZ&swipe=a,b,c&sel=zz&=&x")
        self.assertEqual((odd["link"], odd["layers"][0]), ([5.5, -4000000, 5000000], [True, PLAIN, {}]))
        seen = self.drive("phone")
        self.assertEqual((seen["collapsed"], seen["overlaps"], seen["wide"]), (True, False, False))


if __name__ == "__main__":
    harness.main()
