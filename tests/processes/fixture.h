/* fixture.h - small inputs for scripts, and one call that runs a script's text on them.
 *
 * The tile is 5/9/17 of the mercator grid, its window is made 4 x 3 pixels. Pixels are numbered i = 0..11 in
 * row-major order. `-` is nodata, everything else is valid:
 *
 *      0   -   2   3
 *      4   5   6   7
 *      8   9  10  11
 *
 * `image` (raster): red = 100 + i, green = 200 + i, blue = 300 + i, nir = 500 + 3i (all uint16), and
 *     cloud = 10 * i (uint8). Pixel 1 is nodata in all bands.
 * `dem` (raster): one band, `elevation` = i / 2 (float32). Pixel 2 holds NaN; nothing is nodata.
 * `scenes` (stack): four scenes of the same bands as `image`; scene s = 0..3 has red = 100 * (s + 1) + i,
 *     green = 1000 + red, blue = 2000 + red, nir = 3000 + red * (s + 1), cloud = 30 * s.
 *     Pixel 0 is nodata in scene 0, pixel s in scene s; scene 2 is wholly nodata.
 * `fields` (vector): rectangles along the pixels' edges, with the properties name, crop, yield and organic:
 *
 *      A A . .       A: name 'west', crop 'wheat', yield 5.5, organic true; pixels 0 1 4 5
 *      A A . B B>    B: name 'east', crop 'maize', yield 8, organic false; pixels 7 11, and two more columns
 *      . . C B B>       of them beyond the tile's eastern edge
 *                    C: name 'south', crop 'wheat', yield null, organic null; pixel 10
 *
 * `years` (group): `2019` and `2020`, both as image. `extra` (group): `height`, as dem, and a group `inner`
 *     with `scenes`.
 *
 * The services are plain ones for rectangles: rasterize takes the bounds of each feature, all_touched one
 * pixel more on all sides; polygonize makes a rectangle of every pixel, or of every row when it is to connect
 * eight neighbours; contours gives for each level a line along the tile's southern edge.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TEST_FIXTURE_H
#define TW_TEST_FIXTURE_H

#include "figure.h"
#include "script.h"

enum { FIXTURE_WIDTH = 4, FIXTURE_HEIGHT = 3, FIXTURE_PIXELS = 12, FIXTURE_INPUTS = 11 };

struct fixture {
    struct tw_arena *arena;
    struct tw_program *program;
    struct tw_script *script;
    struct tw_script_input inputs[FIXTURE_INPUTS];
    struct tw_script_services services;
    struct tw_figures *figures;
    struct tw_script_job job;
    struct tw_error err;
    struct tw_script_result result;
    int failing_reads; /* the next so many reads fail */
    int reads;
    int cancel;
    struct tw_script_limits limits;
};

/* Makes the inputs; width and height of the window, usually FIXTURE_WIDTH and FIXTURE_HEIGHT. */
void fixture_init(struct fixture *fixture, int width_px, int height_px);
void fixture_free(struct fixture *fixture);

/* For cmocka: *state is a fixture with the usual window. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Writes the text to a file `name` in a new folder, loads it, and makes its state. Problems of the
 * declaration are the error. Returns a status. */
enum tw_status fixture_load(struct fixture *fixture, const char *name, const char *text);
/* Loads what stands in a file. */
enum tw_status fixture_load_file(struct fixture *fixture, const char *path);

/* Runs what was loaded for one tile. */
enum tw_status fixture_run(struct fixture *fixture);

/* `fixture_load` and `fixture_run`; the error message, or "" when all went well. */
const char *fixture_try(struct fixture *fixture, const char *text);

/* Pixel i of a band of the result, NaN for nodata. */
double fixture_pixel(const struct fixture *fixture, size_t band, size_t i);

#endif
