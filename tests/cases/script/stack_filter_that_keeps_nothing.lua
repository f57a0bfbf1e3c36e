--! expect empty
return process {
  run = function(tile, input, p)
    local none = input.scenes:filter(function(scene) return scene.date == '1999-12-31' end)
    if none:count() ~= 0 or #none:fill_gaps { 'red' } ~= 0 or none:first { 'red' } or none:trend { 'red' } then
      return input.image
    end
    return none:median { 'red' }
  end,
}
