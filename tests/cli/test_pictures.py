"""JPEG, WebP and PNG_hillshade, read by djpeg, dwebp, webpinfo and GDAL; overviews of what was lost; broken tiles."""
import subprocess

import numpy as np
from osgeo import gdal

import harness
import runs

JPEG = {"format": "JPEG", "nodata": None}
WEBP = {"format": "WebP", "nodata": None}
BOTTOM = f"out/{runs.ZOOM}"


def netpbm(text):
    """A binary PPM or PGM as rows x columns x bands."""
    kind, width, height, _, rest = split_header(text)
    bands = 3 if kind == b"P6" else 1
    return np.frombuffer(rest, "uint8").reshape(int(height), int(width), bands)


def split_header(text):
    parts, at = [], 0
    while len(parts) < 4:
        end = min(i for i in (text.find(c, at) for c in (b" ", b"\n")) if i >= 0)
        parts.append(text[at:end])
        at = end + 1
    return (*parts, text[at:])


class Pictures(runs.Case):
    def setUp(self):
        super().setUp()
        self.make_scene(tiles=4)

    def tiles(self, extension):
        return sorted((self.folder / BOTTOM).rglob(f"*.{extension}"))

    def scene_tile(self, path):
        row, col = int(path.parent.name) - runs.FIRST_ROW, int(path.stem) - runs.FIRST_COL
        scene = harness.read(self.folder / "scene.tif")
        size = runs.TILE
        return scene[:, row * size:(row + 1) * size, col * size:(col + 1) * size]


class Jpeg(Pictures):
    def test_djpeg_and_gdal_read_what_was_written(self):
        self.config(output={**JPEG, "quality": 95, "subsampling": "4:4:4", "background": [0, 0, 0]})
        self.must_execute()
        paths = self.tiles("jpg")
        scene = harness.read(self.folder / "scene.tif").reshape(3, 4, runs.TILE, 4, runs.TILE)
        self.assertEqual(len(paths), scene.any(axis=(0, 2, 4)).sum(), "tiles without data are not written")
        self.assertLess(len(paths), 16)
        for path in paths[:3]:
            seen = netpbm(subprocess.run(["djpeg", str(path)], capture_output=True, check=True).stdout).transpose(2, 0, 1)
            wanted = self.scene_tile(path)
            self.assertLess(np.abs(seen.astype(int) - wanted).mean(), 6)
            self.assertTrue(np.array_equal(harness.read(path), seen))

    def test_gdal_knows_where_a_jpeg_lies(self):
        self.config(output=JPEG)
        self.must_execute()
        path = self.tiles("jpg")[0]
        bounds = harness.tile_bounds(runs.ZOOM, int(path.parent.name), int(path.stem))
        dataset = gdal.Open(str(path))
        self.assertAlmostEqual(dataset.GetGeoTransform()[0], bounds[0], delta=1e-6)
        self.assertAlmostEqual(dataset.GetGeoTransform()[3], bounds[3], delta=1e-6)
        self.assertEqual(dataset.GetSpatialRef().GetAuthorityCode(None), "3857")

    def test_a_gray_jpeg_has_one_band(self):
        script = runs.SCRIPT.replace("input.inp:read()", "input.inp:read { 1 }")
        self.config(script=script, output={**JPEG, "count": 1, "georeference": "none", "progressive": True})
        self.must_execute()
        self.assertEqual(harness.read(self.tiles("jpg")[0]).shape, (1, runs.TILE, runs.TILE))
        self.assertEqual(list((self.folder / "out").rglob("*.aux.xml")), [])

    def test_another_run_reads_them(self):
        self.config(output=JPEG)
        self.must_execute()
        self.config("second.yaml", input={"inp": "out"}, output={"path": "again", "format": "PNG"}, zoom_levels=runs.ZOOM,
                    baselevels=None)
        self.must_execute(config="second.yaml")
        path = self.tiles("jpg")[0]
        again = self.folder / "again" / path.relative_to(self.folder / "out").with_suffix(".png")
        self.assertTrue(np.array_equal(harness.read(again)[:3], harness.read(path)))


class Webp(Pictures):
    def read(self, path):
        out = self.folder / "seen.pam"
        subprocess.run(["dwebp", "-quiet", "-pam", str(path), "-o", str(out)], check=True)
        head, pixels = out.read_bytes().split(b"ENDHDR\n", 1)
        words = head.split()
        depth = int(words[words.index(b"DEPTH") + 1])
        return np.frombuffer(pixels, "uint8").reshape(runs.TILE, runs.TILE, depth).transpose(2, 0, 1)

    def test_dwebp_reads_a_lossless_webp_exactly(self):
        self.config(output={**WEBP, "lossless": True})
        self.must_execute()
        for path in self.tiles("webp")[:3]:
            self.assertIn("Lossless", subprocess.run(["webpinfo", str(path)], capture_output=True, text=True, check=True).stdout)
            seen, wanted = self.read(path), self.scene_tile(path)
            valid = (wanted != 0).any(axis=0)
            self.assertTrue(np.array_equal(seen[3], np.where(valid, 255, 0)))
            self.assertTrue(np.array_equal(seen[:3][:, valid], wanted[:, valid]))
            self.assertTrue(np.array_equal(harness.read(path), seen), "GDAL sees the same")

    def test_the_alpha_of_a_lossy_webp_is_exact(self):
        self.config(output={**WEBP, "quality": 90})
        self.must_execute()
        for path in self.tiles("webp")[:3]:
            info = subprocess.run(["webpinfo", str(path)], capture_output=True, text=True, check=True).stdout
            self.assertIn("ALPH", info)
            seen, wanted = self.read(path), self.scene_tile(path)
            valid = (wanted != 0).any(axis=0)
            self.assertTrue(np.array_equal(seen[3], np.where(valid, 255, 0)))
            self.assertLess(np.abs(seen[:3][:, valid].astype(int) - wanted[:, valid]).mean(), 8)

    def test_rgb_has_a_background(self):
        self.config(output={**WEBP, "count": 3, "background": [255, 0, 0], "quality": 100})
        self.must_execute()
        path = self.tiles("webp")[-1]  # the corner without data
        seen = self.read(path)
        nothing = (self.scene_tile(path) == 0).all(axis=0)
        self.assertGreater(nothing.sum(), 1000)
        self.assertGreater(np.median(seen[0][nothing]), 250)
        self.assertLess(np.median(seen[1][nothing]), 5)


class Hillshade(Pictures):
    def test_shade_is_black_and_alpha(self):
        script = runs.SCRIPT.replace("input.inp:read()", "input.inp:read { 1 }")
        self.config(script=script, output={"format": "PNG_hillshade", "nodata": None, "bands": 2})
        self.must_execute()
        path = self.tiles("png")[0]
        seen, shade = harness.read(path), self.scene_tile(path)[0]
        self.assertEqual(seen.shape[0], 2)
        self.assertEqual(seen[0].max(), 0)
        self.assertTrue(np.array_equal(seen[1], np.where(shade == 0, 0, 255 - shade)))

    def test_overviews_fade_into_light(self):
        shade = np.full((512, 512), 255, "uint8")
        shade[::2] = 55
        self.image("scene.tif", shade, runs.scene_bounds(4), nodata=0)
        self.config(output={"format": "PNG_hillshade", "nodata": None, "old_band_num": 4})
        self.must_execute()
        path = next((self.folder / f"out/{runs.ZOOM - 1}").rglob("*.png"))
        seen = harness.read(path)
        self.assertEqual((seen.shape[0], seen[3].min(), seen[3].max()), (4, 100, 100))


class Overviews(Pictures):
    """A run that is continued reads tiles back, one that is not has them in memory: both see what readers see."""
    FORMATS = {
        "jpg": JPEG,
        "webp": WEBP,
        "rgb.webp": {**WEBP, "count": 3},
        "lossless.rgb.webp": {**WEBP, "count": 3, "lossless": True},
    }

    def check_continued(self, name, **changes):
        """Tiles of every zoom are removed, and what the run makes of the rest is the same."""
        output = {**self.FORMATS[name], "path": "out"}
        self.config(output=output, **changes)
        self.must_execute()
        self.config("again.yaml", output={**output, "path": "again"}, **changes)
        self.must_execute(config="again.yaml")
        self.check_same_trees("out", "again", hidden=False)
        extension = name.split(".")[-1]
        for zoom in sorted(int(p.name) for p in (self.folder / "again").iterdir() if p.name.isdigit()):
            tiles = sorted((self.folder / "again" / str(zoom)).rglob(f"*.{extension}"))
            tiles[len(tiles) // 2].unlink()
            self.must_execute(config="again.yaml")
            self.check_same_trees("out", "again", hidden=False)

    def test_a_continued_run_ends_with_the_same_bytes(self):
        for name in self.FORMATS:
            with self.subTest(name):
                self.check_continued(name)
                for folder in ("out", "again"):
                    subprocess.run(["rm", "-r", str(self.folder / folder)], check=True)

    def test_wide_kernels_and_zooms_below(self):
        self.check_continued("jpg", baselevels={"min": 5, "max": 5, "lower": "cubic", "higher": "bilinear"})

    def test_an_overview_is_made_of_what_readers_see(self):
        self.config(output={**JPEG, "quality": 30})
        self.must_execute()
        below, row, col = harness.mosaic(self.folder / "out", runs.ZOOM, "jpg", nodata=255)
        half = below.reshape(3, below.shape[1] // 2, 2, below.shape[2] // 2, 2).mean(axis=(2, 4))
        seen, _, _ = harness.mosaic(self.folder / "out", runs.ZOOM - 1, "jpg")
        self.assertEqual(seen.shape, half.shape)
        self.assertLess(np.abs(seen - half).mean(), 4)

    def test_the_number_of_threads_does_not_matter(self):
        self.config(output=JPEG)
        self.must_execute("--workers", "1")
        self.config("again.yaml", output={**JPEG, "path": "again"})
        self.must_execute("--workers", "4", config="again.yaml")
        self.check_same_trees("out", "again", hidden=False)


class Broken(Pictures):
    def check_broken(self, output, extension, reason, change):
        self.config(output=output)
        self.must_execute()
        path = self.tiles(extension)[0]
        zoom, row, col = path.relative_to(self.folder / "out").with_suffix("").parts
        path.write_bytes(change(path.read_bytes()))
        overview = self.folder / f"out/{int(zoom) - 1}/{int(row) // 2}/{int(col) // 2}.{extension}"
        overview.unlink()
        code, _, err = self.execute()
        self.assertEqual((code, err.strip()), (3, f"tilewright: tile 5/5/8: 'out': tile {zoom}/{row}/{col}: {reason}"))

    def test_a_truncated_jpeg(self):
        self.check_broken(JPEG, "jpg", "the tile is no valid JPEG: Premature end of JPEG file", lambda b: b[:len(b) // 2])

    def test_a_jpeg_that_is_none(self):
        self.check_broken(JPEG, "jpg", "the tile is no valid JPEG: Not a JPEG file: starts with 0x68 0x65",
                          lambda b: b"hello")

    def test_a_truncated_webp(self):
        self.check_broken(WEBP, "webp", "the tile is no valid WebP: it is truncated", lambda b: b[:len(b) // 2])

    def test_a_webp_that_is_none(self):
        self.check_broken(WEBP, "webp", "the tile is no valid WebP: it is damaged", lambda b: b"hello" * 100)


class Refused(Pictures):
    def check(self, message, script=runs.SCRIPT, **changes):
        self.config(script=script, **changes)
        code, _, err = self.execute()
        self.assertEqual(code, 2)
        self.assertIn(message, err)

    def test_wrong_options(self):
        self.check("output.quality must be a whole number from 1 to 100, not 200", output={**JPEG, "quality": 200})
        self.check("JPEG holds 1 (gray) or 3 bands (RGB), not 2; write WebP, PNG or GTiff, or return other bands",
                   output={**JPEG, "bands": 2})
        self.check("WebP holds uint8, not float32", output={**WEBP, "dtype": "float32"})
        self.check("unknown output format 'JPG'; did you mean 'JPEG'? (known: ", output={**JPEG, "format": "JPG"})

    def test_a_script_with_other_bands(self):
        script = runs.SCRIPT.replace("params", "output = { bands = { 'a', 'b' } },\n  params")
        self.check("the script run.lua declares 2 bands, of which no JPEG with 3 bands can be made", script=script,
                   output={**JPEG, "bands": 3})

    def test_tiles_that_are_too_large(self):
        self.check("a tile has 32768 pixels on a side, and a WebP at most 16383: lower output.metatiling",
                   pyramid={"metatiling": 8, "tile_size": 4096}, output={**WEBP, "metatiling": 8}, zoom_levels=3, baselevels=None)

    def test_overlapping_tiles_below_the_baselevels(self):
        self.check("JPEG loses something, and tiles with an output.pixelbuffer overlap: zooms above baselevels.max cannot be made "
                   "of them; leave the pixelbuffer out", pyramid={"pixelbuffer": 4}, output={**JPEG, "pixelbuffer": 4},
                   baselevels={"min": 5, "max": 5, "lower": "nearest"})


if __name__ == "__main__":
    harness.main()
