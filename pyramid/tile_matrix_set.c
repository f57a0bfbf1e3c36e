/* SPDX-License-Identifier: MIT */
#include "tile_matrix_set.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MIN_TILE_PX = 128, MAX_TILE_PX = 4096 };

static const double most_tiles = 2147483648.0;
static const double pixel_m = 0.00028; /* a scale of 1:n means pixels of n times that */

/* One entry of the list. */
struct matrix {
    const struct tw_value *value;
    const char *id;
    double cell; /* side of a pixel, in units of the CRS */
    double left, top;
    long long cols, rows, size_px;
};

/* The matrix that is read, the first one and the one before it. */
struct matrices {
    const struct tw_definition *definition;
    const struct tw_crs_axes *axes;
    struct matrix first, before;
    bool ids_are_numbers;
    long long first_id;
};

bool tw_is_tile_matrix_set(const struct tw_value *map)
{
    return tw_value_get(map, "tileMatrices") != NULL || tw_value_get(map, "tileMatrix") != NULL;
}

static bool refuse(const struct tw_definition *definition, const struct tw_value *place, const char *message)
{
    tw_problems_add(definition->problems, place, "%s%s", definition->where, message);
    return false;
}

const struct tw_value *tw_definition_crs(const struct tw_definition *definition)
{
    static const char *const keys[] = {"uri", "wkt", "referenceSystem"};
    const struct tw_value *crs = tw_value_get(definition->value, "crs");
    if (crs == NULL)
        crs = tw_value_get(definition->value, "supportedCRS");
    for (size_t i = 0; crs != NULL && i < sizeof(keys) / sizeof(keys[0]); i++)
        if (tw_value_get(crs, keys[i]) != NULL)
            return tw_value_get(crs, keys[i]);
    if (crs != NULL && (crs->kind == TW_STRING || crs->kind == TW_MAP))
        return crs;
    refuse(definition, crs != NULL ? crs : definition->value,
           "a TileMatrixSet needs 'crs' (version 1: 'supportedCRS'), the URI of a CRS");
    return NULL;
}

/* The last part of `.../EPSG/0/3035` or `urn:ogc:def:crs:EPSG::3035`, after the authority. */
static const char *code_in(const char *text, const char *authority, char separator)
{
    const char *name = strstr(text, authority);
    const char *last = name != NULL ? strrchr(name, separator) : NULL;
    return last != NULL ? last + 1 : NULL;
}

const char *tw_crs_short_name(const char *text, struct tw_arena *arena)
{
    size_t length = strlen(text);
    if (length > 2 && text[0] == '[' && text[length - 1] == ']') /* a safe CURIE */
        return tw_crs_short_name(tw_arena_strndup(arena, text + 1, length - 2), arena);
    bool is_uri = strstr(text, "/def/crs/") != NULL, is_urn = strncmp(text, "urn:ogc:def:crs:", 16) == 0;
    if (is_uri || is_urn || strncmp(text, "OGC:", 4) == 0) {
        char separator = is_uri ? '/' : ':';
        const char *code = code_in(text, is_uri ? "/EPSG/" : ":EPSG:", separator);
        if (code != NULL && *code != '\0' && strspn(code, "0123456789") == strlen(code))
            return tw_arena_printf(arena, "EPSG:%s", code);
        code = code_in(text, "OGC", separator);
        if (code != NULL && strcmp(code, "CRS84") == 0)
            return "EPSG:4326";
    }
    return tw_arena_strdup(arena, text);
}

static const struct tw_value *either(const struct tw_value *map, const char *key, const char *other)
{
    const struct tw_value *value = tw_value_get(map, key);
    return value != NULL ? value : tw_value_get(map, other);
}

static bool refuse_matrix(const struct matrices *all, const struct matrix *matrix, const char *message)
{
    tw_problems_add(all->definition->problems, matrix->value, "%smatrix '%s' %s", all->definition->where,
                    matrix->id, message);
    return false;
}

static bool read_count(const struct matrices *all, const struct matrix *matrix, const char *key,
                       long long *count)
{
    const struct tw_value *value = tw_value_get(matrix->value, key);
    if (tw_value_is_int(value, count) && *count >= 1 && (double)*count <= most_tiles)
        return true;
    tw_problems_add(all->definition->problems, value != NULL ? value : matrix->value,
                    "%smatrix '%s' needs '%s', a whole number over 0", all->definition->where, matrix->id,
                    key);
    return false;
}

static bool read_tile_size(const struct matrices *all, struct matrix *matrix)
{
    long long height = 0;
    char message[128];
    if (!read_count(all, matrix, "tileWidth", &matrix->size_px) ||
        !read_count(all, matrix, "tileHeight", &height))
        return false;
    if (matrix->size_px != height) {
        snprintf(message, sizeof(message), "has tiles of %lld x %lld pixels; only square ones are supported",
                 matrix->size_px, height);
        return refuse_matrix(all, matrix, message);
    }
    if (height < MIN_TILE_PX || height > MAX_TILE_PX) {
        snprintf(message, sizeof(message), "has tiles of %lld pixels; supported are %d to %d", height,
                 MIN_TILE_PX, MAX_TILE_PX);
        return refuse_matrix(all, matrix, message);
    }
    return true;
}

/* `cellSize`, or else what the scale says. */
static bool read_cell(const struct matrices *all, struct matrix *matrix)
{
    const struct tw_value *cell = tw_value_get(matrix->value, "cellSize");
    const struct tw_value *scale = tw_value_get(matrix->value, "scaleDenominator");
    if (cell != NULL && cell->kind == TW_NUMBER)
        matrix->cell = cell->number;
    else if (cell == NULL && scale != NULL && scale->kind == TW_NUMBER)
        matrix->cell = scale->number * pixel_m / all->axes->metres_per_unit;
    if (isfinite(matrix->cell) && matrix->cell > 0)
        return true;
    return refuse_matrix(all, matrix, "needs 'cellSize' or 'scaleDenominator', a number over 0");
}

static bool read_origin(const struct matrices *all, struct matrix *matrix)
{
    const struct tw_value *origin = either(matrix->value, "pointOfOrigin", "topLeftCorner");
    bool right = origin != NULL && origin->kind == TW_LIST && origin->count == 2;
    for (size_t i = 0; right && i < 2; i++)
        right = origin->items[i].kind == TW_NUMBER && isfinite(origin->items[i].number);
    if (!right)
        return refuse_matrix(all, matrix, "needs 'pointOfOrigin' (version 1: 'topLeftCorner'), two numbers");
    matrix->left = origin->items[all->axes->y_first ? 1 : 0].number;
    matrix->top = origin->items[all->axes->y_first ? 0 : 1].number;
    const struct tw_value *corner = tw_value_get(matrix->value, "cornerOfOrigin");
    if (corner == NULL || corner->kind == TW_NULL ||
        (corner->kind == TW_STRING && strcmp(corner->text, "topLeft") == 0))
        return true;
    if (corner->kind != TW_STRING || strcmp(corner->text, "bottomLeft") != 0)
        return refuse_matrix(all, matrix, "needs 'cornerOfOrigin' to be topLeft or bottomLeft");
    matrix->top += matrix->cell * (double)(matrix->rows * matrix->size_px);
    return true;
}

static bool has_whole_rows(const struct matrices *all, const struct matrix *matrix)
{
    const struct tw_value *widths = tw_value_get(matrix->value, "variableMatrixWidths");
    if (widths == NULL || widths->kind == TW_NULL || (widths->kind == TW_LIST && widths->count == 0))
        return true;
    return refuse_matrix(all, matrix,
                         "has rows that are not all of the same number of tiles (variableMatrixWidths); only "
                         "whole matrices are supported");
}

static bool read_matrix(const struct matrices *all, struct matrix *matrix)
{
    const struct tw_value *id = either(matrix->value, "id", "identifier");
    matrix->id = "?";
    if (id == NULL || (id->kind != TW_STRING && id->kind != TW_NUMBER))
        return refuse(all->definition, matrix->value, "a matrix needs 'id' (version 1: 'identifier')");
    matrix->id = id->text;
    return has_whole_rows(all, matrix) && read_tile_size(all, matrix) &&
           read_count(all, matrix, "matrixWidth", &matrix->cols) &&
           read_count(all, matrix, "matrixHeight", &matrix->rows) && read_cell(all, matrix) &&
           read_origin(all, matrix);
}

static bool has_same_tiles(const struct matrices *all, const struct matrix *matrix)
{
    char message[160];
    if (matrix->size_px == all->first.size_px)
        return true;
    snprintf(message, sizeof(message),
             "has tiles of %lld pixels and matrix '%.40s' of %lld; all must be alike", matrix->size_px,
             all->first.id, all->first.size_px);
    return refuse_matrix(all, matrix, message);
}

/* Half the cells of the matrix before it, and twice its tiles. Rounding to seven digits is forgiven. */
static bool has_half_cells(const struct matrices *all, const struct matrix *matrix, int level)
{
    char message[200];
    const struct matrix *before = &all->before;
    if (fabs(ldexp(matrix->cell, level) / all->first.cell - 1) > 1e-6) {
        snprintf(message, sizeof(message),
                 "has cells of %.10g and matrix '%.40s' of %.10g; each matrix must have cells half as large "
                 "as the one before",
                 matrix->cell, before->id, before->cell);
        return refuse_matrix(all, matrix, message);
    }
    if (matrix->cols == 2 * before->cols && matrix->rows == 2 * before->rows)
        return true;
    snprintf(message, sizeof(message),
             "is %lld x %lld tiles (width x height); twice those of matrix '%.40s' are %lld x %lld",
             matrix->cols, matrix->rows, before->id, 2 * before->cols, 2 * before->rows);
    return refuse_matrix(all, matrix, message);
}

/* To a hundredth of a pixel, or what is lost when coordinates are rounded to ten digits. */
static bool has_same_origin(const struct matrices *all, const struct matrix *matrix)
{
    char message[200];
    const struct matrix *first = &all->first;
    double noise = 1e-9 * first->cell * (double)(first->size_px * (first->rows + first->cols));
    double tolerance = fmax(matrix->cell * 0.01, noise);
    if (fabs(matrix->left - first->left) <= tolerance && fabs(matrix->top - first->top) <= tolerance)
        return true;
    snprintf(message, sizeof(message),
             "begins at x %.10g, y %.10g and matrix '%.40s' at x %.10g, y %.10g; all must share one corner",
             matrix->left, matrix->top, first->id, first->left, first->top);
    return refuse_matrix(all, matrix, message);
}

/* Ids that are whole numbers must count up, as they are the zooms. */
static bool check_id(struct matrices *all, const struct matrix *matrix, int level)
{
    double number = 0;
    bool is_number = tw_parse_number(matrix->id, &number) && number == floor(number) && fabs(number) < 1e9;
    if (level == 0) {
        all->ids_are_numbers = is_number;
        all->first_id = is_number ? (long long)number : 0;
    }
    if (is_number == all->ids_are_numbers && (!is_number || (long long)number == all->first_id + level))
        return true;
    char message[160];
    snprintf(message, sizeof(message),
             "follows matrix '%.40s'; ids must count up one by one, from the coarsest, or be no numbers",
             all->before.id);
    return refuse_matrix(all, matrix, message);
}

static bool add_matrix(struct matrices *all, const struct tw_value *value, int level)
{
    struct matrix matrix = {.value = value};
    if (value->kind != TW_MAP)
        return refuse(all->definition, value,
                      "a matrix must be a map with id, pointOfOrigin, matrixWidth ...");
    if (!read_matrix(all, &matrix))
        return false;
    if (level == 0)
        all->first = all->before = matrix;
    bool right = level == 0 || (has_same_tiles(all, &matrix) && has_half_cells(all, &matrix, level) &&
                                has_same_origin(all, &matrix));
    right = right && check_id(all, &matrix, level);
    all->before = matrix;
    return right;
}

static bool zooms_fit(const struct matrices *all, size_t count)
{
    long long last = all->first_id + (long long)count - 1;
    if (all->first_id >= 0 && last <= TW_MAX_ZOOM)
        return true;
    tw_problems_add(all->definition->problems, all->first.value,
                    "%smatrices '%s' to '%s' are zooms %lld to %lld; supported are 0 to %d",
                    all->definition->where, all->first.id, all->before.id, all->first_id, last, TW_MAX_ZOOM);
    return false;
}

static bool is_near(double a, double b, double length)
{
    return fabs(a - b) <= length * 1e-9;
}

/* Edges that lie about 0 all but the last digits do so exactly. */
static double opposite(double edge, double other, double length)
{
    return is_near(edge, -other, length) ? -edge : other;
}

static bool is_like(const struct tw_grid *grid, const struct tw_grid *known)
{
    double length = known->extent.right - known->extent.left;
    return known->cols == grid->cols && known->rows == grid->rows && known->first_zoom == grid->first_zoom &&
           strcmp(known->crs, grid->crs) == 0 && is_near(known->extent.left, grid->extent.left, length) &&
           is_near(known->extent.right, grid->extent.right, length) &&
           is_near(known->extent.bottom, grid->extent.bottom, length) &&
           is_near(known->extent.top, grid->extent.top, length);
}

/* A definition of what is known here takes the numbers from here: they are the ones that were rounded. */
static void use_known(const struct tw_definition *definition, struct tw_grid *grid)
{
    const struct tw_value *id = either(definition->value, "id", "identifier");
    const struct tw_grid *known[] = {tw_grid_named("mercator"), tw_grid_named("geodetic"), NULL};
    if (id != NULL && id->kind == TW_STRING && *id->text != '\0') {
        known[2] = tw_registered_grid(id->text, definition->arena);
        grid->name = id->text;
    }
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i] == NULL || !is_like(grid, known[i]))
            continue;
        grid->extent = known[i]->extent;
        grid->is_global = known[i]->is_global;
    }
}

static const struct tw_grid *make_grid(const struct matrices *all, size_t count)
{
    const struct matrix *first = &all->first;
    double width = first->cell * (double)(first->cols * first->size_px);
    double height = first->cell * (double)(first->rows * first->size_px);
    struct tw_grid *grid = tw_arena_calloc(all->definition->arena, 1, sizeof(*grid));
    if (grid == NULL)
        return NULL;
    *grid = (struct tw_grid){
        .name = "custom",
        .crs = all->axes->crs,
        .extent = {.left = first->left,
                   .bottom = opposite(first->top, first->top - height, height),
                   .right = opposite(first->left, first->left + width, width),
                   .top = first->top},
        .cols = first->cols,
        .rows = first->rows,
        .is_global = all->axes->turn > 0 && is_near(width, all->axes->turn, width),
        .first_zoom = (int)all->first_id,
        .num_zooms = (int)count,
        .tile_size_px = (int)first->size_px,
    };
    use_known(all->definition, grid);
    return grid;
}

const struct tw_grid *tw_definition_grid(const struct tw_definition *definition,
                                         const struct tw_crs_axes *axes)
{
    struct matrices all = {.definition = definition, .axes = axes};
    const struct tw_value *list = either(definition->value, "tileMatrices", "tileMatrix");
    if (list == NULL || list->kind != TW_LIST || list->count == 0) {
        refuse(definition, list != NULL ? list : definition->value,
               "a TileMatrixSet needs 'tileMatrices' (version 1: 'tileMatrix'), a list with at least one");
        return NULL;
    }
    for (size_t i = 0; i < list->count; i++)
        if (!add_matrix(&all, &list->items[i], (int)(i < 1000 ? i : 1000)))
            return NULL;
    return zooms_fit(&all, list->count) ? make_grid(&all, list->count) : NULL;
}
