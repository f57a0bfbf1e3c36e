/* sink_fixture.h - what the tests of encoders and sinks share: options, rasters, folders, messages.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SINK_FIXTURE_H
#define TW_SINK_FIXTURE_H

#include "encoder.h"
#include "sink.h"

/* Everything lives until fixture_free. */
struct fixture {
    struct tw_arena *arena;
    char folder[64]; /* a new one under /tmp */
    struct tw_problems problems;
    struct tw_error err;
};

/* For cmocka: setup and teardown with a struct fixture as the state. GDAL is made ready. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* `folder/name`. */
const char *fixture_path(struct fixture *fixture, const char *name);

/* A map of options: pairs of a key and a value, ended by NULL. Values that are numbers become numbers, `true`
 * and `false` booleans. */
const struct tw_value *make_options(struct fixture *fixture, ...) __attribute__((sentinel));

/* A raster of size_px x size_px pixels with bands of a type; pixel i of band b holds value(b, i). NULL: 0. */
struct tw_raster make_raster(struct fixture *fixture, int num_bands, int size_px, enum tw_dtype dtype);
void set_pixels(struct tw_raster *raster, int band, const double *values);
/* 1: valid, 0: nodata. */
void set_valid(struct fixture *fixture, struct tw_raster *raster, int band, const int *valid);
/* Reproducible noise on a slope, with a hole of nodata in the middle. */
void fill_with_relief(struct fixture *fixture, struct tw_raster *raster, bool with_hole);

/* A window at the north-west of zoom 3 of the mercator grid, tiles of 256 pixels. */
struct tw_window make_window(int width_px, int height_px);

/* Fails the test unless stored forms are the same: type, validity, and valid pixels. */
void assert_same_stored(const struct tw_raster *a, const struct tw_raster *b);

/* Whether the file is there; the number of files below a folder. */
bool is_there(const char *path);
int count_files(const char *folder, const char *suffix);

#endif
