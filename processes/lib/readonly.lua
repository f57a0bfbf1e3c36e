-- SPDX-License-Identifier: MIT
-- Tables that refuse to be changed, and to be asked for what they do not hold.
local tw = ...

-- Names of a table, sorted.
function tw.names_of(t)
  local names = {}
  for name in pairs(t) do
    names[#names + 1] = tostring(name)
  end
  table.sort(names)
  return names
end

-- A view of `content`, which gets a metatable. `unknown(key)` is called for what it does not hold; it raises,
-- or returns a value. what: `the parameters`, for messages. known: further names that may be asked for and are
-- nil. Lookups go through tables only, so that a read in a pixel function costs nothing.
function tw.read_only(content, what, unknown, known)
  setmetatable(content, {
    __index = function(_, key)
      if not (known and known[key]) then
        return unknown(key)
      end
    end,
  })
  return setmetatable({}, {
    __index = content,
    __newindex = function(_, key)
      tw.raise("cannot set '%s': %s cannot be changed; use a variable of your own", tostring(key), what)
    end,
    __pairs = content,
    __metatable = false,
  })
end

-- The series by name of what a function of a time series gets as `at`.
tw.series_of = setmetatable({}, { __mode = 'k' })

-- pairs() that sees through read-only tables, rasters and `at`.
function tw.pairs(t)
  local mt = type(t) == 'table' and debug.getmetatable(t)
  local content = mt and mt.__pairs
  if type(content) == 'function' then
    return content(t)
  end
  return pairs(content or tw.series_of[t] or t)
end
