/* tile_archive.h - what archives of tiles for web maps have in common: PMTiles and MBTiles.
 *
 * Tiles of 256 or 512 pixels of the mercator grid, as PNG, JPEG or WebP, are kept in a spool until the run is
 * complete (single_file.h), and `output.metadata` says what the map is.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_ARCHIVE_H
#define TW_TILE_ARCHIVE_H

#include "single_file.h"
#include "spool_walk.h"

/* All of them are set. */
struct tw_archive_about {
    const char *name, *description, *attribution, *version, *type;
};

struct tw_tile_archive {
    struct tw_single_file file;
    const char *kind; /* `a PMTiles archive`: set it before open */
    struct tw_archive_about about;
};

/* Checks the output; file.read_fingerprint and file.assemble are the driver's to set. False when out of
 * memory. */
bool tw_tile_archive_open(struct tw_tile_archive *archive, struct tw_sink *sink,
                          const struct tw_sink_spec *spec, struct tw_problems *problems);
/* As in struct tw_sink_driver. */
void tw_tile_archive_close(void *state);

/* Which tiles there are; zero-initialise it. */
struct tw_archive_tiles {
    uint64_t count;
    int min_zoom;
    struct tw_tile_range deepest; /* of the last zoom */
};
void tw_archive_tiles_add(struct tw_archive_tiles *tiles, const struct tw_spool_step *step);

/* Where they are: without any, the whole grid and the zooms that were asked for. */
struct tw_archive_places {
    int min_zoom, max_zoom;
    double bounds[4], center[2]; /* degrees: west, south, east, north; longitude, latitude */
};
struct tw_archive_places tw_archive_places(const struct tw_archive_tiles *tiles, const struct tw_sink *sink);

/* Whether a fingerprint is that of a part of what a configuration describes: such an archive is never done.
 */
bool tw_archive_is_part(const char *fingerprint);

#endif
