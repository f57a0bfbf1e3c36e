/* convert_parts.h - the steps of making a conversion's configuration; for convert_*.c only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CONVERT_PARTS_H
#define TW_CONVERT_PARTS_H

#include "convert_config.h"

struct tw_convert {
    const struct tw_conversion *asked;
    struct tw_arena *arena;
    struct tw_text *chosen;
    struct tw_problems *problems;
    bool nomem;

    bool is_single;  /* the output is one GeoTIFF */
    bool is_archive; /* the output is one file of tiles */

    const struct tw_value *input;
    const struct tw_source *source;
    const struct tw_source_facts *facts;
    bool is_vector;

    const char *format;
    const struct tw_value *grid_value;
    const struct tw_grid *grid;
    bool is_same_pyramid; /* as the tiles of the input */
    struct tw_box bounds; /* of the input, in the grid's CRS */
    int min_zoom, max_zoom;
};

/* convert_config.c: a member of a map that grows; what a value was given with; a number, a truth or a text.
 */
void tw_convert_set(struct tw_convert *convert, const struct tw_value **map, const char *key,
                    const struct tw_value *value);
const struct tw_value *tw_convert_from(struct tw_convert *convert, enum tw_convert_key key,
                                       struct tw_value *value);
struct tw_value *tw_convert_scalar(struct tw_convert *convert, const char *text);

/* convert_check.c: what is wrong with names and options whatever the input is; sets is_single and is_archive.
 */
void tw_convert_check(struct tw_convert *convert);

/* convert_choose.c: format, grid and zooms, given or chosen, and whether they go together with the input. */
void tw_convert_choose(struct tw_convert *convert);

/* convert_output.c: the map `output` but for dtype and nodata that were given. */
const struct tw_value *tw_convert_output(struct tw_convert *convert);
const struct tw_value *tw_convert_overviews_resampling(struct tw_convert *convert);

#endif
