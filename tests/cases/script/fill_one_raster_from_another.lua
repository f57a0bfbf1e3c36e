--! expect red: 100 101 102 103 104 105 106 107 108 109 110 111
return process {
  run = function(tile, input, p)
    local scene = input.scenes:each { 'red' }()
    return input.image:read { 'red' }:fill(scene)
  end,
}
