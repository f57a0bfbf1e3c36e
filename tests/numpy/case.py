"""A case: a few lines of Lua and what numpy makes of the same arrays. See README.md."""
import inspect
from dataclasses import dataclass, field
from typing import Callable, Optional

import numpy as np

DTYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"]
INTEGERS = DTYPES[:6]
FLOATS = DTYPES[6:]

# What the bodies may use.
LOCALS = {
    "a": "input.image.a", "b": "input.image.b", "m": "input.image.m", "f": "input.image.f", "image": "input.image",
    "scenes": "input.scenes",
}
NUMBERS = """
  local function numbers(...)
    local zero, list = input.image.m:fill(0):as('float64') * 0, {}
    for i = 1, select('#', ...) do
      local value = select(i, ...)
      list[i] = value and zero + value or zero:where(zero)
    end
    return list
  end
"""


def work_dtype(dtype):
    """Of arithmetic with this type."""
    return "float64" if dtype in ("uint32", "int32", "float64") else "float32"


@dataclass
class Case:
    name: str
    lua: str  # one expression; or the body of run(tile, input, p), which begins with `return` or `local`
    expect: Optional[Callable]  # called with the arrays that its parameters name; None: the results are equal to each other
    dtype: Optional[str] = "work"  # of the result: 'work', 'same' as the input, a name, or None: not checked
    dtypes: list = field(default_factory=lambda: DTYPES)  # of bands a and b, and of the stack's
    ulps: float = 2  # how far off a float may be, in units of its last place
    atol: float = 0  # and absolutely
    extreme: bool = True  # also on the largest, smallest and infinite values
    buffer: int = 0  # pixelbuffer: the case gets so many more pixels on each side, which are not compared
    params: dict = field(default_factory=dict)

    def script(self):
        body = self.lua if self.lua.split()[0] in ("return", "local") else f"return {self.lua}"
        used = [f"  local {name} = {value}\n" for name, value in LOCALS.items() if name in words(body)]
        declared = ", ".join(f"{name} = {lua_value(value)}" for name, value in self.params.items())
        prelude = "".join(used) + (NUMBERS if "numbers" in words(body) else "")
        return f"return process {{\n  params = {{ {declared} }},\n  run = function(tile, input, p)\n{prelude}  {body}\n  end,\n}}\n"

    def expected(self, arrays):
        """The bands that numpy makes: a list of float64 arrays with NaN as nodata."""
        wanted = [arrays[name] for name in inspect.signature(self.expect).parameters]
        with np.errstate(all="ignore"):
            found = self.expect(*wanted)
        bands = found if isinstance(found, (tuple, list)) else [found]
        return [np.broadcast_to(np.asarray(band, "float64"), arrays["a"].shape) for band in bands]

    def result_dtype(self, dtype):
        return {"work": work_dtype(dtype), "same": dtype}.get(self.dtype, self.dtype)


def words(text):
    return set("".join(c if c.isalnum() or c == "_" else " " for c in text).split())


def lua_value(value):
    return f"'{value}'" if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else repr(value)


def nodata_where(condition, array):
    """The array with nodata where the condition holds."""
    return np.where(condition, np.nan, array)


def spread(function):
    """A function of arrays whose result is nodata where one of them is: for results that hide a NaN (a < b, rounding)."""
    def wrapped(*arrays):
        missing = np.logical_or.reduce([np.isnan(array) for array in arrays])
        return nodata_where(missing, function(*arrays))
    wrapped.__signature__ = inspect.signature(function)
    return wrapped
