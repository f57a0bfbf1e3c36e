/* SPDX-License-Identifier: MIT */
#include "transform.h"

#include "clones.h"

#include <math.h>
#include <string.h>

enum { CELL_PX = TW_CELL_PX, NODE_PX = 16 };
static const double TOLERANCE_PX = 1.0 / 256;
static const double STEPS_PER_PX = 1 << TW_STEPS_LOG2;
static const int64_t STEPS = 1 << TW_STEPS_LOG2;

bool tw_mapping_position(const struct tw_mapping *mapping, const struct tw_window *grid, double *x, double *y)
{
    double world_x = tw_window_x(grid, *x), world_y = tw_window_y(grid, *y);
    if (!tw_crs_move_point(mapping->to_file, &world_x, &world_y))
        return false;
    world_x += mapping->shift_x;
    if (!tw_georeference_to_px(mapping->georeference, &world_x, &world_y))
        return false;
    *x = world_x * mapping->level_x;
    *y = world_y * mapping->level_y;
    return true;
}

/* As good as the file's own way back is; that of ground control points is another fit, and off by pixels. */
static bool roughly_back(const struct tw_mapping *mapping, const struct tw_window *window, double *x,
                         double *y)
{
    const struct tw_grid *grid = window->grid;
    *x /= mapping->level_x;
    *y /= mapping->level_y;
    if (!tw_georeference_to_crs(mapping->georeference, x, y))
        return false;
    *x -= mapping->shift_x;
    if (!tw_crs_move_point(mapping->to_grid, x, y))
        return false;
    *x = (*x - grid->extent.left) / tw_grid_pixel_width(grid, window->zoom, window->tile_size_px);
    *y = (grid->extent.top - *y) / tw_grid_pixel_height(grid, window->zoom, window->tile_size_px);
    return true;
}

bool tw_mapping_back(const struct tw_mapping *mapping, const struct tw_window *window, double *x, double *y)
{
    if (!roughly_back(mapping, window, x, y))
        return false;
    double wanted_x = *x, wanted_y = *y;
    for (int i = 0; !mapping->georeference->is_affine && i < 8; i++) {
        double again_x = *x, again_y = *y;
        if (!tw_mapping_position(mapping, window, &again_x, &again_y) ||
            !roughly_back(mapping, window, &again_x, &again_y))
            return false;
        *x += wanted_x - again_x;
        *y += wanted_y - again_y;
    }
    return true;
}

static bool is_lattice(const struct tw_mapping *mapping)
{
    return mapping->to_file != NULL || !mapping->georeference->is_affine;
}

static double (*node_at(const struct tw_transform *t, int32_t col, int32_t row))[2]
{
    return &t->nodes[(size_t)row * (size_t)(2 * t->cell_cols + 1) + (size_t)col];
}

/* A cell's three columns of nodes brought to one row: what is left is a parabola along x. */
struct cell_row {
    int32_t cell_col, cell_row;
    double row;
    double x[3], y[3];
};

static void weights(double u, double w[3])
{
    w[0] = 0.5 * u * (u - 1);
    w[1] = (1 - u) * (1 + u);
    w[2] = 0.5 * u * (u + 1);
}

static void fill_cell_row(const struct tw_transform *t, struct cell_row *cell)
{
    double w[3];
    weights((cell->row - (double)(t->first_cell_row + cell->cell_row) * CELL_PX) / NODE_PX - 1, w);
    for (int i = 0; i < 3; i++) {
        const double *a = *node_at(t, 2 * cell->cell_col + i, 2 * cell->cell_row);
        const double *b = *node_at(t, 2 * cell->cell_col + i, 2 * cell->cell_row + 1);
        const double *c = *node_at(t, 2 * cell->cell_col + i, 2 * cell->cell_row + 2);
        cell->x[i] = w[0] * a[0] + w[1] * b[0] + w[2] * c[0];
        cell->y[i] = w[0] * a[1] + w[1] * b[1] + w[2] * c[1];
    }
}

static void interpolate(const struct tw_transform *t, const struct cell_row *cell, double col, double *x,
                        double *y)
{
    double w[3];
    weights((col - (double)(t->first_cell_col + cell->cell_col) * CELL_PX) / NODE_PX - 1, w);
    *x = w[0] * cell->x[0] + w[1] * cell->x[1] + w[2] * cell->x[2];
    *y = w[0] * cell->y[0] + w[1] * cell->y[1] + w[2] * cell->y[2];
}

/* Whether interpolation is good at the four places of a cell that are furthest from its nodes. */
static bool is_smooth(const struct tw_transform *t, int32_t cell_col, int32_t cell_row)
{
    for (int i = 0; i < 9; i++)
        if (isnan((*node_at(t, 2 * cell_col + i % 3, 2 * cell_row + i / 3))[0]))
            return false;
    for (int i = 0; i < 4; i++) {
        double col = (double)((t->first_cell_col + cell_col) * CELL_PX + 8 + 16 * (i % 2));
        struct cell_row cell = {.cell_col = cell_col, .cell_row = cell_row};
        cell.row = (double)((t->first_cell_row + cell_row) * CELL_PX + 8 + 16 * (i / 2));
        fill_cell_row(t, &cell);
        double x, y, direct_x = col, direct_y = cell.row;
        interpolate(t, &cell, col, &x, &y);
        if (!tw_mapping_position(&t->mapping, &t->window, &direct_x, &direct_y) ||
            fabs(x - direct_x) > TOLERANCE_PX || fabs(y - direct_y) > TOLERANCE_PX)
            return false;
    }
    return true;
}

static void fill_nodes(struct tw_transform *t)
{
    for (int32_t row = 0; row <= 2 * t->cell_rows; row++) {
        for (int32_t col = 0; col <= 2 * t->cell_cols; col++) {
            double x = (double)(t->first_cell_col * CELL_PX + (int64_t)col * NODE_PX);
            double y = (double)(t->first_cell_row * CELL_PX + (int64_t)row * NODE_PX);
            bool ok = tw_mapping_position(&t->mapping, &t->window, &x, &y);
            (*node_at(t, col, row))[0] = ok ? x : NAN;
            (*node_at(t, col, row))[1] = ok ? y : NAN;
        }
    }
}

static void fill_weights(struct tw_transform *t)
{
    for (int i = 0; i < CELL_PX; i++) {
        double w[3];
        weights((i + 0.5) / NODE_PX - 1, w);
        for (int k = 0; k < 3; k++)
            t->weights[k][i] = w[k];
    }
}

static int64_t cell_of(int64_t px)
{
    return px >= 0 ? px / CELL_PX : -((-px + CELL_PX - 1) / CELL_PX);
}

static int64_t floor_of(double px)
{
    int64_t whole = (int64_t)px;
    return whole - ((double)whole > px ? 1 : 0);
}

enum tw_status tw_transform_init(struct tw_transform *transform, const struct tw_mapping *mapping,
                                 const struct tw_window *window, struct tw_arena *arena, struct tw_error *err)
{
    *transform = (struct tw_transform){.mapping = *mapping, .window = *window};
    struct tw_transform *t = transform;
    if (!is_lattice(mapping))
        return TW_OK;
    t->first_cell_col = cell_of(window->col_px);
    t->first_cell_row = cell_of(window->row_px);
    t->cell_cols = (int32_t)(cell_of(window->col_px + window->width_px) - t->first_cell_col + 1);
    t->cell_rows = (int32_t)(cell_of(window->row_px + window->height_px) - t->first_cell_row + 1);
    size_t num_nodes = (size_t)(2 * t->cell_cols + 1) * (size_t)(2 * t->cell_rows + 1);
    size_t num_cells = (size_t)t->cell_cols * (size_t)t->cell_rows;
    t->nodes = tw_arena_calloc(arena, num_nodes, sizeof(*t->nodes));
    t->direct = tw_arena_calloc(arena, num_cells, sizeof(*t->direct));
    if (t->nodes == NULL || t->direct == NULL)
        return tw_error_set(err, TW_EBUDGET, "no memory is left for the transformation");
    fill_nodes(t);
    fill_weights(t);
    for (size_t i = 0; i < num_cells; i++) {
        t->direct[i] =
            !is_smooth(t, (int32_t)(i % (size_t)t->cell_cols), (int32_t)(i / (size_t)t->cell_cols));
        t->any_direct = t->any_direct || t->direct[i];
    }
    return TW_OK;
}

/* Adding 1.5 * 2^52 leaves no bits for fractions: that rounds to nearest, ties to even, without a call. */
static const double no_fractions = 6755399441055744.0;

static double snapped(double px)
{
    if (!(fabs(px) < 1 << 30))
        return nearbyint(px);
    double steps = px * STEPS_PER_PX + no_fractions;
    return (steps - no_fractions) / STEPS_PER_PX;
}

/* Takes a position in the grid's pixels to one in the level's. cell carries over from point to point. */
static bool locate(const struct tw_transform *t, struct cell_row *cell, double *x, double *y)
{
    if (t->nodes == NULL)
        return tw_mapping_position(&t->mapping, &t->window, x, y);
    int32_t cell_col = (int32_t)(cell_of(floor_of(*x)) - t->first_cell_col);
    int32_t cell_row = (int32_t)(cell_of(floor_of(*y)) - t->first_cell_row);
    bool is_inside = cell_col >= 0 && cell_col < t->cell_cols && cell_row >= 0 && cell_row < t->cell_rows;
    if (!is_inside || t->direct[(size_t)cell_row * (size_t)t->cell_cols + (size_t)cell_col])
        return tw_mapping_position(&t->mapping, &t->window, x, y);
    if (cell->cell_col != cell_col || cell->cell_row != cell_row || cell->row != *y) {
        *cell = (struct cell_row){.cell_col = cell_col, .cell_row = cell_row, .row = *y};
        fill_cell_row(t, cell);
    }
    interpolate(t, cell, *x, x, y);
    return true;
}

/* The number of steps is what the bits have more than those of no_fractions. Below 2^30 pixels only. */
static inline int64_t steps_of(double px)
{
    double steps = px * STEPS_PER_PX + no_fractions;
    int64_t bits, zero;
    memcpy(&bits, &steps, sizeof(bits));
    memcpy(&zero, &no_fractions, sizeof(zero));
    return bits - zero;
}

/* Some pixels of a row. */
struct span {
    int32_t first_px, count;
    int64_t *x, *y;
};

/* One by one, wherever they lie. */
static void locate_span(const struct tw_transform *t, int32_t row_px, const struct span *span)
{
    struct cell_row cell = {.cell_col = -1};
    for (int32_t i = 0; i < span->count; i++) {
        double x = (double)(t->window.col_px + span->first_px + i) + 0.5;
        double y = (double)(t->window.row_px + row_px) + 0.5;
        bool ok = locate(t, &cell, &x, &y) && fabs(x) < 1 << 30 && fabs(y) < 1 << 30;
        span->x[i] = ok ? steps_of(x) - t->origin_x * STEPS : TW_NOWHERE;
        span->y[i] = ok ? steps_of(y) - t->origin_y * STEPS : TW_NOWHERE;
    }
}

/* weights: of three nodes, each of them for all pixels of a cell. */
TW_CLONES static void interpolate_span(const double *restrict weights_of_cell, const double nodes[3],
                                       int32_t count, int64_t *restrict out)
{
    const double *a = weights_of_cell, *b = a + CELL_PX, *c = b + CELL_PX;
    for (int32_t i = 0; i < count; i++)
        out[i] = steps_of(a[i] * nodes[0] + b[i] * nodes[1] + c[i] * nodes[2]);
}

static bool is_near(const struct cell_row *cell)
{
    for (int i = 0; i < 3; i++)
        if (!(fabs(cell->x[i]) < 1 << 28) || !(fabs(cell->y[i]) < 1 << 28))
            return false;
    return true;
}

/* The pixels lie in one cell, from the column first_col of it on. */
static void fill_span(const struct tw_transform *t, struct cell_row *cell, int32_t first_col,
                      const struct span *span)
{
    int32_t row_px = (int32_t)(cell->row - 0.5 - (double)t->window.row_px);
    if (t->direct[(size_t)cell->cell_row * (size_t)t->cell_cols + (size_t)cell->cell_col]) {
        locate_span(t, row_px, span);
        return;
    }
    fill_cell_row(t, cell);
    if (!is_near(cell)) {
        locate_span(t, row_px, span);
        return;
    }
    interpolate_span(&t->weights[0][first_col], cell->x, span->count, span->x);
    interpolate_span(&t->weights[0][first_col], cell->y, span->count, span->y);
    for (int32_t i = 0; i < span->count; i++) {
        span->x[i] -= t->origin_x * STEPS;
        span->y[i] -= t->origin_y * STEPS;
    }
}

void tw_transform_row(const struct tw_transform *transform, int32_t row_px, int32_t count, int64_t *x,
                      int64_t *y)
{
    const struct tw_transform *t = transform;
    if (t->nodes == NULL) {
        locate_span(t, row_px, &(struct span){0, count, x, y});
        return;
    }
    struct cell_row cell = {.row = (double)(t->window.row_px + row_px) + 0.5};
    cell.cell_row = (int32_t)(cell_of(t->window.row_px + row_px) - t->first_cell_row);
    for (int32_t done = 0; done < count;) {
        int64_t col_px = t->window.col_px + done, cell_col = cell_of(col_px);
        int32_t first_col = (int32_t)(col_px - cell_col * CELL_PX), rest = CELL_PX - first_col;
        struct span span = {done, count - done < rest ? count - done : rest, x + done, y + done};
        cell.cell_col = (int32_t)(cell_col - t->first_cell_col);
        fill_span(t, &cell, first_col, &span);
        done += span.count;
    }
}

bool tw_transform_is_upright(const struct tw_transform *transform)
{
    const struct tw_georeference *georeference = transform->mapping.georeference;
    return transform->nodes == NULL && georeference->to_px[2] == 0 && georeference->to_px[4] == 0;
}

static void points_back(const struct tw_transform *t, int count, double *x, double *y, int *success)
{
    for (int i = 0; i < count; i++) {
        double col = x[i] + t->origin_x, row = y[i] + t->origin_y;
        success[i] = tw_mapping_back(&t->mapping, &t->window, &col, &row);
        x[i] = success[i] ? snapped(col) - (double)t->window.col_px : HUGE_VAL;
        y[i] = success[i] ? snapped(row) - (double)t->window.row_px : HUGE_VAL;
    }
}

int tw_transform_points(void *transform, int to_source, int count, TW_POINT_ARRAYS)
{
    (void)z;
    const struct tw_transform *t = transform;
    struct cell_row cell = {.cell_col = -1};
    if (!to_source) {
        points_back(t, count, x, y, success);
        return 1;
    }
    for (int i = 0; i < count; i++) {
        double col = x[i] + (double)t->window.col_px, row = y[i] + (double)t->window.row_px;
        bool ok = isfinite(col) && isfinite(row) && locate(t, &cell, &col, &row);
        success[i] = ok;
        x[i] = ok ? snapped(col) - t->origin_x : HUGE_VAL;
        y[i] = ok ? snapped(row) - t->origin_y : HUGE_VAL;
    }
    return 1;
}

/* The next place along an axis to look at: every 16th pixel and the end; every pixel where the mapping is
 * rough. */
static int32_t next_sample(const struct tw_transform *t, int32_t px, int32_t end)
{
    int32_t step = t->any_direct ? 1 : NODE_PX;
    return px + step < end || px == end ? px + step : end;
}

bool tw_transform_bounds(const struct tw_transform *transform, struct tw_box *bounds)
{
    const struct tw_transform *t = transform;
    struct tw_bounds found = {0};
    for (int32_t row = 0; row <= t->window.height_px; row = next_sample(t, row, t->window.height_px)) {
        struct cell_row cell = {.cell_col = -1};
        for (int32_t col = 0; col <= t->window.width_px; col = next_sample(t, col, t->window.width_px)) {
            double x = (double)(t->window.col_px + col), y = (double)(t->window.row_px + row);
            if (locate(t, &cell, &x, &y))
                tw_bounds_add(&found, x, y);
        }
    }
    *bounds = found.box;
    return found.any;
}
