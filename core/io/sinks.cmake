set(TW_SINK_FILES
    content_table.c encode_gtiff.c encode_jpeg.c encode_png.c encode_png8.c encode_png_hillshade.c encode_vector.c encode_webp.c
    encoder.c encoder_common.c encoder_keys.c gtiff_assemble.c gtiff_assemble_options.c gtiff_describe.c gtiff_options.c
    gtiff_read.c gtiff_write.c gzip.c huffman.c jpeg_decode.c journal.c lock.c mbtiles_assemble.c picture.c picture_store.c pixel_deflate.c palette.c palette_map.c png_chunk.c
    pmtiles_assemble.c pmtiles_directory.c png_decode.c png_filter.c samples.c single_file.c spool.c spool_files.c spool_walk.c sink.c sink_directory.c sink_gtiff_file.c sink_mbtiles.c sink_null.c sink_pmtiles.c sink_reader.c
    sink_writer.c stac_metadata.c stac_place.c stac_tiles.c storage.c storage_batch.c tile_directory.c tile_directory_look.c tile_matrix_write.c map_service.c map_service_wmts.c map_service_viewer.c arcgis.c arcgis_files.c arcgis_read.c arcgis_bundle.c arcgis_bundle_list.c bundle_assemble.c sink_compact.c tile_memo.c tile_prototypes.c vector_schema.c vsi_checked.c
    tile_archive.c tile_records.c
    lock_remote.c sink_place.c storage_line.c storage_local.c storage_names.c storage_remote.c tile_files.c)
