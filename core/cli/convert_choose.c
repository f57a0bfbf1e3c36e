/* Format, grid and zooms of a conversion: as given, or chosen from the input.
 *
 * SPDX-License-Identifier: MIT
 */
#include "convert_parts.h"

#include "encoder.h"
#include "file.h"
#include "grid_read.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *input_name(const struct tw_convert *convert)
{
    return convert->asked->input;
}

static void refuse(struct tw_convert *convert, enum tw_convert_key key, const char *why)
{
    tw_problems_add(convert->problems, NULL, "--%s %s, and '%s' holds %s", tw_convert_options[key].name, why,
                    input_name(convert), convert->is_vector ? "features" : "pixels");
}

/* Options that say nothing about features, or about pixels. */
static void check_kind(struct tw_convert *convert)
{
    static const enum tw_convert_key of_pixels[] = {
        TW_CONVERT_BIDX,       TW_CONVERT_SCALE_RATIO, TW_CONVERT_SCALE_OFFSET,
        TW_CONVERT_RESAMPLING, TW_CONVERT_DTYPE,       TW_CONVERT_NODATA,
        TW_CONVERT_COG,        TW_CONVERT_OVERVIEWS,   TW_CONVERT_RETINA};
    const char *const *given = convert->asked->given;
    for (size_t i = 0; convert->is_vector && i < sizeof(of_pixels) / sizeof(of_pixels[0]); i++)
        if (given[of_pixels[i]] != NULL)
            refuse(convert, of_pixels[i], "is for pixels");
    if (!convert->is_vector && given[TW_CONVERT_GEOMETRY_TYPE] != NULL)
        refuse(convert, TW_CONVERT_GEOMETRY_TYPE, "is for features");
    if (convert->is_vector && convert->is_single)
        tw_problems_add(convert->problems, NULL, "'%s' is a GeoTIFF, and '%s' holds features",
                        convert->asked->output, input_name(convert));
}

/* The input's own format; of archives, which hold pictures, PNG when that is none. */
static const char *format_like_input(const struct tw_convert *convert)
{
    static const char *const pictures[] = {"PNG", "JPEG", "WebP"};
    const char *format = convert->facts->format;
    for (size_t i = 0; convert->is_archive && i < 3; i++)
        if (format != NULL && strcmp(format, pictures[i]) == 0)
            return format;
    return convert->is_archive ? "PNG" : format != NULL ? format : "GTiff";
}

static void choose_format(struct tw_convert *convert)
{
    const char *given = convert->asked->given[TW_CONVERT_FORMAT];
    convert->format = given;
    if (given == NULL && convert->is_single)
        convert->format = "GTiff";
    else if (given == NULL) {
        convert->format = format_like_input(convert);
        tw_text_printf(convert->chosen, " --output-format %s", convert->format);
    }
    bool is_null = strcmp(convert->format, "null") == 0;
    if (is_null || tw_encoder_format_is_vector(convert->format) == convert->is_vector)
        return;
    tw_problems_add(convert->problems, NULL, "--output-format %s holds %s, and '%s' holds %s: %s",
                    convert->format, convert->is_vector ? "pixels" : "features", input_name(convert),
                    convert->is_vector ? "features" : "pixels",
                    convert->is_vector ? "write GeoJSON or FlatGeobuf" : "write GTiff or PNG");
}

/* A grid in the values of a configuration: by its name, or by what it is. */
static const struct tw_value *value_of_grid(struct tw_convert *convert, const struct tw_grid *grid)
{
    struct tw_arena *arena = convert->arena;
    const struct tw_value *map = NULL, *srs = NULL;
    bool is_defined = grid->first_zoom > 0 || grid->num_zooms > 0; /* by a TileMatrixSet */
    if (tw_grid_named(grid->name) == grid || is_defined)
        return tw_value_string(arena, grid->name);
    struct tw_value *shape = tw_value_list(arena, 2), *bounds = tw_value_list(arena, 4);
    const double numbers[6] = {(double)grid->rows,  (double)grid->cols, grid->extent.left,
                               grid->extent.bottom, grid->extent.right, grid->extent.top};
    for (size_t i = 0; shape != NULL && bounds != NULL && i < 6; i++) {
        const struct tw_value *number = tw_value_number(arena, numbers[i]);
        if (number == NULL)
            return NULL;
        *(i < 2 ? &shape->items[i] : &bounds->items[i - 2]) = *number;
    }
    tw_convert_set(convert, &srs, "proj", tw_value_string(arena, grid->crs));
    tw_convert_set(convert, &map, "shape", shape);
    tw_convert_set(convert, &map, "bounds", bounds);
    tw_convert_set(convert, &map, "srs", srs);
    tw_convert_set(convert, &map, "is_global", tw_value_bool(arena, grid->is_global));
    return map;
}

/* A file with a grid such as {"shape": ..., "bounds": ..., "srs": ...}; NULL when it is no such file, which
 * may hold a TileMatrixSet then. */
static const struct tw_value *read_grid_file(struct tw_convert *convert, const char *path)
{
    char *text = NULL;
    size_t size = 0;
    const struct tw_value *root = NULL;
    struct tw_error err = {0};
    if (!tw_path_has_suffix(path, ".json") || tw_path_is_remote(path))
        return NULL;
    if (tw_file_read(convert->arena, path, 16 << 20, &text, &size, &err) != TW_OK)
        tw_problems_add(convert->problems, NULL, "--output-pyramid: %s", err.message);
    else
        tw_yaml_read(convert->arena, path, text, size, &root, convert->problems);
    return tw_value_get(root, "shape") != NULL ? root : NULL;
}

static const struct tw_value *given_grid(struct tw_convert *convert, const char *name)
{
    const struct tw_value *map = read_grid_file(convert, name);
    if (map != NULL)
        return map;
    return tw_convert_from(convert, TW_CONVERT_PYRAMID, tw_value_string(convert->arena, name));
}

/* Web maps are in mercator; tiles stay as they are; pixels are not moved to another CRS unasked. */
static const struct tw_value *choose_grid(struct tw_convert *convert)
{
    const struct tw_source_facts *facts = convert->facts;
    static const char *const web_formats[] = {"PNG", "JPEG", "WebP", "WEBP", "PNG8", "PNG_hillshade", "MVT"};
    bool is_web = false;
    for (size_t i = 0; i < sizeof(web_formats) / sizeof(web_formats[0]); i++)
        is_web = is_web || strcmp(web_formats[i], convert->format) == 0;
    const struct tw_grid *grid = facts->grid;
    if (!facts->is_tiled && is_web)
        grid = tw_grid_named("mercator");
    if (grid == NULL) {
        tw_problems_add(convert->problems, NULL,
                        "--output-pyramid is missing: '%s' is in %s, which is neither geodetic nor mercator; "
                        "name one of them, a TileMatrixSet, or a JSON file with a grid",
                        input_name(convert), facts->crs != NULL ? facts->crs : "an unknown CRS");
        return NULL;
    }
    convert->is_same_pyramid = facts->is_tiled;
    if (!facts->is_tiled)
        tw_text_printf(convert->chosen, " --output-pyramid %s", grid->name);
    return value_of_grid(convert, grid);
}

static void set_grid(struct tw_convert *convert)
{
    const char *given = convert->asked->given[TW_CONVERT_PYRAMID];
    size_t before = convert->problems->count;
    convert->grid_value = given != NULL ? given_grid(convert, given) : choose_grid(convert);
    if (convert->problems->count > before)
        return;
    if (convert->grid_value != NULL)
        convert->grid = tw_grid_read(convert->grid_value, ".", convert->arena, convert->problems);
    if (convert->grid == NULL && convert->problems->count == before)
        convert->nomem = true;
}

static void measure_input(struct tw_convert *convert)
{
    struct tw_error err = {0};
    struct tw_area *area = NULL;
    convert->bounds = convert->grid->extent;
    if (tw_source_area(convert->source, convert->grid, &area, &err) != TW_OK)
        tw_problems_add_error(convert->problems, &err);
    else if (!tw_area_is_empty(area))
        convert->bounds = tw_area_bounds(area);
    tw_area_free(area);
}

/* The mean size of the input's pixels in the grid. Of what reaches around the whole earth, or across its
 * seam, only the height is known. */
static double mean_pixel(const struct tw_convert *convert)
{
    const struct tw_source_facts *facts = convert->facts;
    const struct tw_box *box = &convert->bounds, *extent = &convert->grid->extent;
    double width = box->right - box->left, height = box->top - box->bottom;
    if (convert->grid->is_global && width >= (extent->right - extent->left) * (1 - 1e-9))
        return height / (double)facts->height_px;
    return (width + height) / (double)(facts->width_px + facts->height_px);
}

/* The zoom above the first whose pixels are no larger than the input's (mapchete's rule). */
static int best_zoom(const struct tw_convert *convert)
{
    const struct tw_grid *grid = convert->grid;
    const int tile_size_px = grid->tile_size_px > 0 ? grid->tile_size_px : 256;
    double pixel = mean_pixel(convert);
    int zoom = grid->first_zoom, most = tw_grid_max_zoom(grid);
    while (zoom < most && tw_grid_pixel_width(grid, zoom, tile_size_px) > pixel * (1 + 1e-9))
        zoom++;
    return zoom > grid->first_zoom ? zoom - 1 : zoom;
}

static void choose_zooms(struct tw_convert *convert)
{
    const struct tw_source_facts *facts = convert->facts;
    if (convert->is_same_pyramid) {
        convert->min_zoom = facts->min_zoom;
        convert->max_zoom = facts->max_zoom;
    } else if (facts->width_px > 0 && facts->height_px > 0) {
        convert->max_zoom = best_zoom(convert);
        convert->min_zoom = convert->grid->first_zoom;
    } else {
        tw_problems_add(convert->problems, NULL,
                        "--zoom is missing: '%s' holds features, which have no resolution to choose it by",
                        input_name(convert));
        return;
    }
    if (convert->is_single)
        convert->min_zoom = convert->max_zoom;
    tw_text_printf(convert->chosen, " --zoom %d", convert->min_zoom);
    if (convert->max_zoom > convert->min_zoom)
        tw_text_printf(convert->chosen, ",%d", convert->max_zoom);
}

static void set_zooms(struct tw_convert *convert)
{
    const struct tw_selection *selection = convert->asked->selection;
    if (selection->has_tile) {
        convert->min_zoom = convert->max_zoom = selection->tile.zoom;
    } else if (selection->has_zooms) {
        convert->min_zoom = selection->min_zoom;
        convert->max_zoom = selection->max_zoom;
    } else {
        choose_zooms(convert);
    }
    if (convert->is_single && convert->min_zoom < convert->max_zoom)
        tw_problems_add(convert->problems, NULL,
                        "--zoom %d,%d are %d zooms, and a GeoTIFF holds one: name one, or a folder as output",
                        convert->min_zoom, convert->max_zoom, convert->max_zoom - convert->min_zoom + 1);
    bool wants_overviews = convert->asked->given[TW_CONVERT_OVERVIEWS] != NULL && !convert->is_single;
    if (wants_overviews && convert->min_zoom == convert->max_zoom && convert->problems->count == 0)
        tw_problems_add(convert->problems, NULL,
                        "--overviews makes the zooms above the deepest one, and zoom %d is the only one: "
                        "--zoom 0,%d would have some",
                        convert->max_zoom, convert->max_zoom);
}

void tw_convert_choose(struct tw_convert *convert)
{
    check_kind(convert);
    choose_format(convert);
    set_grid(convert);
    if (convert->problems->count == 0 && !convert->nomem)
        measure_input(convert);
    if (convert->problems->count == 0 && !convert->nomem)
        set_zooms(convert);
}
