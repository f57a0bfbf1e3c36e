/* sink_compact.c - the output is a compact cache of ArcGIS (version 2): bundles of 128 x 128 tiles.
 *
 * single_file.h tells how it is made and continued; the cache's folder counts as the file.
 *
 * SPDX-License-Identifier: MIT
 */
#include "arcgis.h"
#include "arcgis_read.h"
#include "area.h"
#include "bundle_assemble.h"
#include "bucket.h"
#include "path.h"

#include <string.h>

static bool compact_takes(const struct tw_sink_spec *spec)
{
    const struct tw_value *layout = tw_value_get(spec->output.options, "layout");
    return spec->path != NULL && layout != NULL && layout->kind == TW_STRING &&
           (strcmp(layout->text, "compact") == 0 || tw_path_is_bundled(layout->text));
}

static void check(struct tw_sink *sink, const struct tw_sink_spec *spec, struct tw_problems *problems)
{
    const struct tw_value *layout = tw_value_get(spec->output.options, "layout"),
                          *schema = tw_value_get(spec->output.options, "tile_path_schema");
    const char *extension = tw_encoder_extension(sink->encoder);
    if (strcmp(extension, "png") != 0 && strcmp(extension, "jpg") != 0)
        tw_problems_add(problems, tw_value_get(spec->output.options, "format"),
                        "a compact cache holds PNG or JPEG, and output.format is %s",
                        tw_encoder_format(sink->encoder));
    if (spec->pyramid.pixelbuffer_px != 0)
        tw_problems_add(problems, layout,
                        "the tiles of a compact cache have no margin, and output.pixelbuffer is %d: use 0",
                        spec->pyramid.pixelbuffer_px);
    if (schema != NULL && schema->kind != TW_NULL)
        tw_problems_add(problems, schema,
                        "output.layout says where tiles lie already; leave one of the two out");
}

static bool set_service(struct tw_compact_cache *cache, const struct tw_sink *sink,
                        const struct tw_sink_spec *spec)
{
    const struct tw_value *quality = tw_value_get(spec->output.options, "quality");
    bool has_area = spec->area != NULL && !tw_area_is_empty(spec->area);
    cache->service = (struct tw_map_service){
        .title = tw_map_service_title(sink->path, sink->arena),
        .attribution = "",
        .pyramid = &sink->pyramid,
        .min_zoom = sink->min_zoom,
        .max_zoom = sink->max_zoom,
        .bounds = has_area ? tw_area_bounds(spec->area) : spec->pyramid.grid->extent,
        .schema = tw_path_bundled,
        .format = tw_encoder_format(sink->encoder),
        .extension = tw_encoder_extension(sink->encoder),
        .labels = &sink->labels,
        .quality = quality != NULL && quality->kind == TW_NUMBER ? (int)quality->number : TW_SERVICE_QUALITY};
    return cache->service.title != NULL;
}

/* A part of what the configuration describes is never done. */
static char *read_mark(const char *path, struct tw_arena *arena)
{
    char *mark = tw_arcgis_cache_mark(path, arena);
    size_t length = mark != NULL ? strlen(mark) : 0;
    return length > 5 && strcmp(mark + length - 5, " part") == 0 ? NULL : mark;
}

static bool compact_open(struct tw_sink *sink, const struct tw_sink_spec *spec, struct tw_problems *problems)
{
    struct tw_compact_cache *cache = tw_arena_calloc(sink->arena, 1, sizeof(*cache));
    if (cache == NULL)
        return false;
    struct tw_single_file *file = &cache->file;
    sink->state = file;
    check(sink, spec, problems);
    sink->pyramid.metatiling = 1;
    file->is_bare = file->is_spooled = file->is_pyramid = true;
    file->marker = "conf.xml";
    file->read_fingerprint = read_mark;
    file->assemble = tw_bundles_assemble;
    if (!set_service(cache, sink, spec))
        return false;
    const struct tw_box *box = &cache->service.bounds;
    file->extent = tw_arena_printf(sink->arena, "%d %d %.17g %.17g %.17g %.17g", spec->min_zoom,
                                   spec->max_zoom, box->left, box->bottom, box->right, box->top);
    return file->extent != NULL && tw_single_init(file, sink);
}

static void compact_close(void *state)
{
    if (state != NULL)
        tw_directory_free(((struct tw_single_file *)state)->tiles);
}

const struct tw_sink_driver tw_sink_compact = {
    .name = "compact",
    .about = "an ArcGIS cache of bundles with 128 x 128 tiles (Compact Cache V2): layout: compact",
    .takes = compact_takes,
    .open = compact_open,
    .close = compact_close,
    .begin = tw_single_begin,
    .look = tw_single_look,
    .is_new = tw_single_is_new,
    .end = tw_single_end,
    .put = tw_single_put,
    .remove = tw_single_remove,
    .get = tw_single_get,
    .finish = tw_single_finish,
    .is_done = tw_single_is_done,
    .is_known = tw_single_is_known,
    .is_assembled = tw_single_is_assembled,
    .flush = tw_single_flush,
    .beside = tw_single_beside,
    .outdate = tw_single_outdate,
};
