-- SPDX-License-Identifier: MIT
-- The script library is loaded from here, in a state that no script has touched yet. `tw` is the table that
-- all files of the library share; what the C side put into it is listed in state.c. Returns the functions
-- that the C side calls: load(name, text), and those for a loaded script by name.
local tw = ...

local files = {
  'ffi', 'errors', 'readonly', 'tailcalls', 'array', 'raster', 'values', 'reduce', 'pixels', 'series', 'json', 'geometry',
  'vector', 'inputs', 'dates', 'scenes', 'stack', 'spectral',
  'focal', 'terrain', 'process', 'sandbox', 'constants', 'run',
}

for _, name in ipairs(files) do
  local chunk = assert(loadstring(tw.embedded('lib/' .. name .. '.lua'), '=' .. tw.library_prefix .. name))
  chunk(tw)
end

-- One state runs one script for thousands of tiles: room for its traces, so that they are never thrown away.
jit.opt.start('maxtrace=8000', 'maxmcode=16384', 'maxside=200', 'hotexit=5')
return tw.load, { run = tw.run, prepare = tw.prepare, setup = tw.setup, margin = tw.margin_for }
