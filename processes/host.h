/* host.h - what the script library finds of the C side, and the state of the tile in work.
 *
 * One host per Lua state, owned by one thread. The first part of the struct is mirrored in lib/ffi.lua, which
 * refuses to load when the sizes differ; the functions are called through LuaJIT's FFI, so that compiled
 * loops call them at no cost. A function that returns a status has put its message into err.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_HOST_H
#define TW_HOST_H

#include "kernels.h"
#include "node.h"
#include "script.h"

struct tw_read_request {
    const char *const *bands; /* NULL: all */
    int32_t num_bands;
    int32_t input;
    int64_t scene;
    int32_t resampling; /* -1: the input's own */
};

/* Functions by topic: each table has a header functions_<topic>.h, which lib/<topic>.lua mirrors. */
struct tw_pixel_functions;
struct tw_focal_functions;
struct tw_stack_functions;
struct tw_vector_functions;

struct tw_host {
    /* Mirrored in lib/ffi.lua. */
    int32_t size_bytes;  /* of this part */
    int32_t tile_number; /* counts up with every run: arrays of an earlier tile are recognised by it */
    int32_t width_px, height_px;
    const char *message; /* of the last failure */
    const struct tw_pixel_functions *pixels;
    const struct tw_focal_functions *focal;
    const struct tw_stack_functions *stacks;
    const struct tw_vector_functions *vectors;

    int32_t (*wrap_node)(struct tw_host *, const struct tw_array *, struct tw_node **);
    int32_t (*make_node)(struct tw_host *, const struct tw_node_spec *, struct tw_node **);
    int32_t (*evaluate)(struct tw_host *, struct tw_node *);
    int32_t (*paste)(struct tw_host *, const struct tw_array *, const struct tw_array *, const int32_t *,
                     struct tw_array *);
    int32_t (*percentile)(struct tw_host *, const struct tw_array *, double, double *);
    int32_t (*histogram)(struct tw_host *, const struct tw_array *, const struct tw_histogram *);
    int32_t (*drop_nan)(struct tw_host *, const struct tw_array *, struct tw_array *);
    int32_t (*statistics)(struct tw_host *, const struct tw_array *, struct tw_statistics *);
    int32_t (*valid_pixels)(const uint8_t *, int64_t, int32_t, int32_t *);
    int32_t (*common_validity)(struct tw_host *, const struct tw_array *const *, int32_t, uint8_t **);

    double (*get)(const struct tw_array *, size_t);
    bool (*is_empty)(const struct tw_array *);
    int32_t (*make)(struct tw_host *, struct tw_array *, bool with_validity);
    void *(*alloc)(struct tw_host *, size_t);
    int32_t (*is_cancelled)(struct tw_host *);

    int32_t (*read)(struct tw_host *, const struct tw_read_request *, struct tw_raster *);
    int32_t (*scenes)(struct tw_host *, int32_t input, struct tw_script_scene **, size_t *);
    const char *const *(*band_names)(struct tw_host *, int32_t input, size_t *);
    int32_t (*add_result)(struct tw_host *, const char *name, const struct tw_array *);

    /* Not seen by Lua. */
    const struct tw_script_job *job;
    struct tw_error err;
    struct tw_array *result; /* in the job's arena, room for TW_MAX_RESULT_BANDS */
    const char **result_names;
    size_t num_results;
    struct {
        const uint8_t *a, *b;
        uint8_t *both;
    } combined[8]; /* validities combined lately: formulas meet the same pair again and again */
    unsigned next_combined;
    struct tw_figures *figures, *lasting_figures; /* of the tile, and of the script's loading and its setup */
    bool is_setup;
    bool result_is_vector;
    struct tw_features result_features;
    int32_t num_passes;     /* evaluations of expressions so far */
    void *program;          /* of the evaluation in work, in the arena */
    unsigned char *scratch; /* its blocks */
    size_t scratch_size;
};

enum { TW_MAX_RESULT_BANDS = 4096 };

/* Fills in the functions. */
void tw_host_init(struct tw_host *host);

/* Begins a tile: results are empty, what was remembered of the last tile is forgotten. */
void tw_host_begin(struct tw_host *host, const struct tw_script_job *job);

/* Sets err: the budget is used up, or the system has no memory. Returns its status. */
int32_t tw_host_nomem(struct tw_host *host);

/* Pixels from the arena, *array's shape and type given. Returns a status. */
int32_t tw_host_make(struct tw_host *host, struct tw_array *array, bool with_validity);

/* Bytes from the arena, or NULL with err set. */
void *tw_host_alloc(struct tw_host *host, size_t size);

/* Pixels valid in both; NULL is all valid. The result may be one of the arguments. */
int32_t tw_host_combine(struct tw_host *host, const uint8_t *a, const uint8_t *b, size_t count,
                        uint8_t **both);

/* Sets the status TW_ECANCELLED when the job is to end; otherwise TW_OK. */
int32_t tw_host_is_cancelled(struct tw_host *host);

#endif
