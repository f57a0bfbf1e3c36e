--! expect a: - - 102 103 104 105 106 107 108 - - -
--! expect b: - - 1 1 1 1 1 1 1 - - -
return process {
  run = function(tile, input, p)
    return input.image:read():map({ 'red', 'cloud' }, { 'a', 'b' }, function(red, cloud)
      if cloud > 80 or cloud < 20 then
        return nil
      end
      return red, 1
    end)
  end,
}
