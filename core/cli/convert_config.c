/* SPDX-License-Identifier: MIT */
#include "convert_parts.h"

#include "file.h"
#include "plan_config_input.h"

#include <stdio.h>
#include <string.h>

const struct tw_option tw_convert_options[TW_NUM_CONVERT_KEYS] = {
    [TW_CONVERT_BIDX] = {0, "bidx", 1},
    [TW_CONVERT_SCALE_RATIO] = {0, "scale-ratio", 1},
    [TW_CONVERT_SCALE_OFFSET] = {0, "scale-offset", 1},
    [TW_CONVERT_RESAMPLING] = {'r', "resampling-method", 1},
    [TW_CONVERT_CLIP] = {'c', "clip-geometry", 1},
    [TW_CONVERT_PYRAMID] = {0, "output-pyramid", 1},
    [TW_CONVERT_METATILING] = {0, "output-metatiling", 1},
    [TW_CONVERT_FORMAT] = {0, "output-format", 1},
    [TW_CONVERT_DTYPE] = {0, "output-dtype", 1},
    [TW_CONVERT_NODATA] = {0, "nodata", 1},
    [TW_CONVERT_GEOMETRY_TYPE] = {0, "output-geometry-type", 1},
    [TW_CONVERT_CO] = {0, "co", 1},
    [TW_CONVERT_COG] = {0, "cog", 0},
    [TW_CONVERT_RETINA] = {0, "retina", 0},
    [TW_CONVERT_OVERVIEWS] = {0, "overviews", 0},
    [TW_CONVERT_OVERVIEWS_RESAMPLING] = {0, "overviews-resampling-method", 1},
    [TW_CONVERT_RESAMPLING_ALIAS] = {0, "resampling", 1},
    [TW_CONVERT_CO_ALIAS] = {0, "profile", 1},
};

void tw_convert_set(struct tw_convert *convert, const struct tw_value **map, const char *key,
                    const struct tw_value *value)
{
    const struct tw_value *changed = value != NULL ? tw_value_with(convert->arena, *map, key, value) : NULL;
    if (changed == NULL)
        convert->nomem = true;
    else
        *map = changed;
}

const struct tw_value *tw_convert_from(struct tw_convert *convert, enum tw_convert_key key,
                                       struct tw_value *value)
{
    if (value != NULL &&
        (value->file = tw_arena_printf(convert->arena, "--%s", tw_convert_options[key].name)) == NULL)
        value = NULL;
    return value;
}

struct tw_value *tw_convert_scalar(struct tw_convert *convert, const char *text)
{
    double number;
    struct tw_value *value = tw_value_string(convert->arena, text);
    if (value == NULL)
        return NULL;
    if (tw_parse_number(text, &number)) {
        value->kind = TW_NUMBER;
        value->number = number;
    } else if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
        value->kind = TW_BOOL;
        value->boolean = text[0] == 't';
    }
    return value;
}

/* What was given of an option, as a number where it is one; NULL. */
static const struct tw_value *scalar_of(struct tw_convert *convert, enum tw_convert_key key)
{
    const char *text = convert->asked->given[key];
    return text != NULL ? tw_convert_from(convert, key, tw_convert_scalar(convert, text)) : NULL;
}

static const struct tw_value *text_of(struct tw_convert *convert, enum tw_convert_key key)
{
    const char *text = convert->asked->given[key];
    return text != NULL ? tw_convert_from(convert, key, tw_value_string(convert->arena, text)) : NULL;
}

static void set_if_given(struct tw_convert *convert, const struct tw_value **map, const char *key,
                         const struct tw_value *value)
{
    if (value != NULL)
        tw_convert_set(convert, map, key, value);
}

/* `3,1` or `red,nir`. */
static const struct tw_value *bands_of(struct tw_convert *convert)
{
    const char *text = convert->asked->given[TW_CONVERT_BIDX];
    size_t count = 1, at = 0;
    for (const char *c = text; *c != '\0'; c++)
        count += *c == ',';
    struct tw_value *list = tw_value_list(convert->arena, count);
    for (const char *from = text; list != NULL && at < count; at++) {
        size_t length = strcspn(from, ",");
        const char *name = tw_arena_strndup(convert->arena, from, length);
        const struct tw_value *item =
            name != NULL ? tw_convert_from(convert, TW_CONVERT_BIDX, tw_value_string(convert->arena, name))
                         : NULL;
        if (item == NULL)
            return NULL;
        list->items[at] = *item;
        from += length + 1;
    }
    return tw_convert_from(convert, TW_CONVERT_BIDX, list);
}

/* The input as the configuration has it. */
static const struct tw_value *input_value(struct tw_convert *convert)
{
    const struct tw_value *path = tw_value_string(convert->arena, convert->asked->input), *map = NULL;
    if (convert->asked->given[TW_CONVERT_BIDX] == NULL || path == NULL)
        return path;
    tw_convert_set(convert, &map, "path", path);
    tw_convert_set(convert, &map, "bands", bands_of(convert));
    return map;
}

static enum tw_status open_input(struct tw_convert *convert, struct tw_source **source)
{
    const char *input = convert->asked->input;
    const struct tw_value *path = tw_value_string(convert->arena, input);
    if (path == NULL || (convert->input = input_value(convert)) == NULL)
        return TW_ENOMEM;
    enum tw_status status = tw_source_open("inp", convert->input, ".", NULL, source, convert->problems);
    if (status != TW_OK)
        return status;
    enum tw_source_kind kind = tw_source_kind(*source);
    if (kind == TW_SOURCE_STACK)
        tw_problems_add(convert->problems, NULL,
                        "'%s' is a series of rasters, and convert takes one: a configuration with the "
                        "process mosaic or cloudless makes one of them",
                        input);
    convert->source = *source;
    convert->facts = tw_source_facts(*source);
    convert->is_vector = kind == TW_SOURCE_VECTOR;
    return kind == TW_SOURCE_STACK ? TW_EUSAGE : TW_OK;
}

/* The input's values, with what the process is to do with them. */
static const struct tw_value *make_parameters(struct tw_convert *convert)
{
    const struct tw_value *map = NULL;
    set_if_given(convert, &map, "resampling", text_of(convert, TW_CONVERT_RESAMPLING));
    set_if_given(convert, &map, "scale_ratio", scalar_of(convert, TW_CONVERT_SCALE_RATIO));
    set_if_given(convert, &map, "scale_offset", scalar_of(convert, TW_CONVERT_SCALE_OFFSET));
    return map;
}

static void add_pyramid(struct tw_convert *convert, const struct tw_value **root)
{
    const struct tw_source_facts *facts = convert->facts;
    const struct tw_value *map = NULL, *metatiling = scalar_of(convert, TW_CONVERT_METATILING);
    tw_convert_set(convert, &map, "grid", convert->grid_value);
    if (convert->is_same_pyramid)
        tw_convert_set(convert, &map, "tile_size",
                       tw_value_number(convert->arena, facts->pyramid.tile_size_px));
    if (metatiling == NULL && facts->is_tiled)
        metatiling = tw_value_number(convert->arena, facts->pyramid.metatiling);
    set_if_given(convert, &map, "metatiling", metatiling);
    tw_convert_set(convert, root, "pyramid", map);
}

static void add_zooms(struct tw_convert *convert, const struct tw_value **root)
{
    struct tw_value *zooms = tw_value_list(convert->arena, 2);
    const struct tw_value *from = tw_value_number(convert->arena, convert->min_zoom),
                          *to = tw_value_number(convert->arena, convert->max_zoom);
    if (zooms == NULL || from == NULL || to == NULL) {
        convert->nomem = true;
        return;
    }
    zooms->items[0] = *from;
    zooms->items[1] = *to;
    zooms->file = "--zoom";
    tw_convert_set(convert, root, "zoom_levels", zooms);
}

/* Lower zooms of a folder are made of the deepest one. */
static void add_baselevels(struct tw_convert *convert, const struct tw_value **root)
{
    const struct tw_value *map = NULL;
    if (convert->asked->given[TW_CONVERT_OVERVIEWS] == NULL || convert->is_single)
        return;
    tw_convert_set(convert, &map, "min", tw_value_number(convert->arena, convert->max_zoom));
    tw_convert_set(convert, &map, "lower", tw_convert_overviews_resampling(convert));
    tw_convert_set(convert, root, "baselevels", map);
}

/* Only tiles in the polygons' area are made, and only in the bounds of the input. */
static void add_clip(struct tw_convert *convert, const struct tw_value **inputs, const struct tw_value **root)
{
    const struct tw_value *clip = text_of(convert, TW_CONVERT_CLIP);
    if (clip == NULL)
        return;
    tw_convert_set(convert, inputs, "clip", clip);
    tw_convert_set(convert, root, "area", clip);
    struct tw_value *bounds = tw_value_list(convert->arena, 4);
    const double edges[4] = {convert->bounds.left, convert->bounds.bottom, convert->bounds.right,
                             convert->bounds.top};
    for (size_t i = 0; bounds != NULL && i < 4; i++) {
        const struct tw_value *edge = tw_value_number(convert->arena, edges[i]);
        if (edge == NULL)
            bounds = NULL;
        else
            bounds->items[i] = *edge;
    }
    tw_convert_set(convert, root, "bounds", bounds);
}

static const struct tw_value *make_root(struct tw_convert *convert)
{
    const struct tw_value *root = NULL, *inputs = NULL;
    tw_convert_set(convert, &root, "process", tw_value_string(convert->arena, "convert"));
    tw_convert_set(convert, &inputs, "inp", convert->input);
    add_clip(convert, &inputs, &root);
    tw_convert_set(convert, &root, "input", inputs);
    add_pyramid(convert, &root);
    add_zooms(convert, &root);
    add_baselevels(convert, &root);
    set_if_given(convert, &root, "process_parameters", make_parameters(convert));
    const struct tw_value *output = tw_convert_output(convert);
    set_if_given(convert, &output, "dtype", text_of(convert, TW_CONVERT_DTYPE));
    set_if_given(convert, &output, "nodata", scalar_of(convert, TW_CONVERT_NODATA));
    tw_convert_set(convert, &root, "output", output);
    return root;
}

void tw_convert_result_free(struct tw_convert_result *result)
{
    tw_source_close(result->source);
    tw_text_free(&result->chosen);
}

/* Of a configuration, what it has made. */
static enum tw_status resolve_input(struct tw_convert *convert, const char **input)
{
    const struct tw_value *path = tw_value_string(convert->arena, *input);
    if (path == NULL)
        return TW_ENOMEM;
    if (tw_value_is_config(path))
        return tw_config_made(*input, convert->arena, input, convert->problems);
    return TW_OK;
}

enum tw_status tw_convert_config(const struct tw_conversion *conversion, struct tw_convert_result *result,
                                 struct tw_problems *problems)
{
    struct tw_conversion asked = *conversion;
    struct tw_convert convert = {
        .asked = &asked, .arena = result->arena, .chosen = &result->chosen, .problems = problems};
    enum tw_status status = resolve_input(&convert, &asked.input);
    if (status != TW_OK)
        return status;
    tw_convert_check(&convert);
    status = problems->count > 0 ? TW_EUSAGE : open_input(&convert, &result->source);
    if (status == TW_OK)
        tw_convert_choose(&convert);
    if (status == TW_OK && problems->count == 0 && !convert.nomem)
        result->root = make_root(&convert);
    if (convert.nomem || result->chosen.failed)
        return TW_ENOMEM;
    return problems->count > 0 ? TW_EUSAGE : status;
}
