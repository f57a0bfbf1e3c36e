/* encode_gtiff.h - the parts of the GeoTIFF encoder; the single file is written with them too.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ENCODE_GTIFF_H
#define TW_ENCODE_GTIFF_H

#include "encoder_driver.h"

#include <gdal.h>

enum { TW_GTIFF_BLOCKSIZE = 512, TW_GTIFF_MAX_OPTIONS = 80 };

struct tw_gtiff_settings {
    char **creation; /* NAME=VALUE, without those that depend on the size */
    char **tags;     /* of the file */
    char ***band_tags;
    int blocksize_px;
    bool is_pixel_interleaved;
    unsigned long long most; /* with nbits: the largest value; 0: that of the type */
    GDALColorTableH colors;  /* or NULL */
    double *scales, *offsets;
    const char **units; /* each may be NULL */
    bool has_statistics;
    const char *option_names[TW_GTIFF_MAX_OPTIONS];
    size_t num_options;
};

/* gtiff_options.c: fills in settings from the options; adds problems. False when out of memory. */
bool tw_gtiff_read_options(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                           struct tw_problems *problems);
void tw_gtiff_free_options(struct tw_encoder *encoder);

/* gtiff_describe.c: tags, colours and others; adds problems. */
void tw_gtiff_read_description(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                               struct tw_problems *problems);
bool tw_gtiff_describe(const struct tw_encoder *encoder, GDALDatasetH dataset);
/* When all pixels are written. */
void tw_gtiff_add_statistics(const struct tw_encoder *encoder, GDALDatasetH dataset);

GDALDataType tw_gtiff_data_type(enum tw_dtype dtype);

/* gtiff_write.c: creates a file for the window; extra: creation options that replace the
 * encoder's, or take them away (`NAME=`); NULL: none. */
enum tw_status tw_gtiff_create(const struct tw_encoder *encoder, const char *path,
                               const struct tw_window *window, char **extra, GDALDatasetH *dataset,
                               struct tw_error *err);

/* Whether a small file can be made; sets err to GDAL's reason when not. */
bool tw_gtiff_try(const struct tw_encoder *encoder, struct tw_error *err);

/* What loses something cannot hold a nodata value: such files have a mask inside instead. For files that hold
 * pixels without data, before the first pixel is written. */
bool tw_gtiff_add_mask(GDALDatasetH dataset);

/* Writes pixels at an offset that is a multiple of the block size. Each block that lies in it is written
 * once, whole and at once, so that the file's bytes do not depend on GDAL's cache. */
enum tw_status tw_gtiff_write(const struct tw_encoder *encoder, GDALDatasetH dataset,
                              const struct tw_raster *stored, const int offset_px[2], struct tw_error *err);

/* gtiff_read.c */
enum tw_status tw_gtiff_decode(const struct tw_encoder *encoder, const struct tw_bytes *blob,
                               const struct tw_window *window, struct tw_arena *arena,
                               struct tw_raster *stored, struct tw_error *err);

/* The validity that a reader sees of what keeps nodata values: band by band, whatever is not the nodata
 * value. */
enum tw_status tw_gtiff_set_validity(const struct tw_encoder *encoder, struct tw_arena *arena,
                                     struct tw_array *band, struct tw_error *err);

#endif
