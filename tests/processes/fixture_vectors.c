/* SPDX-License-Identifier: MIT */
#include "fixture_vectors.h"

#include <stdlib.h>

static double pixel_size(const struct fixture *fixture)
{
    struct tw_box bounds = tw_window_bounds(&fixture->job.window);
    return (bounds.right - bounds.left) / fixture->job.window.width_px;
}

/* A figure of WKT as a feature without properties. */
static struct tw_feature feature_of(struct fixture *fixture, const char *wkt)
{
    struct tw_figure *figure;
    struct tw_feature feature = {0};
    struct tw_error err;
    if (tw_figure_from_wkt(fixture->figures, wkt, &figure, &err) != TW_OK ||
        tw_figure_to_wkb(figure, fixture->arena, &feature.wkb, &feature.wkb_size, &err) != TW_OK)
        abort();
    return feature;
}

static struct tw_feature rectangle(struct fixture *fixture, const int edges[4])
{
    struct tw_box bounds = tw_window_bounds(&fixture->job.window);
    double size = pixel_size(fixture);
    double left = bounds.left + edges[0] * size, top = bounds.top - edges[1] * size;
    double right = bounds.left + edges[2] * size, bottom = bounds.top - edges[3] * size;
    return feature_of(fixture,
                      tw_arena_printf(fixture->arena,
                                      "POLYGON((%.17g %.17g,%.17g %.17g,%.17g %.17g,%.17g %.17g,"
                                      "%.17g %.17g))",
                                      left, bottom, right, bottom, right, top, left, top, left, bottom));
}

static struct tw_features room_for(struct fixture *fixture, size_t count)
{
    struct tw_features features = {0, tw_arena_calloc(fixture->arena, count, sizeof(struct tw_feature))};
    if (features.items == NULL)
        abort();
    return features;
}

static const struct tw_value *map_of(struct fixture *fixture, const struct tw_member *members, size_t count)
{
    struct tw_value *map = tw_arena_calloc(fixture->arena, 1, sizeof(*map));
    struct tw_member *copies = tw_arena_calloc(fixture->arena, count, sizeof(*copies));
    for (size_t i = 0; i < count; i++)
        copies[i] = members[i];
    *map = (struct tw_value){.kind = TW_MAP, .text = "", .count = count, .members = copies};
    return map;
}

static enum tw_status read_fields(void *context, struct tw_features *features, struct tw_error *err)
{
    static const struct {
        int edges[4]; /* left, top, right, bottom in pixels of the window, from its north-western corner */
        const char *name, *crop;
        double yield;
        enum tw_value_kind kind; /* of yield; organic is null when it is */
        bool organic;
    } fields[] = {{{0, 0, 2, 2}, "west", "wheat", 5.5, TW_NUMBER, true},
                  {{3, 1, 6, 3}, "east", "maize", 8, TW_NUMBER, false},
                  {{2, 2, 3, 3}, "south", "wheat", 0, TW_NULL, false}};
    struct fixture *fixture = context;
    if (fixture->failing_reads > 0)
        return tw_error_set(err, TW_EINPUT, "cannot read 'fields.geojson': the file ends too early");
    fixture->reads++;
    *features = room_for(fixture, 3);
    for (size_t i = 0; i < 3; i++) {
        bool is_null = fields[i].kind == TW_NULL;
        const struct tw_member members[] = {
            {"name", 0, 0, {.kind = TW_STRING, .text = fields[i].name}},
            {"crop", 0, 0, {.kind = TW_STRING, .text = fields[i].crop}},
            {"yield", 0, 0, {.kind = fields[i].kind, .text = "", .number = fields[i].yield}},
            {"organic",
             0,
             0,
             {.kind = is_null ? TW_NULL : TW_BOOL, .text = "", .boolean = fields[i].organic}},
        };
        features->items[i] = rectangle(fixture, fields[i].edges);
        features->items[i].properties = map_of(fixture, members, 4);
    }
    features->count = 3;
    return TW_OK;
}

/* Bounds of a feature as columns and rows. */
static void pixels_of(struct fixture *fixture, const struct tw_feature *feature, int edges[4])
{
    struct tw_box bounds = tw_window_bounds(&fixture->job.window), box;
    double size = pixel_size(fixture);
    struct tw_figure *figure;
    struct tw_error err;
    if (tw_figure_from_wkb(fixture->figures, feature->wkb, feature->wkb_size, &figure, &err) != TW_OK ||
        !tw_figure_bounds(figure, &box))
        abort();
    const double places[4] = {(box.left - bounds.left) / size, (bounds.top - box.top) / size,
                              (box.right - bounds.left) / size, (bounds.top - box.bottom) / size};
    for (int i = 0; i < 4; i++)
        edges[i] = (int)(places[i] + 0.5);
}

static enum tw_status rasterize(void *context, const struct tw_features *features, const double *values,
                                bool all_touched, struct tw_array *array, struct tw_error *err)
{
    struct fixture *fixture = context;
    (void)err;
    for (size_t i = 0; i < features->count; i++) {
        int edges[4], more = all_touched ? 1 : 0;
        pixels_of(fixture, &features->items[i], edges);
        for (int row = 0; row < array->height_px; row++)
            for (int col = 0; col < array->width_px; col++) {
                size_t pixel = (size_t)(row * array->width_px + col);
                if (col < edges[0] - more || col >= edges[2] + more || row < edges[1] - more ||
                    row >= edges[3] + more)
                    continue;
                array->valid[pixel] = TW_VALID;
                tw_array_set(array, pixel, values[i]);
            }
    }
    return TW_OK;
}

static void add(struct fixture *fixture, struct tw_features *features, struct tw_feature feature,
                double value)
{
    const struct tw_member member = {"value", 0, 0, {.kind = TW_NUMBER, .text = "", .number = value}};
    feature.properties = map_of(fixture, &member, 1);
    features->items[features->count++] = feature;
}

static enum tw_status polygonize(void *context, const struct tw_array *array, bool eight_connected,
                                 struct tw_features *features, struct tw_error *err)
{
    struct fixture *fixture = context;
    size_t num_pixels = tw_array_num_pixels(array);
    int step = eight_connected ? array->width_px : 1;
    (void)err;
    *features = room_for(fixture, num_pixels);
    for (size_t i = 0; i < num_pixels; i += (size_t)step) {
        int col = (int)i % array->width_px, row = (int)i / array->width_px;
        if (array->valid == NULL || array->valid[i] != 0)
            add(fixture, features, rectangle(fixture, (int[4]){col, row, col + step, row + 1}),
                tw_array_get(array, i));
    }
    return TW_OK;
}

static enum tw_status contours(void *context, const struct tw_array *array,
                               const struct tw_script_contours *levels, struct tw_features *features,
                               struct tw_error *err)
{
    struct fixture *fixture = context;
    struct tw_box bounds = tw_window_bounds(&fixture->job.window);
    const char *line = tw_arena_printf(fixture->arena, "LINESTRING(%.17g %.17g,%.17g %.17g)", bounds.left,
                                       bounds.bottom, bounds.right, bounds.bottom);
    size_t count = levels->levels != NULL ? levels->num_levels : 2;
    (void)array;
    (void)err;
    *features = room_for(fixture, count);
    for (size_t i = 0; i < count; i++)
        add(fixture, features, feature_of(fixture, line),
            levels->levels != NULL ? levels->levels[i] : levels->base + (double)i * levels->interval);
    return TW_OK;
}

void fixture_add_vectors(struct fixture *fixture)
{
    fixture->figures = tw_figures_new(false);
    fixture->inputs[3] = (struct tw_script_input){
        .name = "fields", .kind = TW_INPUT_VECTOR, .context = fixture, .features = read_fields};
    fixture->services = (struct tw_script_services){
        .context = fixture, .rasterize = rasterize, .polygonize = polygonize, .contours = contours};
}
