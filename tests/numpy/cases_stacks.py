"""Several arrays to one: reducers over lists and over the scenes of a stack, and functions of a time series."""
import warnings

import numpy as np

from case import INTEGERS, Case, nodata_where


def quiet(function):
    """nanmedian and its kin, which warn where nothing is valid (and give NaN there)."""
    def called(layers):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            return function(layers, axis=0)
    return called


mean, least, most = quiet(np.nanmean), quiet(np.nanmin), quiet(np.nanmax)


def median(layers):
    """The middle of two largest numbers is one of them, and not infinite as their sum."""
    middle = quiet(np.nanmedian)(layers)
    return np.where(np.isinf(middle), 2 * quiet(np.nanmedian)(layers / 2), middle)


def take(layers, index):
    """layers[index], pixel by pixel."""
    return np.take_along_axis(layers, index[np.newaxis], axis=0)[0]


def first(layers):
    return take(layers, np.argmax(~np.isnan(layers), axis=0))


def best_ndvi(red, nir, cloud):
    """The red of the scene whose NDVI is greatest among the clear ones, the first of equal ones."""
    ndvi = (nir - red) / (nir + red)
    ndvi = np.where((cloud < 40) & ~np.isnan(ndvi), ndvi, -np.inf)
    return nodata_where(ndvi.max(axis=0) == -np.inf, take(red, np.argmax(ndvi, axis=0)))


def clear_median(red, cloud):
    return median(nodata_where(~(cloud < 40), red))


def last(layers):
    return first(layers[::-1])


def observed(layers):
    return ~np.isnan(layers)


def count(valid, layers):
    """Nothing when no layer has a valid pixel, counts of 0 otherwise."""
    return nodata_where(~observed(layers).any(), valid.sum(axis=0))


def total(layers):
    return nodata_where(~observed(layers).any(axis=0), np.nansum(layers, axis=0))


deviation = quiet(np.nanstd)


def percentile(q):
    """As nanpercentile, which takes minutes: pixels with the same number of observations at once."""
    def called(layers):
        ordered, number = np.sort(layers, axis=0), observed(layers).sum(axis=0)
        result = np.full(number.shape, np.nan)
        for n in np.unique(number[number > 0]):
            result[number == n] = np.percentile(ordered[:n, number == n], q, axis=0)
        return result
    return called


def cleared(layers, cloud):
    return nodata_where(~(cloud < 40), layers)


def best(criterion, valid, *bands):
    """The bands of the layer with the greatest criterion, the first of equal ones."""
    valid = valid & ~np.isnan(criterion)
    found, index, greatest = np.zeros(valid.shape[1:], bool), np.zeros(valid.shape[1:], int), np.zeros(valid.shape[1:])
    for i, layer in enumerate(criterion):
        better = valid[i] & (~found | (layer > greatest))
        found, index, greatest = found | better, np.where(better, i, index), np.where(better, layer, greatest)
    return [nodata_where(~found, take(band, index)) for band in bands]


def best_ndvi_of_stack(red, nir, cloud):
    ndvi = ((nir - red) / (nir + red)).astype(np.float64)
    return best(ndvi, observed(red) & observed(nir), red, nir)


def medoid(red, nir):
    """Squares are added in the order of the bands, distances in that of the pairs."""
    valid = observed(red) & observed(nir)
    sums = np.zeros(red.shape)
    for i in range(len(red)):
        for k in range(i + 1, len(red)):
            distance = np.sqrt((red[i] - red[k]) ** 2 + (nir[i] - nir[k]) ** 2)
            distance = np.where(valid[i] & valid[k], distance, 0)
            sums[i] += distance
            sums[k] += distance
    return best(-sums, valid, red, nir)


def years(dates):
    return (np.array([date[:19] for date in dates], "datetime64[s]") - np.datetime64("2000-01-01")) / np.timedelta64(1, "s") / 86400 / 365.25


def trend(red, dates):
    valid = observed(red)
    count = valid.sum(axis=0)
    times = np.where(valid, years(dates)[:, np.newaxis, np.newaxis], np.nan)
    t, v = mean(times), mean(red)
    tt = np.nansum((times - t) ** 2, axis=0)
    tv, vv = np.nansum((times - t) * (red - v), axis=0), np.nansum((red - v) ** 2, axis=0)
    line = (count > 1) & (tt > 0)
    slope = nodata_where(~line, tv / tt)
    return [slope, v - slope * t, nodata_where(~line | ~(vv > 0), slope * tv / vv)]


def fill_gaps(red, dates, ends):
    """What interp makes of 1 in one scene and 0 in all others is the weight of that scene: the same for all pixels with
    observations in the same scenes."""
    times, filled, valid = years(dates), np.array(red), observed(red)
    end = {} if ends == "nearest" else dict(left=np.nan, right=np.nan)
    pattern = np.tensordot(1 << np.arange(len(red)), valid, 1)
    for found in np.unique(pattern[pattern > 0]):
        there, pixels = found >> np.arange(len(red)) & 1 == 1, pattern == found
        weights = np.stack([np.interp(times, times[there], one, **end) for one in np.eye(there.sum())], axis=1)
        filled[:, pixels] = np.where(there[:, np.newaxis], red[:, pixels], weights @ red[there][:, pixels])
    return filled


def weighted(red, cloud):
    weights = np.where(observed(red), 100 - cloud, 0)
    return nodata_where(~(weights.sum(axis=0) > 0), np.nansum(np.where(observed(red), red, 0) * weights, axis=0) / weights.sum(axis=0))


CASES = [
    Case("median", "scenes:median { 'red' }", lambda red: median(red), ulps=0),
    Case("median_of_bands", "scenes:median { 'nir', 'cloud' }", lambda nir, cloud: [median(nir), median(cloud)], dtype=None, ulps=0),
    Case("mean", "scenes:mean { 'red' }", lambda red: mean(red), extreme=False, ulps=4, atol=1e-12),
    Case("mean_of_integers", "scenes:mean { 'red' }", lambda red: mean(red), dtypes=INTEGERS, ulps=1),
    Case("min", "scenes:min { 'red' }", lambda red: least(red), dtype="same"),
    Case("max", "scenes:max { 'red' }", lambda red: most(red), dtype="same"),
    Case("first", "scenes:first { 'red', 'nir' }", lambda red, nir: [first(red), first(nir)], dtype="same"),
    Case("median_of_arrays", "raster.median { a, b, f, m }", lambda a, b, f, m: median(np.stack([a, b, f, m])), dtype=None,
         extreme=False, ulps=0),
    Case("first_of_arrays", "raster.first { a, m }", lambda a, m: first(np.stack([a, m])), dtype=None),
    Case("max_of_one", "raster.max { a }", lambda a: a, dtype="same"),
    Case("median_of_two_rasters", "raster.median { image:read { 'a', 'b' }, image:read { 'a', 'b' } + 2 }",
         lambda a, b: [a + 1, b + 1], dtypes=INTEGERS, extreme=False),
    Case("clear_median", """
  local clear = {}
  for scene in scenes:each { 'red', 'cloud' } do
    clear[#clear + 1] = scene:pick { 'red' }:where(scene.cloud:lt(40))
  end
  return raster.median(clear)""", clear_median, ulps=0),
    Case("series_best_ndvi", """return scenes:map({ 'red', 'nir', 'cloud' }, { 'red' }, function(at, n)
    local best, greenest = nil, -math.huge
    for i = 1, n do
      local ndvi = (at.nir[i] - at.red[i]) / (at.nir[i] + at.red[i])
      if at.cloud[i] < 40 and ndvi > greenest then best, greenest = i, ndvi end
    end
    if not best then return nil end
    return at.red[best]
  end)""", best_ndvi, extreme=False),
    Case("series_count_and_sum", """return scenes:map({ 'red' }, { 'count', 'sum' }, function(at, n)
    local sum = 0
    for i = 1, n do sum = sum + at.red[i] end
    return n, sum
  end)""", lambda red: [nodata_where(np.isnan(red).all(axis=0), (~np.isnan(red)).sum(axis=0)),
                         nodata_where(np.isnan(red).all(axis=0), np.nansum(red, axis=0))], dtypes=INTEGERS, ulps=0),
    Case("max_in_both_styles", """
  local pixels = scenes:map({ 'red' }, { 'red' }, function(at, n)
    local most = -math.huge
    for i = 1, n do most = math.max(most, at.red[i]) end
    return most
  end, { dtype = a.dtype })
  return pixels and { scenes:max { 'red' }.red, pixels.red }""", None, extreme=False),
    Case("last", "scenes:last { 'red', 'nir' }", lambda red, nir: [last(red), last(nir)], dtype="same"),
    Case("count", "scenes:count { 'red' }", lambda red: count(observed(red), red), dtype="uint16"),
    Case("sum", "scenes:sum { 'red' }", lambda red: total(red), extreme=False, ulps=4, atol=1e-9),
    Case("std", "scenes:std { 'red' }", lambda red: deviation(red), extreme=False, ulps=8, atol=1e-6),
    Case("percentile_90", "scenes:percentile({ 'red' }, 90)", lambda red: percentile(90)(red), extreme=False, ulps=4, atol=1e-6),
    Case("percentile_12", "raster.percentile({ a, b, f, m }, 12.5)", lambda a, b, f, m: percentile(12.5)(np.stack([a, b, f, m])),
         dtype=None, extreme=False, ulps=4, atol=1e-6),
    Case("percentile_0", "scenes:percentile({ 'red' }, 0)", lambda red: least(red)),
    Case("percentile_100", "scenes:percentile({ 'red' }, 100)", lambda red: most(red)),
    Case("where_median", "scenes:where(function(scene) return scene.cloud:lt(40) end):median { 'red' }", clear_median, ulps=0),
    Case("where_first", "scenes:where(function(scene) return scene.cloud:lt(40) end):first { 'red', 'nir' }",
         lambda red, nir, cloud: [first(cleared(red, cloud)), first(cleared(nir, cloud))], dtype="same"),
    Case("where_count", "scenes:where(function(scene) return scene.cloud:lt(40) end):count { 'red' }",
         lambda red, cloud: count(observed(cleared(red, cloud)), red), dtype="uint16"),
    Case("where_mean", "scenes:where(function(scene) return scene.cloud:lt(40) end):mean { 'red' }",
         lambda red, cloud: mean(cleared(red, cloud)), extreme=False, ulps=4, atol=1e-12),
    Case("with_min", "scenes:with('double', function(scene) return scene.red * 2 end):min { 'double' }",
         lambda red: least(red) * 2, dtype="work", extreme=False),
    Case("best_by_ndvi", "scenes:best_by({ 'red', 'nir' }, function(s) return (s.nir:as('float64') - s.red) / (s.nir:as('float64') + s.red) end, 'max')",
         best_ndvi_of_stack, dtype="same", extreme=False),
    Case("best_by_cloud", "scenes:best_by({ 'red' }, 'cloud', 'min')",
         lambda red, cloud: best(-cloud, observed(red) & observed(cloud), red), dtype="same"),
    Case("best_by_list", "raster.best_by({ a, b }, { f, m }, 'max')",
         lambda a, b, f, m: best(np.stack([f, m]), observed(np.stack([a, b])), np.stack([a, b])), dtype="same", extreme=False),
    Case("medoid", "scenes:medoid { 'red', 'nir' }", medoid, dtype="same", extreme=False),
    Case("trend", "scenes:trend { 'red' }", trend, extreme=False, ulps=16, atol=2e-4),
    Case("gaps", "local list = scenes:fill_gaps { 'red' } return { list[1].red, list[4].red, list[7].red }",
         lambda red, dates: list(fill_gaps(red, dates, "nodata")[[0, 3, 6]]), extreme=False, ulps=4, atol=1e-6),
    Case("gaps_to_the_ends", "local list = scenes:fill_gaps({ 'red' }, { ends = 'nearest' }) return { list[1].red, list[4].red, list[7].red }",
         lambda red, dates: list(fill_gaps(red, dates, "nearest")[[0, 3, 6]]), extreme=False, ulps=4, atol=1e-6),
    Case("weighted_mean", "scenes:mean({ 'red' }, { weights = function(scene) return 100 - scene.cloud end })", weighted,
         extreme=False, ulps=4, atol=1e-9),
    Case("between", "scenes:between('2023-01-01', '2023-12-31'):max { 'red' }",
         lambda red, dates: most(red[["2023-01-01" <= date[:10] <= "2023-12-31" for date in dates]]), dtype="same"),
]
