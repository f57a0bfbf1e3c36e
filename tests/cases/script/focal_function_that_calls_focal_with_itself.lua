--! expect x: 500 - 506 509 512 515 518 521 524 527 530 533
return process {
  run = function(tile, input, p)
    local depth, first, second, again = 0, input.image.nir, input.image.red, nil
    function again(at)
      if depth < 1 then
        depth = depth + 1
        assert(second:focal(1, again):count() > 0)
      end
      return at(0, 0)
    end
    return raster.of({ 'x' }, { first:focal(1, again) })
  end,
}
