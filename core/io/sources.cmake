set(TW_SOURCE_FILES
    grid_read.c json_value.c
    catalogue.c catalogue_date.c catalogue_describe.c catalogue_glob.c catalogue_headers.c catalogue_index.c catalogue_layout.c catalogue_mosaicjson.c
    catalogue_order.c source_catalogue.c tiff_crs_key.c whole_file.c
    area_boxes.c area_project.c area_read.c box_index.c contents.c contours.c crs.c crs_pairs.c crs_text.c lonlat.c dataset.c fit.c footprint.c georeference.c inventory.c inventory_compare.c part.c paste.c pixel_space.c polygonize.c raster_file.c
    raster_info.c raster_read.c rasterize.c shape.c source.c source_about.c source_facts.c source_options.c source_parts.c source_pixels.c source_raster.c source_stack.c source_tile_directory.c source_vector.c stac_assets.c
    stac_find.c stac_item.c scene_item.c scene_mosaic.c stack_area.c stack_arrange.c stack_bands.c stack_files.c stack_parts.c stack_places.c stack_read.c stack_time.c tile_metadata.c tile_set.c tile_index.c tile_index_facts.c tile_index_raster.c tile_index_vector.c tile_parts.c tile_set_read.c transform.c vector_index.c vector_parts.c vector_properties.c vector_read.c warp.c warp_direct.c
    block_check.c file_check.c tile_check.c tile_check_container.c tile_check_features.c tile_check_pixels.c
    area_limits.c area_mask.c source_limits.c source_settings.c source_cache.c vrt_sources.c
    tile_compare.c tile_listing.c
    archive_check.c mbtiles_check.c pmtiles_check.c archive_mbtiles.c archive_pmtiles.c pmtiles_file.c pmtiles_read.c archive.c sqlite_file.c source_tile_archive.c tile_bands.c
    source_config.c source_vector_tiles.c tile_layout.c tile_layout_read.c vector_place.c)
