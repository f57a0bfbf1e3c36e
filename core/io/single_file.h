/* single_file.h - outputs that are one file, assembled from a folder of tiles when the run is complete.
 *
 * The run writes the folder beside the file (`out.tif.tilewright/`), which can be continued like any other;
 * then the file is assembled from it, moved to its name, and the folder is removed. A file that is there
 * already is left alone, unless it was made with the same fingerprint: then it is done. A driver has the
 * struct as the first member of its state, and the functions below in its table.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SINGLE_FILE_H
#define TW_SINGLE_FILE_H

#include "tile_directory.h"

struct tw_single_file {
    /* Set by the driver before tw_single_init. */
    const char *extent; /* of the file, as text: a file of another one is another file */
    bool is_bare;       /* the folder holds the bytes of tiles alone, without the small files beside them */
    bool is_spooled;    /* the folder holds a spool (spool.h) instead of a file for each tile */
    const char *marker; /* it is a folder, and complete when it holds this file; NULL: it is a file */
    bool is_pyramid;    /* the fingerprint of a part of its zooms or area ends in ` part` */
    /* The fingerprint of a file that assemble has made, in the arena; NULL when it is none. */
    char *(*read_fingerprint)(const char *path, struct tw_arena *arena);
    /* Makes the file from the tiles, under a temporary name, and moves it to its own. */
    enum tw_status (*assemble)(struct tw_single_file *file, struct tw_error *err);

    struct tw_sink *sink;
    struct tw_directory *tiles;
    const char *folder;
    const char *fingerprint;
    const volatile int *cancel; /* other than 0: stop. NULL: never */
    bool is_done;               /* the file is there, made with the same fingerprint */
};

/* False when out of memory. tiles is the driver's to free. */
bool tw_single_init(struct tw_single_file *file, struct tw_sink *sink);

/* As in struct tw_sink_driver. */
enum tw_status tw_single_look(void *state, const struct tw_sink_begin *begin, enum tw_sink_found *found,
                              struct tw_problems *problems);
enum tw_status tw_single_begin(void *state, const struct tw_sink_begin *begin, struct tw_error *err);
bool tw_single_is_new(const void *state);
enum tw_status tw_single_end(void *state, bool complete, struct tw_error *err);
enum tw_status tw_single_put(void *state, const struct tw_sink_put *put, struct tw_arena *scratch,
                             struct tw_error *err);
enum tw_status tw_single_remove(void *state, const struct tw_tile *tile, struct tw_arena *scratch,
                                struct tw_error *err);
enum tw_status tw_single_get(void *state, const struct tw_tile *tile, struct tw_arena *arena,
                             struct tw_blob *blob, struct tw_error *err);
enum tw_status tw_single_finish(void *state, const struct tw_tile *metatile, uint32_t files,
                                struct tw_error *err);
enum tw_status tw_single_is_done(void *state, const struct tw_tile *metatile, struct tw_arena *scratch,
                                 bool *done, struct tw_error *err);
bool tw_single_is_assembled(const void *state);
bool tw_single_is_known(void *state, const struct tw_tile *metatile);
enum tw_status tw_single_flush(void *state, struct tw_error *err);
char *tw_single_beside(const void *state, const char *name, struct tw_arena *arena);
enum tw_status tw_single_outdate(void *state, const struct tw_tile *metatile, struct tw_error *err);

#endif
