-- SPDX-License-Identifier: MIT
-- `process { ... }`: checks the declaration, and brings it into the form that declaration.c reads.
local tw = ...

local fields = { 'about', 'any_input_name', 'inputs', 'margin', 'output', 'params', 'prepare', 'run', 'setup' }
local output_fields = { 'bands', 'dtype', 'nodata' }
local kinds = { 'raster', 'stack', 'vector', 'any', 'rasters', 'stacks', 'vectors', 'group' }

-- Raises at the line of a field of the declaration, found in the script's text: the call to process() ends
-- far below the field that is wrong.
local function raise_at(where, field, format, ...)
  local line = where.line
  for name in (where.path .. field):gmatch('[^%.]+') do
    line = tw.field_line(where.text, line, name)
  end
  error(('%s:%d: %s'):format(where.name, line, format:format(...)), 0)
end

local function raise_unknown_at(where, field, what, known)
  raise_at(where, field, '%s%s', what, tw.known(field, known))
end

local function under(where, field)
  return { name = where.name, text = where.text, line = where.line, path = field .. '.' }
end

local function check_table(where, t, field, example)
  if t ~= nil and type(t) ~= 'table' then
    raise_at(where, field, "'%s' must be a table, as in %s, not %s", field, example, tw.show(t))
  end
  return t or {}
end

local function read_inputs(where, inputs)
  local list = {}
  check_table(where, inputs, 'inputs', "inputs = { dem = 'raster' }")
  where = under(where, 'inputs')
  for _, name in ipairs(tw.names_of(inputs or {})) do
    local value = inputs[name]
    local kind = type(value) == 'string' and value:gsub('%?$', '')
    if not kind then
      raise_at(where, name, "input '%s' must be 'raster', 'stack' or 'vector', not %s", name, tw.show(value))
    elseif not tw.contains(kinds, kind) then
      raise_at(where, name, "input '%s': unknown kind '%s'%s", name, kind, tw.known(kind, kinds))
    end
    list[#list + 1] = { name = name, kind = kind, optional = value:sub(-1) == '?' }
  end
  return list
end

-- Parameters without a default: param.any, param.number ... They are nil unless the configuration sets them.
-- param.resampling and param.dtype are strings that name a method or a type; others are refused before the first tile.
local Marker = { __metatable = false }
tw.param = {}
for _, kind in ipairs { 'any', 'number', 'string', 'boolean', 'list', 'map', 'resampling', 'dtype' } do
  tw.param[kind] = setmetatable({ kind = kind }, Marker)
end

-- A number that lies within limits.
function tw.param.range(limits)
  return setmetatable({ kind = 'number', limits = limits, is_range = true }, Marker)
end

local limit_fields = { 'default', 'max', 'min' }

local function check_default(where, name, value, depth)
  local kind = tw.type(value)
  if kind == 'table' and depth < 16 then
    for _, item in pairs(value) do
      check_default(where, name, item, depth + 1)
    end
  elseif kind ~= 'number' and kind ~= 'string' and kind ~= 'boolean' then
    raise_at(where, name, "parameter '%s': a default must be a number, a text, a boolean, a list or a map, not %s",
      name, tw.show(value))
  end
end

local function check_limits(where, name, limits)
  if type(limits) ~= 'table' then
    raise_at(where, name, "parameter '%s': param.range takes limits, as in param.range { min = 0, max = 1, default = 0.5 }, not %s",
      name, tw.show(limits))
  end
  for _, field in ipairs(tw.names_of(limits)) do
    if not tw.contains(limit_fields, field) then
      raise_at(where, name, "parameter '%s': unknown field '%s' in param.range%s", name, field, tw.known(field, limit_fields))
    elseif type(limits[field]) ~= 'number' or limits[field] ~= limits[field] then
      raise_at(where, name, "parameter '%s': %s must be a number, not %s", name, field, tw.show(limits[field]))
    end
  end
end

-- A parameter that was declared by param.range.
local function read_range(where, name, limits)
  check_limits(where, name, limits)
  local min, max, default = limits.min or -math.huge, limits.max or math.huge, limits.default
  if min >= max then
    raise_at(where, name, "parameter '%s': min %s must be less than max %s", name, tw.show(min), tw.show(max))
  elseif default and (default < min or default > max) then
    raise_at(where, name, "parameter '%s': the default %s does not lie within its limits", name, tw.show(default))
  end
  return { name = name, kind = 'number', default = default, min = min, max = max }
end

local function read_params(where, params)
  local list = {}
  check_table(where, params, 'params', 'params = { cloud_max = 40 }')
  where = under(where, 'params')
  for _, name in ipairs(tw.names_of(params or {})) do
    local value = params[name]
    local is_marker = type(value) == 'table' and debug.getmetatable(value) == Marker
    if is_marker and value.is_range then
      list[#list + 1] = read_range(where, name, value.limits)
    elseif is_marker then
      list[#list + 1] = { name = name, kind = value.kind }
    else
      check_default(where, name, value, 0)
      list[#list + 1] = { name = name, default = value }
    end
  end
  return list
end

-- A number of bands, or their names.
local function read_bands(where, bands, result)
  if type(bands) == 'number' and bands >= 1 and bands % 1 == 0 then
    result.num_bands = bands
    return
  end
  if type(bands) ~= 'table' or #bands == 0 then
    raise_at(where, 'bands', "output.bands must be a number or a list of names, as in { 'red', 'green' }, not %s",
      tw.show(bands))
  end
  for i, name in ipairs(bands) do
    if type(name) ~= 'string' or name == '' then
      raise_at(where, 'bands', 'output.bands: the name of band %d must be a text, not %s', i, tw.show(name))
    end
  end
  result.bands, result.num_bands = bands, #bands
end

local function read_output(where, output, result)
  output = check_table(where, output, 'output', "output = { bands = { 'ndvi' }, dtype = 'float32' }")
  where = under(where, 'output')
  for _, name in ipairs(tw.names_of(output)) do
    if not tw.contains(output_fields, name) then
      raise_unknown_at(where, name, ("unknown field '%s' in output"):format(name), output_fields)
    end
  end
  if output.bands ~= nil then
    read_bands(where, output.bands, result)
  end
  if output.dtype ~= nil and not tw.dtype_numbers[output.dtype] then
    raise_at(where, 'dtype', "unknown dtype '%s'%s", tostring(output.dtype),
      tw.known(tostring(output.dtype), tw.dtype_names))
  end
  if output.nodata ~= nil and type(output.nodata) ~= 'number' then
    raise_at(where, 'nodata', 'output.nodata must be a number, not %s', tw.show(output.nodata))
  end
  result.dtype, result.nodata = output.dtype, output.nodata
end

-- How many pixels around a tile its result depends on: a number, or a function of the parameters.
local function read_margin(where, margin, result)
  if margin == nil or type(margin) == 'function' then
    result.margin_function = margin
  elseif tw.is_margin(margin) then
    result.margin = margin
  else
    raise_at(where, 'margin', "margin must be a whole number of pixels of at least 0, or a function of the parameters, not %s",
      tw.show(margin))
  end
end

-- `ndvi.lua:7: ` of a function, for what it returns.
local function place_of(where, fn)
  return fn and ('%s:%d: '):format(where.name, debug.getinfo(fn, 'S').linedefined)
end

local function check_function(where, t, field, example)
  if t[field] ~= nil and type(t[field]) ~= 'function' then
    raise_at(where, field, "'%s' must be a function, as in %s, not %s", field, example, tw.show(t[field]))
  end
end

-- The comment of three dashes at the head of the script.
local function leading_comment(text)
  local lines = {}
  for line in (text .. '\n'):gmatch('(.-)\r?\n') do
    local comment = line:match('^%-%-%-%s?(.*)$')
    if not comment then
      break
    end
    lines[#lines + 1] = comment
  end
  return table.concat(lines, ' ')
end

local function check_fields(where, t)
  for _, name in ipairs(tw.names_of(t)) do
    if not tw.contains(fields, name) then
      raise_unknown_at(where, name, ("unknown field '%s' in process { ... }"):format(name), fields)
    end
  end
  if t.about ~= nil and type(t.about) ~= 'string' then
    raise_at(where, 'about', "'about' must be a text, not %s", tw.show(t.about))
  end
  if type(t.run) ~= 'function' then
    raise_at(where, 'run', "process needs 'run = function(tile, input, p) ... end'%s",
      t.run ~= nil and ', not ' .. tw.show(t.run) or '')
  end
  check_function(where, t, 'prepare', 'prepare = function(area, input, p) ... end')
  check_function(where, t, 'setup', 'setup = function(p, prepared) ... end')
end

-- An input that may have any name in the configuration.
local function check_one_needed(where, inputs)
  local count = 0
  for _, input in ipairs(inputs) do
    count = count + (input.optional and 0 or 1)
  end
  if count ~= 1 then
    raise_at(where, 'any_input_name', "any_input_name needs exactly one input that is not optional, not %d", count)
  end
end

local Declaration = { __metatable = false }

-- The call's own line: that of `process`.
function tw.process(t)
  local name, line = tw.place():match('^(.*):(%d+): $')
  if not name then
    tw.raise("process { ... } can only be called by a script")
  end
  if type(t) ~= 'table' then
    tw.raise('process needs a table, as in process { run = function(tile, input, p) ... end }, not %s', tw.show(t))
  end
  local where = { name = name, line = tonumber(line), text = tw.sources['=' .. name], path = '' }
  check_fields(where, t)
  local result = {
    about = t.about or leading_comment(where.text), run = t.run, any_input_name = t.any_input_name == true,
    inputs = read_inputs(where, t.inputs),
    params = read_params(where, t.params), prepare = t.prepare, setup = t.setup,
    prepare_place = place_of(where, t.prepare),
  }
  read_margin(where, t.margin, result)
  result.margin_place = place_of(where, result.margin_function)
  read_output(where, t.output, result)
  if result.any_input_name then
    check_one_needed(where, result.inputs)
  end
  return setmetatable(result, Declaration)
end

function tw.is_declaration(value)
  return type(value) == 'table' and debug.getmetatable(value) == Declaration
end
