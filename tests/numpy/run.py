"""Checks what scripts compute against numpy and scipy: all cases of cases_*.py, on random arrays of all types.

    /usr/bin/python3 tests/numpy/run.py build/dev/tests/processes/script_arrays [WORD...]

runs the cases whose `file.name` holds one of the words.
"""
import importlib
import pathlib
import sys
import zlib

import numpy as np

import arrays
from case import Case, work_dtype

NUM_SCENES = 7
DATES = ["2023-03-0%dT10:00:31Z" % day for day in (1, 3, 4, 6, 7, 8, 9)]

# (height, width), nodata, values. 2051 pixels are a block and a bit.
SETTINGS = [((7, 5), nodata, values) for nodata in ("some", "none", "all") for values in ("random", "extreme")]
SETTINGS += [((1, 1), nodata, values) for nodata in ("some", "none", "all") for values in ("random", "extreme")]
SETTINGS += [((1, 2051), "some", "random"), ((1, 2051), "some", "extreme"), ((257, 255), "some", "random")]


def random_pixels(rng, dtype, shape, values):
    kind = np.dtype(dtype)
    if values == "extreme":
        if kind.kind == "f":
            limits = np.finfo(kind)
            special = [limits.max, limits.min, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, limits.tiny / 4, 0.1]
        else:
            special = [np.iinfo(kind).min, np.iinfo(kind).max, 0, 1, np.iinfo(kind).max // 2 + 1]
        return rng.choice(np.array(special, kind), shape)
    if kind.kind == "f":
        return (rng.standard_normal(shape) * 100).astype(kind)
    limits = np.iinfo(kind)
    return rng.integers(max(limits.min, -10000), min(limits.max, 10000), shape, endpoint=True).astype(kind)


def random_valid(rng, shape, nodata):
    return {"none": lambda: None, "all": lambda: np.zeros(shape, bool), "some": lambda: rng.random(shape) < 0.7}[nodata]()


def with_nan(rng, pixels, nodata):
    if pixels.dtype.kind == "f" and nodata == "some":
        pixels[rng.random(pixels.shape) < 0.05] = np.nan
    return pixels


def band(rng, dtype, shape, nodata, values):
    return with_nan(rng, random_pixels(rng, dtype, shape, values), nodata), random_valid(rng, shape, nodata)


def new_image(rng, dtype, shape, nodata, values):
    """a, b: of the type, b equal to a here and there; m: 0 or 1; f: float32."""
    a, b = band(rng, dtype, shape, nodata, values), band(rng, dtype, shape, nodata, values)
    np.copyto(b[0], a[0], where=rng.random(shape) < 0.2)
    mask = rng.integers(0, 1, shape, endpoint=True).astype("uint8"), random_valid(rng, shape, nodata)
    return arrays.raster(a=a, b=b, m=mask, f=band(rng, "float32", shape, nodata, "random"))


def new_scenes(rng, dtype, shape, nodata, values):
    """Bands red and nir of the type and cloud (uint8, 0 to 100), with one validity for the scene. Scene 3 is all nodata."""
    scenes = []
    for i in range(NUM_SCENES):
        valid = np.zeros(shape, bool) if i == 3 and nodata == "some" else random_valid(rng, shape, nodata)
        red, nir = (with_nan(rng, random_pixels(rng, dtype, shape, values), nodata) for _ in range(2))
        if i > 0:
            np.copyto(red, scenes[-1]["bands"]["red"][0], where=rng.random(shape) < 0.1)
        cloud = rng.integers(0, 100, shape, endpoint=True).astype("uint8")
        bands = arrays.raster(valid, red=red, nir=nir, cloud=cloud)
        scenes.append(arrays.scene("s%d" % i, bands, datetime=DATES[i], cloud_cover=10.0 * i, properties={"n": i}))
    return scenes


def as_reference(pixels, valid):
    """float64 with NaN as nodata."""
    numbers = pixels.astype("float64")
    return numbers if valid is None else np.where(valid != 0, numbers, np.nan)


class Tile:
    """Inputs of one setting, and the same as the reference functions get them."""

    def __init__(self, dtype, buffer, setting):
        shape, nodata, values = setting
        grown = (shape[0] + 2 * buffer, shape[1] + 2 * buffer)
        rng = np.random.default_rng(zlib.crc32(repr((dtype, buffer, setting)).encode()))
        image = new_image(rng, dtype, grown, nodata, values)
        scenes = new_scenes(rng, dtype, grown, nodata, values)
        self.dtype, self.buffer, self.setting = dtype, buffer, setting
        self.tile = arrays.tile(dict(image=image, scenes=scenes), buffer)
        self.arrays = {name: as_reference(*one) for name, one in image.items()}
        for name in ("red", "nir", "cloud"):
            self.arrays[name] = np.stack([as_reference(*one["bands"][name]) for one in scenes])
        self.arrays.update(dtype=dtype, work=work_dtype(dtype), dates=DATES, pixel_size=2 * 20037508.342789244 / (256 << 5))

    def inside(self, band):
        inner = slice(self.buffer, -self.buffer or None)
        return band[inner, inner]

    def __str__(self):
        (height, width), nodata, values = self.setting
        return f"{self.dtype}, {width} x {height} pixels, {nodata} nodata, {values} values"


def close(case, got, expected):
    expected = expected.astype(got.dtype)
    if got.dtype.kind != "f":
        return got == expected
    with np.errstate(all="ignore"):
        allowed = case.atol + case.ulps * np.finfo(got.dtype).eps * np.abs(expected)
        return (got == expected) | (np.abs(got - expected) <= allowed)


def difference(case, tile, got, expected):
    """What is wrong with one band, or None. got: (pixels, valid); expected: float64 with NaN as nodata."""
    pixels, valid = tile.inside(got[0]), None if got[1] is None else tile.inside(got[1])
    if valid is not None and not np.isin(got[1], (0, 255)).all():
        return "validity that is neither 0 nor 255"
    wanted, expected = case.result_dtype(tile.dtype), tile.inside(expected)
    if wanted is not None and pixels.dtype != wanted:
        return f"{pixels.dtype}, not {wanted}"
    there = np.ones(pixels.shape, bool) if valid is None else valid != 0
    missing = np.isnan(expected)
    with np.errstate(all="ignore"):
        bad = (there == missing) | (there & ~missing & ~close(case, pixels, np.where(missing, 0, expected)))
    if not bad.any():
        return None
    row, col = np.argwhere(bad)[0]
    shown = repr(pixels[row, col]) if there[row, col] else "nodata"
    return f"{bad.sum()} pixels differ; col {col}, row {row}: {shown}, not {expected[row, col]!r}{given(case, tile, row, col)}"


def given(case, tile, row, col):
    names = [name for name in ("a", "b", "m", "f", "red", "nir", "cloud") if name in case.script().replace(".", " ").split()]
    shown = [f"{name} = {tile.arrays[name][..., row + tile.buffer, col + tile.buffer]}" for name in names]
    return f" ({', '.join(shown)})" if shown else ""


def equal_bands(bands):
    first_pixels, first_valid = bands[0]
    for pixels, valid in bands[1:]:
        there, first_there = (v != 0 if v is not None else np.ones(pixels.shape, bool) for v in (valid, first_valid))
        if pixels.dtype != first_pixels.dtype or (there != first_there).any() or (pixels != first_pixels)[there].any():
            return "the results are not equal"
    return None


def problem(case, tile, result):
    """What is wrong with a result, or None."""
    if isinstance(result, str):
        return result
    bands = list(result.values())
    if case.expect is None:
        return equal_bands(bands) if bands else None
    expected = case.expected(tile.arrays)
    if not bands:
        return None if all(np.isnan(tile.inside(band)).all() for band in expected) else "empty, and should not be"
    if len(bands) != len(expected):
        return f"{len(bands)} bands, not {len(expected)}"
    found = [(i, difference(case, tile, got, band)) for i, (got, band) in enumerate(zip(bands, expected), 1)]
    return next((f"band {i}: {text}" for i, text in found if text), None)


def collect(words):
    folder = pathlib.Path(__file__).parent
    for path in sorted(folder.glob("cases_*.py")):
        for case in importlib.import_module(path.stem).CASES:
            label = f"{path.stem[6:]}.{case.name}"
            if not words or any(word in label for word in words):
                yield label, case


def main():
    tiles, batch, work = {}, arrays.Batch(), []
    for label, case in collect(sys.argv[2:]):
        keys = [(dtype, case.buffer, setting) for dtype in case.dtypes for setting in SETTINGS
                if case.extreme or setting[2] != "extreme"]
        for key in keys:
            if key not in tiles:
                tiles[key] = Tile(*key)
        work.append((label, case, [tiles[key] for key in keys]))
        batch.add_text(f"{label}.lua", case.script(), [tiles[key].tile for key in keys], case.params)
    failed = 0
    for (label, case, used), results in zip(work, batch.run(sys.argv[1])):
        found = [(tile, problem(case, tile, result)) for tile, result in zip(used, results)]
        found = [(tile, text) for tile, text in found if text]
        failed += bool(found)
        for tile, text in found[:3]:
            print(f"{label} ({tile}): {text[:300]}")
        if len(found) > 3:
            print(f"{label}: {len(found)} of {len(used)} tiles are wrong")
    print(f"{len(work)} cases, {failed} failed")
    return 1 if failed or not work else 0


if __name__ == "__main__":
    sys.exit(main())
