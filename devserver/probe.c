/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include "json_value.h"

#include <math.h>
#include <string.h>

enum { MOST_OPEN = 8, PROBE_BYTES = 256 << 20 };

/* An input that is being read. */
struct probing {
    const struct tw_probe *probe;
    const struct tw_source *source;
    struct tw_reader *reader;
    struct tw_arena *arena;
    json_t *answer;
};

static json_t *text_to_json(const char *text)
{
    json_t *string = json_string(text);
    return string != NULL ? string : json_string("?");
}

/* The value of the band of that name, or null. */
static json_t *value_of(const struct tw_raster *raster, const char *name)
{
    int index = tw_raster_find(raster, name);
    if (index < 0)
        return json_null();
    const struct tw_array *band = &raster->bands[index];
    double value = tw_array_get(band, 0);
    bool is_valid = (band->valid == NULL || band->valid[0] != 0) && isfinite(value);
    return is_valid ? json_real(value) : json_null();
}

static enum tw_status read_scene(struct probing *probing, size_t scene, json_t *values, bool *has_data,
                                 struct tw_error *err)
{
    const struct tw_read read = {
        .window = probing->probe->pixel, .scene = scene, .cancel = probing->probe->cancel};
    struct tw_raster raster;
    enum tw_status status = tw_reader_read(probing->reader, &read, probing->arena, &raster, err);
    *has_data = false;
    for (size_t i = 0; status == TW_OK && i < tw_source_num_bands(probing->source); i++) {
        json_t *value = value_of(&raster, tw_source_band_names(probing->source)[i]);
        *has_data |= !json_is_null(value);
        json_array_append_new(values, value);
    }
    return status;
}

/* With their names, from a list of numbers. */
static void set_values(struct probing *probing, const json_t *numbers)
{
    json_t *values = json_array();
    for (size_t i = 0; i < tw_source_num_bands(probing->source); i++) {
        json_t *value = json_array_get(numbers, i);
        json_array_append_new(values, json_pack("{s:o, s:O}", "name",
                                                text_to_json(tw_source_band_names(probing->source)[i]),
                                                "value", value != NULL ? value : json_null()));
    }
    json_object_set_new(probing->answer, "values", values);
}

static enum tw_status probe_raster(struct probing *probing, struct tw_error *err)
{
    bool has_data;
    json_t *numbers = json_array();
    enum tw_status status = read_scene(probing, 0, numbers, &has_data, err);
    if (status == TW_OK)
        set_values(probing, numbers);
    json_decref(numbers);
    return status;
}

/* The date where the time of day is not known, the id where the date is not. */
static json_t *time_to_json(const struct tw_scene *scene)
{
    const char *text = scene->datetime;
    if (text == NULL || text[0] == '\0')
        return text_to_json(scene->id != NULL ? scene->id : "");
    bool is_day = strlen(text) > 10 && strncmp(text + 10, "T00:00:00", 9) == 0;
    return is_day ? json_stringn(text, 10) : text_to_json(text);
}

/* The first valid value of each band is what lies on top. */
static void put_below(json_t *top, const json_t *values)
{
    for (size_t i = 0; i < json_array_size(values); i++)
        if (i >= json_array_size(top))
            json_array_append(top, json_array_get(values, i));
        else if (json_is_null(json_array_get(top, i)))
            json_array_set(top, i, json_array_get(values, i));
}

static enum tw_status probe_scene(struct probing *probing, const struct tw_scene *scene, json_t *top,
                                  struct tw_error *err)
{
    bool has_data;
    json_t *values = json_array();
    struct tw_arena_mark mark = tw_arena_mark(probing->arena);
    enum tw_status status = read_scene(probing, scene->index, values, &has_data, err);
    tw_arena_release(probing->arena, mark);
    if (status == TW_OK && has_data) {
        put_below(top, values);
        json_array_append_new(json_object_get(probing->answer, "times"), time_to_json(scene));
        json_array_append(json_object_get(probing->answer, "series"), values);
    }
    json_decref(values);
    return status;
}

static enum tw_status probe_stack(struct probing *probing, struct tw_error *err)
{
    struct tw_scene *scenes;
    size_t count = 0;
    json_t *top = json_array();
    json_object_set_new(probing->answer, "times", json_array());
    json_object_set_new(probing->answer, "series", json_array());
    enum tw_status status =
        tw_reader_scenes(probing->reader, &probing->probe->pixel, probing->arena, &scenes, &count, err);
    for (size_t i = 0; status == TW_OK && i < count; i++)
        status = probe_scene(probing, &scenes[i], top, err);
    set_values(probing, top);
    json_decref(top);
    return status;
}

static enum tw_status probe_features(struct probing *probing, struct tw_error *err)
{
    struct tw_features features = {0};
    enum tw_status status = tw_reader_features(probing->reader, &probing->probe->pixel,
                                               probing->probe->cancel, probing->arena, &features, err);
    if (status != TW_OK)
        return status;
    json_t *values = json_array();
    const struct tw_value *properties = features.count > 0 ? features.items[0].properties : NULL;
    for (size_t i = 0; properties != NULL && i < properties->count; i++)
        json_array_append_new(values,
                              json_pack("{s:o, s:o}", "name", text_to_json(properties->members[i].key),
                                        "value", tw_value_to_json(&properties->members[i].value)));
    json_object_set_new(probing->answer, "values", values);
    json_object_set_new(probing->answer, "features", json_integer((json_int_t)features.count));
    return TW_OK;
}

static enum tw_status probe_source(struct probing *probing, struct tw_error *err)
{
    struct tw_dataset_pool *pool = tw_dataset_pool_new(MOST_OPEN);
    probing->arena = tw_arena_new(PROBE_BYTES);
    probing->reader = pool != NULL ? tw_reader_new(probing->source, pool) : NULL;
    enum tw_status status = TW_OK;
    if (probing->reader == NULL || probing->arena == NULL)
        status = tw_error_nomem(err);
    else if (tw_source_kind(probing->source) == TW_SOURCE_VECTOR)
        status = probe_features(probing, err);
    else if (tw_source_kind(probing->source) == TW_SOURCE_STACK)
        status = probe_stack(probing, err);
    else
        status = probe_raster(probing, err);
    tw_reader_free(probing->reader);
    tw_dataset_pool_free(pool);
    tw_arena_free(probing->arena);
    return status;
}

json_t *tw_probe_read(const struct tw_probe *probe)
{
    json_t *list = json_array();
    for (size_t i = 0; i < probe->edition->num_inputs; i++) {
        const struct tw_edition_input *input = &probe->edition->inputs[i];
        struct tw_error err = {0};
        if (probe->input >= 0 && (size_t)probe->input != i)
            continue;
        struct probing probing = {.probe = probe, .source = input->source};
        probing.answer = json_pack("{s:o}", "id", json_sprintf("%s.%s", probe->id, input->slug));
        if (probe_source(&probing, &err) != TW_OK)
            json_object_set_new(probing.answer, "error", text_to_json(err.message));
        json_array_append_new(list, probing.answer);
    }
    return list;
}
