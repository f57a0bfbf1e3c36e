--! expect error: different_bands_name_the_scene.lua:6: raster.median needs rasters with the same bands; item 2 ('S2B_two') has: nir; item 1 ('S2A_one') has: red
return process {
  run = function(tile, input, p)
    local list = {}
    for scene in input.scenes:each { 'red', 'nir' } do list[#list + 1] = scene:pick { #list == 0 and 'red' or 'nir' } end
    return raster.median(list)
  end,
}
