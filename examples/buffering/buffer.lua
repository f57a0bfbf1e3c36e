--- The strip of some metres around each zone, without the zones themselves.
return process {
  inputs = { zones = 'vector' },
  params = { distance = 100 }, -- in units of the grid's CRS: metres in UTM

  run = function(tile, input, p)
    local zones, strips = input.zones:features(), {}
    local inside = vector.union(zones)
    for _, zone in ipairs(zones) do
      local strip = zone.geometry:buffer(p.distance):difference(inside)
      strips[#strips + 1] = vector.feature(strip, { zone = zone.properties.name, area = strip:area() })
    end
    return strips
  end,
}
