/* SPDX-License-Identifier: MIT */
#include "source_vector.h"

#include "dataset.h"
#include "file.h"
#include "vector_schema.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <ogr_srs_api.h>

#include <math.h>
#include <string.h>

/* The layer's names, for messages; NULL when out of memory. */
static const char **list_layers(struct tw_arena *arena, GDALDatasetH dataset, int *count)
{
    *count = GDALDatasetGetLayerCount(dataset);
    const char **names = tw_arena_calloc(arena, (size_t)*count + 1, sizeof(*names));
    for (int i = 0; names != NULL && i < *count; i++)
        names[i] = tw_arena_strdup(arena, OGR_L_GetName(GDALDatasetGetLayer(dataset, i)));
    return names;
}

static void report_choice(const struct tw_source *source, const char *const *names, int count,
                          struct tw_problems *problems)
{
    struct tw_text list = {0};
    for (int i = 0; i < count; i++)
        tw_text_printf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
    const struct tw_vector_state *state = source->state;
    tw_problems_add(problems, source->value, "'%s' has %d layers; choose one with 'layer:' (known: %s)",
                    state->path, count, tw_text_get(&list));
    tw_text_free(&list);
}

/* The layer of that name, or the only one. */
static enum tw_status choose_layer(struct tw_source *source, GDALDatasetH dataset, OGRLayerH *layer,
                                   struct tw_problems *problems)
{
    const struct tw_vector_state *state = source->state;
    const struct tw_value *wanted = tw_value_get(source->value, "layer");
    int count = 0;
    const char **names = list_layers(source->arena, dataset, &count);
    *layer = NULL;
    if (names == NULL)
        return TW_ENOMEM;
    if (wanted != NULL && wanted->kind != TW_STRING && wanted->kind != TW_NUMBER && wanted->kind != TW_NULL)
        tw_problems_add(problems, wanted, "layer must be a name, not %s", tw_value_kind_name(wanted->kind));
    else if (count == 0)
        tw_problems_add(problems, source->value, "'%s' has no layers", state->path);
    else if (wanted != NULL && wanted->kind != TW_NULL) {
        for (int i = 0; i < count && *layer == NULL; i++)
            if (strcmp(names[i], wanted->text) == 0)
                *layer = GDALDatasetGetLayer(dataset, i);
        if (*layer == NULL)
            tw_problems_add_unknown(problems, wanted, "layer", wanted->text, names, (size_t)count);
    } else if (count > 1)
        report_choice(source, names, count, problems);
    else
        *layer = GDALDatasetGetLayer(dataset, 0);
    return *layer != NULL ? TW_OK : TW_EUSAGE;
}

static bool describe_crs(struct tw_source *source, OGRSpatialReferenceH crs)
{
    static const char *const format[] = {"FORMAT=WKT2_2019", NULL};
    struct tw_vector_state *state = source->state;
    char *wkt = NULL;
    if (OSRExportToWktEx(crs, &wkt, format) == OGRERR_NONE)
        state->crs = tw_arena_strdup(source->arena, wkt);
    CPLFree(wkt);
    return state->crs != NULL;
}

/* Sets the extent, and the index where the format has none. */
static enum tw_status measure(struct tw_vector_state *state, OGRLayerH layer, struct tw_error *err)
{
    if (tw_vector_index_helps(layer)) {
        enum tw_status status = tw_vector_index_make(layer, &state->index, &state->extent, err);
        state->is_empty = state->index == NULL;
        return status;
    }
    OGREnvelope extent;
    state->is_empty = OGR_L_GetExtent(layer, &extent, TRUE) != OGRERR_NONE || !isfinite(extent.MinX) ||
                      OGR_L_GetFeatureCount(layer, TRUE) == 0;
    if (!state->is_empty)
        state->extent = (struct tw_box){extent.MinX, extent.MinY, extent.MaxX, extent.MaxY};
    return TW_OK;
}

bool tw_vector_option_where(struct tw_source *source, struct tw_problems *problems)
{
    struct tw_vector_state *state = source->state;
    const struct tw_value *where = tw_value_get(source->value, "where");
    if (where == NULL || where->kind == TW_NULL)
        return true;
    if (where->kind != TW_STRING || where->text[0] == '\0') {
        tw_problems_add(problems, where,
                        "where must be a condition such as \"name = 'x' and height > 5\", not %s",
                        where->kind == TW_STRING ? "''" : tw_value_kind_name(where->kind));
        return false;
    }
    state->where = where->text;
    return true;
}

/* Formats that are databases look at the condition only when they read. */
static bool takes_where(OGRLayerH layer, const char *where)
{
    CPLErrorReset();
    if (OGR_L_SetAttributeFilter(layer, where) != OGRERR_NONE)
        return false;
    OGR_L_ResetReading(layer);
    OGRFeatureH first = OGR_L_GetNextFeature(layer);
    bool taken = first != NULL || CPLGetLastErrorType() < CE_Failure;
    if (first != NULL)
        OGR_F_Destroy(first);
    OGR_L_ResetReading(layer);
    return taken;
}

bool tw_vector_check_where(const struct tw_source *source, OGRLayerH layer, struct tw_problems *problems)
{
    const struct tw_vector_state *state = source->state;
    if (state->where == NULL || takes_where(layer, state->where))
        return true;
    tw_problems_add(problems, tw_value_get(source->value, "where"), "where: %s", tw_gdal_reason());
    return false;
}

static enum tw_status describe_layer(struct tw_source *source, OGRLayerH layer, struct tw_problems *problems)
{
    struct tw_vector_state *state = source->state;
    struct tw_error err = {0};
    if (OGR_L_GetGeomType(layer) == wkbNone) {
        tw_problems_add(problems, source->value, "layer '%s' of '%s' has no geometries", state->layer,
                        state->path);
        return TW_EUSAGE;
    }
    if (OGR_L_GetSpatialRef(layer) == NULL) {
        tw_problems_add(problems, source->value,
                        "'%s' does not say what its coordinates mean: it has no CRS; write one into it with "
                        "ogr2ogr -a_srs",
                        state->path);
        return TW_EUSAGE;
    }
    if (!tw_vector_check_where(source, layer, problems))
        return TW_EUSAGE;
    if (!describe_crs(source, OGR_L_GetSpatialRef(layer)))
        return TW_ENOMEM;
    if (measure(state, layer, &err) != TW_OK) {
        tw_problems_add(problems, source->value, "'%s': %s", state->path, err.message);
        return err.status == TW_ENOMEM ? TW_ENOMEM : TW_EUSAGE;
    }
    tw_facts_of_crs(source, OGR_L_GetSpatialRef(layer));
    source->facts.path = state->path;
    source->facts.schema = tw_vector_schema_of(layer, source->arena);
    state->fields = tw_vector_fields_of(layer, source->arena);
    return source->facts.schema != NULL && state->fields.names != NULL ? TW_OK : TW_ENOMEM;
}

/* The output format that is most like the file's. */
static const char *format_like(GDALDatasetH dataset)
{
    const char *name = GDALGetDriverShortName(GDALGetDatasetDriver(dataset));
    return strncmp(name, "GeoJSON", 7) == 0 ? "GeoJSON" : "FlatGeobuf";
}

static enum tw_status describe(struct tw_source *source, struct tw_problems *problems)
{
    struct tw_vector_state *state = source->state;
    struct tw_dataset_pool *pool = tw_dataset_pool_new(1);
    struct tw_error err = {0};
    GDALDatasetH dataset = NULL;
    OGRLayerH layer = NULL;
    if (pool == NULL)
        return TW_ENOMEM;
    enum tw_status status = tw_dataset_open_vector(pool, state->path, &dataset, &err);
    if (status != TW_OK && status != TW_ENOMEM) {
        tw_problems_add(problems, source->value, "%s", err.message);
        status = TW_EUSAGE;
    }
    if (status == TW_OK)
        status = choose_layer(source, dataset, &layer, problems);
    if (status == TW_OK && (state->layer = tw_arena_strdup(source->arena, OGR_L_GetName(layer))) == NULL)
        status = TW_ENOMEM;
    if (status == TW_OK)
        status = describe_layer(source, layer, problems);
    if (status == TW_OK)
        source->facts.format = format_like(dataset);
    tw_dataset_pool_free(pool);
    return status;
}

static enum tw_status vector_open(struct tw_source *source, struct tw_problems *problems)
{
    struct tw_vector_state *state = tw_arena_calloc(source->arena, 1, sizeof(*state));
    source->band_names = tw_arena_calloc(source->arena, 1, sizeof(*source->band_names));
    if (state == NULL || source->band_names == NULL)
        return TW_ENOMEM;
    source->state = state;
    state->path = tw_source_path(source);
    if (state->path == NULL) {
        tw_problems_add(problems, source->value, "input '%s' needs a path", source->name);
        return TW_EUSAGE;
    }
    atomic_flag_clear(&state->warned);
    if (!tw_vector_option_where(source, problems))
        return TW_EUSAGE;
    return describe(source, problems);
}

static void vector_close(struct tw_source *source)
{
    struct tw_vector_state *state = source->state;
    tw_vector_index_free(state->index);
}

/* Points in a row cover no area: then a little is added on each side, so that their tiles are found. */
static void widen(const struct tw_grid *grid, struct tw_box *box)
{
    double least = 4 * tw_grid_tolerance(grid);
    if (box->right - box->left < least) {
        box->left -= least;
        box->right += least;
    }
    if (box->top - box->bottom < least) {
        box->bottom -= least;
        box->top += least;
    }
}

/* An area without anything in it. */
static enum tw_status no_area(const struct tw_grid *grid, struct tw_area **area, struct tw_error *err)
{
    const struct tw_box *extent = &grid->extent;
    double middle = (extent->left + extent->right) / 2;
    const struct tw_box west = {extent->left, extent->bottom, middle, extent->top};
    const struct tw_box east = {middle, extent->bottom, extent->right, extent->top};
    struct tw_area *a = NULL, *b = NULL;
    enum tw_status status = tw_area_from_box(grid, &west, &a, err);
    if (status == TW_OK)
        status = tw_area_from_box(grid, &east, &b, err);
    if (status == TW_OK)
        status = tw_area_intersection(a, b, area, err);
    tw_area_free(a);
    tw_area_free(b);
    return status;
}

static enum tw_status vector_area(const struct tw_source *source, const struct tw_grid *grid,
                                  struct tw_area **area, struct tw_error *err)
{
    const struct tw_vector_state *state = source->state;
    if (state->is_empty)
        return no_area(grid, area, err);
    struct tw_dataset_pool *pool = tw_dataset_pool_new(1);
    struct tw_reader *reader = pool != NULL ? tw_reader_new(source, pool) : NULL;
    struct tw_box footprint;
    bool is_somewhere = false;
    enum tw_status status = reader == NULL
                                ? tw_error_nomem(err)
                                : tw_vector_footprint(reader, grid, &is_somewhere, &footprint, err);
    if (status == TW_OK && !is_somewhere)
        status =
            tw_error_set(err, TW_EUSAGE, "no part of '%s' can be projected to %s", state->path, grid->crs);
    if (status == TW_OK) {
        widen(grid, &footprint);
        if (tw_area_from_box(grid, &footprint, area, NULL) != TW_OK)
            status = tw_error_set(err, TW_EUSAGE, "'%s' lies outside the grid", state->path);
    }
    tw_reader_free(reader);
    tw_dataset_pool_free(pool);
    return status;
}

static const char *const options[] = {"path", "layer", "where", "cache", NULL};

const struct tw_source_driver tw_source_vector = {
    .alias = "vector_file",
    .kind = TW_SOURCE_VECTOR,
    .options = options,
    .open = vector_open,
    .close = vector_close,
    .area = vector_area,
    .parts = tw_vector_parts,
    .reader_free = tw_vector_reader_free,
    .features = tw_vector_features,
};
