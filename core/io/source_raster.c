/* SPDX-License-Identifier: MIT */
#include "source_raster.h"

#include "file.h"
#include "vrt_sources.h"

#include <math.h>
#include <string.h>

static enum tw_status fail_at(const struct tw_value *value, const struct tw_error *err,
                              struct tw_problems *problems)
{
    tw_problems_add(problems, value, "%s", err->message);
    return err->status == TW_ENOMEM ? TW_ENOMEM : TW_EUSAGE;
}

/* Opens the file, and describes it with everything that reading needs, so that what is wrong is found now. */
static enum tw_status describe(struct tw_source *source, struct tw_raster_info *info, struct tw_error *err)
{
    const struct tw_raster_state *state = source->state;
    struct tw_dataset_pool *pool = tw_dataset_pool_new(1);
    if (pool == NULL)
        return tw_error_nomem(err);
    struct tw_georeference georeference = {0};
    GDALDatasetH dataset = NULL;
    enum tw_status status = tw_dataset_open(pool, state->path, &dataset, err);
    if (status == TW_OK)
        status = tw_vrt_check_sources(dataset, state->path, err);
    if (status == TW_OK)
        status = tw_raster_info_read(info, dataset, state->path, &state->view, source->arena, err);
    if (status == TW_OK)
        status = tw_georeference_read(&georeference, dataset, state->path, err);
    if (status == TW_OK)
        tw_facts_of_crs(source, georeference.crs);
    tw_georeference_free(&georeference);
    tw_dataset_pool_free(pool);
    return status;
}

bool tw_raster_option_nodata(const struct tw_value *nodata, struct tw_raster_view *view,
                             struct tw_problems *problems)
{
    if (nodata == NULL || nodata->kind == TW_NULL)
        return true;
    bool is_nan = nodata->kind == TW_STRING && strcasecmp(nodata->text, "nan") == 0;
    if (nodata->kind != TW_NUMBER && !is_nan) {
        tw_problems_add(problems, nodata, "nodata must be a number, not %s",
                        tw_value_kind_name(nodata->kind));
        return false;
    }
    view->has_nodata = true;
    view->nodata = is_nan ? NAN : nodata->number;
    return true;
}

static enum tw_status read_options(const struct tw_source *source, struct tw_raster_state *state,
                                   struct tw_problems *problems)
{
    const struct tw_value *value = source->value;
    bool ok = tw_option_resampling(tw_value_get(value, "resampling"), &state->resampling, problems);
    ok = tw_option_bool(tw_value_get(value, "scale"), "scale", &state->view.scale, problems) && ok;
    ok = tw_raster_option_nodata(tw_value_get(value, "nodata"), &state->view, problems) && ok;
    return ok ? TW_OK : TW_EUSAGE;
}

enum tw_status tw_raster_choose_bands(struct tw_source *source, const struct tw_raster_info *info,
                                      const struct tw_value *bands, struct tw_problems *problems)
{
    struct tw_raster_state *state = source->state;
    struct tw_names wanted;
    if (!tw_option_names(bands, "bands", source->arena, &wanted, problems))
        return TW_EUSAGE;
    source->num_bands = wanted.count > 0 ? wanted.count : info->num_bands;
    source->band_names = tw_arena_calloc(source->arena, source->num_bands, sizeof(*source->band_names));
    state->bands = tw_arena_calloc(source->arena, source->num_bands, sizeof(*state->bands));
    if (source->band_names == NULL || state->bands == NULL)
        return TW_ENOMEM;
    for (size_t i = 0; i < source->num_bands; i++) {
        state->bands[i] =
            wanted.count > 0 ? tw_band_find(info->names, info->num_bands, wanted.names[i]) : (int)i;
        if (state->bands[i] < 0) {
            tw_problems_add_unknown(problems, wanted.values[i], "band", wanted.names[i], info->names,
                                    info->num_bands);
            return TW_EUSAGE;
        }
        source->band_names[i] = tw_arena_strdup(source->arena, info->names[state->bands[i]]);
        if (source->band_names[i] == NULL)
            return TW_ENOMEM;
    }
    source->dtype = info->bands[state->bands[0]].dtype;
    source->facts.path = state->path;
    tw_facts_of_pixels(source, info, state->bands[0]);
    return TW_OK;
}

enum tw_status tw_raster_rename_bands(struct tw_source *source, struct tw_problems *problems)
{
    struct tw_names names;
    const struct tw_value *value = tw_value_get(source->value, "band_names");
    if (!tw_option_names(value, "band_names", source->arena, &names, problems))
        return TW_EUSAGE;
    if (names.count == 0)
        return TW_OK;
    if (names.count != source->num_bands) {
        tw_problems_add(problems, value, "band_names has %zu names; the input has %zu bands", names.count,
                        source->num_bands);
        return TW_EUSAGE;
    }
    for (size_t i = 0; i < names.count; i++) {
        if (tw_band_find(names.names, i, names.names[i]) >= 0) {
            tw_problems_add(problems, names.values[i], "the band name '%s' stands twice", names.names[i]);
            return TW_EUSAGE;
        }
        source->band_names[i] = names.names[i];
    }
    return TW_OK;
}

static enum tw_status raster_open(struct tw_source *source, struct tw_problems *problems)
{
    struct tw_raster_state *state = tw_arena_calloc(source->arena, 1, sizeof(*state));
    if (state == NULL)
        return TW_ENOMEM;
    source->state = state;
    source->num_scenes = 1;
    state->path = tw_source_path(source);
    if (state->path == NULL) {
        tw_problems_add(problems, source->value, "input '%s' needs a path", source->name);
        return TW_EUSAGE;
    }
    enum tw_status status = read_options(source, state, problems);
    if (status != TW_OK)
        return status;
    struct tw_raster_info info;
    struct tw_error err = {0};
    const struct tw_value *path = tw_value_get(source->value, "path");
    if (describe(source, &info, &err) != TW_OK)
        return fail_at(path != NULL ? path : source->value, &err, problems);
    status = tw_raster_choose_bands(source, &info, tw_value_get(source->value, "bands"), problems);
    return status == TW_OK ? tw_raster_rename_bands(source, problems) : status;
}

static enum tw_status raster_area(const struct tw_source *source, const struct tw_grid *grid,
                                  struct tw_area **area, struct tw_error *err)
{
    const struct tw_raster_state *state = source->state;
    struct tw_dataset_pool *pool = tw_dataset_pool_new(1);
    struct tw_files *files = pool != NULL ? tw_files_new(pool) : NULL;
    struct tw_raster_file *file = NULL;
    enum tw_status status = files == NULL ? tw_error_nomem(err)
                                          : tw_files_get(files, state->path, &state->view, grid, &file, err);
    if (status == TW_OK && !file->is_somewhere)
        status =
            tw_error_set(err, TW_EUSAGE, "no part of '%s' can be projected to %s", state->path, grid->crs);
    if (status == TW_OK && tw_area_from_box(grid, &file->footprint, area, NULL) != TW_OK)
        status = tw_error_set(err, TW_EUSAGE, "'%s' lies outside the grid", state->path);
    tw_files_free(files);
    tw_dataset_pool_free(pool);
    return status;
}

static enum tw_status raster_parts(const struct tw_source *source, const struct tw_grid *grid,
                                   struct tw_input_parts *parts, struct tw_error *err)
{
    const struct tw_raster_state *state = source->state;
    struct tw_area *area = NULL;
    enum tw_status status = raster_area(source, grid, &area, err);
    if (status != TW_OK)
        return status;
    struct tw_box box = tw_area_bounds(area);
    tw_area_free(area);
    return tw_parts_add_dataset(parts, state->path, false, &box, err);
}

static enum tw_status get_file(struct tw_reader *reader, const struct tw_grid *grid,
                               struct tw_raster_file **file, struct tw_error *err)
{
    const struct tw_raster_state *state = reader->source->state;
    if (state->tiles != NULL)
        return tw_files_get_tiles(reader->files, state->tiles, grid, file, err);
    return tw_files_get(reader->files, state->path, &state->view, grid, file, err);
}

enum tw_status tw_raster_scenes(struct tw_reader *reader, const struct tw_window *window,
                                struct tw_arena *arena, struct tw_scene **scenes, size_t *num_scenes,
                                struct tw_error *err)
{
    const struct tw_raster_state *state = reader->source->state;
    struct tw_raster_file *file = NULL;
    enum tw_status status = get_file(reader, window->grid, &file, err);
    if (status != TW_OK)
        return status;
    *scenes = tw_arena_calloc(arena, 1, sizeof(**scenes));
    if (*scenes == NULL)
        return tw_error_set(err, TW_EBUDGET, "not enough memory; raise --memory");
    **scenes = (struct tw_scene){
        .id = tw_path_name(state->path), .datetime = "", .cloud_cover = NAN, .properties = "{}"};
    *num_scenes = file->is_somewhere && tw_footprint_touches(&file->footprint, window) ? 1 : 0;
    return TW_OK;
}

/* The source's bands that are asked for, as the file's. */
static enum tw_status map_bands(const struct tw_source *source, const struct tw_read *read, int *bands,
                                const char **names, struct tw_error *err)
{
    const struct tw_raster_state *state = source->state;
    size_t count = read->bands != NULL ? read->num_bands : source->num_bands;
    for (size_t i = 0; i < count; i++) {
        int index = read->bands != NULL ? tw_band_find(source->band_names, source->num_bands, read->bands[i])
                                        : (int)i;
        if (index < 0)
            return tw_band_missing(source->band_names, source->num_bands, read->bands[i], err);
        bands[i] = state->bands[index];
        names[i] = source->band_names[index];
    }
    return TW_OK;
}

enum tw_status tw_raster_read(struct tw_reader *reader, const struct tw_read *read, struct tw_arena *arena,
                              struct tw_raster *raster, struct tw_error *err)
{
    const struct tw_source *source = reader->source;
    const struct tw_raster_state *state = source->state;
    size_t count = read->bands != NULL ? read->num_bands : source->num_bands;
    int *bands = tw_arena_calloc(arena, count, sizeof(*bands));
    const char **names = tw_arena_calloc(arena, count, sizeof(*names));
    struct tw_array *arrays = tw_arena_calloc(arena, count, sizeof(*arrays));
    struct tw_band_meaning *meanings = tw_arena_calloc(arena, count, sizeof(*meanings));
    if (bands == NULL || names == NULL || arrays == NULL || meanings == NULL)
        return tw_error_set(err, TW_EBUDGET, "not enough memory; raise --memory");
    enum tw_status status = map_bands(source, read, bands, names, err);
    struct tw_file_read file_read = {.files = reader->files,
                                     .window = read->window,
                                     .bands = bands,
                                     .num_bands = count,
                                     .resampling =
                                         read->resampling_given ? read->resampling : state->resampling,
                                     .may_share = true,
                                     .cancel = read->cancel};
    if (status == TW_OK)
        status = get_file(reader, read->window.grid, &file_read.file, err);
    if (status == TW_OK)
        status = tw_file_read_window(&file_read, arena, arrays, err);
    for (size_t i = 0; status == TW_OK && i < count; i++)
        meanings[i] = file_read.file->info.bands[bands[i]].meaning;
    if (status == TW_OK)
        *raster = (struct tw_raster){count, arrays, names, meanings};
    return status;
}

static const char *const options[] = {"path",   "resampling", "bands", "band_names",
                                      "nodata", "scale",      "cache", NULL};

const struct tw_source_driver tw_source_raster = {
    .alias = "raster_file",
    .kind = TW_SOURCE_RASTER,
    .options = options,
    .open = raster_open,
    .area = raster_area,
    .parts = raster_parts,
    .scenes = tw_raster_scenes,
    .read = tw_raster_read,
};
