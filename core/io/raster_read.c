/* SPDX-License-Identifier: MIT */
#include "raster_file.h"

#include "paste.h"
#include "uniform.h"
#include "warp.h"

#include <math.h>
#include <string.h>

/* A window is read in pieces of at most this many pixels, and with at most this many bytes of the file. */
enum { MAX_PIECE_PX = 1024 * 1024, MAX_SOURCE_BYTES = 64 * 1024 * 1024, SPLIT_PX = 32, FEW = 16 };

struct reading {
    const struct tw_file_read *read;
    const struct tw_fit *fit;
    struct tw_kernel kernel;
    struct tw_arena *arena;
    struct tw_array *arrays; /* the target: the whole window */
    struct tw_error *err;
};

/* Some of the window's pixels, moved to one turn of the grid; where they lie in the target; and the turns
 * that their coordinates are moved by in the file's CRS. */
struct piece {
    struct tw_window window;
    int32_t col_px, row_px;
    double shift_x;
};

static enum tw_status read_piece(const struct reading *reading, const struct piece *piece);

/* The cut of a piece along its longer side: at a multiple of 32 of the grid's pixels where possible, so that
 * both halves share nodes of the transformation. */
static int32_t cut_at(int64_t first_px, int32_t length_px)
{
    int32_t half = length_px / 2;
    int32_t over = (int32_t)(((first_px + half) % SPLIT_PX + SPLIT_PX) % SPLIT_PX);
    return half > over ? half - over : half;
}

static enum tw_status read_halves(const struct reading *reading, const struct piece *piece)
{
    struct piece first = *piece, second = *piece;
    const struct tw_window *window = &piece->window;
    if (window->width_px >= window->height_px) {
        int32_t cut = cut_at(window->col_px, window->width_px);
        first.window.width_px = cut;
        second.window.col_px += cut;
        second.window.width_px -= cut;
        second.col_px += cut;
    } else {
        int32_t cut = cut_at(window->row_px, window->height_px);
        first.window.height_px = cut;
        second.window.row_px += cut;
        second.window.height_px -= cut;
        second.row_px += cut;
    }
    enum tw_status status = read_piece(reading, &first);
    return status == TW_OK ? read_piece(reading, &second) : status;
}

static enum tw_status too_large(const struct reading *reading)
{
    return tw_error_set(
        reading->err, TW_EBUDGET,
        "'%s' is too detailed for this zoom: one pixel takes more memory than there is; %s, or "
        "raise --memory",
        reading->read->file->path,
        reading->read->file->tiles != NULL ? "make its tiles of lower zooms, too"
                                           : "add overviews with gdaladdo");
}

static size_t source_limit(const struct reading *reading)
{
    size_t quarter = tw_arena_budget(reading->arena) / 4;
    return quarter != 0 && quarter < MAX_SOURCE_BYTES ? quarter : MAX_SOURCE_BYTES;
}

static struct tw_part level_part(const struct reading *reading)
{
    const struct tw_raster_info *info = &reading->read->file->info;
    int level = reading->fit->level;
    if (level < 0)
        return (struct tw_part){-1, 0, 0, info->width_px, info->height_px};
    return (struct tw_part){level, 0, 0, info->levels_px[level][0], info->levels_px[level][1]};
}

/* The part of the level that the bounds and the kernel's reach around them cover. False when it is empty. */
static bool part_of(const struct reading *reading, const struct tw_box *bounds, struct tw_part *part)
{
    struct tw_part level = level_part(reading);
    if (bounds->right <= 0 || bounds->left >= level.width_px || bounds->top <= 0 ||
        bounds->bottom >= level.height_px)
        return false;
    double reach_x = tw_kernel_reach(&reading->kernel, reading->kernel.scale_x);
    double reach_y = tw_kernel_reach(&reading->kernel, reading->kernel.scale_y);
    double left = fmax(floor(bounds->left) - reach_x, 0);
    double top = fmax(floor(bounds->bottom) - reach_y, 0);
    double right = fmin(ceil(bounds->right) + reach_x, level.width_px);
    double bottom = fmin(ceil(bounds->top) + reach_y, level.height_px);
    *part = (struct tw_part){level.level, (int32_t)left, (int32_t)top, (int32_t)(right - left),
                             (int32_t)(bottom - top)};
    return true;
}

static enum tw_status read_pixels(const struct reading *reading, const struct tw_part *part,
                                  struct tw_source_pixels *pixels)
{
    const struct tw_file_read *read = reading->read;
    struct tw_pixels_request request = {.path = read->file->path,
                                        .info = &read->file->info,
                                        .bands = read->bands,
                                        .num_bands = read->num_bands,
                                        .part = *part};
    if (read->file->tiles != NULL)
        return tw_tile_set_read(read->file->tiles, tw_files_pool(read->files), &request, reading->arena,
                                pixels, reading->err);
    enum tw_status status =
        tw_dataset_open(tw_files_pool(read->files), request.path, &request.dataset, reading->err);
    if (status != TW_OK)
        return status;
    return tw_source_pixels_read(&request, reading->arena, pixels, reading->err);
}

static bool fits_in_memory(const struct reading *reading, const struct tw_part *part)
{
    struct tw_pixels_request request = {.info = &reading->read->file->info,
                                        .bands = reading->read->bands,
                                        .num_bands = reading->read->num_bands};
    size_t count = (size_t)part->width_px * (size_t)part->height_px;
    size_t copies = reading->read->file->tiles != NULL ? 2 : 1; /* a tile, and where it is pasted */
    return count <= source_limit(reading) / (copies * tw_source_pixels_cost(&request));
}

/* Reads the part and resamples it to the piece. */
static enum tw_status warp_part(const struct reading *reading, const struct piece *piece,
                                const struct tw_part *part, struct tw_transform *transform)
{
    struct tw_source_pixels pixels;
    enum tw_status status = read_pixels(reading, part, &pixels);
    if (status != TW_OK)
        return status;
    struct tw_array *warped =
        tw_arena_calloc(reading->arena, reading->read->num_bands, sizeof(struct tw_array));
    if (warped == NULL)
        return too_large(reading);
    const struct tw_warp warp = {&pixels, &reading->kernel, transform};
    status = tw_warp(&warp, reading->arena, warped, reading->err);
    if (status == TW_OK)
        tw_paste(warped, reading->read->num_bands, reading->arrays, piece->col_px, piece->row_px);
    else
        tw_error_prefix(reading->err, "'%s': ", reading->read->file->path);
    return status;
}

static enum tw_status warp_piece(const struct reading *reading, const struct piece *piece)
{
    const struct tw_raster_file *file = reading->read->file;
    struct tw_mapping mapping = {&file->georeference, file->to_file,         file->to_grid,
                                 piece->shift_x,      reading->fit->level_x, reading->fit->level_y};
    struct tw_transform transform;
    struct tw_part part;
    struct tw_box bounds;
    enum tw_status status =
        tw_transform_init(&transform, &mapping, &piece->window, reading->arena, reading->err);
    if (status != TW_OK || !tw_transform_bounds(&transform, &bounds) || !part_of(reading, &bounds, &part))
        return status;
    if (fits_in_memory(reading, &part))
        return warp_part(reading, piece, &part, &transform);
    if (piece->window.width_px == 1 && piece->window.height_px == 1)
        return too_large(reading);
    return read_halves(reading, piece);
}

static int32_t clamped(int64_t value, int64_t low, int64_t high)
{
    return (int32_t)(value < low ? low : value > high ? high : value);
}

/* The file's pixels are the grid's: they are taken as they are. */
static enum tw_status copy_piece(const struct reading *reading, const struct piece *piece, int64_t shift_px)
{
    struct tw_part level = level_part(reading), part = level;
    const struct tw_window *window = &piece->window;
    int64_t left = window->col_px - (reading->fit->first_col_px - shift_px);
    int64_t top = window->row_px - reading->fit->first_row_px;
    part.x = clamped(left, 0, level.width_px);
    part.y = clamped(top, 0, level.height_px);
    part.width_px = clamped(left + window->width_px, 0, level.width_px) - part.x;
    part.height_px = clamped(top + window->height_px, 0, level.height_px) - part.y;
    if (part.width_px <= 0 || part.height_px <= 0)
        return TW_OK;
    if (!fits_in_memory(reading, &part) && window->width_px * window->height_px > 1)
        return read_halves(reading, piece);
    struct tw_source_pixels pixels;
    enum tw_status status = read_pixels(reading, &part, &pixels);
    if (status == TW_OK)
        tw_paste(pixels.bands, reading->read->num_bands, reading->arrays,
                 piece->col_px + (int32_t)(part.x - left), piece->row_px + (int32_t)(part.y - top));
    return status;
}

/* Whole turns in the file's CRS must be whole pixels of the grid to be copied. */
static bool is_copied(const struct reading *reading, const struct piece *piece, int64_t *shift_px)
{
    const struct tw_window *window = &piece->window;
    double shift = piece->shift_x / tw_grid_pixel_width(window->grid, window->zoom, window->tile_size_px);
    *shift_px = llround(shift);
    return reading->fit->is_aligned && fabs(shift - (double)*shift_px) < 1e-3;
}

static enum tw_status read_piece(const struct reading *reading, const struct piece *piece)
{
    if (reading->read->cancel != NULL && __atomic_load_n(reading->read->cancel, __ATOMIC_RELAXED) != 0)
        return tw_error_set(reading->err, TW_ECANCELLED, "cancelled");
    if ((int64_t)piece->window.width_px * piece->window.height_px > MAX_PIECE_PX)
        return read_halves(reading, piece);
    struct tw_arena_mark mark = tw_arena_mark(reading->arena);
    int64_t shift_px = 0;
    enum tw_status status = is_copied(reading, piece, &shift_px) ? copy_piece(reading, piece, shift_px)
                                                                 : warp_piece(reading, piece);
    tw_arena_release(reading->arena, mark);
    return status;
}

/* A file may reach beyond its CRS's one turn (170..190 degrees): then coordinates are tried a turn further,
 * too. Coordinates come out of a transformation within half a turn of 0. */
static bool needs_shift(const struct tw_raster_file *file, int turns)
{
    const struct tw_georeference *georeference = &file->georeference;
    if (turns == 0)
        return true;
    if (georeference->turn <= 0 || !georeference->is_affine)
        return false;
    double half = georeference->turn / 2 * (1 + 1e-9);
    for (int i = 0; i < 4; i++) {
        double x = i % 2 * file->info.width_px, y = i / 2 * file->info.height_px;
        tw_georeference_to_crs(georeference, &x, &y);
        if ((turns > 0 && x > half) || (turns < 0 && x < -half))
            return true;
    }
    return false;
}

static enum tw_status read_turns(const struct reading *reading, const struct piece *piece)
{
    static const int turns[] = {0, 1, -1};
    const struct tw_raster_file *file = reading->read->file;
    enum tw_status status = TW_OK;
    for (int i = 0; status == TW_OK && i < 3; i++) {
        if (!needs_shift(file, turns[i]))
            continue;
        struct piece shifted = *piece;
        shifted.shift_x = turns[i] * file->georeference.turn;
        status = read_piece(reading, &shifted);
    }
    return status;
}

/* Cuts the piece to the pixels that the file's footprint, moved by whole turns of the grid, may touch. */
static bool cut_to_footprint(const struct tw_raster_file *file, int turns, struct piece *piece)
{
    struct tw_window whole = piece->window;
    if (!tw_window_cut(&whole, &file->footprint, turns, 2, &piece->window))
        return false;
    piece->col_px += (int32_t)(piece->window.col_px - whole.col_px);
    piece->row_px += (int32_t)(piece->window.row_px - whole.row_px);
    return true;
}

static enum tw_status read_part_of_window(const struct reading *reading, const struct tw_window_part *part)
{
    static const int turns[] = {0, 1, -1};
    const struct tw_raster_file *file = reading->read->file;
    enum tw_status status = TW_OK;
    for (int i = 0; status == TW_OK && i < (part->window.grid->is_global ? 3 : 1); i++) {
        struct piece piece = {.window = part->window, .col_px = part->offset_px};
        if (!cut_to_footprint(file, turns[i], &piece))
            continue;
        status = read_turns(reading, &piece);
        if (turns[i] == 0 && piece.window.width_px == part->window.width_px)
            break;
    }
    return status;
}

static bool make_arrays(const struct tw_file_read *read, struct tw_arena *arena, struct tw_array *arrays)
{
    size_t count = (size_t)read->window.width_px * (size_t)read->window.height_px;
    uint8_t *shared = NULL;
    for (size_t i = 0; i < read->num_bands; i++) {
        const struct tw_band_info *band = &read->file->info.bands[read->bands[i]];
        struct tw_array *array = &arrays[i];
        *array = (struct tw_array){.width_px = read->window.width_px,
                                   .height_px = read->window.height_px,
                                   .dtype = (int32_t)band->dtype};
        array->pixels = tw_arena_calloc(arena, count, tw_dtype_size(band->dtype));
        array->valid = shared;
        if (shared == NULL || band->own_validity)
            array->valid = tw_arena_calloc(arena, count, 1);
        if (array->pixels == NULL || array->valid == NULL)
            return false;
        shared = band->own_validity ? shared : array->valid;
    }
    return true;
}

/* Without a transformation between CRSs the corners say where a window lies. */
static bool corner_bounds(const struct tw_mapping *mapping, const struct tw_window *window,
                          struct tw_box *bounds)
{
    for (int i = 0; i < 4; i++) {
        double x = (double)(window->col_px + (i % 2 == 1 ? window->width_px : 0));
        double y = (double)(window->row_px + (i / 2 == 1 ? window->height_px : 0));
        if (!tw_mapping_position(mapping, window, &x, &y))
            return false;
        struct tw_box corner = {x, y, x, y};
        *bounds = i == 0 ? corner : tw_box_union(bounds, &corner);
    }
    return true;
}

/* The pixels of the file that the window is made of, when there are few of them, and none but them. */
static bool find_few(const struct reading *reading, struct tw_part *part)
{
    const struct tw_file_read *read = reading->read;
    const struct tw_raster_file *file = read->file;
    struct tw_mapping mapping = {&file->georeference,   file->to_file,        file->to_grid, 0,
                                 reading->fit->level_x, reading->fit->level_y};
    struct tw_part level = level_part(reading);
    struct tw_box bounds;
    const double near = 1e-6; /* pixels' centres are further inside than their corners */
    return corner_bounds(&mapping, &read->window, &bounds) && bounds.left > -near && bounds.bottom > -near &&
           bounds.right < level.width_px + near && bounds.top < level.height_px + near &&
           part_of(reading, &bounds, part) &&
           (int64_t)part->width_px * part->height_px * FEW <=
               (int64_t)read->window.width_px * read->window.height_px &&
           fits_in_memory(reading, part);
}

static bool is_all_the_same(const struct tw_array *band)
{
    size_t size = tw_dtype_size((enum tw_dtype)band->dtype), count = tw_array_num_pixels(band);
    return count > 0 && memcmp(band->pixels, (const char *)band->pixels + size, (count - 1) * size) == 0 &&
           tw_array_is_full(band);
}

/* Where the file is one colour and is enlarged, nothing is made: the pixels are those of the last such
 * window.
 */
static enum tw_status read_uniform(const struct reading *reading, bool *done)
{
    const struct tw_file_read *read = reading->read;
    struct tw_source_pixels pixels;
    struct tw_part part;
    struct tw_arena_mark mark = tw_arena_mark(reading->arena);
    *done = find_few(reading, &part);
    enum tw_status status = *done ? read_pixels(reading, &part, &pixels) : TW_OK;
    for (size_t i = 0; status == TW_OK && *done && i < read->num_bands; i++) {
        struct tw_array *array = &reading->arrays[i];
        *array = (struct tw_array){.width_px = read->window.width_px,
                                   .height_px = read->window.height_px,
                                   .dtype = pixels.bands[i].dtype};
        *done = is_all_the_same(&pixels.bands[i]);
        if (*done)
            array->pixels = tw_uniform_pixels(reading->arena, pixels.bands[i].pixels,
                                              (enum tw_dtype)array->dtype, tw_array_num_pixels(array));
        *done = *done && array->pixels != NULL;
    }
    tw_arena_release(reading->arena, mark);
    return status;
}

static bool may_be_uniform(const struct reading *reading, int num_parts)
{
    const struct tw_file_read *read = reading->read;
    return read->may_share && num_parts == 1 && read->file->is_somewhere && read->file->tiles == NULL &&
           read->file->to_file == NULL && read->file->georeference.is_affine &&
           read->resampling == TW_NEAREST && !reading->fit->is_aligned && !needs_shift(read->file, 1) &&
           !needs_shift(read->file, -1);
}

enum tw_status tw_file_read_window(const struct tw_file_read *read, struct tw_arena *arena,
                                   struct tw_array *arrays, struct tw_error *err)
{
    const struct tw_tile_set *tiles = read->file->tiles;
    bool is_there = read->file->is_somewhere && (tiles == NULL || !tw_tile_set_lacks(tiles, &read->window));
    const struct tw_fit *fit =
        is_there ? tw_raster_file_fit(read->file, &read->window, read->resampling != TW_SUM) : NULL;
    struct reading reading = {read, fit, {read->resampling, 1, 1}, arena, arrays, err};
    struct tw_window_part parts[3];
    int num_parts = tw_window_parts(&read->window, parts);
    enum tw_status status = TW_OK;
    bool done = false;
    if (is_there)
        reading.kernel = (struct tw_kernel){read->resampling, fit->scale_x, fit->scale_y};
    if (is_there && may_be_uniform(&reading, num_parts))
        status = read_uniform(&reading, &done);
    if (status != TW_OK || done)
        return status;
    if (!make_arrays(read, arena, arrays))
        return tw_error_set(err, TW_EBUDGET,
                            "not enough memory for %d x %d pixels; raise --memory, or lower the metatiling",
                            read->window.width_px, read->window.height_px);
    for (int i = 0; is_there && status == TW_OK && i < num_parts; i++)
        status = read_part_of_window(&reading, &parts[i]);
    return status;
}
