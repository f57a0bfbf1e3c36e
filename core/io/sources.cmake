set(TW_SOURCE_FILES area_project.c area_read.c crs.c dataset.c fit.c footprint.c georeference.c raster_file.c raster_info.c raster_read.c
                    source.c source_options.c source_pixels.c source_raster.c source_stack.c transform.c warp.c)
