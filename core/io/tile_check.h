/* tile_check.h - whether the file of a tile, or a whole raster, is what it should be: every byte is decoded.
 *
 * GDAL takes many a broken file without a word, so that what a format has in checksums, lengths and end marks
 * is looked at, too. A broken file is no error of the program: it is told as a reason, `the file is cut off`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_CHECK_H
#define TW_TILE_CHECK_H

#include "tile_output.h"

enum { TW_REASON_SIZE = 256 };

/* What is wrong with a file; "" when nothing is. One line of UTF-8. */
struct tw_reason {
    char text[TW_REASON_SIZE];
};
/* Sets the reason unless there is one already; what is no printable ASCII becomes `?`. Returns false. */
bool tw_reason_set(struct tw_reason *reason, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The bytes of a tile's file. */
struct tw_tile_bytes {
    const unsigned char *data;
    size_t size;
};

/* Decodes a tile and compares it with what metadata.json says: format, size, bands, type, place. From any
 * thread. Returns false with a reason when it is broken. */
bool tw_tile_check(const struct tw_tile_output *output, const struct tw_tile *tile,
                   const struct tw_tile_bytes *bytes, struct tw_reason *reason);

/* Its parts, for tile_check*.c: each returns false with a reason. */

/* Lengths, end marks and checksums of PNG, JPEG, WebP and SQLite. extension: of the file. */
bool tw_container_check(const char *extension, const struct tw_tile_bytes *bytes, struct tw_reason *reason);
/* path: of the bytes, in GDAL's memory; driver: GDAL's. */
bool tw_pixels_check(const struct tw_tile_output *output, const struct tw_tile *tile, const char *path,
                     const char *driver, struct tw_reason *reason);
bool tw_features_check(const char *path, const char *driver, struct tw_reason *reason);

#endif
