/* png_chunk.h - the frame of a PNG file: its signature and its chunks (W3C, second edition, section 5).
 *
 * Chunks are made in place, at the end of bytes whose capacity the caller has reserved.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PNG_CHUNK_H
#define TW_PNG_CHUNK_H

#include "encoder.h"

/* Bytes around the data of a chunk: length, name, checksum. */
enum { TW_PNG_CHUNK_FRAME = 12, TW_PNG_CHUNK_DATA = 8 };
enum { TW_PNG_SIGNATURE = 8, TW_PNG_HEADER = TW_PNG_SIGNATURE + TW_PNG_CHUNK_FRAME + 13 };

/* Signature and IHDR, at the beginning of the bytes. */
void tw_png_put_header(struct tw_bytes *bytes, const int32_t size_px[2], int bits, int color_type);

/* Frames size bytes that stand at bytes->size + TW_PNG_CHUNK_DATA already: length and name before them, the
 * checksum after. */
void tw_png_close_chunk(struct tw_bytes *bytes, const char name[5], size_t size);

/* IDAT of filtered rows, compressed with libdeflate's level, and IEND. bytes: the file from the front, with
 * room for tw_png_pixels_bound of them. */
size_t tw_png_pixels_bound(size_t raw);
enum tw_status tw_png_put_pixels(struct tw_bytes *bytes, const unsigned char *rows, size_t raw, int level,
                                 struct tw_error *err);

/* A square picture of which nothing is seen. */
enum tw_status tw_png_blank(int side_px, struct tw_bytes *bytes, struct tw_error *err);

#endif
