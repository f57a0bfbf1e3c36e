/* arrays.h - inputs of scripts that are plain arrays in memory: no file, no format in between.
 *
 * A batch is two files, made by tests/numpy/arrays.py. The data file holds pixels and validity, row by row,
 * in the machine's byte order, each array at a multiple of 64 bytes. The description is JSON:
 *
 *     { "scripts": [ { "path": "ndvi.lua", "params": {}, "tiles": [0] } ],
 *       "tiles": [ {
 *         "width": 7, "height": 5, "pixelbuffer": 0,
 *         "inputs": {
 *             "image": { "bands": { "red": ["uint16", 0, 128] } },
 *             "scenes": { "scenes": [ { "id": "a", "datetime": "2023-08-10T10:00:31Z", "cloud_cover": 12.5,
 *                                       "properties": "{}", "bands": {} } ] } } } ] }
 *
 * A band is its type, the place of its pixels in the data, and the place of its validity (one byte per pixel;
 * left out: all valid). Bands may share places. An input with `scenes` is a stack. The tile is 5/9/17 of the
 * mercator grid with a window of that size, pixelbuffer included.
 *
 * Wrong batches end the program with a message: only programs write them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TEST_ARRAYS_H
#define TW_TEST_ARRAYS_H

#include "script.h"

struct arrays_data {
    const unsigned char *bytes;
    size_t size;
    bool copy; /* arrays are copies that end where their memory ends, so that the address sanitizer sees more
                */
};

/* Maps the file. */
struct arrays_data arrays_map(const char *path, bool copy);

/* An input, as its callbacks see it. */
struct arrays_input {
    struct tw_arena *arena; /* of the worker that reads */
    size_t num_scenes;
    struct tw_script_scene *scenes;
    struct tw_raster *rasters; /* of each scene; of a raster input: one */
};

struct arrays_tile {
    struct tw_pyramid pyramid;
    struct tw_script_job job; /* without params, arena and cancel */
    struct arrays_input *inputs;
    void **copies;
    size_t num_copies;
};

/* Each script runs on some of the tiles. All is in an arena, but for copies of arrays. */
struct arrays_batch {
    const struct tw_value *scripts;
    struct arrays_tile *tiles;
    size_t num_tiles;
};
struct arrays_batch arrays_read_batch(struct tw_arena *arena, const char *path,
                                      const struct arrays_data *data);
void arrays_free_copies(struct arrays_batch *batch);

/* A tile of a script, by its place in the script's list. */
const struct arrays_tile *arrays_tile_of(const struct arrays_batch *batch, const struct tw_value *script,
                                         size_t place);

/* The job of a worker that has its own arena: *inputs is new in `lasting`, pixels are shared. */
struct tw_script_job arrays_job(struct tw_arena *lasting, const struct arrays_tile *tile,
                                const struct tw_value *params, struct tw_arena *arena);

/* Ends the program with a message. */
_Noreturn void arrays_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
