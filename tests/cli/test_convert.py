"""The built-in process convert, under both of its names."""
import numpy as np

import harness

CONFIG = """process: {process}
input: {{{name}: image.tif}}
pyramid: {{grid: mercator, tile_size: 128}}
zoom_levels: 4
output: {output}
process_parameters: {parameters}
"""
BOUNDS = harness.tile_bounds(4, 5, 6)


class Convert(harness.Case):
    def setUp(self):
        super().setUp()
        y, x = np.mgrid[0:128, 0:128]
        self.array = np.stack([1 + x, 1 + y, 200 - x]).astype("uint8")
        self.array[:, :9, :9] = 0
        self.image("image.tif", self.array, BOUNDS, nodata=0)

    def convert(self, parameters="{}", bands=3, dtype="uint8", process="convert", name="inp"):
        self.write("make.yaml", CONFIG.format(process=process, name=name, parameters=parameters,
                                              output=f"{{path: out, format: GTiff, dtype: {dtype}, bands: {bands}}}"))
        self.must_run("execute", "make.yaml", "--quiet", "--overwrite")
        return harness.read(self.folder / "out/4/5/6.tif")

    def test_pixels_are_copied(self):
        self.assertTrue(np.array_equal(self.convert(), self.array))

    def test_mapchetes_name_and_any_input_name_do(self):
        self.assertTrue(np.array_equal(self.convert(process="mapchete.processes.convert", name="whatever"), self.array))

    def scaled(self, offset, ratio):
        return np.where(self.array == 0, 0, (self.array.astype("float64") + offset) * ratio)

    def test_the_offset_comes_before_the_ratio(self):
        got = self.convert("{scale_offset: 5, scale_ratio: 2.5}", dtype="float32")
        self.assertTrue(np.array_equal(got, self.scaled(5, 2.5)))

    def test_results_are_rounded_and_clamped(self):
        got = self.convert("{scale_offset: 5, scale_ratio: 2.25}")
        self.assertTrue(np.array_equal(got, np.clip(np.rint(self.scaled(5, 2.25)), 0, 255)))

    def test_clip_to_another_type_than_the_output(self):
        got = self.convert("{scale_ratio: 3, clip_to_output_dtype: uint8}", dtype="uint16")
        self.assertTrue(np.array_equal(got, np.clip(self.scaled(0, 3), 0, 255)))

    def test_bands_are_chosen_and_ordered(self):
        self.assertTrue(np.array_equal(self.convert("{band_indexes: [3, 1]}", bands=2), self.array[[2, 0]]))
        self.assertTrue(np.array_equal(self.convert("{band_indexes: 2}", bands=1), self.array[[1]]))

    def test_bands_are_chosen_by_name(self):
        self.assertTrue(np.array_equal(self.convert("{band_indexes: [blue, red]}", bands=2), self.array[[2, 0]]))

    def test_results_are_clipped_to_values_after_scaling(self):
        got = self.convert("{scale_ratio: 2, clip_values: [10, 90]}")
        self.assertTrue(np.array_equal(got, np.where(self.array == 0, 0, np.clip(self.scaled(0, 2), 10, 90))))

    def test_a_band_that_is_not_there(self):
        self.write("make.yaml", CONFIG.format(process="convert", name="inp", parameters="{band_indexes: [4]}",
                                              output="{path: out, format: GTiff, dtype: uint8, bands: 1}"))
        code, _, err = self.run_tilewright("execute", "make.yaml", "--quiet")
        self.assertEqual(code, 1)
        self.assertIn("no band 4; input 'inp' has: red, green, blue", err)

    def test_resampling(self):
        self.image("image.tif", self.array[:, ::2, ::2].copy(), BOUNDS, nodata=0)
        nearest, bilinear = self.convert(), self.convert("{resampling: bilinear}")
        self.assertTrue(np.array_equal(nearest, self.array[:, ::2, ::2].repeat(2, axis=1).repeat(2, axis=2)))
        self.assertGreater(len(np.unique(bilinear[0])), len(np.unique(nearest[0])))


if __name__ == "__main__":
    harness.main()
