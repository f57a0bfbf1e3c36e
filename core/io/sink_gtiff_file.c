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
#include "tile_directory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct gtiff_file {
    struct tw_sink *sink;
    struct tw_encoder *codec; /* of the tiles beside the file */
    struct tw_directory *tiles;
    const char *folder;
    struct tw_assembly assembly;
    bool is_done; /* the file is there, made with the same fingerprint */
};

static bool file_takes(const struct tw_sink_spec *spec)
{
    return spec->path != NULL &&
           (tw_path_has_suffix(spec->path, ".tif") || tw_path_has_suffix(spec->path, ".tiff"));
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
    file->sink = sink;
    sink->state = file;
    file->folder = tw_arena_printf(sink->arena, "%s.tilewright", sink->path);
    file->codec = open_codec(sink, spec, problems);
    if (file->folder == NULL || file->codec == NULL)
        return file->codec != NULL || problems->count > 0;
    sink->codec = file->codec;
    struct tw_directory_spec tiles = {
        .sink = sink, .root = file->folder, .work = file->folder, .schema = "{zoom}/{row}/{col}.{extension}"};
    file->tiles = tw_directory_new(&tiles);
    file->assembly.sink = sink;
    if (!find_window(sink, spec->area, &file->assembly.window) && problems->count == 0)
        tw_problems_add(
            problems, tw_value_get(spec->output.options, "path"),
            "a single GeoTIFF of this area at zoom %d would be wider than 2147483647 pixels: use a lower "
            "zoom, a smaller area, or a folder as output.path",
            spec->max_zoom);
    return file->tiles != NULL && tw_assembly_read_options(&file->assembly, spec, sink->arena, problems);
}

static void file_close(void *state)
{
    struct gtiff_file *file = state;
    if (file == NULL)
        return;
    tw_directory_free(file->tiles);
    tw_encoder_close(file->codec);
    tw_assembly_free(&file->assembly);
}

static enum tw_status check_existing(struct gtiff_file *file, const struct tw_sink_begin *begin,
                                     struct tw_error *err)
{
    const char *path = file->sink->path;
    if (begin->overwrite || !tw_file_exists(path) || tw_is_folder(file->folder))
        return TW_OK;
    const char *found = tw_assembly_fingerprint(path, file->sink->arena);
    file->is_done = found != NULL && strcmp(found, file->assembly.fingerprint) == 0;
    if (file->is_done)
        return TW_OK;
    size_t length = begin->settings != NULL ? strlen(begin->settings) : 0;
    bool is_ours = length > 0 && found != NULL && strncmp(found, begin->settings, length) == 0;
    if (begin->update && is_ours)
        return TW_OK; /* no tile is left of it: all of it is made anew */
    if (begin->update && found != NULL)
        return tw_sink_settings_changed(path, err);
    return tw_error_set(err, TW_EUSAGE, "'%s' exists already; use --overwrite to replace it", path);
}

/* A file of another area, or of a part of it, is another file. */
static bool set_fingerprint(struct gtiff_file *file, const struct tw_sink_begin *begin)
{
    const struct tw_window *window = &file->assembly.window;
    file->assembly.fingerprint = tw_arena_printf(
        file->sink->arena, "%s%s%s %d %lld %lld %d %d", begin->settings != NULL ? begin->settings : "",
        begin->settings != NULL ? " " : "", begin->fingerprint, window->zoom, (long long)window->row_px,
        (long long)window->col_px, window->height_px, window->width_px);
    return file->assembly.fingerprint != NULL;
}

static enum tw_status file_look(void *state, const struct tw_sink_begin *begin, enum tw_sink_found *found,
                                struct tw_problems *problems)
{
    struct gtiff_file *file = state;
    struct tw_error err = {0};
    if (!set_fingerprint(file, begin))
        return TW_ENOMEM;
    enum tw_status status = tw_directory_look(tw_directory_spec(file->tiles), begin, found, problems);
    if (status == TW_OK && check_existing(file, begin, &err) != TW_OK)
        tw_problems_add_error(problems, &err);
    if (file->is_done)
        *found = TW_FOUND_DONE;
    return status;
}

static enum tw_status file_begin(void *state, const struct tw_sink_begin *begin, struct tw_error *err)
{
    struct gtiff_file *file = state;
    file->is_done = false;
    file->assembly.cancel = begin->cancel;
    if (!set_fingerprint(file, begin))
        return tw_error_nomem(err);
    enum tw_status status = check_existing(file, begin, err);
    return status != TW_OK || file->is_done ? status : tw_directory_begin(file->tiles, begin, err);
}

static bool file_is_new(const void *state)
{
    const struct gtiff_file *file = state;
    return !file->is_done && tw_directory_is_new(file->tiles);
}

static bool remove_tree(const char *path);

static bool remove_inside(const char *path, const char *name)
{
    char *inside;
    if (asprintf(&inside, "%s/%s", path, name) < 0)
        return false;
    bool removed = tw_is_folder(inside) ? remove_tree(inside) : unlink(inside) == 0;
    free(inside);
    return removed;
}

static bool remove_tree(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return false;
    bool removed = true;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            removed = remove_inside(path, entry->d_name) && removed;
    closedir(folder);
    return rmdir(path) == 0 && removed;
}

static enum tw_status finish_file(struct gtiff_file *file, struct tw_error *err)
{
    enum tw_status status = tw_assemble(&file->assembly, file->folder, err);
    if (status != TW_OK)
        return status;
    tw_directory_free(file->tiles);
    file->tiles = NULL;
    if (!remove_tree(file->folder))
        return tw_error_set(err, TW_ESTORAGE, "cannot remove the folder '%s': %s", file->folder,
                            strerror(errno));
    return TW_OK;
}

/* The store stays open while the file is assembled: it reads the tiles through it. */
static enum tw_status file_end(void *state, bool complete, struct tw_error *err)
{
    struct gtiff_file *file = state;
    if (file->is_done)
        return TW_OK;
    enum tw_status status = TW_OK;
    if (complete && (status = tw_directory_flush(file->tiles, err)) == TW_OK)
        return finish_file(file, err);
    if (status == TW_OK)
        status = tw_directory_finish_files(file->tiles, err);
    tw_directory_unlock(file->tiles);
    return status;
}

static enum tw_status file_put(void *state, const struct tw_sink_put *put, struct tw_arena *scratch,
                               struct tw_error *err)
{
    return tw_directory_put(((struct gtiff_file *)state)->tiles, put, scratch, err);
}

static enum tw_status file_remove(void *state, const struct tw_tile *tile, struct tw_arena *scratch,
                                  struct tw_error *err)
{
    return tw_directory_remove(((struct gtiff_file *)state)->tiles, tile, scratch, err);
}

static enum tw_status file_get(void *state, const struct tw_tile *tile, struct tw_arena *arena,
                               struct tw_blob *blob, struct tw_error *err)
{
    struct gtiff_file *file = state;
    blob->found = false;
    return file->is_done ? TW_OK : tw_directory_get(file->tiles, tile, arena, blob, err);
}

static enum tw_status file_finish(void *state, const struct tw_tile *metatile, uint32_t files,
                                  struct tw_error *err)
{
    return tw_directory_finish(((struct gtiff_file *)state)->tiles, metatile, files, err);
}

static enum tw_status file_is_done(void *state, const struct tw_tile *metatile, struct tw_arena *scratch,
                                   bool *done, struct tw_error *err)
{
    struct gtiff_file *file = state;
    *done = true;
    return file->is_done ? TW_OK : tw_directory_is_done(file->tiles, metatile, scratch, done, err);
}

static bool file_is_assembled(const void *state)
{
    return ((const struct gtiff_file *)state)->is_done;
}

static bool file_is_known(void *state, const struct tw_tile *metatile)
{
    struct gtiff_file *file = state;
    return file->is_done || tw_directory_is_known(file->tiles, metatile);
}

static enum tw_status file_flush(void *state, struct tw_error *err)
{
    return tw_directory_flush(((struct gtiff_file *)state)->tiles, err);
}

/* Hidden, and not in the folder, which is removed with the tiles. */
static char *file_beside(const void *state, const char *name, struct tw_arena *arena)
{
    const char *path = ((const struct gtiff_file *)state)->sink->path, *file = tw_path_name(path);
    return tw_arena_printf(arena, "%.*s.%s.%s", (int)(file - path), path, file, name);
}

static enum tw_status file_outdate(void *state, const struct tw_tile *metatile, struct tw_error *err)
{
    return tw_directory_outdate(((struct gtiff_file *)state)->tiles, metatile, err);
}

const struct tw_sink_driver tw_sink_gtiff_file = {
    .name = "gtiff file",
    .about = "one GeoTIFF or COG of one zoom: a path that ends in .tif",
    .takes = file_takes,
    .open = file_open,
    .close = file_close,
    .begin = file_begin,
    .look = file_look,
    .is_new = file_is_new,
    .end = file_end,
    .put = file_put,
    .remove = file_remove,
    .get = file_get,
    .finish = file_finish,
    .is_done = file_is_done,
    .is_known = file_is_known,
    .is_assembled = file_is_assembled,
    .flush = file_flush,
    .beside = file_beside,
    .outdate = file_outdate,
};
