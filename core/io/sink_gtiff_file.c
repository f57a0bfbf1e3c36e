/* sink_gtiff_file.c - the output is one GeoTIFF, or a cloud-optimized one (cog: true), of one zoom.
 *
 * The run writes a folder of tiles beside it (`out.tif.tilewright/`), which can be continued like any other;
 * when it is complete the file is assembled from them, moved to its name, and the folder is removed. A file
 * that is there already is left alone, unless it was made with the same fingerprint: then it is done.
 *
 * SPDX-License-Identifier: MIT
 */
#include "area.h"
#include "gtiff_assemble.h"
#include "encoder_driver.h"
#include "file.h"
#include "single_file.h"

#include <string.h>

struct gtiff_file {
    struct tw_single_file single;
    struct tw_encoder *codec; /* of the tiles beside the file */
    struct tw_assembly assembly;
};

static bool file_takes(const struct tw_sink_spec *spec)
{
    return spec->path != NULL && tw_output_is_gtiff(spec->path);
}

/* The tile at a corner of the area: a millionth of a pixel inside of it, because tiles that the area only
 * touches do not count. */
static struct tw_tile corner_tile(const struct tw_pyramid *pyramid, int zoom, double x, double y, int inwards)
{
    double inset_x = 1e-6 * tw_grid_pixel_width(pyramid->grid, zoom, pyramid->tile_size_px);
    double inset_y = 1e-6 * tw_grid_pixel_height(pyramid->grid, zoom, pyramid->tile_size_px);
    struct tw_tile tile = {zoom, 0, 0};
    if (!tw_tile_from_point(pyramid, zoom, x + inwards * inset_x, y - inwards * inset_y, &tile) &&
        inwards < 0)
        tile = (struct tw_tile){zoom, tw_pyramid_rows(pyramid, zoom) - 1, tw_pyramid_cols(pyramid, zoom) - 1};
    return tile;
}

/* The window of all output tiles, pixelbuffers included, that the area touches. False when it is too large.
 */
static bool find_window(const struct tw_sink *sink, const struct tw_area *area, struct tw_window *window)
{
    const struct tw_pyramid *pyramid = &sink->pyramid;
    bool given = area != NULL && !tw_area_is_empty(area);
    struct tw_box box = given ? tw_area_bounds(area) : pyramid->grid->extent;
    struct tw_tile first = corner_tile(pyramid, sink->max_zoom, box.left, box.top, 1);
    struct tw_tile last = corner_tile(pyramid, sink->max_zoom, box.right, box.bottom, -1);
    *window = tw_tile_window_buffered(pyramid, &first, pyramid->pixelbuffer_px);
    struct tw_window end = tw_tile_window_buffered(pyramid, &last, pyramid->pixelbuffer_px);
    int64_t width = end.col_px + end.width_px - window->col_px,
            height = end.row_px + end.height_px - window->row_px;
    window->width_px = (int32_t)width;
    window->height_px = (int32_t)height;
    return width <= INT32_MAX && height <= INT32_MAX;
}

static void check_zooms(const struct tw_sink_spec *spec, struct tw_problems *problems)
{
    if (spec->min_zoom != spec->max_zoom)
        tw_problems_add(
            problems, tw_value_get(spec->output.options, "path"),
            "a single GeoTIFF holds one zoom; zoom_levels has %d (%d to %d): use one zoom, or a folder as "
            "output.path",
            spec->max_zoom - spec->min_zoom + 1, spec->min_zoom, spec->max_zoom);
}

/* The same bands, type and nodata, compressed quickly and without loss. */
static struct tw_encoder *open_codec(const struct tw_sink *sink, const struct tw_sink_spec *spec,
                                     struct tw_problems *problems)
{
    struct tw_arena *arena = sink->arena;
    const struct tw_value *options = NULL;
    static const char *const settings[][2] = {{"format", "GTiff"}, {"compress", "deflate"}, {"zlevel", "1"}};
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        const struct tw_value *text = tw_value_string(arena, settings[i][1]);
        if (text == NULL || (options = tw_value_with(arena, options, settings[i][0], text)) == NULL)
            return NULL;
    }
    struct tw_output_spec output = spec->output;
    output.options = options;
    return tw_encoder_open("GTiff", &output, problems);
}

static enum tw_status assemble(struct tw_single_file *single, struct tw_error *err)
{
    struct gtiff_file *file = (struct gtiff_file *)single;
    file->assembly.fingerprint = single->fingerprint;
    file->assembly.cancel = single->cancel;
    return tw_assemble(&file->assembly, single->folder, err);
}

static bool set_extent(struct gtiff_file *file)
{
    const struct tw_window *window = &file->assembly.window;
    file->single.extent = tw_arena_printf(file->assembly.sink->arena, "%d %lld %lld %d %d", window->zoom,
                                          (long long)window->row_px, (long long)window->col_px,
                                          window->height_px, window->width_px);
    return file->single.extent != NULL;
}

static bool file_open(struct tw_sink *sink, const struct tw_sink_spec *spec, struct tw_problems *problems)
{
    if (strcmp(tw_encoder_format(sink->encoder), "GTiff") != 0) {
        tw_problems_add(problems, tw_value_get(spec->output.options, "path"),
                        "'%s' is a single GeoTIFF, and output.format is %s: use format GTiff, or a folder",
                        spec->path, tw_encoder_format(sink->encoder));
        return true;
    }
    check_zooms(spec, problems);
    struct gtiff_file *file = tw_arena_calloc(sink->arena, 1, sizeof(*file));
    if (file == NULL)
        return false;
    sink->state = file;
    file->codec = open_codec(sink, spec, problems);
    if (file->codec == NULL)
        return problems->count > 0;
    sink->codec = file->codec;
    file->single.read_fingerprint = tw_assembly_fingerprint;
    file->single.assemble = assemble;
    file->assembly.sink = sink;
    if (!find_window(sink, spec->area, &file->assembly.window) && problems->count == 0)
        tw_problems_add(
            problems, tw_value_get(spec->output.options, "path"),
            "a single GeoTIFF of this area at zoom %d would be wider than 2147483647 pixels: use a lower "
            "zoom, a smaller area, or a folder as output.path",
            spec->max_zoom);
    return set_extent(file) && tw_single_init(&file->single, sink) &&
           tw_assembly_read_options(&file->assembly, spec, sink->arena, problems);
}

static void file_close(void *state)
{
    struct gtiff_file *file = state;
    if (file == NULL)
        return;
    tw_directory_free(file->single.tiles);
    tw_encoder_close(file->codec);
    tw_assembly_free(&file->assembly);
}

const struct tw_sink_driver tw_sink_gtiff_file = {
    .name = "gtiff file",
    .about = "one GeoTIFF or COG of one zoom: a path that ends in .tif",
    .takes = file_takes,
    .open = file_open,
    .close = file_close,
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
