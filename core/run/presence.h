/* presence.h - the tiles that lie in a folder, set against what its journal says was written.
 *
 * The tiles are added as they are listed, zoom by zoom; then the zoom is compared. Takes eight bytes for each
 * tile of a zoom. The journal is read as it is, and nothing is changed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PRESENCE_H
#define TW_PRESENCE_H

#include "journal.h"
#include "tile_output.h"

struct tw_presence {
    struct tw_pyramid tiles, process;
    struct tw_journal *journal; /* NULL: there is none, or its metatiles are not known */
    bool visits_empty;          /* also metatiles that the journal says are empty, and that are */
    uint64_t *places;           /* on the Hilbert curve, of the process metatile of each tile of the zoom */
    size_t count, capacity;
};

/* metatiling: of the process, where metadata.json does not say it; 0: not known either. TW_ESTORAGE when the
 * journal cannot be read. */
enum tw_status tw_presence_open(struct tw_presence *presence, const struct tw_tile_output *output,
                                int metatiling, struct tw_error *err);
void tw_presence_close(struct tw_presence *presence);

/* A tile of the zoom that is to be compared next. */
enum tw_status tw_presence_add(struct tw_presence *presence, const struct tw_tile *tile,
                               struct tw_error *err);

/* A process metatile that the journal knows, or of which there are tiles. */
struct tw_place {
    struct tw_tile metatile;
    bool is_known;    /* to the journal */
    bool is_outdated; /* the journal says that it is to be made anew */
    uint32_t written; /* how many tiles the journal says it has; 0 where that is not known */
    uint32_t present;
};

/* Visits every one of them (empty ones only when visits_empty is set), and begins anew with no tiles. A
 * status other than TW_OK ends it. */
typedef enum tw_status tw_place_visitor(void *context, const struct tw_place *place, struct tw_error *err);
enum tw_status tw_presence_compare(struct tw_presence *presence, int zoom, tw_place_visitor *visit,
                                   void *context, struct tw_error *err);

/* The output tiles of a metatile. */
struct tw_tile_range tw_presence_tiles(const struct tw_presence *presence, const struct tw_tile *metatile);
uint32_t tw_presence_num_tiles(const struct tw_presence *presence, const struct tw_tile *metatile);

#endif
