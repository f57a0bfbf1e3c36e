--! expect error: stack_filter_by_pixels.lua:4: filter chooses whole scenes and sees no pixels, such as those of 'cloud': masks are given with where
return process {
  run = function(tile, input, p)
    return input.scenes:filter(function(scene) return scene.cloud:lt(40) end):median { 'red' }
  end,
}
