/* layer.h - a configuration that is shown, reloaded when it or its script changes.
 *
 * When files change a new edition is loaded and checked beside the old one; only when nothing is wrong with
 * it does it take its place.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_LAYER_H
#define TW_LAYER_H

#include "edition.h"
#include "run_news.h"

struct tw_layer;

enum tw_layer_kind {
    TW_LAYER_RESULT, /* of a configuration */
    TW_LAYER_FILE,   /* a raster, features */
    TW_LAYER_TILES   /* of an earlier run */
};

struct tw_layer_spec {
    const char *path; /* of the configuration, or of what load makes one of */
    const char *id;   /* safe in URLs */
    const char *title;
    enum tw_layer_kind kind;
    /* Makes a configuration; NULL: path is one. Also after a failure *loaded is unloaded. */
    enum tw_status (*load)(const char *path, struct tw_loaded *loaded, struct tw_problems *problems);
    const struct tw_tiles_share *share;
    enum tw_preview_mode mode; /* of a configuration */
    /* Called after a version was loaded, or was wrong, or a run of the output has got on; from the layer's
     * own thread. */
    void (*changed)(void *context);
    void *context;
};

/* Loads the configuration, and begins to watch it. What the spec points to is borrowed. TW_EUSAGE when
 * problems were added. On success *layer is owned by the caller. */
enum tw_status tw_layer_new(const struct tw_layer_spec *spec, struct tw_layer **layer,
                            struct tw_problems *problems);
/* Accepts NULL. Nobody may hold an edition. */
void tw_layer_free(struct tw_layer *layer);
/* Answers all that wait; editions may still be held. */
void tw_layer_stop(struct tw_layer *layer);

const struct tw_layer_spec *tw_layer_spec(const struct tw_layer *layer);

/* The edition that is shown, with one user more; give it back with tw_edition_release. */
struct tw_edition *tw_layer_edition(struct tw_layer *layer);

/* The batch run of its output: lives as long as the layer. */
struct tw_run_news *tw_layer_run(struct tw_layer *layer);

/* The version of the files that was looked at last, and what is wrong with it: a copy, new in the arena; NULL
 * when nothing is. problem may be NULL. */
int tw_layer_version(struct tw_layer *layer, struct tw_arena *arena, const char **problem);

#endif
