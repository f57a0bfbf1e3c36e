"""Functions of arrays beside operators: trigonometry, parts, choices, distributions."""
import numpy as np

from case import INTEGERS, Case, spread


def pasted(a, b):
    """The north-west quarter of b over the south-east of a."""
    height, width = a.shape
    result = a.copy()
    rows, cols = (height + 1) // 2, (width + 1) // 2
    result[height - rows:, width - cols:] = b[:rows, :cols]
    return result


def shifted(a):
    """Each pixel less its western neighbour, the first column unchanged."""
    result = a.copy()
    result[:, 1:] = a[:, 1:] - a[:, :-1]
    return result


def percentiles(a):
    valid = a[~np.isnan(a)]
    return [np.full(a.shape, np.percentile(valid, q) if valid.size else np.nan) for q in (50, 2.5, 100)]


def histogram(a):
    valid = a[~np.isnan(a)]
    return [np.full(a.shape, float(count)) for count in np.histogram(valid, bins=5, range=(3, 90))[0]]


def first_pixel(a, col, value):
    changed = a.copy()
    changed[0, col] = value
    return changed


def chosen(m, a, b):
    return np.where(np.isnan(m), np.nan, np.where(m != 0, a, b))


CASES = [
    Case("sin", "a:sin()", lambda a: np.sin(a), extreme=False, ulps=4),
    Case("cos", "a:cos()", lambda a: np.cos(a), extreme=False, ulps=4),
    Case("atan2", "a:atan2(b)", spread(lambda a, b: np.arctan2(a, b)), extreme=False, ulps=4),
    Case("ceil", "(a / 3):ceil()", lambda a: np.ceil(a / 3), extreme=False, dtypes=INTEGERS, ulps=0),
    Case("rescale", "a:rescale(10, 210, -1, 1)", lambda a: (a - 10) * 0.01 - 1, extreme=False, ulps=8, atol=1e-6),
    Case("choose", "raster.where(m, a, b)", chosen, dtype="same"),
    Case("choose_number", "raster.where(m, a, 7)", lambda m, a: chosen(m, a, 7), dtype="same"),
    Case("choose_numbers", "raster.where(a:gt(b), 200, 3)", spread(lambda a, b: np.where(a > b, 200, 3)), dtype="uint8"),
    Case("set_where", "a:set(m, 9)", lambda m, a: np.where((m != 0) & ~np.isnan(m), 9, a), dtype="same"),
    Case("set_pixel", "a:set(0, 0, 5)", lambda a: first_pixel(a, 0, 5), dtype="same"),
    Case("set_nodata", "a:set(a.width - 1, 0, nil)", lambda a: first_pixel(a, -1, np.nan), dtype="same"),
    Case("paste", """local cols, rows = math.ceil(a.width / 2), math.ceil(a.height / 2)
        return a:set(a.width - cols, a.height - rows, b:slice(0, 0, cols, rows))""", pasted, dtype="same"),
    Case("slices", """local moved = a * 1
        if a.width > 1 then
          local east, west = a:slice(1, 0, a.width - 1, a.height), a:slice(0, 0, a.width - 1, a.height)
          moved = moved:set(1, 0, east - west)
        end
        return moved""", shifted, extreme=False, ulps=0),
    Case("percentile", "numbers(a:percentile(50), a:percentile(2.5), a:percentile(100))", percentiles, dtype=None, extreme=False,
         ulps=4, atol=1e-9),
    Case("histogram", "local counts = a:histogram { bins = 5, low = 3, high = 90 } return numbers(unpack(counts))", histogram,
         dtype=None),
    Case("logic", "a:lt(b):both(m):negate():either(a:eq(0))", spread(lambda a, b, m: ~((a < b) & (m != 0)) | (a == 0)),
         dtype="uint8"),
    Case("chain", "local d = a - b local s = a + b return raster.where(s:gt(0), d / s, 0):clip(-0.5, 0.5)",
         spread(lambda a, b: np.clip(np.where(a + b > 0, (a - b) / np.where(a + b == 0, 1, a + b), 0), -0.5, 0.5)),
         dtypes=INTEGERS, extreme=False, dtype=None, ulps=8),
    Case("used_twice", "local d = (a - b):abs() local m = d:gt(9) return raster.of({ 'x', 'y' }, { d:where(m), d + d })",
         lambda a, b: [np.where(np.abs(a - b) > 9, np.abs(a - b), np.nan), 2 * np.abs(a - b)], extreme=False, dtypes=INTEGERS,
         ulps=1),
]
