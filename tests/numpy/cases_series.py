"""Functions of pixels and of time series: every way in which the loops around them read and store values."""
import numpy as np

from case import INTEGERS, Case, nodata_where


def common(red, nir):
    """Observations that are valid in both bands; the others become NaN."""
    none = np.isnan(red) | np.isnan(nir)
    return nodata_where(none, red), nodata_where(none, nir)


def in_order(red, nir):
    """The valid observations of each pixel, moved to the front."""
    red, nir = common(red, nir)
    order = np.argsort(np.isnan(red), axis=0, kind="stable")
    return np.take_along_axis(red, order, axis=0), np.take_along_axis(nir, order, axis=0)


def ends(red, nir):
    red, nir = in_order(red, nir)
    last = np.maximum((~np.isnan(red)).sum(axis=0) - 1, 0)[np.newaxis]
    return [nir[0], np.take_along_axis(red, last, axis=0)[0]]


def rises(red, nir):
    """How often an observation is greater than the one before it."""
    red = in_order(red, nir)[0]
    return nodata_where(np.isnan(red[0]), (red[1:] > red[:-1]).sum(axis=0))


def alternating(red, nir):
    red, nir = in_order(red, nir)
    odd = np.arange(len(red))[:, np.newaxis, np.newaxis] % 2 == 0
    return nodata_where(np.isnan(red[0]), np.nansum(np.where(odd, red, -nir), axis=0))


CASES = [
    Case("map_of_itself", "image:read { 'a', 'b', 'm' }:map({ 'a', 'b' }, { 'x', 'y' }, function(a, b) return b, a end)",
         lambda a, b: [nodata_where(np.isnan(a), b), nodata_where(np.isnan(b), a)], ulps=0),
    Case("map_second_is_nan", "image:read { 'a' }:map({ 'a' }, { 'x', 'y' }, function(a) return a, a > 3 and a or 0 / 0 end)",
         lambda a: [nodata_where(~(a > 3), a)] * 2, ulps=0),
    Case("map_with_a_loop", """return image:read { 'a', 'b' }:map({ 'a', 'b' }, { 'n' }, function(a, b)
    local n = 0
    for i = 1, 5 do
      if a > i * b then n = n + 1 end
    end
    return n
  end)""", lambda a, b: nodata_where(np.isnan(a) | np.isnan(b), sum((a > i * b).astype(float) for i in range(1, 6))), ulps=0),
    Case("series_ends", """return scenes:map({ 'red', 'nir' }, { 'first', 'last' }, function(at, n)
    return at.nir[1], at.red[n]
  end)""", ends, ulps=0),
    Case("series_rises", """return scenes:map({ 'red', 'nir' }, { 'n' }, function(at, n)
    local rises = 0
    for i = 2, n do
      if at.red[i] > at.red[i - 1] then rises = rises + 1 end
    end
    return rises
  end)""", rises, ulps=0),
    Case("series_backwards", """return scenes:map({ 'red', 'nir' }, { 'sum' }, function(at, n)
    local sum, i = 0, n
    while i > 0 do
      sum = sum + (i % 2 == 1 and at.red[i] or -at.nir[i])
      i = i - 1
    end
    return sum
  end)""", alternating, dtypes=INTEGERS, ulps=1, extreme=False),
    Case("series_by_name", """return scenes:map({ 'red', 'nir' }, { 'sum' }, function(at, n)
    local sum = 0
    for name, values in pairs(at) do
      for i = 1, #values do
        sum = sum + (name == 'red' and 2 or 1) * at[name][i]
      end
    end
    return sum
  end)""", lambda red, nir: nodata_where(np.isnan(common(red, nir)[0]).all(axis=0),
                                          np.nansum(2 * common(red, nir)[0] + common(red, nir)[1], axis=0)),
         dtypes=INTEGERS, ulps=1, extreme=False),
]
