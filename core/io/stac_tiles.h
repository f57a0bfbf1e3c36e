/* stac_tiles.h - the STAC item (1.0.0, with the tiled assets extension) that describes a folder of tiles.
 *
 * The same spec gives the same bytes. GDAL's driver STACTA reads the item; for that it opens the tile at the
 * north-west corner of the item's first zoom.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STAC_TILES_H
#define TW_STAC_TILES_H

#include "stac_metadata.h"
#include "tile_output.h"

struct tw_stac_tiles {
    const struct tw_tile_output *output;
    const char *id;
    int min_zoom, max_zoom;
    struct tw_box bounds;            /* in the grid's CRS */
    const struct tw_value *metadata; /* was checked; or NULL */
    const char *base;                /* of hrefs: "", or ending in a slash */
    const char *datetime;            /* when nothing is said: RFC 3339 */
    int indent;
};

/* The tiles of a zoom that the item speaks of. */
struct tw_tile_range tw_stac_tiles_range(const struct tw_stac_tiles *tiles, int zoom);

/* Whether an item can say where tiles lie and what they are: TW_EUSAGE when it cannot. */
enum tw_status tw_stac_tiles_check(const char *schema, const char *format, struct tw_error *err);

/* Adds the item, with a newline at the end. TW_EUSAGE: no tiles in the bounds, a list of bands that does not
 * fit, and what tw_stac_tiles_check says. */
enum tw_status tw_stac_tiles_text(const struct tw_stac_tiles *tiles, struct tw_text *text,
                                  struct tw_error *err);

/* Warns of what readers of the item may trip over: tiles with a pixelbuffer, tiles cut at the grid's edge. */
void tw_stac_tiles_warn(const struct tw_stac_tiles *tiles);

#endif
