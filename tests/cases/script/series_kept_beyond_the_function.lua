--! expect error: series_kept_beyond_the_function.lua:9: there is no observation 1: this pixel has 0, counted from 1
return process {
  run = function(tile, input, p)
    local kept
    input.scenes:map({ 'red' }, { 'x' }, function(at, n)
      kept = at.red
      return at.red[1]
    end)
    return kept[1]
  end,
}
