/* archive.h - many tiles in one file: PMTiles (version 3) and MBTiles (1.3), read.
 *
 * Their tiles are those of web maps: the grid `mercator`, metatiling 1, PNG, JPEG or WebP. An archive is
 * opened once and shared by all threads; nothing is changed in it. A new format is one struct
 * tw_archive_driver (archive_driver.h) in a file of its own and one line in archive.c.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ARCHIVE_H
#define TW_ARCHIVE_H

#include "tile_layout.h"
#include "tile_output.h"

struct tw_archive;

/* What it says of itself; texts live as long as it is open. */
struct tw_archive_facts {
    const char *format;    /* `PMTiles` */
    const char *extension; /* of its tiles: png, jpg or webp */
    bool has_zooms;
    int min_zoom, max_zoom;
    bool has_bounds;
    double bounds[4];      /* degrees: west, south, east, north */
    uint64_t bytes;        /* of the file */
    uint64_t num_tiles;    /* 0: not said */
    uint64_t num_contents; /* tiles that differ; 0: not said */
    const char *metadata;  /* a JSON object */
    bool is_shared;        /* equal tiles lie in one place, which is told by a stored tile's offset */
    bool is_large;         /* too large to be looked through when it is opened */
};

/* Whether the name is one of an archive: `map.pmtiles`, here or on a server. A folder is none. */
bool tw_path_is_archive(const char *path);
/* Whether GDAL reads what the archive holds as features: MBTiles of vector tiles. */
bool tw_archive_holds_features(const char *path);

/* path: as GDAL has it (`/vsicurl/...`), or in object storage. TW_EINPUT: no such file, what is wrong with
 * it, or what of it cannot be read: `'map.pmtiles' holds vector tiles (MVT); PNG, JPEG and WebP can be read`.
 * Owned by the caller. */
enum tw_status tw_archive_open(const char *path, struct tw_archive **archive, struct tw_error *err);
/* Accepts NULL. */
void tw_archive_close(struct tw_archive *archive);

const char *tw_archive_path(const struct tw_archive *archive);
const struct tw_archive_facts *tw_archive_facts(const struct tw_archive *archive);

/* The archive as a folder of tiles would be: what lists tiles (tw_tile_output_list) and compares them takes
 * it. The archive stays the caller's. Tiles are as large as the first one. TW_EINPUT: it holds no tiles, or
 * that one cannot be decoded. */
enum tw_status tw_archive_output(struct tw_archive *archive, struct tw_tile_output *output,
                                 struct tw_error *err);

/* As tw_tile_zooms_list. Large archives are believed what they say of zooms and bounds. */
enum tw_status tw_archive_zooms(const struct tw_tile_layout *layout, struct tw_tile_zooms *zooms,
                                struct tw_error *err);

/* A tile of that zoom, always the same one. */
enum tw_status tw_archive_first(struct tw_archive *archive, int zoom, struct tw_tile *tile, bool *found,
                                struct tw_error *err);

/* For tw_tile_output_list: by zoom, and within a zoom as they lie in the archive. The path of a stored tile
 * is that which it would have in a folder. */
enum tw_status tw_archive_list(const struct tw_tile_listing *listing, struct tw_error *err);

/* The bytes of a tile; *bytes is NULL when there is none. Owned by the caller: tw_archive_free_bytes(). */
enum tw_status tw_archive_read(struct tw_archive *archive, const struct tw_tile *tile, void **bytes,
                               size_t *size, struct tw_error *err);
/* Accepts NULL. */
void tw_archive_free_bytes(void *bytes);

/* Looks for what is wrong with how it is put together; tiles are not decoded. Called for each fault; tile:
 * NULL when it is one of the whole. */
struct tw_archive_report {
    enum tw_status (*fault)(void *context, const struct tw_tile *tile, const char *reason,
                            struct tw_error *err);
    void *context;
};
enum tw_status tw_archive_check(struct tw_archive *archive, const struct tw_archive_report *report,
                                struct tw_error *err);

/* The extension that a tile with these bytes would have: png, jpg, webp; NULL: none of them. */
const char *tw_tile_extension_of_bytes(const void *bytes, size_t size);

/* Widens the range by a block of tiles; is_first: sets it. */
void tw_tile_range_widen(struct tw_tile_range *range, const struct tw_tile *first, int64_t side,
                         bool is_first);

#endif
