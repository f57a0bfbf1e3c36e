/* sink_driver.h - what a sink is made of, for sink.c, sink_writer.c and the sink_*.c drivers only.
 *
 * sink_writer.c cuts metatiles into output tiles and turns them into bytes; a driver keeps the bytes of
 * tiles, and remembers which metatiles are done. After begin its functions are called by several threads at
 * once.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SINK_DRIVER_H
#define TW_SINK_DRIVER_H

#include "sink.h"
#include "storage.h"

#include <stdatomic.h>

struct tw_sink_driver;

struct tw_sink {
    const struct tw_sink_driver *driver;
    void *state;                    /* the driver's own */
    struct tw_arena *arena;         /* as long as the sink lives; for open only */
    struct tw_encoder *encoder;     /* says what the stored form is */
    const struct tw_encoder *codec; /* makes the bytes of tiles; the encoder itself, or the driver's own */
    struct tw_pyramid process, pyramid;
    const char *path;               /* may be NULL */
    struct tw_bucket_labels labels; /* of files in object storage */
    int min_zoom, max_zoom;
    bool reuses_pixels, skips_partial;
    atomic_ullong bytes, files;
};

/* One output tile on its way in. */
struct tw_sink_put {
    struct tw_tile tile;
    struct tw_window window; /* with the pixelbuffer */
    const void *bytes;
    size_t size;
};

struct tw_sink_driver {
    const char *name, *about;
    bool has_metadata; /* of the map: `output.metadata` */
    /* Whether the output is this driver's; the first in the table that says so has it. */
    bool (*takes)(const struct tw_sink_spec *spec);
    /* Sets sink->state; adds problems. The sink is filled in but for state. False when out of memory. */
    bool (*open)(struct tw_sink *sink, const struct tw_sink_spec *spec, struct tw_problems *problems);
    /* Accepts NULL; gives up what begin has taken and end has not released. */
    void (*close)(void *state);
    enum tw_status (*begin)(void *state, const struct tw_sink_begin *begin, struct tw_error *err);
    /* See tw_sink_begin_reading. NULL: the output has no tiles that can be read one by one. */
    enum tw_status (*begin_reading)(void *state, struct tw_error *err);
    /* Before begin: see tw_sink_look. NULL for outputs that keep nothing. */
    enum tw_status (*look)(void *state, const struct tw_sink_begin *begin, enum tw_sink_found *found,
                           struct tw_problems *problems);
    /* After begin: see tw_sink_is_new. */
    bool (*is_new)(const void *state);
    /* Commits everything that was put, removed and finished. NULL: there is nothing to commit. */
    enum tw_status (*flush)(void *state, struct tw_error *err);
    /* See tw_sink_is_assembled; may be NULL: never. */
    bool (*is_assembled)(const void *state);
    enum tw_status (*end)(void *state, bool complete, struct tw_error *err);

    /* scratch: reset after each metatile. */
    enum tw_status (*put)(void *state, const struct tw_sink_put *put, struct tw_arena *scratch,
                          struct tw_error *err);
    /* Nothing to do if there is no such tile. */
    enum tw_status (*remove)(void *state, const struct tw_tile *tile, struct tw_arena *scratch,
                             struct tw_error *err);
    /* The bytes of an output tile, in the arena. */
    enum tw_status (*get)(void *state, const struct tw_tile *tile, struct tw_arena *arena,
                          struct tw_blob *blob, struct tw_error *err);
    /* The process metatile was put (or removed) wholly, as that many files; TW_JOURNAL_GONE: removed for
     * good. */
    enum tw_status (*finish)(void *state, const struct tw_tile *metatile, uint32_t files,
                             struct tw_error *err);
    enum tw_status (*is_done)(void *state, const struct tw_tile *metatile, struct tw_arena *scratch,
                              bool *done, struct tw_error *err);
    /* Whether the output has ever had the metatile. */
    bool (*is_known)(void *state, const struct tw_tile *metatile);
    /* A path for a file that is kept beside the tiles; NULL when out of memory. May be NULL: nothing is kept.
     */
    char *(*beside)(const void *state, const char *name, struct tw_arena *arena);
    /* The metatile is done no more. */
    enum tw_status (*outdate)(void *state, const struct tw_tile *metatile, struct tw_error *err);
};

extern const struct tw_sink_driver tw_sink_directory;
extern const struct tw_sink_driver tw_sink_gtiff_file;
extern const struct tw_sink_driver tw_sink_pmtiles;
extern const struct tw_sink_driver tw_sink_mbtiles;
extern const struct tw_sink_driver tw_sink_compact;
extern const struct tw_sink_driver tw_sink_null;

/* sink_place.c: reads the labels, and refuses places that cannot be written to. */
void tw_sink_check_place(struct tw_sink *sink, const struct tw_sink_spec *spec, struct tw_problems *problems);

/* Gives a finished file its name, which is the output's path: a rename, or an upload with the fingerprint
 * beside it, after which the local one is gone. TW_ESTORAGE. */
enum tw_status tw_sink_place_file(const struct tw_sink *sink, const char *made, const char *fingerprint,
                                  struct tw_error *err);

/* `--update makes anew what changed inputs touch, but ...`: settings have changed, too. */
enum tw_status tw_sink_settings_changed(const char *path, struct tw_error *err);

/* The output's tiles at the zoom whose windows, grown by buffer_px, share pixels with the window, which lies
 * inside the grid. */
struct tw_tile_range tw_sink_tiles(const struct tw_sink *sink, const struct tw_window *window, int buffer_px);

#endif
