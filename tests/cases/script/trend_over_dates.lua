--! expect red_slope: - - 12175 12175 12175 12175 12175 12175 12175 12175 12175 12175
--! expect names: red_slope red_intercept red_r2 nir_slope nir_intercept nir_r2
-- 100 in three days, where both scenes have the pixel.
return process {
  run = function(tile, input, p)
    return input.scenes:between('2023-08-10', '2023-08-13'):trend { 'red', 'nir' }
  end,
}
