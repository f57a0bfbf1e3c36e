/* source_about.h - what a source says of itself, for people: `check` and `info`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SOURCE_ABOUT_H
#define TW_SOURCE_ABOUT_H

#include "source.h"

/* What is not known is 0, "" or false. */
struct tw_source_about {
    const char *format; /* the driver's name */
    const char *path;   /* of a file or folder */
    const char *crs;    /* `EPSG:32633`, or its name */
    bool has_box;
    struct tw_box box; /* in the CRS */
    int64_t width_px, height_px;
    double pixel_width, pixel_height; /* in units of the CRS */
    const char *driver;               /* of a file: GDAL's, `GTiff` */
    const char *compression;          /* `DEFLATE` */
    int block_width_px, block_height_px, num_overviews;
    bool is_cog;
    const char *made_by; /* as the file says: the program */
    const char *layer;   /* of a vector */
    int64_t num_features;
    const char *first, *last; /* dates of a stack, as they are written */
    bool has_zooms;           /* of a folder of tiles */
    int min_zoom, max_zoom;
};

/* Opens the source's file once more, where there is one. Texts are in the arena. TW_EINPUT. */
enum tw_status tw_source_tell(const struct tw_source *source, struct tw_arena *arena,
                              struct tw_source_about *about, struct tw_error *err);

/* What a CRS is called: its code, or its name; new in the arena. */
const char *tw_crs_called(const char *crs, struct tw_arena *arena);

#endif
