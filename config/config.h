/* config.h - a YAML configuration, checked: plain data with line numbers.
 *
 * The keys are mapchete's. Everything that can be known without opening inputs, scripts or outputs is checked
 * when the file is loaded, and all problems are reported in one go, each with `file:line:col`. The options of
 * sources and sinks stay plain values: the drivers check them. A configuration is const once loaded; it owns
 * an arena for all it points to.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CONFIG_H
#define TW_CONFIG_H

#include "tile.h"
#include "dtype.h"
#include "problems.h"
#include "resampling.h"

struct tw_config {
    struct tw_arena *arena;
    const char *path;            /* of the file, as given */
    const char *folder;          /* relative paths are relative to it; "." or "a/b" */
    const struct tw_value *root; /* the whole tree, ${NAME} replaced */

    const struct tw_value *process; /* a string: script path, built-in name or mapchete's module name */
    const char *process_text;       /* resolved against folder when it ends in .lua, otherwise as written */

    struct tw_pyramid process_pyramid; /* grid, tile_size, metatiling, pixelbuffer */
    struct tw_pyramid
        output_pyramid; /* the same grid and tile size; output's own metatiling and pixelbuffer */
    bool zooms_given;   /* zoom_levels is required for now, so: always true */
    int min_zoom, max_zoom;

    const struct tw_value *input; /* a map, maybe empty; never NULL; values may depend on the zoom */
    const struct tw_value
        *params; /* process_parameters: a map, maybe empty; never NULL; may depend on the zoom */

    const struct tw_value *output; /* the map */
    const char *output_format;     /* as written */
    const char *output_path;       /* resolved */
    bool has_output_bands;
    int output_bands;                     /* `bands: 3`; a list of names counts its entries */
    const char *const *output_band_names; /* or NULL */
    bool has_output_dtype;
    enum tw_dtype output_dtype;
    bool has_output_nodata;
    double output_nodata;

    bool has_bounds;
    struct tw_box bounds;
    const struct tw_value *bounds_value;
    const char *bounds_crs;      /* or NULL: the grid's */
    const struct tw_value *area; /* as in struct tw_limits; or NULL */
    const char *area_crs;        /* or NULL: the area's own, or the grid's for WKT */

    const struct tw_value *notify; /* a map or a list of maps; or NULL */

    bool has_baselevels;
    int base_min_zoom, base_max_zoom; /* without baselevels: min_zoom, max_zoom */
    enum tw_resampling lower, higher; /* nearest unless given */
};

/* Loads and checks a file. read_grid makes the grid of `pyramid.grid` (tw_grid_read; NULL: names and
 * mapchete's maps alone). On success *config is owned by the caller. Returns TW_EUSAGE when problems were
 * added, TW_ENOMEM. A file that cannot be read is a problem too: `cannot open 'x': No such file or
 * directory`. */
enum tw_status tw_config_load(const char *path, tw_grid_reader *read_grid, struct tw_config **config,
                              struct tw_problems *problems);

/* The same from memory; path says where the text would stand. */
enum tw_status tw_config_parse(const char *path, const char *text, size_t size, tw_grid_reader *read_grid,
                               struct tw_config **config, struct tw_problems *problems);

/* The same from values that stand in no file: they must outlive the configuration. name stands in messages
 * for the file. Values without a line say in `file` what they came from (`--nodata`), as messages do then. */
enum tw_status tw_config_make(const char *name, const struct tw_value *root, tw_grid_reader *read_grid,
                              struct tw_config **config, struct tw_problems *problems);

/* As tw_config_load, for reading what the configuration has made: a process that only mapchete runs is no
 * problem. */
enum tw_status tw_config_load_output(const char *path, tw_grid_reader *read_grid, struct tw_config **config,
                                     struct tw_problems *problems);

/* Accepts NULL. */
void tw_config_free(struct tw_config *config);

/* The keys that a part of a configuration may hold: "" (the root), `pyramid`, `zoom_levels`, `baselevels`,
 * `bounds`. Returns their number; 0 for what is no such part. */
size_t tw_config_keys(const char *part, const char *const **names);
/* mapchete's old keys (of the root, or below output), counted from 0, each with a sentence about what it is
 * called now. False behind the last. */
bool tw_config_old_key(bool of_output, size_t index, const char **key, const char **now);

/* value with every zoom condition replaced by what holds at zoom, new in the arena; members and items without
 * a value at that zoom (no condition holds, or the one that does says null) are left out. NULL when the value
 * itself has none at that zoom, or out of memory (then *nomem is set; nomem may be NULL). */
const struct tw_value *tw_config_at_zoom(const struct tw_value *value, int zoom, struct tw_arena *arena,
                                         bool *nomem);

/* Reads a YAML text into a tree, ${NAME} replaced, without any check of its keys; for tests and tools. name
 * stands in messages. *root is set, even with problems, as long as the whole text could be read; otherwise it
 * is NULL. */
enum tw_status tw_yaml_read(struct tw_arena *arena, const char *name, const char *text, size_t size,
                            const struct tw_value **root, struct tw_problems *problems);

#endif
