/* SPDX-License-Identifier: MIT */
#include "tile_layout.h"

#include "arcgis_bundle.h"
#include "file.h"
#include "path.h"
#include "text.h"
#include "archive.h"
#include "tile_output.h"

#include <ctype.h>
#include <string.h>

/* What a listing has found. Zooms come from the shallowest down. */
struct finding {
    struct tw_tile_range zooms[TW_MAX_ZOOM + 1];
    int num_zooms;
    struct tw_tile first; /* the first one of the deepest zoom in row-major order */
    const struct tw_tile_layout *layout;
};

static enum tw_status add_tile(void *context, const struct tw_stored_tile *stored, struct tw_error *err)
{
    (void)err;
    struct finding *finding = context;
    const struct tw_tile *tile = &stored->tile;
    if (finding->num_zooms == 0 || finding->zooms[finding->num_zooms - 1].zoom != tile->zoom) {
        finding->zooms[finding->num_zooms++] =
            (struct tw_tile_range){tile->zoom, tile->row, tile->row, tile->col, tile->col};
        finding->first = *tile;
    }
    struct tw_tile_range *range = &finding->zooms[finding->num_zooms - 1];
    if (tile->row < finding->first.row || (tile->row == finding->first.row && tile->col < finding->first.col))
        finding->first = *tile;
    range->first_row = tile->row < range->first_row ? tile->row : range->first_row;
    range->last_row = tile->row > range->last_row ? tile->row : range->last_row;
    range->first_col = tile->col < range->first_col ? tile->col : range->first_col;
    range->last_col = tile->col > range->last_col ? tile->col : range->last_col;
    return TW_OK;
}

static enum tw_status refuse_outside(void *context, const char *path, enum tw_stranger why,
                                     struct tw_error *err)
{
    const struct tw_tile_layout *layout = ((const struct finding *)context)->layout;
    if (why != TW_STRANGER_OUTSIDE)
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE,
                        "'%s/%s' is not a tile of the grid with metatiling %d; check 'grid' and 'metatiling'",
                        layout->folder, path, layout->pyramid.metatiling);
}

/* `ZOOM/ROW/COL.tif`. */
static enum tw_status has_no_tiles(const struct tw_tile_layout *layout, struct tw_error *err)
{
    struct tw_text path = {0};
    bool in_name = false;
    for (const char *c = layout->schema; *c != '\0'; c++) {
        if (strncmp(c, "{extension}", strlen("{extension}")) == 0) {
            tw_text_add(&path, layout->extension);
            c += strlen("{extension}") - 1;
        } else if (*c == '{' || *c == '}') {
            in_name = *c == '{';
        } else {
            tw_text_printf(&path, "%c", in_name ? toupper((unsigned char)*c) : *c);
        }
        if (in_name && c[1] == ':')
            c += strcspn(c + 1, "}");
    }
    tw_error_set(err, TW_EUSAGE, "'%s' holds no tiles of zoom %d to %d: no file '%s'", layout->folder,
                 layout->min_zoom, layout->max_zoom, tw_text_get(&path));
    tw_text_free(&path);
    return TW_EUSAGE;
}

enum tw_status tw_tile_zooms_list(const struct tw_tile_layout *layout, struct tw_tile_zooms *zooms,
                                  struct tw_error *err)
{
    const struct tw_tile_output output = {.folder = layout->folder,
                                          .pyramid = layout->pyramid,
                                          .schema = layout->schema,
                                          .extension = layout->extension};
    struct finding finding = {.layout = layout};
    if (layout->archive != NULL)
        return tw_archive_zooms(layout, zooms, err);
    const struct tw_tile_listing listing = {.output = &output,
                                            .min_zoom = layout->min_zoom,
                                            .max_zoom = layout->max_zoom,
                                            .tile = add_tile,
                                            .stranger = refuse_outside,
                                            .context = &finding};
    enum tw_status status = tw_tile_output_list(&listing, err);
    if (status == TW_OK && finding.num_zooms == 0)
        return has_no_tiles(layout, err);
    zooms->first = finding.first;
    zooms->count = finding.num_zooms;
    for (int i = 0; i < finding.num_zooms; i++)
        zooms->ranges[i] = finding.zooms[finding.num_zooms - 1 - i];
    return status;
}

struct tw_box tw_tile_range_bounds(const struct tw_pyramid *pyramid, const struct tw_tile_range *range)
{
    struct tw_tile first = {range->zoom, range->first_row, range->first_col};
    struct tw_tile last = {range->zoom, range->last_row, range->last_col};
    struct tw_box from = tw_tile_bounds(pyramid, &first), to = tw_tile_bounds(pyramid, &last);
    return (struct tw_box){from.left, to.bottom, to.right, from.top};
}

const char *tw_tile_layout_path(const struct tw_tile_layout *layout, const struct tw_tile *tile,
                                struct tw_arena *arena)
{
    const struct tw_path_schema schema = {layout->schema, layout->extension, &layout->pyramid};
    const char *path =
        tw_path_is_bundled(layout->schema) ? tw_bundle_path(tile, arena) : tw_tile_path(arena, &schema, tile);
    return path != NULL ? tw_arena_printf(arena, "%s/%s", layout->folder, path) : NULL;
}

enum tw_status tw_tile_layout_find(const struct tw_tile_layout *layout, const struct tw_tile *tile,
                                   struct tw_arena *arena, const char **path, struct tw_error *err)
{
    struct tw_error found = {0};
    if (tw_path_is_bundled(layout->schema)) {
        *path = tw_bundle_gdal_path(layout->folder, tile, arena, &found);
        if (found.status != TW_OK)
            *err = found;
        return found.status;
    }
    *path = tw_tile_layout_path(layout, tile, arena);
    if (*path == NULL)
        return tw_error_set(err, TW_EBUDGET, "not enough memory; raise --memory");
    *path = tw_file_exists(*path) ? *path : NULL;
    return TW_OK;
}

static const char *const extensions[] = {"tif", "tiff", "png",     "jpg", "jpeg",
                                         "jp2", "webp", "geojson", "fgb", "gpkg"};
enum { NUM_EXTENSIONS = sizeof(extensions) / sizeof(extensions[0]), NUM_OF_RASTERS = 7 };

size_t tw_tile_extensions(const char *const **list)
{
    *list = extensions;
    return NUM_EXTENSIONS;
}

static bool is_among(const char *extension, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        if (strcmp(extensions[i], extension) == 0)
            return true;
    return false;
}

bool tw_tile_extension_is_known(const char *extension)
{
    return is_among(extension, 0, NUM_EXTENSIONS);
}

bool tw_tile_extension_is_vector(const char *extension)
{
    return is_among(extension, NUM_OF_RASTERS, NUM_EXTENSIONS);
}
