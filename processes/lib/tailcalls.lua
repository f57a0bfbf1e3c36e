-- SPDX-License-Identifier: MIT
-- `return raster.median(x)` is a tail call: Lua forgets the calling line, and an error inside could not name
-- it. So scripts are compiled with `return __return(raster.median(x))`, which keeps the line and changes
-- nothing else. This file finds those calls: a scanner that knows strings, comments, brackets and blocks.
local tw = ...

local openers = { ['function'] = true, ['do'] = true, ['if'] = true, ['repeat'] = true }
local closers = { ['end'] = true, ['until'] = true }
local brackets = { ['('] = 1, ['{'] = 1, ['['] = 1, [')'] = -1, ['}'] = -1, [']'] = -1 }
local terminators = { ['end'] = true, ['until'] = true, ['else'] = true, ['elseif'] = true, [';'] = true }

-- The end of a long bracket `[==[ ... ]==]` that starts at pos, or nil.
local function long_bracket(source, pos)
  local level = source:match('^%[(=*)%[', pos)
  if level then
    local _, last = source:find(']' .. level .. ']', pos, true)
    return last or #source
  end
end

local function quoted(source, pos, quote)
  local at = pos + 1
  while at <= #source do
    local char = source:sub(at, at)
    if char == '\\' then
      at = at + 1
    elseif char == quote or char == '\n' then
      return at
    end
    at = at + 1
  end
  return #source
end

-- The kind and the last position of the token at pos: 'blank', 'string', 'word' or 'symbol'.
local function token(source, pos)
  local blank = select(2, source:find('^%s+', pos))
  if blank then
    return 'blank', blank
  end
  local char = source:sub(pos, pos)
  if source:sub(pos, pos + 1) == '--' then
    return 'blank', long_bracket(source, pos + 2) or (source:find('\n', pos, true) or #source + 1) - 1
  end
  if char == '"' or char == "'" then
    return 'string', quoted(source, pos, char)
  end
  local long = char == '[' and long_bracket(source, pos)
  if long then
    return 'string', long
  end
  local word = select(2, source:find('^[%w_]+', pos))
  return word and 'word' or 'symbol', word or pos
end

-- What is open at the scanner's place: numbers of brackets and blocks, and the returns that await their end.
local function close_return(state, text)
  local open = state.returns[#state.returns]
  local is_end = open and open.brackets == state.brackets and open.blocks == state.blocks
  if not is_end or not (text == nil or terminators[text]) then
    return
  end
  state.returns[#state.returns] = nil
  local is_call = open.last_kind == 'string' or open.last == ')' or open.last == '}'
  if open.num_tokens > 1 and is_call and not open.has_comma then
    table.insert(state.edits, { open.first, ' __return(' })
    table.insert(state.edits, { open.last_pos + 1, ')' })
  end
end

local function note(state, kind, text, last_pos)
  local open = state.returns[#state.returns]
  if not open then
    return
  end
  open.num_tokens = open.num_tokens + 1
  open.last, open.last_kind, open.last_pos = text, kind, last_pos
  if text == ',' and open.brackets == state.brackets and open.blocks == state.blocks then
    open.has_comma = true
  end
end

local function step(state, kind, text, last_pos)
  if kind ~= 'string' then
    close_return(state, text)
    state.brackets = state.brackets + (brackets[text] or 0)
    if kind == 'word' and (openers[text] or closers[text]) then
      state.blocks = state.blocks + (openers[text] and 1 or -1)
    end
  end
  note(state, kind, text, last_pos)
  if kind == 'word' and text == 'return' then
    table.insert(state.returns, {
      first = last_pos + 1, brackets = state.brackets, blocks = state.blocks, num_tokens = 0,
    })
  end
end

local function apply(source, edits)
  table.sort(edits, function(a, b)
    return a[1] < b[1]
  end)
  local parts, from = {}, 1
  for _, edit in ipairs(edits) do
    parts[#parts + 1] = source:sub(from, edit[1] - 1)
    parts[#parts + 1] = edit[2]
    from = edit[1]
  end
  parts[#parts + 1] = source:sub(from)
  return table.concat(parts)
end

-- The source with its tail calls wrapped, on the same lines.
function tw.without_tail_calls(source)
  local state = { brackets = 0, blocks = 0, returns = {}, edits = {} }
  local pos = 1
  while pos <= #source do
    local kind, last = token(source, pos)
    if kind ~= 'blank' then
      step(state, kind, source:sub(pos, last), last)
    end
    pos = last + 1
  end
  close_return(state, nil)
  return apply(source, state.edits)
end
