/* SPDX-License-Identifier: MIT */
#include "source_limits.h"

#include "area_limits.h"
#include "area_mask.h"
#include "paste.h"
#include "shape.h"

#include <ogr_api.h>

#include <stdlib.h>
#include <string.h>

/* The limits on the grid of the windows. */
struct tw_reader_limits {
    const struct tw_grid *grid;
    struct tw_area *area;
    OGRGeometryH shape; /* of the area, for vectors; NULL: not made yet */
    OGRPreparedGeometryH prepared;
};

static void clear(struct tw_reader_limits *limits)
{
    tw_area_free(limits->area);
    if (limits->prepared != NULL)
        OGRDestroyPreparedGeometry(limits->prepared);
    if (limits->shape != NULL)
        OGR_G_DestroyGeometry(limits->shape);
    *limits = (struct tw_reader_limits){0};
}

void tw_reader_limits_free(struct tw_reader_limits *limits)
{
    if (limits != NULL)
        clear(limits);
    free(limits);
}

static enum tw_status limits_area(const struct tw_source *source, const struct tw_grid *grid,
                                  struct tw_area **area, struct tw_error *err)
{
    *area = tw_area_of_grid(grid);
    if (*area == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_area_cut_limits(area, &source->limits, source->folder, grid, err);
    if (status == TW_OK)
        return TW_OK;
    tw_area_free(*area);
    *area = NULL;
    return status;
}

enum tw_status tw_source_cut_area(const struct tw_source *source, const struct tw_grid *grid,
                                  struct tw_area **area, struct tw_error *err)
{
    bool had_any = !tw_area_is_empty(*area);
    const struct tw_limits *limits = &source->limits;
    enum tw_status status = tw_area_cut_limits(area, limits, source->folder, grid, err);
    if (status == TW_OK && had_any && tw_area_is_empty(*area))
        status = tw_error_at(err, TW_EUSAGE, limits->area != NULL ? limits->area : limits->bounds_value,
                             "nothing of input '%s' lies within its own %s", source->name,
                             limits->area == NULL           ? "bounds"
                             : limits->bounds_value == NULL ? "area"
                                                            : "bounds and area");
    if (status == TW_OK)
        return TW_OK;
    tw_area_free(*area);
    *area = NULL;
    return status;
}

enum tw_status tw_source_limits_part(const struct tw_source *source, const struct tw_grid *grid,
                                     struct tw_input_parts *parts, struct tw_error *err)
{
    struct tw_area *area = NULL;
    const char *file = tw_limits_file(&source->limits, source->folder, parts->arena);
    if (file == NULL)
        return TW_OK;
    enum tw_status status = limits_area(source, grid, &area, err);
    if (status != TW_OK)
        return status;
    const struct tw_box box = tw_area_is_empty(area) ? (struct tw_box){1, 1, 0, 0} : tw_area_bounds(area);
    tw_area_free(area);
    return tw_parts_add_file(parts, file, &box) ? TW_OK : tw_error_nomem(err);
}

/* A file that is wrong now was right when the source was opened. */
static enum tw_status use_grid(struct tw_reader *reader, const struct tw_grid *grid, struct tw_error *err)
{
    if (reader->limits == NULL)
        reader->limits = calloc(1, sizeof(*reader->limits));
    if (reader->limits == NULL)
        return tw_error_nomem(err);
    if (reader->limits->grid == grid)
        return TW_OK;
    clear(reader->limits);
    enum tw_status status = limits_area(reader->source, grid, &reader->limits->area, err);
    if (status != TW_OK)
        return status == TW_EUSAGE ? tw_error_set(err, TW_EINPUT, "its area cannot be read any more")
                                   : status;
    reader->limits->grid = grid;
    return TW_OK;
}

static bool overlaps(const struct tw_area *area, const struct tw_window *window)
{
    struct tw_window_part parts[3];
    int count = tw_window_parts(window, parts);
    for (int i = 0; i < count; i++) {
        struct tw_box bounds = tw_window_bounds(&parts[i].window);
        if (tw_area_overlaps(area, &bounds))
            return true;
    }
    return false;
}

enum tw_status tw_limited_scenes(struct tw_reader *reader, const struct tw_window *window,
                                 struct tw_arena *arena, struct tw_scene **scenes, size_t *num_scenes,
                                 struct tw_error *err)
{
    enum tw_status status = use_grid(reader, window->grid, err);
    if (status == TW_OK)
        status = reader->source->driver->scenes(reader, window, arena, scenes, num_scenes, err);
    if (status == TW_OK && !overlaps(reader->limits->area, window))
        *num_scenes = 0;
    return status;
}

static enum tw_status no_memory(struct tw_error *err)
{
    return tw_error_set(err, TW_EBUDGET, "not enough memory; raise --memory");
}

/* The raster of a part of the window as one of the window; bands that share their validity still do. */
static enum tw_status expand(const struct tw_window *part, const struct tw_window *window,
                             struct tw_arena *arena, struct tw_raster *raster, struct tw_error *err)
{
    struct tw_array *bands = tw_arena_calloc(arena, raster->num_bands + 1, sizeof(*bands));
    if (bands == NULL)
        return no_memory(err);
    for (size_t i = 0; i < raster->num_bands; i++) {
        const struct tw_array *from = &raster->bands[i];
        bool is_shared = i > 0 && from->valid == raster->bands[i - 1].valid;
        bands[i] = (struct tw_array){
            .width_px = window->width_px, .height_px = window->height_px, .dtype = from->dtype};
        if (!tw_array_alloc(arena, &bands[i], !is_shared))
            return no_memory(err);
        size_t count = tw_array_num_pixels(&bands[i]);
        memset(bands[i].pixels, 0, count * tw_dtype_size((enum tw_dtype)from->dtype));
        if (is_shared)
            bands[i].valid = bands[i - 1].valid;
        else
            memset(bands[i].valid, 0, count);
    }
    tw_paste(raster->bands, raster->num_bands, bands, (int32_t)(part->col_px - window->col_px),
             (int32_t)(part->row_px - window->row_px));
    raster->bands = bands;
    return TW_OK;
}

static void apply(const struct tw_area_mask *mask, struct tw_raster *raster)
{
    for (size_t i = 0; i < raster->num_bands; i++) {
        struct tw_array *band = &raster->bands[i];
        size_t count = tw_array_num_pixels(band);
        if (band->valid == NULL)
            band->valid = mask->inside;
        else if (i == 0 || band->valid != raster->bands[i - 1].valid)
            for (size_t k = 0; k < count; k++)
                band->valid[k] &= mask->inside[k];
    }
}

enum tw_status tw_limited_read(struct tw_reader *reader, const struct tw_read *read, struct tw_arena *arena,
                               struct tw_raster *raster, struct tw_error *err)
{
    const struct tw_source_driver *driver = reader->source->driver;
    struct tw_read part = *read;
    struct tw_area_mask mask;
    enum tw_status status = use_grid(reader, read->window.grid, err);
    if (status == TW_OK && !tw_area_mask_make(reader->limits->area, &read->window, arena, &mask))
        status = no_memory(err);
    if (status != TW_OK)
        return status;
    if (mask.is_full)
        return driver->read(reader, read, arena, raster, err);
    part.window = mask.part;
    status = driver->read(reader, &part, arena, raster, err);
    if (status == TW_OK)
        status = expand(&part.window, &read->window, arena, raster, err);
    if (status == TW_OK)
        apply(&mask, raster);
    return status;
}

/* Also one turn to each side, where windows that reach over the antimeridian show it. */
static enum tw_status make_shape(struct tw_reader_limits *limits, struct tw_error *err)
{
    struct tw_geometry *geometry = NULL;
    if (limits->shape != NULL || tw_area_is_empty(limits->area))
        return TW_OK;
    enum tw_status status = tw_area_geometry(limits->area, &geometry, err);
    char *wkt = status == TW_OK ? tw_geometry_to_wkt(geometry) : NULL, *cursor = wkt;
    tw_geometry_free(geometry);
    if (status == TW_OK && (wkt == NULL || OGR_G_CreateFromWkt(&cursor, NULL, &limits->shape) != OGRERR_NONE))
        status = tw_error_nomem(err);
    if (status == TW_OK && (limits->prepared = OGRCreatePreparedGeometry(limits->shape)) == NULL)
        status = tw_error_nomem(err);
    free(wkt);
    return status;
}

/* Cuts the feature at the limits; *kept: whether something of it is left that meets the window. */
static enum tw_status cut_feature(const struct tw_reader_limits *limits, const struct tw_box *bounds,
                                  struct tw_arena *arena, struct tw_feature *feature, bool *kept,
                                  struct tw_error *err)
{
    OGRGeometryH shape = NULL;
    *kept = limits->prepared != NULL;
    if (!*kept)
        return TW_OK;
    enum tw_status status = tw_shape_from_feature(feature, &shape, err);
    if (status != TW_OK || OGRPreparedGeometryContains(limits->prepared, shape)) {
        OGR_G_DestroyGeometry(shape);
        return status;
    }
    int dimension = OGR_G_GetDimension(shape);
    bool is_mixed = OGR_GT_Flatten(OGR_G_GetGeometryType(shape)) == wkbGeometryCollection;
    OGRGeometryH cut = OGR_G_Intersection(shape, limits->shape);
    OGR_G_DestroyGeometry(shape);
    if (cut != NULL && !is_mixed)
        cut = tw_shape_keep_dimension(cut, dimension);
    *kept = cut != NULL && !OGR_G_IsEmpty(cut) && tw_shape_meets(cut, bounds);
    if (*kept)
        status = tw_shape_to_feature(cut, arena, feature, err);
    OGR_G_DestroyGeometry(cut);
    return status;
}

enum tw_status tw_limited_features(struct tw_reader *reader, const struct tw_window *window,
                                   const volatile int *cancel, struct tw_arena *arena,
                                   struct tw_features *features, struct tw_error *err)
{
    struct tw_box bounds = tw_window_bounds(window);
    enum tw_status status = use_grid(reader, window->grid, err);
    if (status == TW_OK)
        status = make_shape(reader->limits, err);
    if (status == TW_OK)
        status = reader->source->driver->features(reader, window, cancel, arena, features, err);
    size_t count = 0;
    for (size_t i = 0; status == TW_OK && i < features->count; i++) {
        struct tw_feature feature = features->items[i];
        bool kept;
        status = cut_feature(reader->limits, &bounds, arena, &feature, &kept, err);
        if (status == TW_OK && kept)
            features->items[count++] = feature;
    }
    if (status == TW_OK)
        features->count = count;
    return status;
}
