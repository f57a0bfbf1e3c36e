/* tile_index_parts.h - for the tile_index*.c files only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_INDEX_PARTS_H
#define TW_TILE_INDEX_PARTS_H

#include "text.h"
#include "tile_index.h"

#include <gdal.h>

/* The tiles of a zoom, by row and column. */
struct tw_index_zoom {
    const struct tw_index_spec *spec;
    struct tw_arena *arena;
    int zoom;
    const struct tw_tile *tiles;
    size_t count; /* at least 1 */
    struct tw_tile_range range;
    const char *root; /* the output's folder, absolute */
};

/* The path that the index says, in the arena; NULL when out of memory. */
char *tw_index_location(const struct tw_index_zoom *zoom, const struct tw_tile *tile);
/* The path below the output's folder. */
char *tw_index_name(const struct tw_index_zoom *zoom, const struct tw_tile *tile);

/* What the first tile says of all. */
struct tw_index_facts {
    int num_bands, block_width, block_height;
    bool needs_mask; /* neither nodata nor alpha tells what is valid */
    struct {
        GDALDataType type;
        const char *says; /* elements of a VRT's band: nodata, colours, name, scale */
    } * bands;
};
/* In the zoom's arena. TW_EINPUT when the tile cannot be read. */
enum tw_status tw_index_facts_read(const struct tw_index_zoom *zoom, struct tw_index_facts *facts,
                                   struct tw_error *err);

/* Text as XML has it. */
void tw_index_add_escaped(struct tw_text *text, const char *chars);

/* Each makes the files of a format for a zoom. */
enum tw_status tw_index_vector(const struct tw_index_zoom *zoom, enum tw_index_format format,
                               struct tw_error *err);
enum tw_status tw_index_vrt(const struct tw_index_zoom *zoom, struct tw_error *err);
enum tw_status tw_index_tif(const struct tw_index_zoom *zoom, struct tw_error *err);

/* Writes text, or a file of GDAL's in memory (which is removed), as `{zoom}.{extension}`. */
enum tw_status tw_index_save(const struct tw_index_zoom *zoom, const char *extension,
                             const struct tw_text *text, struct tw_error *err);
enum tw_status tw_index_save_memory(const struct tw_index_zoom *zoom, const char *extension,
                                    const char *memory_path, struct tw_error *err);

#endif
