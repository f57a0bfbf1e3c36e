/* The features of a layer that meet a window.
 *
 * The window's bounds, moved into the layer's CRS, choose the candidates through the file's spatial index;
 * what really meets the window is decided in the grid's CRS. On a global grid the layer is looked at from
 * every turn around the earth from which it shows in the window.
 *
 * SPDX-License-Identifier: MIT
 */
#include "vector_place.h"

#include "dataset.h"
#include "file.h"
#include "log.h"
#include "shape.h"

#include <cpl_error.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PIECES = 4 };

struct found {
    int64_t tile; /* of a folder of tiles: its number in the zoom */
    GIntBig fid;
    int turns;
    struct tw_feature feature;
};

struct reading {
    const struct tw_source *source;
    struct tw_dataset_pool *pool;
    const struct tw_vector_place *vector;
    OGRLayerH layer;
    const char *path; /* of the layer */
    const struct tw_vector_fields *fields;
    const struct tw_tile_range *zoom; /* of a folder of tiles */
    const struct tw_box *cut;         /* then, the bounds of a tile that reaches beyond them */
    int64_t tile;
    struct tw_box bounds; /* of the window */
    int turns;            /* how far the layer is moved, in turns of the grid */
    const volatile int *cancel;
    struct tw_arena *arena;
    struct found *found;
    size_t count, capacity;
};

/* Handles are shared: another input may have chosen other features of the layer. */
static enum tw_status choose(const struct tw_vector_state *state, OGRLayerH layer, const char *path,
                             struct tw_error *err)
{
    CPLErrorReset();
    if (OGR_L_SetAttributeFilter(layer, state->where) == OGRERR_NONE)
        return TW_OK;
    return tw_error_set(err, TW_EINPUT, "'%s': where: %s", path, tw_gdal_reason());
}

static enum tw_status get_layer(struct tw_reader *reader, OGRLayerH *layer, struct tw_error *err)
{
    const struct tw_vector_state *state = reader->source->state;
    GDALDatasetH dataset = NULL;
    enum tw_status status = tw_dataset_open_vector(reader->pool, state->path, &dataset, err);
    if (status != TW_OK)
        return status;
    *layer = GDALDatasetGetLayerByName(dataset, state->layer);
    if (*layer == NULL)
        return tw_error_set(err, TW_EINPUT, "'%s' has no layer '%s' any more", state->path, state->layer);
    return choose(state, *layer, state->path, err);
}

static void warn(const struct reading *reading, GIntBig fid)
{
    struct tw_vector_state *state = reading->source->state;
    if (!atomic_flag_test_and_set(&state->warned))
        tw_log_warn("input '%s': feature %lld of '%s' has no valid geometry in the grid's CRS and is left "
                    "out; others like it are left out, too",
                    reading->source->name, (long long)fid, reading->path);
}

static enum tw_status no_memory(struct tw_error *err)
{
    return tw_error_set(err, TW_EBUDGET, "no memory left for features; raise --memory");
}

static struct found *new_found(struct reading *reading)
{
    if (reading->count == reading->capacity) {
        size_t capacity = reading->capacity * 2 + 64;
        struct found *more = tw_arena_calloc(reading->arena, capacity, sizeof(*more));
        if (more == NULL)
            return NULL;
        if (reading->count > 0)
            memcpy(more, reading->found, reading->count * sizeof(*more));
        reading->found = more;
        reading->capacity = capacity;
    }
    return &reading->found[reading->count++];
}

static bool shift_vertex(void *context, double *x, double *y)
{
    (void)y;
    *x += *(const double *)context;
    return true;
}

/* Adds a feature with its shape in the grid's CRS, moved by the reading's turns. */
static enum tw_status add(struct reading *reading, OGRFeatureH feature, OGRGeometryH shape,
                          struct tw_error *err)
{
    struct found *found = new_found(reading);
    if (found == NULL)
        return no_memory(err);
    double shift = reading->turns * reading->vector->grid_turn;
    *found = (struct found){.tile = reading->tile, .fid = OGR_F_GetFID(feature), .turns = reading->turns};
    if (shift != 0)
        tw_shape_map(shape, shift_vertex, &shift);
    enum tw_status status = tw_shape_to_feature(shape, reading->arena, &found->feature, err);
    if (status != TW_OK)
        return status;
    return tw_vector_properties(reading->fields, feature, reading->arena, &found->feature.properties, err);
}

/* Adds the feature if it meets the window. */
static enum tw_status consider(struct reading *reading, OGRFeatureH feature, struct tw_error *err)
{
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
    if (geometry == NULL || OGR_G_IsEmpty(geometry))
        return TW_OK;
    double shift = reading->turns * reading->vector->grid_turn;
    struct tw_box bounds = reading->bounds;
    bounds.left -= shift;
    bounds.right -= shift;
    OGRGeometryH flat = tw_shape_flatten(OGR_G_Clone(geometry));
    if (flat != NULL && reading->cut != NULL && (flat = tw_shape_clip(flat, reading->cut)) == NULL)
        return TW_OK;
    OGRGeometryH shape = tw_vector_project(reading->vector, flat);
    if (shape != NULL && !tw_shape_is_near(shape, &bounds)) {
        OGR_G_DestroyGeometry(shape);
        return TW_OK;
    }
    if (shape != NULL)
        shape = tw_shape_repair(shape);
    if (shape == NULL) {
        warn(reading, OGR_F_GetFID(feature));
        return TW_OK;
    }
    enum tw_status status = TW_OK;
    if (tw_shape_meets(shape, &bounds))
        status = add(reading, feature, shape, err);
    OGR_G_DestroyGeometry(shape);
    return status;
}

/* Considers the next feature. *feature is NULL after the last. */
static enum tw_status scan_next(struct reading *reading, OGRFeatureH *feature, GIntBig fid,
                                struct tw_error *err)
{
    if (reading->cancel != NULL && __atomic_load_n(reading->cancel, __ATOMIC_RELAXED) != 0)
        return tw_error_set(err, TW_ECANCELLED, "cancelled");
    CPLErrorReset();
    *feature =
        fid != OGRNullFID ? OGR_L_GetFeature(reading->layer, fid) : OGR_L_GetNextFeature(reading->layer);
    if (*feature == NULL && CPLGetLastErrorType() >= CE_Failure)
        return tw_error_set(err, TW_EINPUT, "cannot read '%s': %s", reading->path, tw_gdal_reason());
    if (*feature == NULL)
        return TW_OK;
    enum tw_status status = consider(reading, *feature, err);
    OGR_F_Destroy(*feature);
    return status;
}

/* Through the file's own index, if it has one. filter NULL: everything. */
static enum tw_status scan_layer(struct reading *reading, const struct tw_box *filter, struct tw_error *err)
{
    enum tw_status status;
    OGRFeatureH feature;
    if (filter != NULL)
        OGR_L_SetSpatialFilterRect(reading->layer, filter->left, filter->bottom, filter->right, filter->top);
    else
        OGR_L_SetSpatialFilter(reading->layer, NULL);
    OGR_L_ResetReading(reading->layer);
    do
        status = scan_next(reading, &feature, OGRNullFID, err);
    while (status == TW_OK && feature != NULL);
    return status;
}

/* One tile of a folder, if it is there. */
static enum tw_status scan_tile(struct reading *reading, const struct tw_tile *tile,
                                const struct tw_box *filter, struct tw_error *err)
{
    const struct tw_vector_state *state = reading->source->state;
    const struct tw_tile_layout *layout = &state->tiles->layout;
    const struct tw_box bounds = tw_tile_bounds(&layout->pyramid, tile);
    GDALDatasetH dataset = NULL;
    reading->path = tw_tile_layout_path(layout, tile, reading->arena);
    if (reading->path == NULL)
        return no_memory(err);
    if (!tw_file_exists(reading->path))
        return TW_OK;
    enum tw_status status = tw_dataset_open_vector(reading->pool, reading->path, &dataset, err);
    reading->layer = status == TW_OK ? GDALDatasetGetLayer(dataset, 0) : NULL;
    if (reading->layer == NULL)
        return status;
    const struct tw_vector_fields fields = tw_vector_fields_of(reading->layer, reading->arena);
    if (fields.names == NULL)
        return no_memory(err);
    reading->fields = &fields;
    reading->cut = layout->pyramid.pixelbuffer_px > 0 ? &bounds : NULL;
    reading->tile = tile->row * tw_pyramid_cols(&layout->pyramid, tile->zoom) + tile->col;
    status = choose(state, reading->layer, reading->path, err);
    return status == TW_OK ? scan_layer(reading, filter, err) : status;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The tiles of the zoom that the filter touches. */
static enum tw_status scan_tiles(struct reading *reading, const struct tw_box *filter, struct tw_error *err)
{
    const struct tw_vector_state *state = reading->source->state;
    const struct tw_pyramid *pyramid = &state->tiles->layout.pyramid;
    struct tw_tile_range range = *reading->zoom;
    if (filter != NULL) {
        double reach = tw_grid_tolerance(pyramid->grid);
        const struct tw_box box = {filter->left - reach, filter->bottom - reach, filter->right + reach,
                                   filter->top + reach};
        const struct tw_tile_range touched = tw_tile_range_of_box(pyramid, range.zoom, &box);
        range.first_row = larger(range.first_row, touched.first_row);
        range.last_row = smaller(range.last_row, touched.last_row);
        range.first_col = larger(range.first_col, touched.first_col);
        range.last_col = smaller(range.last_col, touched.last_col);
    }
    enum tw_status status = TW_OK;
    struct tw_tile tile = {range.zoom, range.first_row, 0};
    for (; status == TW_OK && tile.row <= range.last_row; tile.row++)
        for (tile.col = range.first_col; status == TW_OK && tile.col <= range.last_col; tile.col++)
            status = scan_tile(reading, &tile, filter, err);
    return status;
}

static enum tw_status scan(struct reading *reading, const struct tw_box *filter, struct tw_error *err)
{
    const struct tw_vector_state *state = reading->source->state;
    if (state->tiles != NULL)
        return scan_tiles(reading, filter, err);
    if (state->index == NULL || filter == NULL)
        return scan_layer(reading, filter, err);
    size_t count = 0;
    OGRFeatureH feature;
    GIntBig *fids = tw_vector_index_find(state->index, filter, &count);
    enum tw_status status = fids != NULL ? TW_OK : tw_error_nomem(err);
    OGR_L_SetSpatialFilter(reading->layer, NULL);
    for (size_t i = 0; status == TW_OK && i < count; i++)
        status = scan_next(reading, &feature, fids[i], err);
    free(fids);
    return status;
}

/* The parts of bounds in the grid that do not cross a multiple of half a turn: there the layer's CRS may
 * jump. */
static int cut_at_turns(const struct tw_vector_place *vector, const struct tw_grid *grid,
                        const struct tw_box *bounds, struct tw_box pieces[MAX_PIECES])
{
    int count = 0;
    pieces[0] = *bounds;
    if (vector->pair->to_grid == NULL || vector->grid_turn <= 0)
        return 1;
    double turn = vector->grid_turn, inset = turn * 1e-9;
    for (double left = bounds->left; left < bounds->right && count < MAX_PIECES; count++) {
        double edge = grid->extent.left + (floor((left - grid->extent.left) / turn + 1e-12) + 1) * turn;
        double right = edge < bounds->right ? edge : bounds->right;
        pieces[count] = *bounds;
        pieces[count].left = right - left > 4 * inset ? left + inset : left;
        pieces[count].right = right - left > 4 * inset ? right - inset : right;
        left = right;
    }
    return count;
}

/* Scans for one piece of the bounds. */
static enum tw_status scan_piece(struct reading *reading, const struct tw_grid *grid,
                                 const struct tw_box *piece, struct tw_error *err)
{
    const struct tw_vector_place *vector = reading->vector;
    struct tw_box filter, moved = *piece;
    double turns = 0;
    if (vector->grid_turn > 0)
        turns = floor(((piece->left + piece->right) / 2 - grid->extent.left) / vector->grid_turn);
    if (vector->pair->to_grid == NULL)
        turns = 0;
    moved.left -= turns * vector->grid_turn;
    moved.right -= turns * vector->grid_turn;
    if (!tw_vector_move_bounds(vector->pair->to_file, &moved, &filter))
        return scan(reading, NULL, err);
    filter.left += turns * vector->turn;
    filter.right += turns * vector->turn;
    return scan(reading, &filter, err);
}

/* Everything that shows in the window when the layer is moved by the reading's turns. */
static enum tw_status scan_turn(struct reading *reading, const struct tw_grid *grid, struct tw_error *err)
{
    const struct tw_vector_place *vector = reading->vector;
    double shift = reading->turns * vector->grid_turn;
    struct tw_box wanted = reading->bounds, pieces[MAX_PIECES];
    wanted.left -= shift;
    wanted.right -= shift;
    if (wanted.left > vector->footprint.right || wanted.right < vector->footprint.left ||
        wanted.bottom > vector->footprint.top || wanted.top < vector->footprint.bottom)
        return TW_OK;
    if (tw_box_contains(&wanted, &vector->footprint))
        return scan(reading, NULL, err);
    wanted = tw_box_intersection(&wanted, &vector->footprint);
    int count = cut_at_turns(vector, grid, &wanted, pieces);
    enum tw_status status = TW_OK;
    for (int i = 0; status == TW_OK && i < count; i++)
        status = scan_piece(reading, grid, &pieces[i], err);
    return status;
}

static int by_fid(const void *a, const void *b)
{
    const struct found *left = a, *right = b;
    if (left->tile != right->tile)
        return left->tile < right->tile ? -1 : 1;
    if (left->fid != right->fid)
        return left->fid < right->fid ? -1 : 1;
    return left->turns - right->turns;
}

/* In the order of the file; what two pieces have found is taken once. */
static enum tw_status hand_out(struct reading *reading, struct tw_features *features, struct tw_error *err)
{
    features->count = 0;
    features->items = tw_arena_calloc(reading->arena, reading->count + 1, sizeof(*features->items));
    if (features->items == NULL)
        return no_memory(err);
    if (reading->count > 1)
        qsort(reading->found, reading->count, sizeof(*reading->found), by_fid);
    for (size_t i = 0; i < reading->count; i++)
        if (i == 0 || by_fid(&reading->found[i - 1], &reading->found[i]) != 0)
            features->items[features->count++] = reading->found[i].feature;
    return TW_OK;
}

enum tw_status tw_vector_features(struct tw_reader *reader, const struct tw_window *window,
                                  const volatile int *cancel, struct tw_arena *arena,
                                  struct tw_features *features, struct tw_error *err)
{
    const struct tw_vector_state *state = reader->source->state;
    struct reading reading = {.source = reader->source,
                              .pool = reader->pool,
                              .path = state->path,
                              .fields = &state->fields,
                              .bounds = tw_window_bounds(window),
                              .cancel = cancel,
                              .arena = arena};
    enum tw_status status = TW_OK;
    if (state->tiles != NULL)
        reading.zoom = tw_vector_tiles_zoom(state->tiles, window);
    else
        status = get_layer(reader, &reading.layer, err);
    if (status == TW_OK)
        status = tw_vector_use_grid(reader, window->grid, err);
    if (status != TW_OK)
        return status;
    reading.vector = reader->state;
    int reach = window->grid->is_global && reading.vector->is_somewhere ? TW_VECTOR_TURNS : 0;
    for (int turns = -reach; status == TW_OK && reading.vector->is_somewhere && turns <= reach; turns++) {
        reading.turns = turns;
        status = scan_turn(&reading, window->grid, err);
    }
    return status == TW_OK ? hand_out(&reading, features, err) : status;
}
