--! expect names: years_2019 years_2020 extra_height extra_inner extra_inner_scenes
return process {
  run = function(tile, input, p)
    local names, bands = {}, {}
    local function add(path, group)
      for name, source in group:each() do
        names[#names + 1] = path .. '_' .. name
        bands[#bands + 1] = input.image.red
        if name == 'inner' then
          add(path .. '_' .. name, source)
        end
      end
    end
    add('years', input.years)
    add('extra', input.extra)
    return raster.of(names, bands)
  end,
}
