"""Neighbourhoods: against scipy.ndimage with NaN left out, and against gdaldem and gdal_sieve's rules."""
import numpy as np
from osgeo import gdal
from scipy import ndimage

from case import Case

TERRAIN = ["int16", "uint16", "float32", "float64"]


def weighted(array, kernel):
    """Sums of the valid neighbours and of their weights."""
    valid = ~np.isnan(array)
    value = ndimage.correlate(np.where(valid, array, 0), kernel, mode="constant")
    return value, ndimage.correlate(valid.astype("float64"), kernel, mode="constant")


def at_valid(array, result):
    return np.where(np.isnan(array), np.nan, result)


def normalized(array, kernel):
    value, weight = weighted(array, kernel)
    return at_valid(array, np.where(np.abs(weight) > 1e-12, value / weight, np.nan))


def gaussian(sigma, radius):
    line = np.exp(-np.arange(-radius, radius + 1) ** 2 / (2 * sigma * sigma))
    return lambda a: normalized(a, np.outer(line, line) / line.sum() ** 2)


def mean(radius):
    return lambda a: normalized(a, np.ones((2 * radius + 1,) * 2))


def plain(kernel):
    def convolved(a):
        value, count = weighted(a, kernel)[0], weighted(a, (kernel != 0).astype("float64"))[1]
        return at_valid(a, np.where(np.round(count) == (kernel != 0).sum(), value, np.nan))
    return convolved


def windows(array, radius):
    """The pixels of each window in the last dimension, NaN beyond the edge."""
    padded = np.pad(array, radius, constant_values=np.nan)
    size = 2 * radius + 1
    return np.lib.stride_tricks.sliding_window_view(padded, (size, size)).reshape(*array.shape, size * size)


def number_of(ordered):
    return (~np.isnan(ordered)).sum(-1)


def median(radius):
    def found(a):
        ordered = np.sort(windows(a, radius), axis=-1)
        return at_valid(a, lower_middle(ordered, number_of(ordered)))
    return found


def greatest(radius):
    return lambda a: at_valid(a, ndimage.maximum_filter(np.where(np.isnan(a), -np.inf, a), 2 * radius + 1, mode="constant", cval=-np.inf))


def smallest(radius):
    return lambda a: -greatest(radius)(-a)


def lower_middle(ordered, count):
    return np.take_along_axis(ordered, np.maximum(count - 1, 0)[..., None] // 2, -1)[..., 0]


def least(ordered, count):
    return ordered[..., 0]


def largest(ordered, count):
    return np.take_along_axis(ordered, np.maximum(count - 1, 0)[..., None], -1)[..., 0]


def footprint(radius, shape):
    off = np.arange(-radius, radius + 1)
    square = np.ones((2 * radius + 1,) * 2, bool)
    return square if shape == "square" else off[:, None] ** 2 + off[None] ** 2 <= radius * radius


def dilate(radius, shape):
    return lambda m: at_valid(m, ndimage.binary_dilation(m > 0, footprint(radius, shape)))


def erode(radius, shape):
    return lambda m: at_valid(m, ~ndimage.binary_dilation(m == 0, footprint(radius, shape)))


def distance(limit, sides=(1, 1)):
    def measured(m):
        if not (m > 0).any():
            return at_valid(m, np.full(m.shape, limit))
        return at_valid(m, np.minimum(ndimage.distance_transform_edt(~(m > 0), sides), limit))
    return measured


def sieve(min_pixels, connectedness):
    """Plain: every small area takes the value that is most frequent along its border with large ones."""
    near = ndimage.generate_binary_structure(2, 2 if connectedness == 8 else 1)
    steps = [(r - 1, c - 1) for r, c in zip(*np.nonzero(near)) if (r, c) != (1, 1)]

    def sieved(a):
        labels, last = np.zeros(a.shape, int), 0
        for value in np.unique(a[~np.isnan(a)]):
            found, count = ndimage.label(a == value, near)
            labels[found > 0] = found[found > 0] + last
            last += count
        sizes = np.bincount(labels.ravel(), minlength=last + 1)
        values, place = np.unique(np.where(np.isnan(a), 0, a), return_inverse=True)
        around, pairs = np.pad(np.stack([labels, place.reshape(a.shape)]), ((0, 0), (1, 1), (1, 1))), []
        for down, right in steps:
            beside, value = around[:, 1 + down:, 1 + right:][:, :a.shape[0], :a.shape[1]]
            border = (labels > 0) & (sizes[labels] < min_pixels) & (beside > 0) & (sizes[beside] >= min_pixels)
            pairs.append((labels * len(values) + value)[border])
        pairs, counts = np.unique(np.concatenate(pairs), return_counts=True)
        order = np.lexsort((pairs, -counts, pairs // len(values)))  # of an area the most frequent first, of those the least
        small, index = np.unique(pairs[order] // len(values), return_index=True)
        wins = np.full(last + 1, np.nan)
        wins[small] = values[pairs[order][index] % len(values)]
        return np.where(np.isnan(wins[labels]), a, wins[labels])
    return sieved


def heights(f):
    """The 3 x 3 neighbours; where one is missing, what lies on a line through the opposite one and the centre."""
    near = np.moveaxis(windows(f, 1), -1, 0)
    line = np.where(np.isnan(near[::-1]), f, 2 * f - near[::-1])
    return np.where(np.isnan(near), line, near)


def gradient(f, width, height):
    w = heights(f)
    east = ((w[2] + w[5] + w[5] + w[8]) - (w[0] + w[3] + w[3] + w[6])) / (8 * width)
    north = ((w[0] + w[1] + w[1] + w[2]) - (w[6] + w[7] + w[7] + w[8])) / (8 * height)
    return east, north


def slope(a):
    return at_valid(a, np.degrees(np.arctan(np.hypot(*gradient(a, 3, 3)))))


def percent(a):
    return at_valid(a, 100 * np.hypot(*gradient(a * 2, 3, 3)))


def aspect(a):
    east, north = gradient(a, 3, 3)
    return at_valid(a, np.where((east == 0) & (north == 0), np.nan, np.degrees(np.arctan2(-east, -north)) % 360))


def hillshade(a):
    """The formula of mapchete.processes.hillshade, at its default light."""
    w = heights(a)
    x = ((w[0] + w[3] + w[3] + w[6]) - (w[2] + w[5] + w[5] + w[8])) / (8 * 30)
    y = ((w[6] + w[7] + w[7] + w[8]) - (w[0] + w[1] + w[1] + w[2])) / (8 * -30)
    slope, aspect, light = np.pi / 2 - np.arctan(np.hypot(x, y)), np.arctan2(x, y), np.radians(45)
    shaded = np.sin(light) * np.sin(slope) + np.cos(light) * np.cos(slope) * np.cos(np.radians(315 - 90) - aspect)
    return at_valid(a, np.floor(np.clip(shaded * 255, 1, 255)))


def gdaldem(name, own, **options):
    """What gdaldem computes for pixels of 3 x 3 units; our own rule where a neighbour is missing."""
    def computed(a):
        source = gdal.GetDriverByName("MEM").Create("", a.shape[1], a.shape[0], 1, gdal.GDT_Float32)
        source.SetGeoTransform((0, 3, 0, 0, 0, -3))
        source.GetRasterBand(1).SetNoDataValue(-1e9)
        source.GetRasterBand(1).WriteArray(np.where(np.isnan(a), -1e9, a))
        made = gdal.DEMProcessing("", source, name, format="MEM", **options).ReadAsArray().astype("float64")
        expected = own(a)
        return np.where((made == -9999) & ~np.isnan(expected), expected, np.where(np.isnan(expected), np.nan, made))
    return computed


def tpi(a):
    near = np.delete(windows(a, 1), 4, axis=-1)
    count = (~np.isnan(near)).sum(-1)
    return at_valid(a, np.where(count > 0, a - np.nansum(near, -1) / np.maximum(count, 1), 0))


def roughness(a):
    near = np.sort(windows(a, 1), axis=-1)
    return at_valid(a, largest(near, (~np.isnan(near)).sum(-1)) - near[..., 0])


def blocks(size, choose):
    """choose gets the pixels of each block in the last dimension, ascending, NaN last, and how many are valid."""
    def described(a):
        # Tile 5/9/17 of 256 pixels, with two pixels around it: blocks count from the corner of the grid.
        before = (9 * 256 - 3) % size, (17 * 256 - 3) % size
        whole = np.pad(a, [(n, -(length + n) % size) for n, length in zip(before, a.shape)], constant_values=np.nan)
        shape = whole.shape[0] // size, size, whole.shape[1] // size, size
        ordered = np.sort(whole.reshape(shape).swapaxes(1, 2).reshape(shape[0], shape[2], size * size), axis=-1)
        chosen = choose(ordered, number_of(ordered)).repeat(size, 0).repeat(size, 1)
        return at_valid(a, chosen[before[0]:, before[1]:][:a.shape[0], :a.shape[1]])
    return described


def total(ordered, count):
    return np.nansum(ordered, axis=-1)


def average(ordered, count):
    return total(ordered, count) / count


def mode(ordered, count):
    equal = (ordered[..., np.newaxis] == ordered[..., np.newaxis, :]).sum(-1)
    return np.take_along_axis(ordered, np.argmax(equal, -1)[..., None], -1)[..., 0]


def neighbours(a):
    near = np.moveaxis(windows(a, 1), -1, 0)
    return np.nansum([a * 2, -near[3], -near[1]], axis=0) + a * 0


LAPLACE = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], "float64")
TABLE = np.array([[1, 2, 0], [0, 4, 8], [3, 5, 9], [0, 0, 7], [1, 1, 2]], "float64")
RING = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], "float64")


def lua_table(kernel):
    return "{" + ",".join("{" + ",".join("%g" % x for x in row) + "}" for row in kernel) + "}"


FOCAL = """
  return a:focal(1, function(at, has)
    return at(0, 0) * 2 - (has(-1, 0) and at(-1, 0) or 0) - (has(0, -1) and at(0, -1) or 0)
  end)
"""

GDAL = dict(extreme=False, dtypes=["int16", "float32"], atol=2e-4, ulps=64)
FLOAT = dict(extreme=False, atol=1e-3)

CASES = [
    Case("gaussian", "f:gaussian(1)", lambda f: gaussian(1, 4)(f), dtype="float32", dtypes=["uint8"], buffer=4, ulps=16, **FLOAT),
    Case("gaussian_5x5", "a:gaussian(1, { radius = 2 })", gaussian(1, 2), buffer=2, ulps=16, **FLOAT),
    Case("mean", "a:mean_filter(1)", mean(1), buffer=1, ulps=16, **FLOAT),
    Case("mean_wide", "a:mean_filter(7)", mean(7), buffer=7, ulps=32, dtypes=["uint8", "float32", "float64"], **FLOAT),
    Case("laplace", f"a:convolve({lua_table(LAPLACE)})", plain(LAPLACE), buffer=1, ulps=16, extreme=False, atol=2e-2),
    Case("table", f"f:convolve({lua_table(TABLE)})", lambda f: plain(TABLE)(f), dtype="float32", dtypes=["uint8"], buffer=2, ulps=64, **FLOAT),
    Case("normalized", f"f:convolve({lua_table(TABLE)}, {{ normalize = true }})", lambda f: normalized(f, TABLE),
         dtype="float32", dtypes=["uint8"], buffer=2, ulps=64, **FLOAT),
    Case("ring", f"a:convolve({lua_table(RING)}, {{ normalize = true }})", lambda a: normalized(a, RING), buffer=1, ulps=16, **FLOAT),
    Case("min", "a:min_filter(1)", smallest(1), dtype="same", buffer=1),
    Case("max", "a:max_filter(3)", greatest(3), dtype="same", buffer=3),
    Case("max_wide", "a:max_filter(20)", greatest(20), dtype="same", buffer=20, dtypes=["uint8"]),
    Case("median", "a:median_filter(1)", median(1), dtype="same", buffer=1),
    Case("median_5x5", "a:median_filter(2)", median(2), dtype="same", buffer=2),
    Case("median_11x11", "a:median_filter(5)", median(5), dtype="same", buffer=5, dtypes=["uint8", "int8", "float32"]),
    Case("dilate", "m:dilate(1)", dilate(1, "round"), dtype="uint8", dtypes=["uint8"], buffer=1),
    Case("dilate_round", "m:dilate(7)", dilate(7, "round"), dtype="uint8", dtypes=["uint8"], buffer=7),
    Case("dilate_square", "m:dilate(4, { shape = 'square' })", dilate(4, "square"), dtype="uint8", dtypes=["uint8"], buffer=4),
    Case("dilate_floats", "a:dilate(2)", lambda a: at_valid(a, ndimage.binary_dilation(~np.isnan(a) & (a != 0), footprint(2, "round"))),
         dtype="uint8", buffer=2),
    Case("erode", "m:erode(5)", erode(5, "round"), dtype="uint8", dtypes=["uint8"], buffer=5),
    Case("erode_square", "m:erode(1, { shape = 'square' })", erode(1, "square"), dtype="uint8", dtypes=["uint8"], buffer=1),
    Case("distance", "m:distance(6)", distance(6), dtype="float32", dtypes=["uint8"], buffer=6),
    Case("distance_rare", "m:both(m:convolve({{1,1,1},{1,1,1},{1,1,1}}):eq(9)):distance(20)", lambda m: distance(20)(
        at_valid(plain(np.ones((3, 3)))(m), (plain(np.ones((3, 3)))(m) == 9))), dtype="float32", dtypes=["uint8"], buffer=21),
    Case("distance_crs", "m:distance(20000, { units = 'crs' })", lambda m, pixel_size: distance(20000, (pixel_size, pixel_size))(m),
         dtype="float32", dtypes=["uint8"], buffer=5),
    Case("sieve", "m:sieve(4)", lambda m: sieve(4, 4)(m), dtype="uint8", dtypes=["uint8"], buffer=7),
    Case("sieve_corners", "a:clip(0, 2):round():sieve(5, { connectedness = 8 })",
         lambda a: sieve(5, 8)(np.round(np.clip(a, 0, 2))), dtype="same", buffer=9, dtypes=["int8", "uint16", "float32", "float64"]),
    Case("slope", "a:slope { scale = 3 / tile.pixel_size }", slope, buffer=1, ulps=4, extreme=False, dtypes=TERRAIN),
    Case("slope_percent", "a:slope { units = 'percent', scale = 3 / tile.pixel_size, z = 2 }", percent,
         buffer=1, ulps=4, extreme=False, dtypes=TERRAIN),
    Case("aspect", "a:aspect { scale = 3 / tile.pixel_size }", aspect, buffer=1, ulps=4, extreme=False, dtypes=TERRAIN),
    Case("hillshade", "a:hillshade { scale = 30 / tile.pixel_size }", hillshade, dtype="uint8", buffer=1, extreme=False, dtypes=["int16", "float32"]),
    Case("tpi", "a:tpi()", tpi, buffer=1, ulps=4, atol=1e-3, extreme=False, dtypes=TERRAIN),
    Case("roughness", "a:roughness()", roughness, buffer=1, extreme=False, dtypes=TERRAIN),
    Case("gdaldem_slope", "a:slope { scale = 3 / tile.pixel_size }", gdaldem("slope", slope), buffer=1, **GDAL),
    Case("gdaldem_percent", "a:slope { units = 'percent', scale = 3 / tile.pixel_size }",
         gdaldem("slope", lambda a: percent(a / 2), slopeFormat="percent"), buffer=1, **GDAL),
    Case("gdaldem_aspect", "a:aspect { scale = 3 / tile.pixel_size }", gdaldem("aspect", aspect), buffer=1, **GDAL),
    Case("gdaldem_tpi", "a:tpi()", gdaldem("TPI", tpi), buffer=1, **dict(GDAL, atol=1e-3)),
    Case("gdaldem_roughness", "a:roughness()", gdaldem("Roughness", roughness), buffer=1, **GDAL),
    Case("focal_spreads", "a:focal(1, function(at) return at(0, 0) - at(1, 1) end)",
         lambda a: a - np.pad(a, 1, constant_values=np.nan)[2:, 2:], buffer=1, ulps=4, extreme=False),
    Case("blocks", "a:resample(4)", blocks(4, average), buffer=3, ulps=4, atol=1e-6, extreme=False),
    Case("blocks_kept", "{ a:resample(4, 'med'), a:resample(4, 'min'), a:resample(4, 'max'), a:resample(4, 'mode') }",
         lambda a: [blocks(4, choose)(a) for choose in (lower_middle, least, largest, mode)], dtype="same", buffer=3),
    Case("blocks_sum", "a:resample(4, 'sum')", blocks(4, total), buffer=3, ulps=4, atol=1e-2, extreme=False),
    Case("focal", FOCAL, neighbours, buffer=1, ulps=4, atol=1e-2, extreme=False),
]
