"""Whole arrays, pixel by pixel."""
import numpy as np

from case import DTYPES, FLOATS, INTEGERS, Case, nodata_where, spread

WIDE = ["uint32", "int32", "float64"]
NARROW = [dtype for dtype in DTYPES if dtype not in WIDE]


def mask(name, lua, function, **options):
    return Case(name, lua, spread(function), dtype="uint8", **options)


def convert(a, dtype):
    """Rounded to even, clamped; a double beyond float32 becomes the largest float."""
    if dtype == "float64":
        return a
    limits = np.iinfo(dtype) if np.dtype(dtype).kind in "iu" else np.finfo(dtype)
    clamped = np.clip(a, float(limits.min), float(limits.max))
    return np.where(np.isinf(a), a, clamped) if np.dtype(dtype).kind == "f" else np.rint(clamped)


def converts(to):
    return lambda a: convert(a, to)


OPERATORS = [
    Case("add", "a + b", lambda a, b: a + b, ulps=0),
    Case("subtract", "a - b", lambda a, b: a - b, ulps=0),
    Case("multiply", "a * b", lambda a, b: a * b, ulps=0),
    Case("divide", "a / b", lambda a, b: a / b, ulps=0),
    Case("minus", "-a", lambda a: -a, ulps=0),
    Case("number_left", "1 - a", lambda a: 1 - a, ulps=0),
    Case("number_right", "a / 2", lambda a: a / 2, ulps=0),
    Case("with_itself", "a - a", lambda a: a - a, ulps=0),
    Case("two_types", "a * f + m", lambda a, f, m: a * f + m, extreme=False, ulps=4, atol=0.5),
    Case("ndvi", "(a - b) / (a + b)", lambda a, b: (a - b) / (a + b), dtypes=INTEGERS, ulps=8),
    Case("modulo", "a % b", spread(lambda a, b: np.mod(a, b)), dtypes=INTEGERS, ulps=0),
    Case("modulo_of_floats", "a % 7", lambda a: np.mod(a, 7), dtypes=FLOATS, extreme=False, atol=1e-4),
    Case("square", "a ^ 2", lambda a: a ** 2, ulps=2),
    Case("root", "a:abs() ^ 0.5", lambda a: np.abs(a) ** 0.5),
    Case("power", "a ^ b", spread(lambda a, b: a ** b), extreme=False),
    Case("of_rasters", "image:read { 'a', 'b' } - image:read { 'b', 'a' }", lambda a, b: [a - b, b - a], ulps=0),
    Case("raster_and_number", "2 * image:read { 'a', 'b' }", lambda a, b: [2 * a, 2 * b], ulps=0),
]

MASKS = [
    mask("lt", "a:lt(b)", lambda a, b: a < b),
    mask("le", "a:le(b)", lambda a, b: a <= b),
    mask("gt", "a:gt(b)", lambda a, b: a > b),
    mask("ge", "a:ge(b)", lambda a, b: a >= b),
    mask("eq", "a:eq(b)", lambda a, b: a == b),
    mask("ne", "a:ne(b)", lambda a, b: a != b),
    mask("lt_number", "a:lt(40.1)", lambda a: a < 40.1),
    mask("eq_number_of_floats", "f:eq(0.1):either(f:lt(0.1))", lambda f: f <= np.float32(0.1)),
    mask("ge_large_number", "a:ge(4294967295)", lambda a: a >= 4294967295, dtypes=WIDE),
    mask("in", "a:in_ { 0, 1, 2, 3, 127, 255 }", lambda a: np.isin(a, [0, 1, 2, 3, 127, 255])),
    mask("both", "a:both(b)", lambda a, b: (a != 0) & (b != 0)),
    mask("both_of_masks", "m:both(a:gt(b))", lambda m, a, b: (m != 0) & (a > b)),
    mask("either", "m:either(a:gt(b))", lambda m, a, b: (m != 0) | (a > b)),
    mask("negate", "a:negate()", lambda a: a == 0),
    mask("negate_mask", "m:negate()", lambda m: m == 0),
]

SELECTIONS = [
    Case("where", "a:where(m)", lambda a, m: nodata_where(np.isnan(m) | (m == 0), a), dtype="same"),
    Case("where_of_any_type", "m:where(a)", lambda a, m: nodata_where(np.isnan(a) | (a == 0), m), dtype="uint8"),
    Case("fill_array", "a:fill(b)", lambda a, b: np.where(np.isnan(a), b, a), dtype="same"),
    Case("fill_number", "a:fill(7)", lambda a: np.where(np.isnan(a), 7, a), dtype="same"),
    Case("fill_fraction", "a:fill(0.5)", lambda a: np.where(np.isnan(a), 0.5, a), dtype=None, extreme=False),
    Case("fill_other_type", "m:fill(a)", lambda a, m: np.where(np.isnan(m), a, m), dtype=None),
    Case("fill_raster", "image:read { 'a', 'b' }:fill(image:read { 'b', 'm' })",
         lambda a, b, m: [np.where(np.isnan(a), b, a), np.where(np.isnan(b), m, b)], dtype=None),
    Case("clip", "a:clip(3, 50)", lambda a: np.clip(a, 3, 50), dtype="same"),
    Case("clip_inwards", "a:clip(2.5, 9.25)", lambda a: np.clip(a, 3, 9), dtype="same", dtypes=INTEGERS),
    Case("clip_of_floats", "a:clip(-2.5, 9.25)", lambda a: np.clip(a, -2.5, 9.25), dtype="same", dtypes=FLOATS),
    Case("clip_beyond_the_type", "a:clip(-1e6, 1e6)", lambda a: np.clip(a, -1e6, 1e6), dtype="same"),
]

CONVERSIONS = [Case(f"as_{dtype}", f"a:as('{dtype}')", converts(dtype), dtype=dtype, ulps=0) for dtype in DTYPES] + [
    Case("as_rounds_to_even", "(a / 2):as('int16')", lambda a: convert(a / 2, "int16"), dtype="int16", extreme=False, dtypes=INTEGERS),
    Case("raster_as", "image:read { 'a', 'f' }:as('uint8')", lambda a, f: [convert(a, "uint8"), convert(f, "uint8")], dtype="uint8"),
]

FUNCTIONS = [
    Case("abs", "a:abs()", lambda a: np.abs(a), dtype=None),
    Case("sqrt", "a:sqrt()", lambda a: np.sqrt(a), ulps=0),
    Case("exp", "(a / 100):exp()", lambda a, work: np.exp((a / 100).astype(work).astype("float64"))),
    Case("log", "a:log()", lambda a: np.log(a)),
    Case("floor", "a:floor()", lambda a: np.floor(a), dtype="same"),
    Case("round", "a:round()", lambda a: np.rint(a), dtype="same"),
    Case("round_halves", "(a / 2):round()", lambda a, work: np.rint((a / 2).astype(work)), ulps=0),
    Case("floor_halves", "(a / 2):floor()", lambda a, work: np.floor((a / 2).astype(work)), ulps=0),
]


def of_valid(function):
    """A number from the valid pixels; NaN when there are none."""
    return lambda a: function(a[~np.isnan(a)]) if (~np.isnan(a)).any() else np.nan


STATISTICS = [
    Case("count_min_max", "return numbers(a:count(), a:min(), a:max())",
         lambda a: [(~np.isnan(a)).sum(), of_valid(np.min)(a), of_valid(np.max)(a)], dtype="float64", ulps=0),
    Case("mean_std", "return numbers(a:mean(), a:std())", lambda a: [of_valid(np.mean)(a), of_valid(np.std)(a)],
         dtype="float64", extreme=False, atol=1e-9),
    Case("mean_std_of_extremes", "return numbers(a:mean(), a:std())", lambda a: [of_valid(np.mean)(a), of_valid(np.std)(a)],
         dtype="float64", dtypes=INTEGERS, ulps=1000),
    Case("get", "return numbers(a:get(0, 0), a:get(a.width - 1, a.height - 1))", lambda a: [a[0, 0], a[-1, -1]], dtype="float64"),
]

STYLES = [
    Case("ndvi_in_both_styles", """
  local pixels = image:read { 'a', 'b' }:map({ 'a', 'b' }, { 'ndvi' }, function(a, b) return (a - b) / (a + b) end)
  return { (a:as('float64') - b) / (a + b), pixels.ndvi:as('float64') }""", None, dtypes=WIDE),
    Case("rule_in_both_styles", """
  local pixels = image:read { 'a', 'b', 'm' }:map({ 'a', 'b', 'm' }, { 'out' }, function(a, b, m)
    if m == 0 or a < b then return nil end
    return a
  end)
  local work = (a * 1):where(m):where(a:ge(b))
  return { work, pixels.out }""", None),
    Case("choice_in_both_styles", """
  local pixels = image:read { 'a', 'b' }:map({ 'a', 'b' }, { 'out' }, function(a, b) return a > b and a or b end,
    { dtype = a.dtype })
  return { a:where(a:gt(b)):fill(b:where(a:le(b))), pixels.out }""", None),
]

PIXELS = [
    Case("map_one", "image:read { 'a' }:map({ 'a' }, { 'x' }, function(a) return a * 2 + 1 end)", lambda a: a * 2 + 1, ulps=0),
    Case("map_two_bands", "image:read():map({ 'a', 'm' }, { 'x', 'y' }, function(a, m) return a + m, a - m end)",
         lambda a, m: [a + m, a - m], ulps=0),
    Case("map_with_nil", """return image:read():map({ 'a', 'b' }, { 'x' }, function(a, b)
    if a > b then return a - b end
    return nil
  end)""", lambda a, b: nodata_where(~(a > b), a - b), ulps=0),
    Case("map_to_bytes", "image:read():map({ 'a' }, { 'x' }, function(a) return a / 2 end, { dtype = 'uint8' })",
         lambda a: convert(a / 2, "uint8"), dtype="uint8", dtypes=INTEGERS),
]

CASES = OPERATORS + MASKS + SELECTIONS + CONVERSIONS + FUNCTIONS + STATISTICS + STYLES + PIXELS
