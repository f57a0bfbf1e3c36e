/* layers.h - all that a server shows, in the order in which it was named.
 *
 * Each has an id that is safe in URLs and stays as long as the server: the stem of its file's name, made
 * unique.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_LAYERS_H
#define TW_LAYERS_H

#include "layer.h"

struct tw_layers {
    struct tw_arena *arena;
    struct tw_tiles_share share;
    struct tw_layer **list;
    size_t count; /* at least 1 */
};

struct tw_layers_spec {
    const struct tw_layer_spec *list; /* without ids */
    size_t count;
    struct tw_run_options run;
    size_t cache_bytes; /* for the tiles of all */
};

/* Loads all of them; their ids and what they share are given here. TW_EUSAGE when problems were added. On
 * success *layers is owned by the caller. */
enum tw_status tw_layers_new(const struct tw_layers_spec *spec, struct tw_layers **layers,
                             struct tw_problems *problems);
/* Accepts NULL. Nobody may hold an edition. */
void tw_layers_free(struct tw_layers *layers);
/* Answers all that wait; editions may still be held. */
void tw_layers_stop(struct tw_layers *layers);

/* The layer with that id, or NULL. */
struct tw_layer *tw_layers_find(const struct tw_layers *layers, const char *id);

/* How often something has changed, from 1. */
int tw_layers_version(const struct tw_layers *layers);

/* How often a run of an output has got on, from 0; and the layer whose run goes on: otherwise the first of
 * which there is something to tell, or the first of all. */
int tw_layers_news(const struct tw_layers *layers);
struct tw_layer *tw_layers_running(const struct tw_layers *layers);

#endif
