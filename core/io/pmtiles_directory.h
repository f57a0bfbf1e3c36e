/* pmtiles_directory.h - the directories and the header of a PMTiles archive (version 3).
 *
 * https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md: entries in the order of their tile ids (the
 * Hilbert curve of each zoom, one zoom after the other), packed as columns of variable-length integers and
 * compressed with gzip. The root has to lie in the archive's first 16 KiB; where it does not fit, it points
 * to leaves.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PMTILES_DIRECTORY_H
#define TW_PMTILES_DIRECTORY_H

#include "text.h"

#include <stdint.h>

enum { TW_PMTILES_HEADER_SIZE = 127, TW_PMTILES_ROOT_END = 16384 };

/* run: the number of ids from id on that have the same bytes; 0: a leaf directory. */
struct tw_pmtiles_entry {
    uint64_t id, offset;
    uint32_t length, run;
};

/* A growing list of entries in the order of their ids; zero-initialise it. */
struct tw_pmtiles_entries {
    struct tw_pmtiles_entry *items; /* free() it */
    size_t count, capacity;
};

/* Adds an id that follows all others; one that continues the last entry makes that one longer. False when out
 * of memory. */
bool tw_pmtiles_add(struct tw_pmtiles_entries *entries, const struct tw_pmtiles_entry *entry);

/* The compressed root and the leaves, one after the other. False when out of memory. */
bool tw_pmtiles_pack(const struct tw_pmtiles_entries *entries, struct tw_text *root, struct tw_text *leaves);

/* Adds bytes as gzip makes them. False when out of memory. */
bool tw_pmtiles_gzip(const void *bytes, size_t size, struct tw_text *packed);

struct tw_pmtiles_header {
    uint64_t root_offset, root_size, metadata_offset, metadata_size, leaves_offset, leaves_size, data_offset,
        data_size;
    uint64_t num_tiles, num_entries, num_contents;
    uint8_t tile_type; /* 2: PNG, 3: JPEG, 4: WebP */
    uint8_t min_zoom, max_zoom, center_zoom;
    double bounds[4], center[2]; /* degrees: west, south, east, north; longitude, latitude */
};

void tw_pmtiles_write_header(const struct tw_pmtiles_header *header, uint8_t bytes[TW_PMTILES_HEADER_SIZE]);

#endif
