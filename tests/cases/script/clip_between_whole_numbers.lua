--! expect error: clip_between_whole_numbers.lua:4: clip: there is no whole number from 0.2 to 0.8; write a:as('float32'):clip(...)
return process {
  run = function(tile, input, p)
    return input.image.red:clip(0.2, 0.8)
  end,
}
