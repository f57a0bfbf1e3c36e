/* pmtiles_read.h - the header and the directories of a PMTiles archive (version 3), unpacked and checked.
 *
 * Whatever the bytes are, what is returned is in order: ids ascend and are those of zooms up to 30, runs do
 * not overlap, lengths are not 0, and sums of offset and length do not overflow.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PMTILES_READ_H
#define TW_PMTILES_READ_H

#include "arena.h"
#include "error.h"
#include "pmtiles_directory.h"
#include "tile.h"

enum tw_pmtiles_compression {
    TW_PMTILES_UNKNOWN,
    TW_PMTILES_NONE,
    TW_PMTILES_GZIP,
    TW_PMTILES_BROTLI,
    TW_PMTILES_ZSTD
};
enum tw_pmtiles_type {
    TW_PMTILES_OTHER,
    TW_PMTILES_MVT,
    TW_PMTILES_PNG,
    TW_PMTILES_JPEG,
    TW_PMTILES_WEBP,
    TW_PMTILES_AVIF,
    TW_PMTILES_MLT
};
enum { TW_PMTILES_MAX_ROOT = TW_PMTILES_ROOT_END - TW_PMTILES_HEADER_SIZE };

/* A header that was read: what is written as a constant may be otherwise. */
struct tw_pmtiles_head {
    struct tw_pmtiles_header header;
    bool is_clustered;
    uint8_t internal_compression, tile_compression;
};

/* path: for messages. TW_EINPUT: `'x' is no PMTiles archive ...`. The sections may lie anywhere. */
enum tw_status tw_pmtiles_read_head(const char *path, const uint8_t *bytes, size_t size,
                                    struct tw_pmtiles_head *head, struct tw_error *err);

/* Unpacks what is compressed so, of at most limit bytes. The result is malloc'd, with a '\0' behind it.
 * TW_EINPUT: `it is not gzip`, `it is too large`. */
struct tw_pmtiles_packed {
    const void *bytes;
    size_t size;
    uint8_t compression;
};
enum tw_status tw_pmtiles_unpack(const struct tw_pmtiles_packed *packed, size_t limit, char **bytes,
                                 size_t *size, struct tw_error *err);

/* Adds the entries of a directory to a list without any. TW_EINPUT with what is wrong, for a message that
 * says where. */
enum tw_status tw_pmtiles_read_directory(const struct tw_pmtiles_packed *packed,
                                         struct tw_pmtiles_entries *entries, struct tw_error *err);

/* The entry that an id would be in: the last one that does not follow it; NULL: there is none. */
const struct tw_pmtiles_entry *tw_pmtiles_find(const struct tw_pmtiles_entries *entries, uint64_t id);

/* The first id of a zoom, and the zoom of an id; the id of a tile of a mercator pyramid without metatiling,
 * and back. */
uint64_t tw_pmtiles_first_id(int zoom);
int tw_pmtiles_zoom(uint64_t id);
uint64_t tw_pmtiles_id(const struct tw_pyramid *pyramid, const struct tw_tile *tile);
struct tw_tile tw_pmtiles_tile(const struct tw_pyramid *pyramid, uint64_t id);

#endif
