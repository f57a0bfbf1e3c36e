--! expect features: 3
--! expect feature 1: Polygon 0 0 2 2 crop=wheat name=west organic=true yield=5.5
--! expect feature 2: Polygon 3 1 6 3 crop=maize name=east organic=false yield=8
--! expect feature 3: Polygon 2 2 3 3 crop=wheat name=south
return process {
  run = function(tile, input, p)
    return input.fields:features()
  end,
}
