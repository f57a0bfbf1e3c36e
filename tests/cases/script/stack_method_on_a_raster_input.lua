--! expect error: stack_method_on_a_raster_input.lua:4: input 'image' is a raster, which has no method 'median'; it has: bands, read
return process {
  run = function(tile, input, p)
    return input.image:median { 'red' }
  end,
}
