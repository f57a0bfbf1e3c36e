/* tile_directory_options.h - what the sources of rasters and of features in a folder of tiles share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_DIRECTORY_OPTIONS_H
#define TW_TILE_DIRECTORY_OPTIONS_H

#include "source_driver.h"
#include "tile_layout.h"

/* Whether the tiles hold features, after `extension` or metadata.json. */
bool tw_tile_directory_is_vector(const struct tw_source *source);

/* What metadata.json and the options say of the folder. TW_EUSAGE when problems were added. */
enum tw_status tw_tile_directory_layout(struct tw_source *source, const char *folder,
                                        struct tw_tile_layout *layout, struct tw_problems *problems);

/* `min_zoom`, `max_zoom` and `fallback_to_higher_zoom`; adds problems and returns false. */
bool tw_tile_directory_zooms(const struct tw_source *source, struct tw_tile_layout *layout,
                             struct tw_problems *problems);

/* source_tile_archive.c: the same as tw_tile_directory_layout for an archive, which is opened and becomes the
 * state's; and the whole archive as one part. */
enum tw_status tw_tile_archive_layout(struct tw_source *source, struct tw_tile_layout *layout,
                                      struct tw_problems *problems);
struct tw_tile_set;
enum tw_status tw_tile_archive_parts(const struct tw_tile_set *tiles, const struct tw_grid *grid,
                                     struct tw_input_parts *parts, struct tw_error *err);

/* The bounds of the tiles of a zoom as an area of the grid. */
enum tw_status tw_tile_directory_area(const struct tw_tile_layout *layout, const struct tw_tile_range *range,
                                      const struct tw_grid *grid, struct tw_area **area,
                                      struct tw_error *err);

/* Adds these bounds as the frame of the source's parts. */
enum tw_status tw_tile_directory_frame(const struct tw_tile_layout *layout, const struct tw_tile_range *range,
                                       const struct tw_grid *grid, struct tw_input_parts *parts,
                                       struct tw_error *err);

#endif
