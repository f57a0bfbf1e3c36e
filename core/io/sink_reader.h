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

#endif
