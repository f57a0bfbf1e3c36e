/* SPDX-License-Identifier: MIT */
#include "source_raster.h"

#include "crs_pairs.h"
#include "encoder.h"
#include "file.h"
#include "footprint.h"
#include "grid_read.h"
#include "path.h"
#include "archive.h"
#include "tile_directory_options.h"
#include "tile_metadata.h"

#include <string.h>

static const char *const options[] = {"path",      "resampling",  "grid",      "metatiling",
                                      "tile_size", "pixelbuffer", "extension", "layout",
                                      "dtype",     "count",       "bands",     "band_names",
                                      "nodata",    "min_zoom",    "max_zoom",  "fallback_to_higher_zoom",
                                      NULL};

/* A whole number from least to most. */
struct whole {
    const char *name;
    int least, most;
};

static bool option_int(const struct tw_source *source, const struct whole *whole, int *result,
                       struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(source->value, whole->name);
    long long number;
    if (value == NULL || value->kind == TW_NULL)
        return true;
    if (!tw_value_is_int(value, &number)) {
        tw_problems_add(problems, value, "%s must be a whole number, not %s", whole->name,
                        value->kind == TW_NUMBER ? value->text : tw_value_kind_name(value->kind));
        return false;
    }
    if (number < whole->least || number > whole->most) {
        tw_problems_add(problems, value, "%s must be from %d to %d, not %lld", whole->name, whole->least,
                        whole->most, number);
        return false;
    }
    *result = (int)number;
    return true;
}

static bool option_metatiling(const struct tw_source *source, int *result, struct tw_problems *problems)
{
    static const struct whole whole = {"metatiling", 1, 512};
    if (!option_int(source, &whole, result, problems))
        return false;
    if ((*result & (*result - 1)) == 0)
        return true;
    tw_problems_add(problems, tw_value_get(source->value, "metatiling"),
                    "metatiling must be a power of two (1, 2, 4, 8 ...), not %d", *result);
    return false;
}

static bool option_grid(struct tw_source *source, struct tw_pyramid *pyramid, struct tw_problems *problems)
{
    const struct tw_value *grid = tw_value_get(source->value, "grid");
    if (grid == NULL || grid->kind == TW_NULL)
        return true;
    pyramid->grid = tw_grid_read(grid, source->folder, source->arena, problems);
    if (pyramid->grid != NULL && pyramid->grid->tile_size_px > 0)
        pyramid->tile_size_px = pyramid->grid->tile_size_px;
    return pyramid->grid != NULL;
}

static bool option_extension(const struct tw_source *source, struct tw_tile_layout *layout,
                             struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(source->value, "extension");
    const char *const *known;
    size_t count = tw_tile_extensions(&known);
    if (value == NULL || value->kind == TW_NULL)
        return true;
    if (value->kind != TW_STRING) {
        tw_problems_add(problems, value, "extension must be a string, not %s",
                        tw_value_kind_name(value->kind));
        return false;
    }
    layout->extension = value->text[0] == '.' ? value->text + 1 : value->text;
    if (tw_tile_extension_is_known(layout->extension))
        return true;
    tw_problems_add_unknown(problems, value, "extension of tiles", value->text, known, count);
    return false;
}

bool tw_tile_directory_zooms(const struct tw_source *source, struct tw_tile_layout *layout,
                             struct tw_problems *problems)
{
    static const struct whole least = {"min_zoom", 0, TW_MAX_ZOOM}, most = {"max_zoom", 0, TW_MAX_ZOOM};
    bool ok = tw_option_bool(tw_value_get(source->value, "fallback_to_higher_zoom"),
                             "fallback_to_higher_zoom", &layout->use_finer, problems);
    ok = option_int(source, &least, &layout->min_zoom, problems) && ok;
    ok = option_int(source, &most, &layout->max_zoom, problems) && ok;
    if (!ok || layout->min_zoom <= layout->max_zoom)
        return ok;
    tw_problems_add(problems, tw_value_get(source->value, "min_zoom"), "min_zoom %d is more than max_zoom %d",
                    layout->min_zoom, layout->max_zoom);
    return false;
}

/* Where tiles lie below the folder. */
static bool option_layout(const struct tw_source *source, struct tw_tile_layout *layout,
                          struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(source->value, "layout");
    if (value == NULL || value->kind == TW_NULL)
        return true;
    const char *schema = tw_path_layout_read(value, problems);
    if (schema != NULL)
        layout->schema = schema;
    return schema != NULL;
}

/* What the configuration says instead of metadata.json. */
static bool read_layout(struct tw_source *source, struct tw_tile_layout *layout, struct tw_problems *problems)
{
    static const struct whole tile_size = {"tile_size", 1, 16384}, pixelbuffer = {"pixelbuffer", 0, 4096};
    bool ok = option_grid(source, &layout->pyramid, problems);
    ok = option_metatiling(source, &layout->pyramid.metatiling, problems) && ok;
    ok = option_int(source, &tile_size, &layout->pyramid.tile_size_px, problems) && ok;
    ok = option_int(source, &pixelbuffer, &layout->pyramid.pixelbuffer_px, problems) && ok;
    ok = option_extension(source, layout, problems) && ok;
    ok = option_layout(source, layout, problems) && ok;
    return tw_tile_directory_zooms(source, layout, problems) && ok;
}

static bool read_options(struct tw_source *source, struct tw_problems *problems)
{
    struct tw_raster_state *state = source->state;
    bool ok = tw_option_resampling(tw_value_get(source->value, "resampling"), &state->resampling, problems);
    return tw_raster_option_nodata(tw_value_get(source->value, "nodata"), &state->view, problems) && ok;
}

static bool is_complete(const struct tw_source *source, const struct tw_tile_layout *layout,
                        struct tw_problems *problems)
{
    const char *missing = layout->pyramid.grid == NULL ? "grid"
                          : layout->extension == NULL  ? "extension"
                                                       : NULL;
    if (missing == NULL)
        return true;
    tw_problems_add(problems, source->value,
                    "the folder '%s' has no metadata.json; say here what its tiles are: '%s' is missing",
                    layout->folder, missing);
    return false;
}

static const struct tw_value *path_value(const struct tw_source *source)
{
    const struct tw_value *path = tw_value_get(source->value, "path");
    return path != NULL ? path : source->value;
}

static bool is_readable_folder(const struct tw_source *source, const char *folder,
                               struct tw_problems *problems)
{
    if (folder == NULL)
        tw_problems_add(problems, source->value, "input '%s' needs a path", source->name);
    else if (tw_path_is_remote(folder))
        tw_problems_add(problems, path_value(source),
                        "'%s' is not on this machine; tile directories are read from local folders only",
                        folder);
    else if (!tw_file_exists(folder))
        tw_problems_add(problems, path_value(source), "no folder '%s'", folder);
    else if (!tw_is_folder(folder))
        tw_problems_add(problems, path_value(source), "'%s' is not a folder of tiles", folder);
    else
        return true;
    return false;
}

/* `dtype` and the number of bands are mapchete's; the tiles know better, and must agree. */
static bool agrees(const struct tw_source *source, const struct tw_raster_info *info,
                   struct tw_problems *problems)
{
    const struct tw_value *dtype = tw_value_get(source->value, "dtype");
    const struct tw_value *bands = tw_value_get(source->value, "bands");
    const struct tw_value *count = tw_value_get(source->value, "count");
    enum tw_dtype wanted = info->bands[0].dtype;
    long long number = 0;
    size_t before = problems->count;
    if (dtype != NULL && dtype->kind == TW_NULL)
        dtype = NULL;
    if (dtype != NULL && (dtype->kind != TW_STRING || !tw_dtype_parse(dtype->text, &wanted)))
        tw_problems_add_unknown(problems, dtype, "dtype", dtype->text, tw_dtype_list(), TW_NUM_DTYPES);
    else if (wanted != info->bands[0].dtype && !(wanted == TW_INT8 && info->bands[0].is_signed_byte))
        tw_problems_add(problems, dtype, "dtype is %s, but the tiles are %s", tw_dtype_name(wanted),
                        tw_dtype_name(info->bands[0].dtype));
    if (count == NULL && bands != NULL && bands->kind == TW_NUMBER)
        count = bands;
    if (count != NULL && !tw_value_is_int(count, &number))
        tw_problems_add(problems, count, "the number of bands must be a whole number, not %s",
                        tw_value_kind_name(count->kind));
    else if (count != NULL && number != (long long)info->num_bands)
        tw_problems_add(problems, count, "the number of bands is %lld, but the tiles have %zu", number,
                        info->num_bands);
    return problems->count == before;
}

static enum tw_status set_bands(struct tw_source *source, const struct tw_raster_info *info,
                                struct tw_problems *problems)
{
    const struct tw_value *bands = tw_value_get(source->value, "bands");
    if (!agrees(source, info, problems))
        return TW_EUSAGE;
    bool is_count = bands != NULL && bands->kind == TW_NUMBER;
    enum tw_status status = tw_raster_choose_bands(source, info, is_count ? NULL : bands, problems);
    return status == TW_OK ? tw_raster_rename_bands(source, problems) : status;
}

static bool has_all_zooms(const struct tw_tile_zooms *zooms)
{
    return zooms->ranges[0].zoom - zooms->ranges[zooms->count - 1].zoom + 1 == zooms->count;
}

static enum tw_status open_tiles(struct tw_source *source, const struct tw_tile_layout *layout,
                                 struct tw_problems *problems)
{
    struct tw_raster_state *state = source->state;
    struct tw_tile_set *set = NULL;
    struct tw_error err = {0};
    enum tw_status status = tw_tile_set_open(layout, &state->view, source->arena, &set, &err);
    if (status != TW_OK) {
        tw_problems_add(problems, path_value(source), "%s", err.message);
        return status == TW_ENOMEM ? TW_ENOMEM : TW_EUSAGE;
    }
    state->tiles = set;
    source->facts = (struct tw_source_facts){.crs = layout->pyramid.grid->crs,
                                             .grid = layout->pyramid.grid,
                                             .is_tiled = true,
                                             .pyramid = layout->pyramid,
                                             .min_zoom = set->zooms.ranges[set->zooms.count - 1].zoom,
                                             .max_zoom = set->zooms.ranges[0].zoom,
                                             .has_all_zooms = has_all_zooms(&set->zooms),
                                             .format = tw_encoder_format_of(layout->extension)};
    status = set_bands(source, &set->info, problems);
    /* the raster reaches as far as the coarsest tiles do; what is known of the place is what the deepest show
     */
    source->facts.width_px = (int)(set->deepest_px.right - set->deepest_px.left);
    source->facts.height_px = (int)(set->deepest_px.top - set->deepest_px.bottom);
    return status;
}

/* What metadata.json says, if there is one. */
static enum tw_status read_metadata(struct tw_arena *arena, struct tw_tile_layout *layout,
                                    struct tw_error *err)
{
    struct tw_tile_output output = {.folder = layout->folder};
    bool found;
    enum tw_status status = tw_tile_metadata_read(&output, arena, &found, err);
    if (status != TW_OK)
        return status;
    layout->pyramid = output.pyramid;
    layout->schema = output.schema;
    layout->extension = output.extension;
    bool is_known = output.extension != NULL && tw_tile_extension_is_known(output.extension);
    if (output.format != NULL && !is_known)
        return tw_error_set(err, TW_EUSAGE, "'%s/metadata.json': tiles of format '%s' cannot be read",
                            layout->folder, output.format);
    if (output.extension != NULL && !is_known)
        return tw_error_set(err, TW_EUSAGE, "'%s/metadata.json': tiles '.%s' cannot be read", layout->folder,
                            output.extension);
    return TW_OK;
}

bool tw_tile_directory_is_vector(const struct tw_source *source)
{
    struct tw_tile_layout layout = {.folder = tw_source_path(source)};
    struct tw_problems ignored = {0};
    struct tw_error err = {0};
    if (layout.folder != NULL && tw_is_folder(layout.folder))
        read_metadata(source->arena, &layout, &err);
    option_extension(source, &layout, &ignored);
    tw_problems_free(&ignored);
    return layout.extension != NULL && tw_tile_extension_is_vector(layout.extension);
}

enum tw_status tw_tile_directory_layout(struct tw_source *source, const char *folder,
                                        struct tw_tile_layout *layout, struct tw_problems *problems)
{
    struct tw_error err = {0};
    *layout = (struct tw_tile_layout){.folder = folder, .max_zoom = TW_MAX_ZOOM};
    if (!is_readable_folder(source, folder, problems))
        return TW_EUSAGE;
    if (read_metadata(source->arena, layout, &err) != TW_OK) {
        tw_problems_add(problems, path_value(source), "%s", err.message);
        return err.status == TW_ENOMEM ? TW_ENOMEM : TW_EUSAGE;
    }
    bool ok = read_layout(source, layout, problems) && is_complete(source, layout, problems);
    return ok ? TW_OK : TW_EUSAGE;
}

static enum tw_status directory_open(struct tw_source *source, struct tw_problems *problems)
{
    struct tw_raster_state *state = tw_arena_calloc(source->arena, 1, sizeof(*state));
    if (state == NULL)
        return TW_ENOMEM;
    source->state = state;
    source->num_scenes = 1;
    state->path = tw_source_path(source);
    bool ok = read_options(source, problems);
    struct tw_tile_layout layout;
    bool is_archive = state->path != NULL && tw_path_is_archive(state->path);
    enum tw_status status = is_archive ? tw_tile_archive_layout(source, &layout, problems)
                                       : tw_tile_directory_layout(source, state->path, &layout, problems);
    if (status != TW_OK || !ok)
        return status == TW_OK ? TW_EUSAGE : status;
    return open_tiles(source, &layout, problems);
}

static void directory_close(struct tw_source *source)
{
    tw_archive_close(((struct tw_raster_state *)source->state)->archive);
}

enum tw_status tw_tile_directory_area(const struct tw_tile_layout *layout, const struct tw_tile_range *range,
                                      const struct tw_grid *grid, struct tw_area **area, struct tw_error *err)
{
    struct tw_box bounds = tw_tile_range_bounds(&layout->pyramid, range), box;
    struct tw_crs_pairs pairs = {0};
    const struct tw_crs_pair *pair = NULL;
    enum tw_status status = tw_crs_pairs_use(&pairs, grid, err);
    if (status == TW_OK)
        status = tw_crs_pairs_find(&pairs, layout->pyramid.grid->crs, &pair, err);
    if (status == TW_OK && !tw_footprint_of_box(&bounds, pair, grid, &box))
        status =
            tw_error_set(err, TW_EUSAGE, "no part of '%s' can be projected to %s", layout->folder, grid->crs);
    if (status == TW_OK && tw_area_from_box(grid, &box, area, NULL) != TW_OK)
        status = tw_error_set(err, TW_EUSAGE, "'%s' lies outside the grid", layout->folder);
    tw_crs_pairs_free(&pairs);
    return status;
}

enum tw_status tw_tile_directory_frame(const struct tw_tile_layout *layout, const struct tw_tile_range *range,
                                       const struct tw_grid *grid, struct tw_input_parts *parts,
                                       struct tw_error *err)
{
    struct tw_area *area = NULL;
    enum tw_status status = tw_tile_directory_area(layout, range, grid, &area, err);
    if (status != TW_OK)
        return status;
    struct tw_box box = tw_area_bounds(area);
    tw_area_free(area);
    return tw_parts_add_frame(parts, layout->folder, &box) ? TW_OK : tw_error_nomem(err);
}

static enum tw_status directory_area(const struct tw_source *source, const struct tw_grid *grid,
                                     struct tw_area **area, struct tw_error *err)
{
    const struct tw_raster_state *state = source->state;
    return tw_tile_directory_area(&state->tiles->layout, &state->tiles->zooms.ranges[0], grid, area, err);
}

static enum tw_status directory_parts(const struct tw_source *source, const struct tw_grid *grid,
                                      struct tw_input_parts *parts, struct tw_error *err)
{
    const struct tw_tile_set *tiles = ((const struct tw_raster_state *)source->state)->tiles;
    if (tiles->layout.archive != NULL)
        return tw_tile_archive_parts(tiles, grid, parts, err);
    enum tw_status status =
        tw_tile_directory_frame(&tiles->layout, &tiles->zooms.ranges[0], grid, parts, err);
    return status == TW_OK ? tw_tile_set_parts(tiles, grid, parts, err) : status;
}

static enum tw_status directory_tile(struct tw_reader *reader, const struct tw_tile *tile,
                                     struct tw_arena *arena, struct tw_bytes *bytes, bool *found,
                                     struct tw_error *err)
{
    const struct tw_raster_state *state = reader->source->state;
    return tw_tile_layout_read(&state->tiles->layout, tile, arena, bytes, found, err);
}

const struct tw_source_driver tw_source_tile_directory = {
    .alias = "TileDirectory",
    .kind = TW_SOURCE_RASTER,
    .options = options,
    .open = directory_open,
    .close = directory_close,
    .area = directory_area,
    .parts = directory_parts,
    .scenes = tw_raster_scenes,
    .read = tw_raster_read,
    .tile = directory_tile,
};
