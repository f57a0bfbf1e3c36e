/* sink_pmtiles.c - the output is one PMTiles archive of PNG, JPEG or WebP tiles.
 *
 * single_file.h tells how it is made and continued.
 *
 * SPDX-License-Identifier: MIT
 */
#include "area.h"
#include "file.h"
#include "pmtiles_assemble.h"

#include <string.h>

static bool archive_takes(const struct tw_sink_spec *spec)
{
    return spec->path != NULL && tw_path_has_suffix(spec->path, ".pmtiles");
}

static void check_format(const struct tw_sink *sink, const struct tw_sink_spec *spec,
                         struct tw_problems *problems)
{
    const char *format = tw_encoder_format(sink->encoder);
    static const char *const known[] = {"PNG", "PNG8", "PNG_hillshade", "JPEG", "WebP"};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(format, known[i]) == 0)
            return;
    tw_problems_add(problems, tw_value_get(spec->output.options, "format"),
                    "a PMTiles archive holds tiles for web maps, and output.format is %s: use PNG, JPEG or "
                    "WebP, or a folder as output.path",
                    format);
}

static void check_pyramid(const struct tw_sink_spec *spec, struct tw_problems *problems)
{
    const struct tw_pyramid *pyramid = &spec->pyramid;
    const struct tw_value *path = tw_value_get(spec->output.options, "path");
    if (!tw_grid_equals(pyramid->grid, tw_grid_named("mercator")))
        tw_problems_add(
            problems, path,
            "a PMTiles archive holds tiles of the grid 'mercator', and the pyramid's is '%s': use "
            "that grid, or a folder as output.path",
            pyramid->grid->name);
    if (pyramid->tile_size_px != 256 && pyramid->tile_size_px != 512)
        tw_problems_add(problems, path,
                        "tiles of a PMTiles archive have 256 or 512 pixels, and pyramid.tile_size is %d: use "
                        "one of these, or a folder as output.path",
                        pyramid->tile_size_px);
    if (pyramid->pixelbuffer_px != 0)
        tw_problems_add(
            problems, path,
            "tiles of a PMTiles archive have no margin, and output.pixelbuffer is %d: use 0, or a "
            "folder as output.path",
            pyramid->pixelbuffer_px);
}

static bool archive_open(struct tw_sink *sink, const struct tw_sink_spec *spec, struct tw_problems *problems)
{
    struct tw_single_file *file = tw_arena_calloc(sink->arena, 1, sizeof(*file));
    if (file == NULL)
        return false;
    sink->state = file;
    check_format(sink, spec, problems);
    check_pyramid(spec, problems);
    sink->pyramid.metatiling = 1;
    file->is_bare = file->is_spooled = file->is_pyramid = true;
    file->read_fingerprint = tw_pmtiles_fingerprint;
    file->assemble = tw_pmtiles_assemble;
    struct tw_box box = spec->area != NULL && !tw_area_is_empty(spec->area) ? tw_area_bounds(spec->area)
                                                                            : spec->pyramid.grid->extent;
    file->extent = tw_arena_printf(sink->arena, "%d %d %.17g %.17g %.17g %.17g", spec->min_zoom,
                                   spec->max_zoom, box.left, box.bottom, box.right, box.top);
    return file->extent != NULL && tw_single_init(file, sink);
}

static void archive_close(void *state)
{
    if (state != NULL)
        tw_directory_free(((struct tw_single_file *)state)->tiles);
}

const struct tw_sink_driver tw_sink_pmtiles = {
    .name = "pmtiles",
    .about = "one PMTiles archive of all zooms: a path that ends in .pmtiles",
    .takes = archive_takes,
    .open = archive_open,
    .close = archive_close,
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
