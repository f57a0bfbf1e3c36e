/* plan.h - the immutable result of configuration and script: what a run, a dry run or a preview works from.
 *
 * A plan is made once, with everything checked before the first tile; from then on it is const and shared by
 * all threads, but for the sink, which locks inside. It holds nothing per tile.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PLAN_H
#define TW_PLAN_H

#include "config.h"
#include "selection.h"
#include "sink.h"
#include "source.h"

/* Zooms that are computed with the same parameters from the same inputs: what `prepare` and `setup` run once
 * for. */
struct tw_plan_variant {
    int zoom;              /* the deepest of them */
    struct tw_window area; /* the configuration's area, its longer side at most 1024 pixels */
};

/* An input of the script at a zoom: a source, or a group of inputs. */
struct tw_plan_input {
    const char *name; /* what the script calls it; in a list 1, 2 ... */
    size_t group;     /* index, smaller than its own, of the group that it is in; SIZE_MAX: none */
    size_t source;    /* index into the plan's sources; SIZE_MAX: it is a group */
};

/* What a zoom level is made from. */
struct tw_plan_zoom {
    struct tw_area *config_area; /* of the configuration and its inputs; owned by the plan, maybe shared with
                                    the zoom before */
    struct tw_area *run_area;    /* the same, cut with the selection; may be the same pointer */
    const struct tw_value
        *params;    /* process_parameters at this zoom; one pointer for zooms with equal values */
    size_t variant; /* index into the plan's, of computed zooms */
    struct tw_plan_input *inputs; /* those that are given, each group before what it holds */
    size_t num_inputs;
};

struct tw_plan {
    struct tw_arena *arena;
    const struct tw_config *config; /* borrowed */
    struct tw_program *program;
    const struct tw_declaration *declaration;
    struct tw_source **sources;
    size_t num_sources;
    struct tw_sink *sink;
    struct tw_plan_zoom *zooms; /* for zooms config->min_zoom .. config->max_zoom */

    struct tw_plan_variant *variants;
    size_t num_variants;

    /* The process pyramid as scripts see it: a built-in process brings the pixelbuffer that its margin needs.
     */
    struct tw_pyramid script_pyramid;

    int min_zoom, max_zoom;  /* of this run: the configuration's, or part of them */
    bool is_partial;         /* the selection leaves out some of the area */
    const char *fingerprint; /* of everything that decides what a tile holds */
    const char *settings;    /* of the same without the inputs */
    const char *prepared;    /* what prepare sees, as text: "" without it */
    const char *metadata;    /* JSON text that goes beside the tiles */
    /* The source whose tiles are the output's as they are, byte for byte: nothing is decoded. NULL: none. */
    const struct tw_source *taken;
    bool has_services;           /* output.services asks for files, and was checked */
    const struct tw_value *stac; /* what output.stac says, checked; NULL: no STAC item is asked for */
};

/* Makes a plan. All problems are added in one go. On success *plan is owned by the caller. Returns TW_OK;
 * TW_EUSAGE when problems were added; TW_ENOMEM. */
enum tw_status tw_plan_make(const struct tw_config *config, const struct tw_selection *selection,
                            struct tw_plan **plan, struct tw_problems *problems);
/* Accepts NULL. */
void tw_plan_free(struct tw_plan *plan);

const struct tw_plan_zoom *tw_plan_zoom(const struct tw_plan *plan, int zoom);

/* What a script sees a source as. */
enum tw_input_kind tw_input_kind_of(const struct tw_source *source);

/* Writes the map services that output.services asks for; after the tiles. */
enum tw_status tw_plan_write_services(const struct tw_plan *plan, struct tw_error *err);

/* Writes the STAC item that output.stac asks for, if it does; after the tiles. */
enum tw_status tw_plan_write_stac(const struct tw_plan *plan, struct tw_error *err);

/* Whether the plan computes this zoom from the inputs (others come from the zoom below or above). */
bool tw_plan_is_base(const struct tw_plan *plan, int zoom);

/* The area of the inputs that a zoom is made from, whatever bounds the configuration sets; NULL when there
 * are none. Owned by the caller. */
enum tw_status tw_plan_inputs_area(const struct tw_plan *plan, int zoom, struct tw_area **area,
                                   struct tw_error *err);

/* Makes the local copies that inputs ask for, before there are workers. */
enum tw_status tw_plan_make_copies(struct tw_plan *plan, bool is_quiet, struct tw_error *err);

/* The overviews that are made from a tile's pixels: the one above it and, where tiles overlap by a
 * pixelbuffer, its neighbours. None for tiles whose zoom has no overviews above it. */
struct tw_overviews_of {
    struct tw_tile_range range; /* columns may lie on the other side of the antimeridian */
    int64_t cols, row, col;
};
struct tw_overviews_of tw_plan_overviews_of(const struct tw_plan *plan, const struct tw_tile *tile);
/* The next of them; false after the last. */
bool tw_overviews_next(struct tw_overviews_of *overviews, struct tw_tile *overview);

#endif
