/* stac_metadata.h - what somebody says of a STAC item of tiles: `output.stac`, or a YAML file.
 *
 * Keys: `id`, `datetime` (a time, or `START/END`), `properties`, `eo:bands`, `links`, `collection`,
 * `stac_extensions`, `assets`. Under `output.stac` besides: `item_metadata`, `item_path`, `asset_basepath`,
 * `relative_paths`, `indent`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STAC_METADATA_H
#define TW_STAC_METADATA_H

#include "problems.h"

/* Checks a map, name being `output.stac`, or "" for a file. is_output: the keys of `output.stac` are known,
 * too. */
void tw_stac_metadata_check(const struct tw_value *map, const char *name, bool is_output,
                            struct tw_problems *problems);

/* What both say, over where they say the same; their properties are put together. Either may be NULL. In the
 * arena; *nomem is set when out of memory. */
const struct tw_value *tw_stac_metadata_merge(const struct tw_value *under, const struct tw_value *over,
                                              struct tw_arena *arena, bool *nomem);

/* RFC 3339 in UTC. */
enum { TW_STAC_TIME_SIZE = 40 };
struct tw_stac_times {
    char at[TW_STAC_TIME_SIZE]; /* "": a period */
    char start[TW_STAC_TIME_SIZE], end[TW_STAC_TIME_SIZE];
};
/* Of `2023-08-15`, or of `2023-05/2023-09`. False when it is none. */
bool tw_stac_times_read(const char *text, struct tw_stac_times *times);
/* Of seconds since 1970. */
void tw_stac_time_text(double seconds, char text[TW_STAC_TIME_SIZE]);

#endif
