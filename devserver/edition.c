/* SPDX-License-Identifier: MIT */
#include "edition.h"

#include "children.h"

#include <stdlib.h>
#include <string.h>

void tw_loaded_free(struct tw_loaded *loaded)
{
    if (loaded->unload != NULL)
        loaded->unload(loaded);
    else
        tw_config_free(loaded->config);
}

static void edition_free(struct tw_edition *edition)
{
    struct tw_edition *parent = edition->parent;
    tw_children_free(edition->children);
    if (!tw_tiles_free(edition->tiles))
        return; /* a script that does not end still uses it */
    tw_preview_output_free(edition->output);
    tw_plan_free(edition->plan);
    tw_loaded_free(&edition->loaded);
    free(edition);
    tw_edition_release(parent);
}

struct tw_edition *tw_edition_keep(struct tw_edition *edition)
{
    if (edition != NULL)
        atomic_fetch_add(&edition->users, 1);
    return edition;
}

void tw_edition_release(struct tw_edition *edition)
{
    if (edition != NULL && atomic_fetch_sub(&edition->users, 1) == 1)
        edition_free(edition);
}

/* `years.2019` of the input at that place of the zoom's list. */
static const char *full_name(const struct tw_plan_zoom *zoom, size_t index, struct tw_arena *arena)
{
    const struct tw_plan_input *input = &zoom->inputs[index];
    if (input->group == SIZE_MAX)
        return input->name;
    const char *group = full_name(zoom, input->group, arena);
    return group != NULL ? tw_arena_printf(arena, "%s.%s", group, input->name) : NULL;
}

static bool is_listed(const struct tw_edition_input *inputs, size_t count, const char *name, const char *slug)
{
    for (size_t i = 0; i < count; i++)
        if ((name != NULL && strcmp(inputs[i].name, name) == 0) ||
            (slug != NULL && strcmp(inputs[i].slug, slug) == 0))
            return true;
    return false;
}

static const char *make_slug(const struct tw_edition_input *inputs, size_t count, const char *name,
                             struct tw_arena *arena)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    char *stem = tw_arena_strdup(arena, name);
    for (char *c = stem; c != NULL && *c != '\0'; c++)
        *c = strchr(plain, *c) != NULL ? *c : '-';
    const char *slug = stem;
    for (int number = 2; slug != NULL && is_listed(inputs, count, NULL, slug); number++)
        slug = tw_arena_printf(arena, "%s-%d", stem, number);
    return slug;
}

/* Whether the input is, or is in, the configuration's one of that name. */
static bool is_of(const char *name, const char *key)
{
    size_t length = strlen(key);
    return strncmp(name, key, length) == 0 && (name[length] == '\0' || name[length] == '.');
}

/* Those of the zoom that are new: of that name in the configuration; NULL: of any. */
static bool add_inputs(struct tw_edition *edition, const struct tw_plan_zoom *zoom, const char *key,
                       struct tw_edition_input *inputs)
{
    struct tw_plan *plan = edition->plan;
    for (size_t i = 0; i < zoom->num_inputs; i++) {
        const char *name = full_name(zoom, i, plan->arena);
        if (name == NULL)
            return false;
        if (zoom->inputs[i].source == SIZE_MAX || is_listed(inputs, edition->num_inputs, name, NULL) ||
            (key != NULL && !is_of(name, key)))
            continue;
        struct tw_edition_input *added = &inputs[edition->num_inputs];
        *added = (struct tw_edition_input){name, make_slug(inputs, edition->num_inputs, name, plan->arena),
                                           plan->sources[zoom->inputs[i].source]};
        if (added->slug == NULL)
            return false;
        edition->num_inputs++;
    }
    return true;
}

/* In the order of the configuration. */
static bool add_zoom(struct tw_edition *edition, int zoom, struct tw_edition_input *inputs)
{
    const struct tw_plan_zoom *from = tw_plan_zoom(edition->plan, zoom);
    const struct tw_value *configured = edition->config->input;
    for (size_t i = 0; i < configured->count; i++)
        if (!add_inputs(edition, from, configured->members[i].key, inputs))
            return false;
    return add_inputs(edition, from, NULL, inputs);
}

/* From the deepest zoom up. */
static enum tw_status list_inputs(struct tw_edition *edition)
{
    const struct tw_config *config = edition->config;
    size_t most = 0;
    for (int zoom = config->min_zoom; zoom <= config->max_zoom; zoom++)
        most += tw_plan_zoom(edition->plan, zoom)->num_inputs;
    struct tw_edition_input *inputs = tw_arena_calloc(edition->plan->arena, most, sizeof(*inputs));
    edition->inputs = inputs;
    for (int zoom = config->max_zoom; inputs != NULL && zoom >= config->min_zoom; zoom--)
        if (!add_zoom(edition, zoom, inputs))
            return TW_ENOMEM;
    return inputs != NULL ? TW_OK : TW_ENOMEM;
}

static enum tw_status fill(struct tw_edition *edition, struct tw_problems *problems)
{
    const struct tw_selection everything = {.script = {.load_s = edition->share->run.tile_timeout_s,
                                                       .memory_bytes = TW_MOST_SCRIPT_BYTES,
                                                       .cancel = edition->loaded.cancel}};
    const struct tw_preview_spec loading = {&edition->share->run, edition->loaded.reads_only,
                                            edition->loaded.cancel};
    struct tw_error err = {0};
    enum tw_status status = tw_plan_make(edition->config, &everything, &edition->plan, problems);
    if (status == TW_OK)
        status = list_inputs(edition);
    if (status == TW_OK && (edition->children = tw_children_new(edition)) == NULL)
        status = TW_ENOMEM;
    if (status != TW_OK)
        return status;
    status = tw_tiles_new(edition->plan, edition->share, &loading, &edition->tiles, &err);
    if (status != TW_OK)
        tw_problems_add_error(problems, &err);
    return status;
}

enum tw_status tw_edition_new(const struct tw_tiles_share *share, const struct tw_loaded *loaded,
                              struct tw_edition *parent, struct tw_edition **edition,
                              struct tw_problems *problems)
{
    struct tw_loaded taken = *loaded;
    struct tw_edition *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        tw_loaded_free(&taken);
        return TW_ENOMEM;
    }
    atomic_init(&made->users, 1);
    made->share = share;
    made->loaded = taken;
    made->config = taken.config;
    made->parent = tw_edition_keep(parent);
    enum tw_status status = fill(made, problems);
    made->loaded.cancel = NULL;
    if (status != TW_OK) {
        edition_free(made);
        return status;
    }
    if (parent != NULL)
        tw_tiles_rest(made->tiles);
    *edition = made;
    return TW_OK;
}

enum tw_status tw_edition_open_output(struct tw_edition *edition, enum tw_preview_mode mode,
                                      struct tw_error *err)
{
    enum tw_status status = tw_preview_output_open(edition->plan, mode, &edition->output, err);
    if (status == TW_OK)
        tw_tiles_use_output(edition->tiles, edition->output);
    return status;
}

void tw_edition_stop(struct tw_edition *edition)
{
    tw_children_stop(edition->children);
    tw_tiles_stop(edition->tiles);
    tw_preview_output_end(edition->output);
}
