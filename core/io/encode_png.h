/* encode_png.h - the parts of the PNG encoder.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ENCODE_PNG_H
#define TW_ENCODE_PNG_H

#include "encoder_driver.h"

struct tw_png_settings {
    int level; /* libdeflate's, 1 to 12 */
    bool georeference;
};

/* png_store.c: any 1 to 4 bands become gray, gray + alpha, RGB or RGBA. */
enum tw_status tw_png_store(const struct tw_encoder *encoder, const struct tw_raster *raster,
                            struct tw_arena *arena, struct tw_raster *stored, struct tw_error *err);

/* Sets the validity that a reader will see: alpha is not 0, or not all bands hold the nodata value. NULL when
 * all are valid. */
enum tw_status tw_png_set_validity(const struct tw_encoder *encoder, struct tw_arena *arena,
                                   struct tw_raster *stored, struct tw_error *err);

/* png_decode.c */
enum tw_status tw_png_decode(const struct tw_encoder *encoder, const struct tw_bytes *blob,
                             const struct tw_window *window, struct tw_arena *arena, struct tw_raster *stored,
                             struct tw_error *err);

#endif
