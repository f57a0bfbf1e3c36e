--! expect nir: 400 - 404 406 408 410 412 414 416 418 420 422
return process {
  run = function(tile, input, p)
    local r = input.image:read { 'nir' }
    local a = r - input.image.red
    local b = input.image.red - r
    return (a - b) / 2
  end,
}
