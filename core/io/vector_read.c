/* The features of a layer that meet a window.
 *
 * The window's bounds, moved into the layer's CRS, choose the candidates through the file's spatial index;
 * what really meets the window is decided in the grid's CRS. On a global grid the layer is looked at from
 * every turn around the earth from which it shows in the window.
 *
 * SPDX-License-Identifier: MIT
 */
#include "source_vector.h"

#include "crs_pairs.h"
#include "dataset.h"
#include "footprint.h"
#include "log.h"
#include "shape.h"

#include <cpl_error.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS = 2, MAX_PIECES = 4, DENSE = 21 };

static const double MARGIN = 0.02; /* by which bounds in another CRS are grown */

/* What a reader knows of its layer in the grid it reads for. */
struct vector_reader {
    struct tw_crs_pairs pairs;
    const struct tw_crs_pair *pair;
    double turn, grid_turn;  /* of the layer's CRS and of the grid's; 0: none */
    bool is_somewhere;       /* whether any of the layer can be projected: then, its bounds in the grid */
    struct tw_box footprint; /* maybe beyond the antimeridian */
    bool has_domain;         /* whether the layer reaches beyond the grid */
    struct tw_box domain;    /* then, the grid's bounds in the layer's CRS */
};

struct found {
    GIntBig fid;
    int turns;
    struct tw_feature feature;
};

struct reading {
    const struct tw_source *source;
    const struct vector_reader *vector;
    OGRLayerH layer;
    struct tw_box bounds; /* of the window */
    int turns;            /* how far the layer is moved, in turns of the grid */
    const volatile int *cancel;
    struct tw_arena *arena;
    struct found *found;
    size_t count, capacity;
};

void tw_vector_reader_free(struct tw_reader *reader)
{
    struct vector_reader *vector = reader->state;
    tw_crs_pairs_free(&vector->pairs);
    free(vector);
}

/* Bounds in another CRS, a little larger than need be; false when they cannot be told. */
static bool move_bounds(OGRCoordinateTransformationH transformation, const struct tw_box *from,
                        struct tw_box *to)
{
    *to = *from;
    if (transformation == NULL)
        return true;
    if (!OCTTransformBounds(transformation, from->left, from->bottom, from->right, from->top, &to->left,
                            &to->bottom, &to->right, &to->top, DENSE))
        return false;
    double x = (to->right - to->left) * MARGIN, y = (to->top - to->bottom) * MARGIN;
    bool is_finite = isfinite(x) && isfinite(y);
    if (!is_finite || !(x >= 0) || !(y >= 0)) /* over the antimeridian, left is more than right */
        return false;
    *to = (struct tw_box){to->left - x, to->bottom - y, to->right + x, to->top + y};
    return true;
}

static enum tw_status get_layer(struct tw_reader *reader, OGRLayerH *layer, struct tw_error *err)
{
    const struct tw_vector_state *state = reader->source->state;
    GDALDatasetH dataset = NULL;
    enum tw_status status = tw_dataset_open_vector(reader->pool, state->path, &dataset, err);
    if (status != TW_OK)
        return status;
    *layer = GDALDatasetGetLayerByName(dataset, state->layer);
    return *layer != NULL
               ? TW_OK
               : tw_error_set(err, TW_EINPUT, "'%s' has no layer '%s' any more", state->path, state->layer);
}

/* Where the grid ends within the layer, if it does. */
static void find_domain(struct vector_reader *vector, const struct tw_grid *grid)
{
    const struct tw_box *extent = &grid->extent, *footprint = &vector->footprint;
    struct tw_box inside = tw_box_intersection(footprint, extent);
    bool ends = footprint->bottom <= extent->bottom || footprint->top >= extent->top;
    if (grid->is_global) { /* all around */
        inside.left = footprint->left;
        inside.right = footprint->right;
    } else {
        ends = ends || footprint->left <= extent->left || footprint->right >= extent->right;
    }
    double inset = (inside.right - inside.left) * 1e-9; /* the very edges may come out on the other side */
    inside.left += inset;
    inside.right -= inset;
    vector->has_domain = ends && vector->pair->to_grid != NULL && inside.left < inside.right &&
                         inside.bottom < inside.top &&
                         move_bounds(vector->pair->to_file, &inside, &vector->domain);
}

static void locate(struct vector_reader *vector, const struct tw_vector_state *state,
                   const struct tw_grid *grid)
{
    vector->turn = vector->pair->to_grid != NULL ? tw_crs_turn(vector->pair->crs) : 0;
    vector->grid_turn = grid->is_global ? grid->extent.right - grid->extent.left : 0;
    vector->is_somewhere =
        !state->is_empty && tw_footprint_of_box(&state->extent, vector->pair, grid, &vector->footprint);
    vector->has_domain = false;
    if (vector->is_somewhere)
        find_domain(vector, grid);
}

/* The reader's state for the grid, made when the grid is a new one. */
static enum tw_status use_grid(struct tw_reader *reader, const struct tw_grid *grid, struct tw_error *err)
{
    const struct tw_vector_state *state = reader->source->state;
    struct vector_reader *vector = reader->state;
    if (vector == NULL && (vector = reader->state = calloc(1, sizeof(*vector))) == NULL)
        return tw_error_nomem(err);
    if (vector->pair != NULL && vector->pairs.grid == grid)
        return TW_OK;
    vector->pair = NULL;
    enum tw_status status = tw_crs_pairs_use(&vector->pairs, grid, err);
    if (status == TW_OK)
        status = tw_crs_pairs_find(&vector->pairs, state->crs, &vector->pair, err);
    if (status == TW_OK)
        locate(vector, state, grid);
    return status;
}

enum tw_status tw_vector_footprint(struct tw_reader *reader, const struct tw_grid *grid, bool *is_somewhere,
                                   struct tw_box *footprint, struct tw_error *err)
{
    enum tw_status status = use_grid(reader, grid, err);
    if (status != TW_OK)
        return status;
    const struct vector_reader *vector = reader->state;
    *is_somewhere = vector->is_somewhere;
    *footprint = vector->footprint;
    return TW_OK;
}

/* From the layer's CRS to the grid's, vertex by vertex. x may lie beyond one turn of either. */
struct mover {
    const struct vector_reader *vector;
    bool has_first;
    double first_x; /* in the grid's CRS: where a layer without turns is unwrapped to */
};

static bool move_vertex(void *context, double *x, double *y)
{
    struct mover *mover = context;
    const struct vector_reader *vector = mover->vector;
    double turns = vector->turn > 0 ? nearbyint(*x / vector->turn) : 0;
    *x -= turns * vector->turn;
    if (!tw_crs_move_point(vector->pair->to_grid, x, y))
        return false;
    if (vector->turn <= 0 && vector->grid_turn > 0 && mover->has_first)
        turns = -nearbyint((*x - mover->first_x) / vector->grid_turn);
    *x += turns * vector->grid_turn;
    if (!mover->has_first)
        mover->first_x = *x;
    mover->has_first = true;
    return true;
}

/* What of a shape lies where the grid is: far beyond, projections fail or fold. Takes the shape over. */
static OGRGeometryH cut_to_domain(const struct vector_reader *vector, OGRGeometryH shape)
{
    struct tw_box domain = vector->domain;
    if (vector->turn > 0 && vector->grid_turn > 0) { /* all around */
        domain.left = -TURNS * vector->turn;
        domain.right = TURNS * vector->turn;
    }
    return vector->has_domain ? tw_shape_clip(shape, &domain) : shape;
}

/* The feature's geometry in the grid's CRS, owned by the caller; NULL when there is none. Takes flat over. */
static OGRGeometryH project(const struct vector_reader *vector, OGRGeometryH flat)
{
    struct mover mover = {.vector = vector};
    if (flat == NULL || vector->pair->to_grid == NULL)
        return flat;
    OGRGeometryH shape = cut_to_domain(vector, flat);
    if (shape == NULL || tw_shape_map(shape, move_vertex, &mover))
        return shape;
    OGR_G_DestroyGeometry(shape);
    return NULL;
}

static void warn(const struct reading *reading, GIntBig fid)
{
    struct tw_vector_state *state = reading->source->state;
    if (!atomic_flag_test_and_set(&state->warned))
        tw_log_warn("input '%s': feature %lld of '%s' has no valid geometry in the grid's CRS and is left "
                    "out; others like it are left out, too",
                    reading->source->name, (long long)fid, state->path);
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
    *found = (struct found){.fid = OGR_F_GetFID(feature), .turns = reading->turns};
    if (shift != 0)
        tw_shape_map(shape, shift_vertex, &shift);
    enum tw_status status = tw_shape_to_feature(shape, reading->arena, &found->feature, err);
    if (status != TW_OK)
        return status;
    return tw_vector_properties(reading->source->state, feature, reading->arena, &found->feature.properties,
                                err);
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
    OGRGeometryH shape = project(reading->vector, tw_shape_flatten(OGR_G_Clone(geometry)));
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
    const struct tw_vector_state *state = reading->source->state;
    if (reading->cancel != NULL && __atomic_load_n(reading->cancel, __ATOMIC_RELAXED) != 0)
        return tw_error_set(err, TW_ECANCELLED, "cancelled");
    CPLErrorReset();
    *feature =
        fid != OGRNullFID ? OGR_L_GetFeature(reading->layer, fid) : OGR_L_GetNextFeature(reading->layer);
    if (*feature == NULL && CPLGetLastErrorType() >= CE_Failure)
        return tw_error_set(err, TW_EINPUT, "cannot read '%s': %s", state->path, tw_gdal_reason());
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

static enum tw_status scan(struct reading *reading, const struct tw_box *filter, struct tw_error *err)
{
    const struct tw_vector_state *state = reading->source->state;
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
static int cut_at_turns(const struct vector_reader *vector, const struct tw_grid *grid,
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
    const struct vector_reader *vector = reading->vector;
    struct tw_box filter, moved = *piece;
    double turns = 0;
    if (vector->grid_turn > 0)
        turns = floor(((piece->left + piece->right) / 2 - grid->extent.left) / vector->grid_turn);
    if (vector->pair->to_grid == NULL)
        turns = 0;
    moved.left -= turns * vector->grid_turn;
    moved.right -= turns * vector->grid_turn;
    if (!move_bounds(vector->pair->to_file, &moved, &filter))
        return scan(reading, NULL, err);
    filter.left += turns * vector->turn;
    filter.right += turns * vector->turn;
    return scan(reading, &filter, err);
}

/* Everything that shows in the window when the layer is moved by the reading's turns. */
static enum tw_status scan_turn(struct reading *reading, const struct tw_grid *grid, struct tw_error *err)
{
    const struct vector_reader *vector = reading->vector;
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
    struct reading reading = {
        .source = reader->source, .bounds = tw_window_bounds(window), .cancel = cancel, .arena = arena};
    enum tw_status status = get_layer(reader, &reading.layer, err);
    if (status == TW_OK)
        status = use_grid(reader, window->grid, err);
    if (status != TW_OK)
        return status;
    reading.vector = reader->state;
    int reach = window->grid->is_global && reading.vector->is_somewhere ? TURNS : 0;
    for (int turns = -reach; status == TW_OK && reading.vector->is_somewhere && turns <= reach; turns++) {
        reading.turns = turns;
        status = scan_turn(&reading, window->grid, err);
    }
    return status == TW_OK ? hand_out(&reading, features, err) : status;
}
