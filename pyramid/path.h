/* path.h - where the file of a tile lies, after a schema such as `{zoom}/{row}/{col}.{extension}`.
 *
 * Placeholders: {zoom} {row} {col} {extension}, or {z} {y} {x}; {-y}, the row counted from the south;
 * {quadkey}, Bing Maps' key that holds zoom, row and column. Numbers may have a width, filled with zeros, and
 * be hexadecimal: `L{zoom:02}/R{row:08x}`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PATH_H
#define TW_PATH_H

#include "problems.h"
#include "tile.h"

struct tw_path_schema {
    const char *text; /* was checked by tw_path_schema_check; or a part of one */
    const char *extension;
    const struct tw_pyramid *pyramid; /* of the tiles */
};

/* The path of a tile, new in the arena; NULL when out of memory. */
char *tw_tile_path(struct tw_arena *arena, const struct tw_path_schema *schema, const struct tw_tile *tile);

/* The schema in other words: zoom, row, col and extension stand for its placeholders. NULL when it has other
 * numbers than plain ones (rows from the south, filled with zeros, hexadecimal, a quadkey), or out of memory.
 */
char *tw_path_template(struct tw_arena *arena, const char *schema, const char *const words[4]);

/* The way back, also for a part of a schema and of a path: whether name is what the schema gives for some
 * tile. What *tile knows already (not -1) must be so; what name says is added. *tile stays as it is when it
 * returns false. Numbers have no leading zeros beyond their width. */
bool tw_path_match(const struct tw_path_schema *schema, const char *name, struct tw_tile *tile);

/* Whether a schema, or a part of one, tells the zoom. */
bool tw_path_tells_zoom(const char *text);

/* Checks a schema: it must tell zoom, row and column (the zoom before {-y}), hold no other braces, have
 * something other than digits between its numbers, no `..`, and not begin with a slash. Adds to problems at
 * the place of value. */
bool tw_path_schema_check(const struct tw_value *schema, struct tw_problems *problems);

/* Whether the tiles from min_zoom on have such paths: {quadkey} is for grids that begin with one tile, and
 * names no tile of zoom 0. Adds a problem. */
bool tw_path_schema_fits(const struct tw_value *schema, const struct tw_pyramid *pyramid, int min_zoom,
                         struct tw_problems *problems);

/* The schemas that have a name. */
struct tw_path_layout {
    const char *name, *schema, *about;
};
enum { TW_NUM_PATH_LAYOUTS = 7 };
extern const struct tw_path_layout tw_path_layouts[TW_NUM_PATH_LAYOUTS];

/* Of those: Esri's exploded cache; and its bundles of 128 x 128 tiles, where the path is that of the bundle
 * whose first tile it names: such tiles are no files of their own. */
extern const char tw_path_exploded[], tw_path_bundled[];
bool tw_path_is_bundled(const char *schema);

/* The schema of `layout: xyz`: a name, or a schema itself. NULL: problems were added. */
const char *tw_path_layout_read(const struct tw_value *value, struct tw_problems *problems);

#endif
