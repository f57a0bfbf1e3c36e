/* SPDX-License-Identifier: MIT */
#include "source_about.h"
#include "gtiff_assemble.h"
#include "source_raster.h"
#include "source_vector.h"
#include "stack.h"
#include "secret.h"

#include <math.h>
#include <string.h>

const char *tw_crs_name(OGRSpatialReferenceH crs, struct tw_arena *arena)
{
    const char *authority = OSRGetAuthorityName(crs, NULL), *code = OSRGetAuthorityCode(crs, NULL);
    const char *name = authority != NULL && code != NULL ? tw_arena_printf(arena, "%s:%s", authority, code)
                                                         : tw_arena_strdup(arena, OSRGetName(crs));
    return name != NULL ? name : "";
}

const char *tw_crs_called(const char *crs, struct tw_arena *arena)
{
    OGRSpatialReferenceH parsed = NULL;
    if (crs == NULL || tw_crs_parse(crs, &parsed, NULL) != TW_OK)
        return "";
    const char *name = tw_crs_name(parsed, arena);
    OSRRelease(parsed);
    return name;
}

/* Six numbers as a box and the size of a pixel; rotated ones are left out. */
static void tell_affine(const double to_crs[6], struct tw_source_about *about)
{
    double width = (double)about->width_px * to_crs[1], height = (double)about->height_px * to_crs[5];
    if (to_crs[2] != 0 || to_crs[4] != 0)
        return;
    about->has_box = true;
    about->box = (struct tw_box){fmin(to_crs[0], to_crs[0] + width), fmin(to_crs[3], to_crs[3] + height),
                                 fmax(to_crs[0], to_crs[0] + width), fmax(to_crs[3], to_crs[3] + height)};
    about->pixel_width = fabs(to_crs[1]);
    about->pixel_height = fabs(to_crs[5]);
}

static const char *keep(struct tw_arena *arena, const char *text)
{
    const char *kept = tw_arena_strdup(arena, text);
    return kept != NULL ? kept : "";
}

/* How the file is built. */
static void tell_structure(GDALDatasetH dataset, struct tw_arena *arena, struct tw_source_about *about)
{
    const char *layout = GDALGetMetadataItem(dataset, "LAYOUT", "IMAGE_STRUCTURE");
    GDALRasterBandH band = GDALGetRasterBand(dataset, 1);
    about->driver = keep(arena, GDALGetDriverShortName(GDALGetDatasetDriver(dataset)));
    about->compression = keep(arena, GDALGetMetadataItem(dataset, "COMPRESSION", "IMAGE_STRUCTURE"));
    const char *program = GDALGetMetadataItem(dataset, "TIFFTAG_SOFTWARE", NULL);
    bool is_own = GDALGetMetadataItem(dataset, tw_fingerprint_key, NULL) != NULL;
    about->made_by = is_own ? "tilewright" : keep(arena, program);
    about->is_cog = layout != NULL && strcmp(layout, "COG") == 0;
    GDALGetBlockSize(band, &about->block_width_px, &about->block_height_px);
    about->num_overviews = GDALGetOverviewCount(band);
}

static enum tw_status tell_file(const char *path, struct tw_arena *arena, struct tw_source_about *about,
                                struct tw_error *err)
{
    struct tw_dataset_pool *pool = tw_dataset_pool_new(1);
    struct tw_georeference georeference = {0};
    GDALDatasetH dataset = NULL;
    if (pool == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_dataset_open(pool, path, &dataset, err);
    if (status == TW_OK)
        status = tw_georeference_read(&georeference, dataset, path, err);
    if (status == TW_OK) {
        about->width_px = GDALGetRasterXSize(dataset);
        about->height_px = GDALGetRasterYSize(dataset);
        about->crs = tw_crs_name(georeference.crs, arena);
        tell_structure(dataset, arena, about);
        if (georeference.is_affine)
            tell_affine(georeference.to_crs, about);
    }
    tw_georeference_free(&georeference);
    tw_dataset_pool_free(pool);
    return status;
}

static void tell_tiles(const struct tw_tile_set *set, struct tw_arena *arena, struct tw_source_about *about)
{
    about->crs = tw_crs_called(set->layout.pyramid.grid->crs, arena);
    about->width_px = set->info.width_px;
    about->height_px = set->info.height_px;
    tell_affine(set->to_crs, about);
    about->has_box = true;
    about->box = tw_tile_set_bounds(set);
    about->has_zooms = true;
    about->max_zoom = set->zooms.ranges[0].zoom;
    about->min_zoom = set->zooms.ranges[set->zooms.count - 1].zoom;
}

static enum tw_status tell_raster(const struct tw_source *source, struct tw_arena *arena,
                                  struct tw_source_about *about, struct tw_error *err)
{
    const struct tw_raster_state *state = source->state;
    about->path = state->path;
    if (state->tiles == NULL)
        return tell_file(state->path, arena, about, err);
    tell_tiles(state->tiles, arena, about);
    return TW_OK;
}

static enum tw_status tell_vector(const struct tw_source *source, struct tw_arena *arena,
                                  struct tw_source_about *about, struct tw_error *err)
{
    const struct tw_vector_state *state = source->state;
    about->path = state->path;
    about->layer = state->layer;
    about->crs = tw_crs_called(state->crs, arena);
    about->has_box = !state->is_empty;
    about->box = state->extent;
    struct tw_dataset_pool *pool = tw_dataset_pool_new(1);
    GDALDatasetH dataset = NULL;
    if (pool == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_dataset_open_vector(pool, state->path, &dataset, err);
    OGRLayerH layer = status == TW_OK ? GDALDatasetGetLayerByName(dataset, state->layer) : NULL;
    if (layer != NULL)
        about->driver = keep(arena, GDALGetDriverShortName(GDALGetDatasetDriver(dataset)));
    if (layer != NULL)
        about->num_features = OGR_L_GetFeatureCount(layer, TRUE);
    tw_dataset_pool_free(pool);
    return status;
}

static void tell_vector_tiles(const struct tw_source *source, struct tw_arena *arena,
                              struct tw_source_about *about)
{
    const struct tw_vector_state *state = source->state;
    const struct tw_tile_zooms *zooms = &state->tiles->zooms;
    about->path = state->path;
    about->crs = tw_crs_called(state->crs, arena);
    about->has_box = true;
    about->box = state->extent;
    about->has_zooms = true;
    about->max_zoom = zooms->ranges[0].zoom;
    about->min_zoom = zooms->ranges[zooms->count - 1].zoom;
}

static void tell_stack(const struct tw_source *source, struct tw_source_about *about)
{
    const struct tw_stack *stack = source->state;
    double first_s = INFINITY, last_s = -INFINITY;
    for (size_t i = 0; i < stack->num_items; i++) {
        const struct tw_stack_item *item = &stack->items[i];
        if (isnan(item->time_s))
            continue;
        if (item->time_s < first_s)
            first_s = item->time_s, about->first = item->datetime;
        if (item->time_s > last_s)
            last_s = item->time_s, about->last = item->datetime;
    }
}

static enum tw_status tell(const struct tw_source *source, struct tw_arena *arena,
                           struct tw_source_about *about, struct tw_error *err)
{
    if (source->driver == &tw_source_raster || source->driver == &tw_source_tile_directory)
        return tell_raster(source, arena, about, err);
    if (source->driver == &tw_source_vector)
        return tell_vector(source, arena, about, err);
    if (source->driver == &tw_source_vector_tiles)
        tell_vector_tiles(source, arena, about);
    if (source->driver == &tw_source_stack)
        tell_stack(source, about);
    return TW_OK;
}

enum tw_status tw_source_tell(const struct tw_source *source, struct tw_arena *arena,
                              struct tw_source_about *about, struct tw_error *err)
{
    *about = (struct tw_source_about){.format = tw_source_format(source),
                                      .path = "",
                                      .crs = "",
                                      .driver = "",
                                      .made_by = "",
                                      .compression = "",
                                      .layer = "",
                                      .first = "",
                                      .last = ""};
    bool begun = tw_source_begin(source);
    enum tw_status status = tell(source, arena, about, err);
    tw_source_end(source, begun);
    char *hidden = tw_has_secrets(about->path) ? tw_arena_strdup(arena, about->path) : NULL;
    if (hidden != NULL) {
        tw_hide_secrets(hidden);
        about->path = hidden;
    }
    return status;
}
