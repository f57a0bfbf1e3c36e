--! expect error: stack_filter_by_an_unknown_field.lua:4: a scene has no field 'cloud_cove'; did you mean 'cloud_cover'? (known: cloud_cover, date, datetime, id, index, properties)
return process {
  run = function(tile, input, p)
    return input.scenes:filter(function(scene) return scene.cloud_cove < 40 end):median { 'red' }
  end,
}
