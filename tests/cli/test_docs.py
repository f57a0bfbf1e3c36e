"""What README and the tutorial show runs, and prints what they say; every picture is there, and every link leads somewhere."""
import pathlib
import re
import shutil

import numpy as np

import docs
import harness

SCENES = harness.ROOT / "examples/cloudless/sentinel2"
BODY = "return process {{\n  inputs = {{ image = 'raster' }},\n  run = function(tile, input, p)\n{}  end,\n}}\n"
BODY_CONFIG = ("process: body.lua\ninput: {image: image.tif}\npyramid: {grid: mercator}\nzoom_levels: 4\n"
               "output: {path: body, format: GTiff, dtype: float32, bands: 1}\n")


class Docs(harness.Case):
    def try_body(self, text):
        array = np.random.default_rng(1).integers(0, 4000, (4, 256, 256)).astype("uint16")
        self.image("image.tif", array, harness.tile_bounds(4, 5, 6))
        self.name_bands("image.tif", ("red", "green", "blue", "nir"))
        self.write("body.lua", BODY.format(text))
        self.write("body.yaml", BODY_CONFIG)
        self.must_run("execute", "body.yaml", "--quiet", "--overwrite")

    def name_bands(self, name, bands):
        dataset = docs.harness.gdal.Open(str(self.folder / name), 1)
        for i, band in enumerate(bands, 1):
            dataset.GetRasterBand(i).SetDescription(band)

    def run_page(self, page):
        shutil.copytree(SCENES, self.folder / "sentinel2")
        count = 0
        for line, kind, name, text in docs.events(page):
            with self.subTest(f"{page.name}:{line}"):
                count += kind != "image"
                if kind == "file":
                    self.write(name, text)
                elif kind == "lua":
                    self.try_body(text)
                elif kind == "image":
                    self.assertTrue((harness.ROOT / f"docs/images/{name}.jpg").exists(), name)
                else:
                    self.run_console(text)
        return count

    def run_console(self, text):
        for command, told in docs.commands(text):
            code, printed = docs.run(command, self.folder)
            if told.strip():
                self.assertTrue(docs.is_as_told(printed, told), f"$ {command}\n{printed}\nand not\n{told}")
            else:
                self.assertEqual(code, 0, f"$ {command}\n{printed}")

    def test_readme(self):
        self.assertGreaterEqual(self.run_page(harness.ROOT / "README.md"), 4)

    def test_the_readme_shows_the_example(self):
        shown = {name: text for _, kind, name, text in docs.events(harness.ROOT / "README.md") if kind == "file"}
        self.assertEqual(shown["cloudless.lua"], (harness.ROOT / "examples/cloudless/cloudless.lua").read_text())

    def test_tutorial(self):
        self.assertGreaterEqual(self.run_page(harness.ROOT / "docs/tutorial.md"), 12)

    def test_links_lead_somewhere(self):
        pages = [harness.ROOT / "README.md", harness.ROOT / "CONTRIBUTING.md", *(harness.ROOT / "docs").rglob("*.md"),
                 *(harness.ROOT / "examples").rglob("*.md")]
        for page in pages:
            for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
                path, _, anchor = link.partition("#")
                if re.match(r"\w+:", link):
                    continue
                with self.subTest(f"{page.relative_to(harness.ROOT)}: {link}"):
                    target = page.parent / path if path else page
                    self.assertTrue(target.exists())
                    if anchor:
                        self.assertIn(anchor, anchors(target))


def anchors(page):
    """Of the headings, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.*)$", pathlib.Path(page).read_text())
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


if __name__ == "__main__":
    harness.main()
