--! expect error: writing_a_global.lua:4: 'result' would be a global variable: declare it with 'local'
return process {
  run = function(tile, input, p)
    result = input.image.red
    return result
  end,
}
