--! expect red: 200 101 142 143 144 145 146 147 148 149 150 151
-- Weights 3 (scene 0), 2 (scene 1) and 0 (the others): scene 3 does not count.
return process {
  run = function(tile, input, p)
    local weights = { 3, 2, 0, 0 }
    return input.scenes:mean({ 'red' }, { weights = function(scene) return weights[scene.index + 1] end })
  end,
}
