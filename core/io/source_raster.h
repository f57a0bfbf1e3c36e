/* source_raster.h - what the sources of one scene share: a raster file, a folder of tiles.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SOURCE_RASTER_H
#define TW_SOURCE_RASTER_H

#include "source_driver.h"

/* The state of such a source. */
struct tw_raster_state {
    const char *path;
    const struct tw_tile_set *tiles; /* NULL: path is one file */
    struct tw_archive *archive;      /* that tiles are in; owned; NULL: none */
    struct tw_raster_view view;
    enum tw_resampling resampling;
    int *bands; /* indices into the file's bands, for each band of the source */
};

/* `nodata: -9999`; adds a problem and returns false when it is no number. */
bool tw_raster_option_nodata(const struct tw_value *nodata, struct tw_raster_view *view,
                             struct tw_problems *problems);

/* `bands: [nir, 1]`: which bands, in which order (NULL: all of them). Sets the source's bands and type. */
enum tw_status tw_raster_choose_bands(struct tw_source *source, const struct tw_raster_info *info,
                                      const struct tw_value *bands, struct tw_problems *problems);
/* `band_names: [blue, green]`: what the chosen bands are called. */
enum tw_status tw_raster_rename_bands(struct tw_source *source, struct tw_problems *problems);

/* For the driver's struct. */
enum tw_status tw_raster_scenes(struct tw_reader *reader, const struct tw_window *window,
                                struct tw_arena *arena, struct tw_scene **scenes, size_t *num_scenes,
                                struct tw_error *err);
enum tw_status tw_raster_read(struct tw_reader *reader, const struct tw_read *read, struct tw_arena *arena,
                              struct tw_raster *raster, struct tw_error *err);

#endif
