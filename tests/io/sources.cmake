# The tests of the sources; what they share.
set(TW_READ_FIXTURE read_fixture.c make_raster.c small_raster.c)
foreach(name area_read box_index conversion dataset grid_read read_seams source_places source_raster source_stack source_tile_directory source_vector stack_time tile_listing transform warp warp_direct)
    tw_test(${name} SOURCES test_${name}.c ${TW_READ_FIXTURE} LIBRARIES tw_io PkgConfig::GDAL PkgConfig::JANSSON)
endforeach()
tw_test(pmtiles_read SOURCES test_pmtiles_read.c LIBRARIES tw_io)
