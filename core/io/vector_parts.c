/* The parts of a vector source: its features, so that a file that is edited changes only the tiles that the
 * edited features touch. A feature is named by its content: numbers shift when one is taken away.
 *
 * Layers with very many features, and those on servers, are one part.
 *
 * SPDX-License-Identifier: MIT
 */
#include "source_vector.h"

#include "crs_pairs.h"
#include "dataset.h"
#include "file.h"
#include "footprint.h"
#include "hash.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

/* Features are given to every tile that they meet in a point. */
enum { MOST_FEATURES = 50000, REACH_PX = 1 };

struct listing {
    const struct tw_vector_state *state;
    struct tw_input_parts *parts;
    const struct tw_grid *grid;
    const struct tw_crs_pair *pair;
    const char *about; /* of every feature: the layer's fields and CRS */
    struct tw_text text;
};

static char *describe_layer(const struct tw_vector_state *state, struct tw_arena *arena)
{
    struct tw_text text = {0};
    tw_text_printf(&text, "%s\n%s\n", state->layer, state->crs);
    for (int i = 0; i < state->fields.count; i++)
        tw_text_printf(&text, "%s\n", state->fields.names[i]);
    char *about = text.failed ? NULL : tw_arena_strdup(arena, tw_text_get(&text));
    tw_text_free(&text);
    return about;
}

static void add_field(struct tw_text *text, OGRFeatureH feature, int field)
{
    OGRFieldType type = OGR_Fld_GetType(OGR_F_GetFieldDefnRef(feature, field));
    if (!OGR_F_IsFieldSetAndNotNull(feature, field)) {
        tw_text_add(text, "null\n");
        return;
    }
    const char *value = OGR_F_GetFieldAsString(feature, field);
    tw_text_printf(text, "%d %zu:%s\n", (int)type, strlen(value), value);
    if (type == OFTReal)
        tw_text_printf(text, "%.17g\n", OGR_F_GetFieldAsDouble(feature, field));
}

static void add_geometry(struct tw_text *text, OGRGeometryH geometry)
{
    size_t size = (size_t)OGR_G_WkbSize(geometry);
    unsigned char *wkb = malloc(size + 1);
    if (wkb != NULL && OGR_G_ExportToIsoWkb(geometry, wkbNDR, wkb) == OGRERR_NONE)
        tw_text_add_bytes(text, wkb, size);
    text->failed = text->failed || wkb == NULL;
    free(wkb);
}

/* Features without a geometry show nowhere. */
static bool add_feature(struct listing *listing, OGRFeatureH feature)
{
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
    struct tw_text *text = &listing->text;
    char fingerprint[TW_FINGERPRINT_SIZE];
    if (geometry == NULL || OGR_G_IsEmpty(geometry))
        return true;
    tw_text_clear(text);
    for (int i = 0; i < listing->state->fields.count; i++)
        add_field(text, feature, i);
    add_geometry(text, geometry);
    tw_fingerprint(tw_text_get(text), text->length, fingerprint);
    OGREnvelope extent;
    OGR_G_GetEnvelope(geometry, &extent);
    const struct tw_box bounds = {extent.MinX, extent.MinY, extent.MaxX, extent.MaxY};
    struct tw_input_part part = {.about = listing->about, .box = {1, 1, 0, 0}, .reach_px = REACH_PX};
    struct tw_box box;
    if (tw_footprint_of_box(&bounds, listing->pair, listing->grid, &box))
        part.box = box;
    part.id = tw_arena_printf(listing->parts->arena, "%s: feature %.16s",
                              tw_parts_name(listing->parts, listing->state->path), fingerprint);
    return !text->failed && part.id != NULL && tw_parts_add(listing->parts, &part);
}

static enum tw_status list_features(struct listing *listing, OGRLayerH layer, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    OGR_L_ResetReading(layer);
    for (OGRFeatureH feature; status == TW_OK && (feature = OGR_L_GetNextFeature(layer)) != NULL;) {
        if (!add_feature(listing, feature))
            status = tw_error_nomem(err);
        OGR_F_Destroy(feature);
    }
    tw_text_free(&listing->text);
    return status;
}

static enum tw_status find_box(const struct tw_source *source, const struct tw_grid *grid, struct tw_box *box,
                               struct tw_error *err)
{
    struct tw_area *area = NULL;
    enum tw_status status = tw_source_area(source, grid, &area, err);
    if (status == TW_OK)
        *box = tw_area_bounds(area);
    tw_area_free(area);
    return status;
}

static enum tw_status add_whole(const struct tw_vector_state *state, const struct tw_box *box,
                                struct tw_input_parts *parts, struct tw_error *err)
{
    enum tw_status status = tw_parts_add_dataset(parts, state->path, true, box, err);
    if (status == TW_OK)
        parts->items[parts->count - 1].reach_px = REACH_PX;
    return status;
}

static enum tw_status add_features(const struct tw_vector_state *state, OGRLayerH layer,
                                   const struct tw_grid *grid, struct tw_input_parts *parts,
                                   struct tw_error *err)
{
    struct tw_crs_pairs pairs = {0};
    struct listing listing = {.state = state, .parts = parts, .grid = grid};
    listing.about = describe_layer(state, parts->arena);
    enum tw_status status = listing.about == NULL ? tw_error_nomem(err) : tw_crs_pairs_use(&pairs, grid, err);
    if (status == TW_OK)
        status = tw_crs_pairs_find(&pairs, state->crs, &listing.pair, err);
    if (status == TW_OK)
        status = list_features(&listing, layer, err);
    tw_crs_pairs_free(&pairs);
    return status;
}

enum tw_status tw_vector_parts(const struct tw_source *source, const struct tw_grid *grid,
                               struct tw_input_parts *parts, struct tw_error *err)
{
    const struct tw_vector_state *state = source->state;
    if (state->is_empty)
        return TW_OK;
    struct tw_box box;
    struct tw_dataset_pool *pool = tw_dataset_pool_new(1);
    GDALDatasetH dataset = NULL;
    enum tw_status status = pool == NULL ? tw_error_nomem(err) : find_box(source, grid, &box, err);
    if (status == TW_OK)
        status = tw_dataset_open_vector(pool, state->path, &dataset, err);
    OGRLayerH layer = status == TW_OK ? GDALDatasetGetLayerByName(dataset, state->layer) : NULL;
    bool is_near = !tw_path_is_remote(state->path) || tw_path_is_database(state->path);
    bool is_listed = layer != NULL && is_near && OGR_L_GetFeatureCount(layer, TRUE) <= MOST_FEATURES;
    if (status == TW_OK && is_listed && !tw_parts_add_frame(parts, state->path, &box))
        status = tw_error_nomem(err);
    if (status == TW_OK && is_listed)
        status = add_features(state, layer, grid, parts, err);
    tw_dataset_pool_free(pool);
    return status == TW_OK && !is_listed ? add_whole(state, &box, parts, err) : status;
}
