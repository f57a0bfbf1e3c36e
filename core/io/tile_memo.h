/* tile_memo.h - the files of simple tiles that were encoded lately, found by their pixels.
 *
 * Water, nodata's colour and flat areas are the same tile a thousand times: it is encoded once, and compared
 * afterwards. Only tiles whose file is much smaller than their pixels are kept. Belongs to one writer.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_MEMO_H
#define TW_TILE_MEMO_H

#include "encoder.h"

struct tw_tile_memo;

/* NULL when out of memory. */
struct tw_tile_memo *tw_tile_memo_new(void);
/* Accepts NULL. */
void tw_tile_memo_free(struct tw_tile_memo *memo);

/* arena: the one that knows which bands are uniform (uniform.h): they are not looked at.
 *
 * Copies the file of a tile with these very pixels and validity to bytes; false when none is known. */
bool tw_tile_memo_find(struct tw_tile_memo *memo, const struct tw_raster *stored,
                       const struct tw_arena *arena, struct tw_bytes *bytes);

/* Keeps the file that was made of the pixels, if it is small enough; one kept before makes way. */
void tw_tile_memo_keep(struct tw_tile_memo *memo, const struct tw_raster *stored,
                       const struct tw_arena *arena, const struct tw_bytes *bytes);

#endif
