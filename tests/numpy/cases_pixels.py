"""Functions that are called for each pixel, over rasters and over time series: one state runs them for many tiles."""
import numpy as np

from case import INTEGERS, Case, nodata_where


def valid_or_nan(function):
    """A number of all valid pixels, or 0."""
    return lambda a: function(a[~np.isnan(a)]) if (~np.isnan(a)).any() else 0


def last(layers):
    """The last valid of each pixel."""
    backwards = layers[::-1]
    return np.take_along_axis(backwards, np.argmax(~np.isnan(backwards), axis=0)[np.newaxis], axis=0)[0]


def ups_and_downs(red):
    """How often the series of each pixel goes up; -1 where there is one observation."""
    count, previous, seen = np.zeros(red.shape[1:]), np.full(red.shape[1:], np.nan), np.zeros(red.shape[1:])
    for layer in red:
        count += layer > previous
        seen += ~np.isnan(layer)
        previous = np.where(np.isnan(layer), previous, layer)
    return nodata_where(seen == 0, np.where(seen == 1, -1, count))


RASTERS = [
    Case("a_number_of_each_tile", """local most = a:max() or 0
  return image:read():map({ 'a' }, { 'x' }, function(a) return most - a end)""",
         lambda a: valid_or_nan(np.max)(a) - a, dtypes=INTEGERS, ulps=0),
    Case("a_choice_of_each_tile", """local wanted = (a:count() % 2 == 0)
  return image:read():map({ 'a', 'b' }, { 'x' }, function(a, b)
    if wanted then return a end
    return b
  end)""", lambda a, b: nodata_where(np.isnan(a + b), a if (~np.isnan(a)).sum() % 2 == 0 else b), dtypes=INTEGERS, ulps=0),
    Case("no_number_in_one_output", """image:read():map({ 'a', 'b' }, { 'x', 'y' }, function(a, b) return a, a / b end)""",
         lambda a, b: [nodata_where(np.isnan(a / b), a), a / b], ulps=0),
    Case("infinite_results", "image:read():map({ 'f' }, { 'x' }, function(f) return 1 / (f * 0) end)",
         lambda f: 1 / (f * 0), dtype="float32"),
    Case("nil_at_the_start", """image:read():map({ 'a' }, { 'x', 'y' }, function(a)
    if a % 2 == 0 then return nil end
    return a, -a
  end)""", lambda a: [nodata_where(a % 2 == 0, a), nodata_where(a % 2 == 0, -a)], dtypes=INTEGERS, ulps=0),
    Case("two_functions_in_one_tile", """local r = image:read { 'a', 'b' }
  local sum = r:map({ 'a', 'b' }, { 'x' }, function(a, b) return a + b end)
  local difference = r:map({ 'a', 'b' }, { 'x' }, function(a, b) return a - b end)
  return { sum.x, difference.x }""", lambda a, b: [a + b, a - b], ulps=0),
    Case("one_function_for_two_rasters", """local function twice(value) return 2 * value end
  return { image:read():map({ 'a' }, { 'x' }, twice).x, image:read():map({ 'm' }, { 'x' }, twice).x }""",
         lambda a, m: [2 * a, 2 * m], dtype=None, ulps=0),
    Case("names_that_are_no_words", """local r = raster.of({ 'a b', '1', 'end' }, { a, b, m })
  return r:map({ 'a b', '1', 'end' }, { 'x y' }, function(x, y, z) return x - y + z end)""",
         lambda a, b, m: a - b + m, dtypes=INTEGERS, ulps=0),
    Case("a_loop_in_the_function", """image:read():map({ 'a', 'm' }, { 'x' }, function(a, m)
    local sum = 0
    for i = 1, 5 do
      if (a + i) % 3 == 0 then sum = sum + i end
    end
    return sum + m
  end)""", lambda a, m: sum(np.where((a + i) % 3 == 0, i, 0) for i in range(1, 6)) + m + 0 * a, dtypes=INTEGERS, ulps=0),
]

SERIES = [
    Case("last_observation", "scenes:map({ 'red' }, { 'red' }, function(at, n) return at.red[n] end)", lambda red: last(red), ulps=0),
    Case("length", "scenes:map({ 'red' }, { 'n' }, function(at, n) return #at.red - n end)",
         lambda red: nodata_where(np.isnan(red).all(axis=0), 0)),
    Case("ups", """scenes:map({ 'red' }, { 'ups' }, function(at, n)
    if n == 1 then return -1 end
    local ups = 0
    for i = 2, n do
      if at.red[i] > at.red[i - 1] then ups = ups + 1 end
    end
    return ups
  end)""", lambda red: ups_and_downs(red), extreme=False),
    Case("series_of_two_types", """scenes:map({ 'red', 'cloud' }, { 'sum', 'cloud' }, function(at, n)
    local sum, cloud = 0, 0
    for i = n, 1, -1 do sum, cloud = sum + at.red[i] * at.cloud[i], math.max(cloud, at.cloud[i]) end
    return sum, cloud
  end)""", lambda red, cloud: [nodata_where(np.isnan(red).all(axis=0), np.nansum(red * cloud, axis=0)),
                               nodata_where(np.isnan(red).all(axis=0), np.nanmax(np.where(np.isnan(red), -1, cloud), axis=0))],
         dtypes=INTEGERS, extreme=False),
    Case("nil_where_cloudy", """scenes:map({ 'nir', 'cloud' }, { 'nir' }, function(at, n)
    for i = 1, n do
      if at.cloud[i] < 30 then return at.nir[i] end
    end
    return nil
  end)""", lambda nir, cloud: nodata_where(~(cloud < 30).any(axis=0) | np.isnan(nir).all(axis=0), np.take_along_axis(
        nir, np.argmax((cloud < 30) & ~np.isnan(nir), axis=0)[np.newaxis], axis=0)[0]), dtypes=INTEGERS, ulps=0),
    Case("a_limit_of_each_tile", """local limit = a:mean() or 0
  return scenes:map({ 'red' }, { 'n' }, function(at, n)
    local count = 0
    for i = 1, n do
      if at.red[i] > limit then count = count + 1 end
    end
    return count
  end)""", lambda a, red: nodata_where(np.isnan(red).all(axis=0), (red > valid_or_nan(np.mean)(a)).sum(axis=0)),
         dtypes=["uint8", "int8", "uint16", "int16"], extreme=False),
    Case("map_twice", """local function first(at) return at.nir[1] end
  local x, y = scenes:map({ 'nir', 'cloud' }, { 'x' }, first), scenes:map({ 'nir' }, { 'x' }, first)
  return x and { x.x, y.x }""", None),
    Case("to_bytes", "scenes:map({ 'cloud' }, { 'cloud' }, function(at, n) return at.cloud[1] / 2 end, { dtype = 'uint8' })",
         lambda cloud: np.rint(np.take_along_axis(cloud, np.argmax(~np.isnan(cloud), axis=0)[np.newaxis], axis=0)[0] / 2), dtype="uint8"),
]

CASES = RASTERS + SERIES
