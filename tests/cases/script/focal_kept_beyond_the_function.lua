--! expect error: focal_kept_beyond_the_function.lua:9: focal: at and has tell of pixels only while the function is called for them; keep numbers, not at
return process {
  run = function(tile, input, p)
    local kept
    input.image.red:focal(1, function(at, has)
      kept = has
      return at(0, 0)
    end)
    return kept(0, 0)
  end,
}
