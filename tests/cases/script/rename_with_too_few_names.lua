--! expect error: rename_with_too_few_names.lua:4: rename: 1 names for 5 bands
return process {
  run = function(tile, input, p)
    return input.image:read():rename { 'a' }
  end,
}
