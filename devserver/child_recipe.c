/* The configurations of what is made of an edition: one of its inputs as it is, or the same with other
 * parameters.
 *
 * SPDX-License-Identifier: MIT
 */
#include "children.h"

#include "grid_read.h"
#include "json_value.h"

#include <stdlib.h>
#include <string.h>

/* A configuration in the making. */
struct recipe {
    struct tw_arena *arena;
    bool nomem;
};

static void unload(struct tw_loaded *loaded)
{
    struct recipe *recipe = loaded->kept;
    tw_config_free(loaded->config);
    tw_arena_free(recipe->arena);
    free(recipe);
}

static void set(struct recipe *recipe, const struct tw_value **map, const char *key,
                const struct tw_value *value)
{
    const struct tw_value *changed = value != NULL ? tw_value_with(recipe->arena, *map, key, value) : NULL;
    recipe->nomem |= changed == NULL;
    *map = changed != NULL ? changed : *map;
}

static void set_text(struct recipe *recipe, const struct tw_value **map, const char *key, const char *text)
{
    set(recipe, map, key, tw_value_string(recipe->arena, text));
}

static const struct tw_value *names_of_bands(struct recipe *recipe, const struct tw_source *source)
{
    size_t count = tw_source_num_bands(source);
    struct tw_value *list = tw_value_list(recipe->arena, count);
    for (size_t i = 0; list != NULL && i < count; i++) {
        const struct tw_value *name = tw_value_string(recipe->arena, tw_source_band_names(source)[i]);
        if (name == NULL)
            return NULL;
        list->items[i] = *name;
    }
    return list;
}

/* Pixels keep their values, also one that would mean nodata: what is valid is in a mask beside them. */
static const struct tw_value *output_of(struct recipe *recipe, const struct tw_source *source)
{
    const struct tw_value *output = NULL;
    bool is_vector = tw_source_kind(source) == TW_SOURCE_VECTOR;
    set_text(recipe, &output, "path", "tilewright-preview");
    set_text(recipe, &output, "format", is_vector ? "GeoJSON" : "GTiff");
    if (is_vector) {
        if (tw_source_facts(source)->schema != NULL)
            set(recipe, &output, "schema", tw_source_facts(source)->schema);
        return output;
    }
    set(recipe, &output, "bands", names_of_bands(recipe, source));
    set_text(recipe, &output, "dtype", tw_dtype_name(tw_source_dtype(source)));
    set_text(recipe, &output, "compress", "lerc"); /* with an error that no number has, and so a mask */
    set(recipe, &output, "max_z_error", tw_value_number(recipe->arena, 1e-30));
    return output;
}

static const struct tw_value *zooms_of(struct recipe *recipe, const struct tw_config *config)
{
    struct tw_value *zooms = tw_value_list(recipe->arena, 2);
    const struct tw_value *from = tw_value_number(recipe->arena, config->min_zoom),
                          *to = tw_value_number(recipe->arena, config->max_zoom);
    if (zooms == NULL || from == NULL || to == NULL)
        return NULL;
    zooms->items[0] = *from;
    zooms->items[1] = *to;
    return zooms;
}

/* A raster or features through `convert`, a stack as a mosaic with its first scenes on top. */
static const struct tw_value *root_of_input(struct recipe *recipe, const struct tw_edition *edition,
                                            const struct tw_edition_input *input)
{
    const struct tw_value *root = NULL, *inputs = NULL;
    bool is_stack = tw_source_kind(input->source) == TW_SOURCE_STACK;
    set_text(recipe, &root, "process", is_stack ? "mosaic" : "convert");
    set(recipe, &inputs, is_stack ? "scenes" : "inp", tw_source_value(input->source));
    set(recipe, &root, "input", inputs);
    set(recipe, &root, "pyramid", tw_value_get(edition->config->root, "pyramid"));
    set(recipe, &root, "zoom_levels", zooms_of(recipe, edition->config));
    set(recipe, &root, "output", output_of(recipe, input->source));
    return root;
}

static const struct tw_value *root_of_variant(struct recipe *recipe, const struct tw_edition *edition,
                                              const struct tw_value *params)
{
    const struct tw_value *root = edition->config->root, *all = edition->config->params;
    for (size_t i = 0; params != NULL && i < params->count; i++)
        set(recipe, &all, params->members[i].key, &params->members[i].value);
    set(recipe, &root, "process_parameters", all);
    return root;
}

enum tw_status tw_child_load(const struct tw_edition *edition, const struct tw_child_order *order,
                             struct tw_loaded *loaded, struct tw_problems *problems)
{
    struct recipe *recipe = calloc(1, sizeof(*recipe));
    if (recipe == NULL || (recipe->arena = tw_arena_new(0)) == NULL) {
        free(recipe);
        return TW_ENOMEM;
    }
    *loaded = (struct tw_loaded){.kept = recipe, .unload = unload};
    const struct tw_value *root = order->input != TW_NO_INPUT
                                      ? root_of_input(recipe, edition, &edition->inputs[order->input])
                                      : root_of_variant(recipe, edition, order->params);
    return recipe->nomem
               ? TW_ENOMEM
               : tw_config_make(edition->config->path, root, tw_grid_read, &loaded->config, problems);
}

/* The configuration as text; NULL when out of memory. */
static char *text_of_input(const struct tw_edition *edition, int input)
{
    struct recipe recipe = {.arena = tw_arena_new(0)};
    char *text = NULL;
    if (recipe.arena == NULL)
        return NULL;
    const struct tw_value *root = root_of_input(&recipe, edition, &edition->inputs[input]);
    json_t *json = recipe.nomem ? NULL : tw_value_to_json(root);
    if (json != NULL)
        text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    tw_arena_free(recipe.arena);
    return text;
}

bool tw_child_is_same(const struct tw_edition *a, int input_of_a, const struct tw_edition *b, int input_of_b)
{
    char *of_a = text_of_input(a, input_of_a), *of_b = text_of_input(b, input_of_b);
    bool is_same = of_a != NULL && of_b != NULL && strcmp(of_a, of_b) == 0;
    free(of_a);
    free(of_b);
    return is_same;
}
