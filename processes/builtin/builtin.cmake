# The built-in processes; each has a line in builtin.c, too. Those under mapchete/ stand for mapchete's of that name where
# ours differs.
set(builtin_files
    builtin/clip.lua builtin/cloudless.lua builtin/contours.lua builtin/convert.lua builtin/hillshade.lua builtin/mosaic.lua
    builtin/ndvi.lua builtin/polygonize.lua builtin/rasterize.lua builtin/slope.lua builtin/statistics.lua
    builtin/mapchete/hillshade.lua)
