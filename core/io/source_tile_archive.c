/* An archive of tiles as a source: it is read as a folder of tiles is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile_directory_options.h"

#include "source_raster.h"
#include "archive.h"

/* What is said of a folder, and what an archive says itself. */
static const char *const of_folders[] = {"grid",        "metatiling", "tile_size",
                                         "pixelbuffer", "extension",  "layout"};

static bool refuse_options(const struct tw_source *source, const char *path, struct tw_problems *problems)
{
    size_t before = problems->count;
    for (size_t i = 0; i < sizeof(of_folders) / sizeof(of_folders[0]); i++) {
        const struct tw_value *value = tw_value_get(source->value, of_folders[i]);
        if (value != NULL && value->kind != TW_NULL)
            tw_problems_add(problems, value,
                            "'%s' is an archive, which says itself how its tiles lie: remove '%s'", path,
                            of_folders[i]);
    }
    return problems->count == before;
}

static const struct tw_value *path_value(const struct tw_source *source)
{
    const struct tw_value *path = tw_value_get(source->value, "path");
    return path != NULL ? path : source->value;
}

enum tw_status tw_tile_archive_layout(struct tw_source *source, struct tw_tile_layout *layout,
                                      struct tw_problems *problems)
{
    struct tw_raster_state *state = source->state;
    struct tw_tile_output output = {.folder = state->path};
    struct tw_error err = {0};
    *layout = (struct tw_tile_layout){.folder = state->path, .max_zoom = TW_MAX_ZOOM};
    bool ok = refuse_options(source, state->path, problems);
    ok = tw_tile_directory_zooms(source, layout, problems) && ok;
    enum tw_status status = tw_archive_open(state->path, &state->archive, &err);
    if (status == TW_OK)
        status = tw_archive_output(state->archive, &output, &err);
    if (status != TW_OK) {
        tw_problems_add(problems, path_value(source), "%s", err.message);
        return status == TW_ENOMEM ? TW_ENOMEM : TW_EUSAGE;
    }
    layout->archive = state->archive;
    layout->pyramid = output.pyramid;
    layout->schema = output.schema;
    layout->extension = output.extension;
    return ok ? TW_OK : TW_EUSAGE;
}

enum tw_status tw_tile_archive_parts(const struct tw_tile_set *tiles, const struct tw_grid *grid,
                                     struct tw_input_parts *parts, struct tw_error *err)
{
    enum { REACH_SOURCE_PX = 12, REACH_PX = 4 }; /* see tile_set.c */
    const struct tw_tile_layout *layout = &tiles->layout;
    struct tw_area *area = NULL;
    enum tw_status status = tw_tile_directory_area(layout, &tiles->zooms.ranges[0], grid, &area, err);
    if (status != TW_OK)
        return status;
    const char **files = tw_arena_calloc(parts->arena, 1, sizeof(*files));
    struct tw_input_part part = {.id = tw_parts_name(parts, layout->folder),
                                 .files = files,
                                 .num_files = 1,
                                 .box = tw_area_bounds(area),
                                 .reach_px = REACH_SOURCE_PX + REACH_PX};
    tw_area_free(area);
    if (files == NULL || part.id == NULL)
        return tw_error_nomem(err);
    files[0] = layout->folder;
    return tw_parts_add(parts, &part) ? TW_OK : tw_error_nomem(err);
}
