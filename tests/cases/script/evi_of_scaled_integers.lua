--! expect a: -667 - -687 -698 -708 -719 -730 -742 -754 -766 -778 -790
--! expect b: -667 - -687 -698 -708 -719 -730 -742 -754 -766 -778 -790
return process {
  run = function(tile, input, p)
    local r = input.image:read()
    local a, b = spectral.evi(r, { scale = 1000 }), spectral.evi(r / 1000)
    return { a = (a * 100):round(), b = (b * 100):round() }
  end,
}
