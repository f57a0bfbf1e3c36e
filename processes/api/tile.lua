---@meta
-- SPDX-License-Identifier: MIT

---The tile in work. Width, height and bounds include the pixelbuffer.
---```lua
---local metres_across = tile.width * tile.pixel_size
---log.info(tile.id, tile.zoom, tile.bounds.left, metres_across)
---return input.image.red
---```
---@class tw.Tile
---@field id string `zoom/row/col`, as in messages
---@field zoom integer
---@field row integer Counted from the north.
---@field col integer
---@field width integer In pixels.
---@field height integer In pixels.
---@field bounds { left: number, bottom: number, right: number, top: number } In units of the CRS.
---@field crs string As in `EPSG:3857`.
---@field pixel_size number Width of a pixel in units of the CRS; the same as `pixel_width`.
---@field pixel_width number
---@field pixel_height number
---@field pixelbuffer integer Pixels beyond the tile's edge on each side.
local Tile = {}

---The centre of a pixel in the CRS of the tile. Pixels count from (0, 0) at the north-west; fractions lie between centres.
---```lua
---local x, y = tile:xy(0, 0)
---assert(x > tile.bounds.left and y < tile.bounds.top)
---```
---@param col number
---@param row number
---@return number x
---@return number y
function Tile:xy(col, row) end

---Longitude and latitude of a pixel's centre in degrees (WGS 84), in whatever CRS the tiles are; nil beyond the CRS's domain.
---```lua
---local lon, lat = tile:lonlat(tile.width / 2, tile.height / 2)
---if lat and lat > 66.6 then
---  log.info('beyond the arctic circle')
---end
---return input.image.red
---```
---@param col number
---@param row number
---@return number? lon
---@return number? lat
function Tile:lonlat(col, row) end

---What `prepare` gets instead of a tile: the whole area of the configuration, its longer side at most 1024 pixels. It has the methods of tiles.
---@class tw.Area
---@field width integer In pixels.
---@field height integer In pixels.
---@field bounds { left: number, bottom: number, right: number, top: number } In units of the CRS.
---@field crs string As in `EPSG:3857`.
---@field pixel_size number Width of a pixel in units of the CRS; the same as `pixel_width`.
---@field pixel_width number
---@field pixel_height number
