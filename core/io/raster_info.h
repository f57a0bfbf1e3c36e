/* raster_info.h - what a file holds: its bands as scripts see them, nodata, masks, palette, overview levels.
 *
 * Read once from an open dataset, then independent of it. Everything lives in the arena that it was read
 * with.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_RASTER_INFO_H
#define TW_RASTER_INFO_H

#include "arena.h"
#include "dataset.h"
#include "dtype.h"
#include "raster.h"

#include <stdbool.h>
#include <stdint.h>

/* How the file is to be looked at: options of the source. */
struct tw_raster_view {
    bool has_nodata; /* nodata replaces what the file says */
    double nodata;
    bool fallback_nodata; /* nodata is used only when the file has none */
    bool scale;           /* values are multiplied by the band's scale, and its offset is added */
    double fallback_scale, fallback_offset; /* used when the file has none; 0, 0: neither */
    bool keep_palette;                      /* the palette's indices are read, not its colours */
};

struct tw_band_info {
    const char *name;
    struct tw_band_meaning meaning; /* of the values as they are read: after scaling */
    int file_band;                  /* from 1 */
    int channel;                    /* of the palette's colours: 0..3; -1: the band's own values */
    enum tw_dtype stored;           /* the type that the file's values are read as */
    enum tw_dtype dtype;            /* the type that they have after scaling */
    double scale, offset;
    bool own_validity;   /* NaN or a mask of its own may make it nodata alone */
    bool is_signed_byte; /* stored is int16, GDAL's type is unsigned: 255 means -1 */
    bool own_mask;       /* the file has a mask for this band alone */
};

struct tw_nodata_band {
    int file_band;
    enum tw_dtype dtype;
    bool is_signed_byte;
    double nodata;
};

struct tw_raster_info {
    int32_t width_px, height_px;
    size_t num_bands;
    struct tw_band_info *bands;
    const char **names; /* num_bands */
    /* A pixel is nodata where all of these bands hold their nodata value (none: 0) ... */
    size_t num_nodata_bands;
    struct tw_nodata_band *nodata_bands;
    int alpha_band;        /* ... or where this band is 0 (0: there is none) ... */
    bool has_mask;         /* ... or where the file's mask says so ... */
    bool palette_is_clear; /* ... or where the palette's colour is wholly transparent. */
    uint8_t (*palette)[4]; /* of num_colours, or NULL */
    int num_colours;
    int num_levels;          /* of overviews */
    int32_t (*levels_px)[2]; /* width and height of each */
};

/* Describes an open dataset. TW_EINPUT: `'x.tif' has complex pixels; ...`. */
enum tw_status tw_raster_info_read(struct tw_raster_info *info, GDALDatasetH dataset, const char *path,
                                   const struct tw_raster_view *view, struct tw_arena *arena,
                                   struct tw_error *err);

/* Whether any pixel inside the file can be nodata. */
bool tw_raster_info_has_nodata(const struct tw_raster_info *info);

GDALDataType tw_gdal_type(enum tw_dtype dtype);

#endif
