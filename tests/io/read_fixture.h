/* read_fixture.h - what the tests of sources share: opening, reading, making small rasters.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_READ_FIXTURE_H
#define TW_READ_FIXTURE_H

#include "source.h"

#include <stdbool.h>

/* An open source with a reader, and arenas for values and for tiles. Zero-initialise; read_close it. */
struct read_fixture {
    struct tw_arena *values, *tile;
    struct tw_dataset_pool *pool;
    struct tw_source *source;
    struct tw_reader *reader;
    struct tw_problems problems;
};

/* Opens a source. options: a flat map as text, `path=x.tif;resampling=cubic;bands=red,2` (a value with a
 * comma is a list; digits are numbers; true and false), or a path alone. Returns whether it is open; the
 * problems are in fixture->problems. */
bool read_open(struct read_fixture *fixture, const char *options);
void read_close(struct read_fixture *fixture);

/* Parses the text of options. */
const struct tw_value *read_options(struct tw_arena *arena, const char *options);

/* Reads all bands, or those in the list `red,nir`. Fails the test on errors. */
struct tw_raster read_window(struct read_fixture *fixture, const struct tw_window *window,
                             enum tw_resampling resampling, const char *bands);

/* A path in a folder for the files of a test, which is removed when the program ends; static memory, good for
 * four calls. */
const char *scratch_path(const char *name);

/* Formatted text; static memory, good for eight calls. */
const char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Fails the test unless opening these options gives exactly these problems. */
void assert_problem(const char *options, const char *expected);

/* `0 1 2 / 3 - 5` for the pixels of a band, - for nodata; static memory. */
const char *pixels_text(const struct tw_array *array);

/* Whether two rasters of the same shape agree in validity, and in the values where they are valid. */
bool rasters_equal(const struct tw_raster *a, const struct tw_raster *b);

#endif
