/* sink_reader.h - reading back what a sink holds.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SINK_READER_H
#define TW_SINK_READER_H

#include "sink.h"

/* Like tw_writer_get, from any thread. */
enum tw_status tw_sink_read(const struct tw_sink *sink, const struct tw_window *window,
                            struct tw_arena *arena, struct tw_raster *stored, bool *found,
                            struct tw_error *err);

/* A raster in stored form that holds nothing, for a window. */
enum tw_status tw_sink_empty(const struct tw_sink *sink, const struct tw_window *window,
                             struct tw_arena *arena, struct tw_raster *stored, struct tw_error *err);
/* Pastes a tile, pixels and validity, into such a raster. */
void tw_sink_paste(const struct tw_raster *tile, struct tw_raster *stored, int32_t col, int32_t row);
/* Takes the validity away of bands that are valid everywhere. */
void tw_sink_drop_validity(struct tw_raster *stored);

#endif
