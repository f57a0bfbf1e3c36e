--! expect error: trend_without_a_date.lua:4: trend: scene 'S2B_four' has no date; leave it out, as in input.scenes:filter(function(scene) return scene.date end)
return process {
  run = function(tile, input, p)
    return input.scenes:trend { 'red' }
  end,
}
