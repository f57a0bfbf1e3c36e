--! expect empty
return process {
  run = function(tile, input, p)
    return { vector.feature(vector.wkt 'POLYGON EMPTY') }
  end,
}
