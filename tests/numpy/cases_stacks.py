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
]
