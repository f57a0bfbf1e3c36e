/* sink_directory.c - the output is a folder of tiles.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile_directory.h"
#include "encoder_driver.h"
#include "file.h"
#include "path.h"
#include "tile_output.h"

#include <string.h>

static bool directory_takes(const struct tw_sink_spec *spec)
{
    return spec->path != NULL;
}

/* `layout`, or mapchete's `tile_path_schema`. */
static const char *read_schema(struct tw_sink *sink, const struct tw_sink_spec *spec,
                               struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(spec->output.options, "tile_path_schema");
    const struct tw_value *layout = tw_value_get(spec->output.options, "layout");
    bool is_given = value != NULL && value->kind != TW_NULL;
    if (layout != NULL && layout->kind != TW_NULL) {
        if (is_given)
            tw_problems_add(problems, value,
                            "output.layout says where tiles lie already; leave one of the two out");
        value = layout;
    } else if (!is_given) {
        return tw_tile_default_schema;
    }
    const char *schema = tw_path_layout_read(value, problems);
    if (schema == NULL)
        return tw_tile_default_schema;
    struct tw_value checked = *value;
    checked.text = schema;
    tw_path_schema_fits(&checked, &sink->pyramid, spec->min_zoom, problems);
    return tw_arena_strdup(sink->arena, schema);
}

/* Options that only a single file has. */
static void check_options(const struct tw_sink_spec *spec, struct tw_problems *problems)
{
    static const char *const single[] = {"cog", "overviews", "overviews_resampling", "overviews_levels"};
    for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++) {
        const struct tw_value *value = tw_value_get(spec->output.options, single[i]);
        bool is_off = value == NULL || value->kind == TW_NULL || (value->kind == TW_BOOL && !value->boolean);
        if (!is_off)
            tw_problems_add(problems, value, "output.%s is for a single file: output.path must end in .tif",
                            single[i]);
    }
}

/* Whether a tile with its pixelbuffer fits into a file of the format. */
static void check_side(const struct tw_sink *sink, const struct tw_sink_spec *spec,
                       struct tw_problems *problems)
{
    const struct tw_pyramid *pyramid = &sink->pyramid;
    int64_t most = sink->encoder->driver->most_pixels;
    int64_t side = (int64_t)pyramid->tile_size_px * pyramid->metatiling + 2 * pyramid->pixelbuffer_px;
    if (most > 0 && side > most)
        tw_problems_add(problems, tw_output_place(&spec->output, "metatiling"),
                        "a tile has %lld pixels on a side, and a %s at most %lld: lower output.metatiling",
                        (long long)side, tw_encoder_format(sink->encoder), (long long)most);
}

/* Features go into folders only. */
static void check_path(const struct tw_sink *sink, const struct tw_sink_spec *spec,
                       struct tw_problems *problems)
{
    static const char *const suffixes[] = {".geojson", ".json", ".fgb", ".gpkg", ".shp"};
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
        if (tw_encoder_is_vector(sink->encoder) && tw_path_has_suffix(spec->path, suffixes[i]))
            tw_problems_add(
                problems, tw_value_get(spec->output.options, "path"),
                "'%s' looks like one file, and %s is written as a folder of tiles: name a folder; "
                "ogrmerge.py makes one file of it afterwards",
                spec->path, tw_encoder_format(sink->encoder));
}

static bool directory_open(struct tw_sink *sink, const struct tw_sink_spec *spec,
                           struct tw_problems *problems)
{
    struct tw_directory_spec directory = {
        .sink = sink, .root = sink->path, .labels = sink->labels, .has_metadata = true};
    directory.work = tw_arena_printf(sink->arena, "%s/.tilewright", sink->path);
    directory.schema = read_schema(sink, spec, problems);
    check_options(spec, problems);
    check_side(sink, spec, problems);
    check_path(sink, spec, problems);
    if (directory.work == NULL || directory.schema == NULL)
        return false;
    sink->state = tw_directory_new(&directory);
    return sink->state != NULL;
}

static void directory_close(void *state)
{
    tw_directory_free(state);
}

static enum tw_status directory_look(void *state, const struct tw_sink_begin *begin,
                                     enum tw_sink_found *found, struct tw_problems *problems)
{
    return tw_directory_look(tw_directory_spec(state), begin, found, problems);
}

/* Whether complete or not, what is done stays, and the next run goes on from it. */
static enum tw_status directory_end(void *state, bool complete, struct tw_error *err)
{
    (void)complete;
    enum tw_status status = tw_directory_finish_files(state, err);
    tw_directory_unlock(state);
    return status;
}

static enum tw_status directory_flush(void *state, struct tw_error *err)
{
    return tw_directory_flush(state, err);
}

const struct tw_sink_driver tw_sink_directory = {
    .name = "directory",
    .about = "a folder of tiles: path/{zoom}/{row}/{col}.{extension}, or as layout says",
    .takes = directory_takes,
    .open = directory_open,
    .close = directory_close,
    .begin = tw_directory_begin,
    .begin_reading = tw_directory_begin_reading,
    .look = directory_look,
    .is_new = tw_directory_is_new,
    .end = directory_end,
    .put = tw_directory_put,
    .remove = tw_directory_remove,
    .get = tw_directory_get,
    .finish = tw_directory_finish,
    .is_done = tw_directory_is_done,
    .flush = directory_flush,
    .is_known = tw_directory_is_known,
    .beside = tw_directory_beside,
    .outdate = tw_directory_outdate,
};
