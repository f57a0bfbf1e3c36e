/* script.h - process scripts: the only door to Lua.
 *
 * A program is the text of a script and its modules, read once, const, shared by all threads. Each worker
 * makes its own script (one Lua state) from it, and runs it for one tile after the other. Nothing here knows
 * files or formats: inputs are callbacks that the run engine fills in.
 *
 * Errors carry script and line, not the tile: the tile job adds `tile 8/40/60: `.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SCRIPT_H
#define TW_SCRIPT_H

#include "feature.h"
#include "problems.h"
#include "raster.h"
#include "resampling.h"
#include "tile.h"

struct tw_program;
struct tw_script;

/* What a script may take; 0 is no limit. */
struct tw_script_limits {
    double load_s;       /* seconds for what stands outside of its functions */
    size_t memory_bytes; /* for its own tables and texts, in one state; pixels are in the job's arena */
    const volatile int *cancel; /* other than 0: loading it ends (TW_ECANCELLED); NULL: never */
};
enum { TW_MOST_SCRIPT_BYTES = 1024 * 1024 * 1024 }; /* no script has use for more */

/* Loads what `process:` names: a path that ends in .lua, a built-in (`convert`), or mapchete's name for one
 * (`mapchete.processes.convert`). Runs the script once in a state of its own and checks its declaration:
 * syntax, `return process { ... }`, fields and their types. place: the `process` value, for messages about
 * the name. limits: NULL for none. On success *program is owned by the caller. Returns TW_EUSAGE when
 * problems were added: `cannot open 'x.lua': No such file or directory`, `x.lua:6: unknown field
 * 'output_bands'; did you mean 'outputs'?
 * ...`. */
enum tw_status tw_program_load(const char *name, const struct tw_value *place,
                               const struct tw_script_limits *limits, struct tw_program **program,
                               struct tw_problems *problems);
/* Accepts NULL. */
void tw_program_free(struct tw_program *program);

enum tw_input_kind { TW_INPUT_RASTER, TW_INPUT_STACK, TW_INPUT_VECTOR, TW_INPUT_ANY };

struct tw_declared_input {
    const char *name;
    enum tw_input_kind kind;
    bool is_group; /* of inputs of that kind, maybe in groups of their own */
    bool optional;
};

/* Between what a number must lie; infinite where there is no limit. */
struct tw_param_limits {
    double min, max;
};

/* What the script declares. */
struct tw_declaration {
    const char *path; /* for messages: as named in the configuration, or `convert` */
    bool is_builtin;
    const char *about; /* or "" */
    const struct tw_declared_input *inputs;
    size_t num_inputs;
    bool any_single_input;         /* when one is given, it is the one that is needed, whatever its name */
    const struct tw_value *params; /* a map name -> default */
    const struct tw_param_limits *limits; /* of each of the params */
    int num_bands;                        /* 0: not declared */
    const char *const *band_names;
    bool has_dtype;
    enum tw_dtype dtype;
    bool has_nodata;
    double nodata;
    bool has_prepare, has_setup;
    bool computes_margin;    /* the margin is a function of the parameters: see tw_script_margin */
    int margin_px;           /* how far beyond a tile its result depends on pixels; 0 when not declared */
    const char *fingerprint; /* of the script, of all modules it has required, and of the script library */
};
const struct tw_declaration *tw_program_declaration(const struct tw_program *program);

/* Checks the configuration's parameters against the declaration: unknown names (did you mean) and types (the
 * default's type is the parameter's; null is the default). Values may not depend on the zoom any more. params
 * may be NULL. */
void tw_program_check_params(const struct tw_program *program, const struct tw_value *params,
                             struct tw_problems *problems);

/* An input of one tile, as the engine offers it. All data is in the job's arena. Each callback returns a
 * status and sets err. */
struct tw_script_scene {
    size_t index;
    const char *id, *datetime; /* RFC 3339, or NULL */
    const char *properties;    /* JSON, or NULL */
    double cloud_cover;        /* percent; NaN when not known */
};
struct tw_script_read {
    size_t scene;             /* of a stack: its index; of a raster: 0 */
    const char *const *bands; /* NULL: all; gone after the call */
    size_t num_bands;
    const enum tw_resampling *resampling; /* NULL: the input's own */
};
struct tw_script_input {
    const char *name;
    enum tw_input_kind kind; /* RASTER, STACK or VECTOR */
    void *context;
    const char *const *(*band_names)(void *context, size_t *count);
    enum tw_status (*scenes)(void *context, struct tw_script_scene **scenes, size_t *num_scenes,
                             struct tw_error *err);
    enum tw_status (*read)(void *context, const struct tw_script_read *request, struct tw_raster *raster,
                           struct tw_error *err);
    /* Of a vector input: the features whose geometry meets the window, whole, in the window's CRS. */
    enum tw_status (*features)(void *context, struct tw_features *features, struct tw_error *err);
    bool is_group;                       /* of other inputs: then it has no more than a name */
    const struct tw_script_input *group; /* earlier in the list, that this one is in; NULL: none */
};

struct tw_script_contours {
    double interval, base;
    const double *levels; /* instead of interval and base; NULL: none */
    size_t num_levels;
};

/* What scripts need and only other layers can do; each callback may be NULL: then it is refused. */
struct tw_script_services {
    void *context;
    /* Longitude and latitude (WGS 84, degrees) of a place in the window's CRS; NaN beyond its domain. */
    enum tw_status (*lonlat)(void *context, double x, double y, double lonlat[2], struct tw_error *err);
    /* Burns values[i] where feature i lies into *array, which has pixels and validity (float64, all nodata
     * beforehand) of the window: a pixel is taken when its centre is inside, or when it is touched. */
    enum tw_status (*rasterize)(void *context, const struct tw_features *features, const double *values,
                                bool all_touched, struct tw_array *array, struct tw_error *err);
    /* Polygons of connected pixels (4 or 8 neighbours) of equal value; nodata is left out. Each feature has
     * the property `value`. */
    enum tw_status (*polygonize)(void *context, const struct tw_array *array, bool eight_connected,
                                 struct tw_features *features, struct tw_error *err);
    /* Lines of equal value at base + n * interval, or at the levels given; property `value`. */
    enum tw_status (*contours)(void *context, const struct tw_array *array,
                               const struct tw_script_contours *levels, struct tw_features *features,
                               struct tw_error *err);
};

struct tw_script_job {
    struct tw_tile tile;
    const struct tw_pyramid *pyramid;
    struct tw_window window; /* with the pixelbuffer */
    const struct tw_script_input *inputs;
    size_t num_inputs;
    const struct tw_script_services *services; /* may be NULL */
    const struct tw_value *params; /* of this zoom, borrowed for as long as the script lives: the same pointer
                                      means the same values */
    int variant; /* zooms with the same parameters and inputs have the same: `setup` runs once for each */
    const struct tw_value *prepared; /* what tw_script_prepare made for the variant; NULL: nothing */
    struct tw_arena *arena;
    const volatile int *cancel; /* checked once a row in our own loops; other than 0 ends the run with
                                   TW_ECANCELLED. May be NULL */
};

/* A state for one worker; runs the script's declaration again. limits: NULL for none. NULL sets err. */
struct tw_script *tw_script_new(const struct tw_program *program, const struct tw_script_limits *limits,
                                struct tw_error *err);
/* Accepts NULL. */
void tw_script_free(struct tw_script *script);

/* What `run` returned: nothing (nil, a raster without a valid pixel, or an empty list of features), a raster,
 * or features. All data is in the job's arena; all bands have the shape of the window. */
struct tw_script_result {
    bool empty;
    bool is_vector;
    struct tw_raster raster;
    struct tw_features features;
};

/* Runs `run(tile, input, p)`. Errors: TW_ESCRIPT `ndvi.lua:6: no band 'rad'; this raster has: red, nir`;
 * TW_EBUDGET; TW_ECANCELLED; whatever an input's callback returned, with the line put in front. */
enum tw_status tw_script_run(struct tw_script *script, const struct tw_script_job *job,
                             struct tw_script_result *result, struct tw_error *err);

/* Runs `prepare(area, input, p)` on the window of the job, which is the whole area; its tile is not used.
 * *prepared is plain data in the arena given, or NULL. Errors as tw_script_run. */
enum tw_status tw_script_prepare(struct tw_script *script, const struct tw_script_job *job,
                                 struct tw_arena *arena, const struct tw_value **prepared,
                                 struct tw_error *err);

/* Runs `setup(p, prepared)` for the variant of the job, whose inputs are not used. */
enum tw_status tw_script_setup(struct tw_script *script, const struct tw_script_job *job,
                               struct tw_error *err);

/* The margin at these parameters (or NULL), in pixels. */
enum tw_status tw_script_margin(struct tw_script *script, const struct tw_value *params, int *margin_px,
                                struct tw_error *err);

/* Asks what the script is running to end, from any thread, as often as it takes: interpreted code and
 * whatever allocates ends with TW_ECANCELLED; a compiled loop that does neither, does not. The next run has a
 * new state. */
void tw_script_stop(struct tw_script *script);

/* The names of the built-in processes. Returns their number. */
size_t tw_builtin_processes(const char *const **names);
/* The Lua text of one, or NULL; its first line is `--- ` and what it does. name may be mapchete's. */
const char *tw_builtin_text(const char *name);
/* `clip` of `mapchete.processes.clip`: a pointer into name. */
const char *tw_builtin_plain_name(const char *name);

/* All files of processes/api as one: the annotations of the script API for editors. */
void tw_script_types(struct tw_text *text);

#endif
