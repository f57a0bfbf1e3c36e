"""Chains of operators, which are evaluated block by block and not one after the other: formulas, shared parts, long chains."""
import numpy as np

from case import INTEGERS, Case, nodata_where, spread

FLOAT32 = ["uint8", "int8", "uint16", "int16", "float32"]


def evi(a, b, m):
    return 2.5 * (a - b) / (a + 6 * b - 7.5 * m + 10000)


def steps(a, b):
    """Forty steps in float32, in the order of the script."""
    x = a.astype("float32")
    b = b.astype("float32")
    for i in range(1, 41):
        x = x / np.float32(2) + b if i % 2 == 0 else x - b
    return x


def doubled(a):
    x = a.astype("float64")
    for _ in range(30):
        x = x + x
    return x


CASES = [
    Case("evi", "2.5 * (a - b) / (a + 6 * b - 7.5 * m + 10000)", evi, extreme=False, dtypes=INTEGERS, ulps=64, atol=1e-4),
    Case("shared_part", "local s = a + b\n  return { s, s / 2, s - s, s:gt(0):either(s:le(0)) }",
         lambda a, b: [a + b, (a + b) / 2, (a + b) - (a + b), nodata_where(np.isnan(a + b), 1)], dtype=None, extreme=False),
    Case("long_chain", "local x = a * 1\n  for i = 1, 40 do\n    if i % 2 == 0 then x = x / 2 + b else x = x - b end\n  end\n  return x",
         steps, dtypes=FLOAT32, extreme=False, ulps=0),
    Case("doubled_thirty_times", "local x = a * 1\n  for i = 1, 30 do x = x + x end\n  return x", doubled, dtypes=FLOAT32, extreme=False, ulps=0),
    Case("functions_in_a_chain", "((a - b):abs() + 1):sqrt():floor()", lambda a, b, work: np.floor(np.sqrt((np.abs(a - b) + 1).astype(work))),
         dtypes=INTEGERS, ulps=0),
    Case("mask_of_a_chain", "(a - b):gt(m):both((a + b):ne(0)):negate()",
         spread(lambda a, b, m: ~((a - b > m) & (a + b != 0))), dtype="uint8", extreme=False, dtypes=INTEGERS),
    Case("where_in_a_chain", "((a - b):where(m) + 1):where(a:gt(0)) * 2",
         lambda a, b, m: nodata_where((m == 0) | np.isnan(m) | ~(a > 0), (a - b + 1) * 2), dtypes=INTEGERS, ulps=2),
    Case("fill_in_a_chain", "(a / b):fill(-1) + (b / a):fill(m)",
         lambda a, b, m: np.where(np.isnan(a / b), -1, a / b) + np.where(np.isnan(b / a), m, b / a), extreme=False, dtype=None, ulps=4, atol=1e-3),
    Case("no_number_in_the_middle", "local r = a / a\n  return r - r + b", lambda a, b: a / a - a / a + b, extreme=False),
    Case("clip_and_convert", "((a + b) / 2):clip(0, 200):as('uint8')", lambda a, b: np.rint(np.clip((a + b) / 2, 0, 200)),
         dtype="uint8", dtypes=INTEGERS, extreme=False),
    Case("statistics_of_a_chain", "local d = a - b\n  return numbers(d:min(), d:max(), d:count(), (d:gt(0)):max())",
         lambda a, b: [np.nan if np.isnan(a - b).all() else f(a - b) for f in
                       (np.nanmin, np.nanmax)] + [(~np.isnan(a - b)).sum(),
                                                  np.nan if np.isnan(a - b).all() else (a - b > 0).any()],
         dtype="float64", dtypes=INTEGERS, extreme=False, ulps=0),
    Case("chains_in_a_reducer", "raster.max { a - b, b - a, a:gt(b) }",
         lambda a, b: np.fmax(np.abs(a - b), 0 * (a - b)), extreme=False, dtypes=INTEGERS, dtype=None, ulps=0),
    Case("chain_into_a_pixel_function", """local r = raster.of({ 'x', 'y' }, { a + b, a - b })
  return r:map({ 'x', 'y' }, { 'z' }, function(x, y) return x + y end)""", lambda a, b: 2 * a + 0 * b, dtypes=INTEGERS, extreme=False),
    Case("two_sizes_of_numbers", "(a + b) * a:as('float64')", lambda a, b, work: (a + b).astype(work).astype("float64") * a,
         dtype="float64", extreme=False, ulps=0),
]
