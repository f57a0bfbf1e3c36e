/* source_limits.h - inputs that are read within an area of their own; for source.c only.
 *
 * Pixels belong to the area when their centre does; features are cut at it. Beyond it nothing is read.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SOURCE_LIMITS_H
#define TW_SOURCE_LIMITS_H

#include "source_driver.h"

/* Cuts the area of a source with limits. TW_EUSAGE with its place, also when nothing is left. */
enum tw_status tw_source_cut_area(const struct tw_source *source, const struct tw_grid *grid,
                                  struct tw_area **area, struct tw_error *err);

/* The file that the limits come from, as a part of the source. */
enum tw_status tw_source_limits_part(const struct tw_source *source, const struct tw_grid *grid,
                                     struct tw_input_parts *parts, struct tw_error *err);

/* As the functions of drivers that they call, for sources with limits. */
enum tw_status tw_limited_scenes(struct tw_reader *reader, const struct tw_window *window,
                                 struct tw_arena *arena, struct tw_scene **scenes, size_t *num_scenes,
                                 struct tw_error *err);
enum tw_status tw_limited_read(struct tw_reader *reader, const struct tw_read *read, struct tw_arena *arena,
                               struct tw_raster *raster, struct tw_error *err);
enum tw_status tw_limited_features(struct tw_reader *reader, const struct tw_window *window,
                                   const volatile int *cancel, struct tw_arena *arena,
                                   struct tw_features *features, struct tw_error *err);

/* What a reader keeps of its limits; accepts NULL. */
void tw_reader_limits_free(struct tw_reader_limits *limits);

#endif
