# The annotations of the script API, in the order of `tilewright types`.
set(api_files
    api/process.lua api/tile.lua api/inputs.lua api/stack.lua api/raster.lua api/library.lua api/array.lua api/focal.lua api/vector.lua
    api/spectral.lua api/log.lua)
