/* tile_directory.h - a folder of tiles, one file each, that a run can continue.
 *
 * Used as an output of its own, and by the single GeoTIFF for the tiles that it is assembled from. In the
 * work folder lie the journal, the lock, the fingerprint, and files that are being written.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_DIRECTORY_H
#define TW_TILE_DIRECTORY_H

#include "sink_driver.h"

struct tw_directory;

struct tw_directory_spec {
    const struct tw_sink *sink;     /* borrowed */
    const char *root;               /* of the tiles; borrowed */
    const char *work;               /* the work folder; borrowed */
    const char *schema;             /* of paths; borrowed */
    struct tw_bucket_labels labels; /* in object storage */
    bool has_metadata;              /* metadata.json is kept in root */
    const char *lock;               /* a path; NULL: `lock` in the work folder; borrowed */
    bool is_spooled;                /* tiles are no files of their own (spool.h); local, and bare */
    bool is_bare;                   /* without the small files beside tiles that say where they lie */
};

/* NULL when out of memory. Owned by the caller. */
struct tw_directory *tw_directory_new(const struct tw_directory_spec *spec);
/* Accepts NULL. */
void tw_directory_free(struct tw_directory *directory);

const struct tw_directory_spec *tw_directory_spec(const struct tw_directory *directory);

/* tile_directory_look.c: see tw_sink_look. */
enum tw_status tw_directory_look(const struct tw_directory_spec *spec, const struct tw_sink_begin *begin,
                                 enum tw_sink_found *found, struct tw_problems *problems);

/* NULL unless is_spooled, and before begin. */
const struct tw_spool *tw_directory_spool(const struct tw_directory *directory);
/* Whether a tile belongs to what the journal speaks of. With --overwrite, tiles of an earlier and larger area
 * stay where they are; they must not come into overviews. */
bool tw_directory_covers(const struct tw_directory *directory, const struct tw_tile *tile);

/* What the tiles that lie there were made with, for tw_directory_compare; NULL: not known, as mapchete's. */
enum tw_status tw_directory_fingerprint(const struct tw_directory_spec *spec, struct tw_arena *arena,
                                        char **fingerprint, struct tw_error *err);

/* Whether something lies in the output already that is not the work folder. */
bool tw_directory_holds_files(const char *root);

/* tile_directory_look.c: what the output was made with, compared with what it is to be made with now. */
enum tw_difference { TW_DIFFERS_NOT, TW_DIFFERS_IN_INPUTS, TW_DIFFERS_IN_SETTINGS };

/* stored: the file `fingerprint`, which is cut into lines: the whole fingerprint, and the one without the
 * inputs. */
enum tw_difference tw_directory_compare(char *stored, const struct tw_sink_begin *begin);
/* `'out' was made with another configuration or script ...`, with the remedies: TW_EUSAGE, unless the
 * difference is none, or one that is to be followed. */
enum tw_status tw_directory_changed(const char *path, const struct tw_sink_begin *begin,
                                    enum tw_difference difference, struct tw_error *err);

/* As in struct tw_sink_driver. */
enum tw_status tw_directory_begin(void *directory, const struct tw_sink_begin *begin, struct tw_error *err);
enum tw_status tw_directory_begin_reading(void *directory, struct tw_error *err);
bool tw_directory_is_new(const void *directory);
/* Commits all tiles; they can still be read. */
enum tw_status tw_directory_flush(struct tw_directory *directory, struct tw_error *err);
/* The end, but for the lock: commits all tiles and writes the journal anew. */
enum tw_status tw_directory_finish_files(struct tw_directory *directory, struct tw_error *err);
void tw_directory_unlock(struct tw_directory *directory);
enum tw_status tw_directory_put(void *directory, const struct tw_sink_put *put, struct tw_arena *scratch,
                                struct tw_error *err);
enum tw_status tw_directory_remove(void *directory, const struct tw_tile *tile, struct tw_arena *scratch,
                                   struct tw_error *err);
enum tw_status tw_directory_get(void *directory, const struct tw_tile *tile, struct tw_arena *arena,
                                struct tw_blob *blob, struct tw_error *err);
enum tw_status tw_directory_finish(void *directory, const struct tw_tile *metatile, uint32_t files,
                                   struct tw_error *err);
enum tw_status tw_directory_is_done(void *directory, const struct tw_tile *metatile, struct tw_arena *scratch,
                                    bool *done, struct tw_error *err);
char *tw_directory_beside(const void *directory, const char *name, struct tw_arena *arena);
bool tw_directory_is_known(void *directory, const struct tw_tile *metatile);
enum tw_status tw_directory_outdate(void *directory, const struct tw_tile *metatile, struct tw_error *err);

#endif
