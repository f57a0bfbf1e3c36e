/* archive_driver.h - what a format of archives implements, and what archive.c keeps for it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ARCHIVE_DRIVER_H
#define TW_ARCHIVE_DRIVER_H

#include "archive.h"

struct tw_archive_driver;
struct sqlite3;

struct tw_archive {
    const struct tw_archive_driver *driver;
    struct tw_arena *arena; /* of what is known when it is open */
    const char *path;
    struct tw_archive_facts facts;
    void *state;
};

/* Called for each tile; the path is not set. */
struct tw_archive_visit {
    int min_zoom, max_zoom;
    bool is_check; /* see struct tw_tile_listing */
    enum tw_status (*tile)(void *context, const struct tw_stored_tile *tile, struct tw_error *err);
    void *context;
};

struct tw_archive_driver {
    const char *suffix; /* `.pmtiles` */
    /* Fills facts; state is closed when it fails, too. */
    enum tw_status (*open)(struct tw_archive *archive, struct tw_error *err);
    void (*close)(struct tw_archive *archive);
    /* Sets the ranges of the zooms that have tiles, of zooms min_zoom to max_zoom, deepest first. */
    enum tw_status (*zooms)(struct tw_archive *archive, int min_zoom, int max_zoom,
                            struct tw_tile_zooms *zooms, struct tw_error *err);
    enum tw_status (*first)(struct tw_archive *archive, int zoom, struct tw_tile *tile, bool *found,
                            struct tw_error *err);
    enum tw_status (*list)(struct tw_archive *archive, const struct tw_archive_visit *visit,
                           struct tw_error *err);
    /* From any thread. */
    enum tw_status (*read)(struct tw_archive *archive, const struct tw_tile *tile, void **bytes, size_t *size,
                           struct tw_error *err);
    /* See archive_check.h. */
    enum tw_status (*check)(struct tw_archive *archive, const struct tw_archive_report *report,
                            struct tw_error *err);
    /* Whether its tiles are features, which GDAL reads as such; may be NULL. */
    bool (*holds_features)(const char *path);
};

extern const struct tw_archive_driver tw_archive_pmtiles, tw_archive_mbtiles;

/* For mbtiles_check.c. */
struct sqlite3 *tw_mbtiles_database(const struct tw_archive *archive);

#endif
