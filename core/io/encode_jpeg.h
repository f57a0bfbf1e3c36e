/* encode_jpeg.h - the parts of the JPEG encoder.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ENCODE_JPEG_H
#define TW_ENCODE_JPEG_H

#include "picture.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

/* libjpeg ends the program on errors; this jumps to where it was called instead, with the reason. Warnings
 * are errors: a tile that is truncated gives one. */
struct tw_jpeg_errors {
    struct jpeg_error_mgr base; /* first: libjpeg knows it by its address */
    jmp_buf jump;
    char reason[JMSG_LENGTH_MAX];
};

/* Returns what goes into the `err` of libjpeg's structs. */
struct jpeg_error_mgr *tw_jpeg_errors_init(struct tw_jpeg_errors *errors);

/* jpeg_decode.c */
enum tw_status tw_jpeg_decode(const struct tw_encoder *encoder, const struct tw_bytes *blob,
                              const struct tw_window *window, struct tw_arena *arena,
                              struct tw_raster *stored, struct tw_error *err);

#endif
