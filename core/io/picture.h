/* picture.h - what the encoders of pictures share (PNG, JPEG, WebP): bands become colours and alpha, and a
 * file beside a tile says where it lies.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PICTURE_H
#define TW_PICTURE_H

#include "encoder_driver.h"

/* The settings of any such encoder; first among them what all have. */
struct tw_picture_settings {
    bool georeference;
    int level;   /* PNG: libdeflate's, 1 to 12; WebP: effort, 0 to 6 */
    int quality; /* JPEG and WebP: 1 to 100 */
    bool is_lossless;
    bool is_progressive, is_optimized; /* JPEG */
    int subsampling[2];                /* JPEG: how many pixels, across and down, share their colour */
};

bool tw_picture_georeference(const struct tw_output_spec *spec, struct tw_problems *problems);
/* Adds a problem when there are too many bands. */
void tw_picture_check_spec(const struct tw_output_spec *spec, const char *format,
                           struct tw_problems *problems);
/* Adds a problem unless the type is uint8. */
void tw_picture_check_bytes(const struct tw_output_spec *spec, const char *format,
                            struct tw_problems *problems);

/* Whether `background` is set. */
bool tw_picture_has_background(const struct tw_output_spec *spec);
/* The background of files without validity, white unless `background` says so. False when out of memory. */
bool tw_picture_background(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                           struct tw_problems *problems);

enum tw_status tw_picture_check_bands(const struct tw_encoder *encoder, size_t num_bands,
                                      struct tw_error *err);
enum tw_status tw_picture_sidecar(const struct tw_encoder *encoder, const struct tw_window *window,
                                  struct tw_bytes *bytes, struct tw_error *err);

/* Samples of count pixels, side by side, to the bands of uint8 from pixel `at` on. */
void tw_picture_split(const unsigned char *samples, size_t at, size_t count, struct tw_raster *stored);

/* picture_store.c: any 1 to 4 bands become gray, gray + alpha, RGB or RGBA. Of encoders with a background,
 * pixels without data get that colour. */
enum tw_status tw_picture_store(const struct tw_encoder *encoder, const struct tw_raster *raster,
                                struct tw_arena *arena, struct tw_raster *stored, struct tw_error *err);

/* Sets the validity that a reader will see: alpha is not 0, or not all bands hold the nodata value. NULL when
 * all are valid. */
enum tw_status tw_picture_set_validity(const struct tw_encoder *encoder, struct tw_arena *arena,
                                       struct tw_raster *stored, struct tw_error *err);

/* encode_png.c and png_decode.c: PNG, which other encoders build upon. */
int tw_png_level(const struct tw_output_spec *spec, struct tw_problems *problems);
enum tw_status tw_png_encode(const struct tw_encoder *encoder, const struct tw_raster *stored,
                             const struct tw_window *window, struct tw_bytes *bytes, struct tw_error *err);
enum tw_status tw_png_decode(const struct tw_encoder *encoder, const struct tw_bytes *blob,
                             const struct tw_window *window, struct tw_arena *arena, struct tw_raster *stored,
                             struct tw_error *err);

#endif
