/* SPDX-License-Identifier: MIT */
#include "layers.h"

#include "file.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST_ID = 60 };

/* `cloudless.yaml` of `maps/cloudless.yaml`, `tiles` of `out/tiles/`. */
static const char *title_of(struct tw_arena *arena, const char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    const char *trimmed = tw_arena_strndup(arena, path, length);
    return trimmed != NULL ? tw_path_name(trimmed) : NULL;
}

/* What comes before the last point, of letters, digits and dashes. */
static const char *stem_of(struct tw_arena *arena, const char *title)
{
    const char *dot = strrchr(title, '.');
    size_t stem = dot != NULL && dot > title ? (size_t)(dot - title) : strlen(title);
    char *id = tw_arena_strndup(arena, title, stem < LONGEST_ID ? stem : LONGEST_ID);
    for (char *c = id; c != NULL && *c != '\0'; c++)
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", *c) == NULL)
            *c = '-';
    return id != NULL && id[0] == '\0' ? "layer" : id;
}

static const char *unique_id(const struct tw_layers *layers, const char *title)
{
    const char *stem = stem_of(layers->arena, title), *id = stem;
    for (int number = 2; id != NULL && tw_layers_find(layers, id) != NULL; number++)
        id = tw_arena_printf(layers->arena, "%s-%d", stem, number);
    return id;
}

static enum tw_status add(struct tw_layers *layers, const struct tw_layer_spec *spec,
                          struct tw_problems *problems)
{
    struct tw_layer_spec named = *spec;
    named.share = &layers->share;
    named.title = title_of(layers->arena, spec->path);
    named.id = named.title != NULL ? unique_id(layers, named.title) : NULL;
    if (named.id == NULL)
        return TW_ENOMEM;
    enum tw_status status = tw_layer_new(&named, &layers->list[layers->count], problems);
    layers->count += status == TW_OK;
    return status;
}

static bool make_share(struct tw_layers *layers, const struct tw_layers_spec *spec)
{
    layers->share = (struct tw_tiles_share){.run = spec->run,
                                            .cache = tw_cache_new(spec->cache_bytes),
                                            .gate = tw_gate_new(tw_run_workers(&spec->run)),
                                            .makers = tw_makers_new()};
    return layers->share.cache != NULL && layers->share.gate != NULL && layers->share.makers != NULL;
}

enum tw_status tw_layers_new(const struct tw_layers_spec *spec, struct tw_layers **layers,
                             struct tw_problems *problems)
{
    struct tw_layers *made = calloc(1, sizeof(*made));
    enum tw_status status = TW_OK;
    if (made == NULL || (made->arena = tw_arena_new(0)) == NULL || !make_share(made, spec) ||
        (made->list = tw_arena_calloc(made->arena, spec->count, sizeof(*made->list))) == NULL)
        status = TW_ENOMEM;
    for (size_t i = 0; status != TW_ENOMEM && i < spec->count; i++) {
        enum tw_status own = add(made, &spec->list[i], problems);
        status = own != TW_OK ? own : status;
    }
    if (status != TW_OK) {
        tw_layers_free(made);
        return status;
    }
    *layers = made;
    return TW_OK;
}

void tw_layers_stop(struct tw_layers *layers)
{
    for (size_t i = 0; i < layers->count; i++)
        tw_layer_stop(layers->list[i]);
}

void tw_layers_free(struct tw_layers *layers)
{
    if (layers == NULL)
        return;
    tw_makers_free(layers->share.makers);
    for (size_t i = 0; i < layers->count; i++)
        tw_layer_free(layers->list[i]);
    tw_cache_free(layers->share.cache);
    tw_gate_free(layers->share.gate);
    tw_arena_free(layers->arena);
    free(layers);
}

struct tw_layer *tw_layers_find(const struct tw_layers *layers, const char *id)
{
    for (size_t i = 0; i < layers->count; i++)
        if (strcmp(tw_layer_spec(layers->list[i])->id, id) == 0)
            return layers->list[i];
    return NULL;
}

int tw_layers_version(const struct tw_layers *layers)
{
    int version = 1;
    for (size_t i = 0; i < layers->count; i++)
        version += tw_layer_version(layers->list[i], NULL, NULL) - 1;
    return version;
}

int tw_layers_news(const struct tw_layers *layers)
{
    int number = 0;
    for (size_t i = 0; i < layers->count; i++)
        number += tw_run_news_number(tw_layer_run(layers->list[i]));
    return number;
}

struct tw_layer *tw_layers_running(const struct tw_layers *layers)
{
    struct tw_layer *best = layers->list[0];
    for (size_t i = 1; i < layers->count; i++)
        if (tw_run_news_state(tw_layer_run(layers->list[i])) > tw_run_news_state(tw_layer_run(best)))
            best = layers->list[i];
    return best;
}
