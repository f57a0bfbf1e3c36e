"""Whole arrays, pixel by pixel."""
import numpy as np

from case import Case, nodata_where, spread

CASES = [
    Case("add", "a + b", lambda a, b: a + b),
    Case("subtract", "a - b", lambda a, b: a - b),
    Case("multiply", "a * b", lambda a, b: a * b),
    Case("divide", "a / b", lambda a, b: a / b),
    Case("lt", "a:lt(b)", spread(lambda a, b: a < b), dtype="uint8"),
]
