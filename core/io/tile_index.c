/* SPDX-License-Identifier: MIT */
#include "tile_index_parts.h"

#include "crs.h"
#include "encoder.h"
#include "file.h"
#include "path.h"

#include <cpl_vsi.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const tw_index_formats[TW_NUM_INDEX_FORMATS] = {"geojson", "gpkg", "shp", "fgb",
                                                            "txt",     "vrt",  "tif"};

static bool holds_features(const struct tw_tile_output *output)
{
    return output->format != NULL && tw_encoder_format_is_vector(output->format);
}

static enum tw_status check_field(const struct tw_index_spec *spec, struct tw_error *err)
{
    static const char *const own[] = {"tile_id", "zoom", "row", "col"};
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (strcasecmp(spec->field, own[i]) == 0)
            return tw_error_set(err, TW_EUSAGE, "--fieldname %s: the index has a field of that name already",
                                spec->field);
    if (spec->field[0] == '\0')
        return tw_error_set(err, TW_EUSAGE, "--fieldname is the name of a field, such as location");
    if (spec->formats[TW_INDEX_SHP] && strlen(spec->field) > 10)
        return tw_error_set(err, TW_EUSAGE,
                            "--fieldname %s: names of a Shapefile's fields have at most 10 characters; use "
                            "--gpkg",
                            spec->field);
    return TW_OK;
}

/* A GeoJSON that is not in degrees names its CRS by a code. */
static enum tw_status check_crs(const struct tw_index_spec *spec, struct tw_error *err)
{
    OGRSpatialReferenceH crs = NULL;
    bool has_code = false;
    enum tw_status status = tw_crs_find_code(spec->output->pyramid.grid->crs, &crs, &has_code, err);
    if (crs != NULL)
        OSRRelease(crs);
    if (status == TW_OK && !has_code && spec->formats[TW_INDEX_GEOJSON] && spec->for_gdal)
        return tw_error_set(err, TW_EUSAGE,
                            "--geojson --for-gdal: a GeoJSON names its CRS by an EPSG code, and that of the "
                            "tiles has none; use --gpkg or --fgb");
    return status;
}

enum tw_status tw_index_check(const struct tw_index_spec *spec, struct tw_error *err)
{
    bool any = false;
    for (int i = 0; i < TW_NUM_INDEX_FORMATS; i++)
        any = any || spec->formats[i];
    if (!any)
        return tw_error_set(
            err, TW_EUSAGE,
            "which index? give one or more of --geojson --gpkg --shp --fgb --txt --vrt --tif");
    if (spec->formats[TW_INDEX_VRT] && holds_features(spec->output))
        return tw_error_set(err, TW_EUSAGE,
                            "--vrt shows tiles as one raster, and those of '%s' hold features",
                            spec->output->folder);
    if (spec->output->extension == NULL)
        return tw_error_set(err, TW_EUSAGE, "'%s/metadata.json' does not say what files the tiles are",
                            spec->output->folder);
    enum tw_status status = check_field(spec, err);
    return status == TW_OK ? check_crs(spec, err) : status;
}

enum tw_status tw_index_make_folder(const char *folder, struct tw_error *err)
{
    if (tw_path_is_remote(folder))
        return tw_error_set(err, TW_EUSAGE,
                            "'%s' is not on this machine; an index is written into local folders only",
                            folder);
    if (tw_file_exists(folder) && !tw_is_folder(folder))
        return tw_error_set(err, TW_EUSAGE, "'%s' is a file, and an index goes into a folder", folder);
    enum tw_status status = tw_make_folders(folder, err);
    if (status == TW_OK && access(folder, W_OK) != 0)
        return tw_error_set(err, TW_ESTORAGE, "cannot write into the folder '%s': %s", folder,
                            strerror(errno));
    return status;
}

char *tw_index_name(const struct tw_index_zoom *zoom, const struct tw_tile *tile)
{
    const struct tw_tile_output *output = zoom->spec->output;
    const struct tw_path_schema schema = {output->schema, output->extension, &output->pyramid};
    return tw_tile_path(zoom->arena, &schema, tile);
}

/* As GDAL wants addresses. */
static char *for_gdal(struct tw_arena *arena, char *path)
{
    static const struct {
        const char *scheme, *prefix;
        bool is_whole; /* the scheme stays */
    } schemes[] = {{"s3://", "/vsis3/", false},     {"gs://", "/vsigs/", false},
                   {"az://", "/vsiaz/", false},     {"abfs://", "/vsiadls/", false},
                   {"https://", "/vsicurl/", true}, {"http://", "/vsicurl/", true},
                   {"ftp://", "/vsicurl/", true}};
    for (size_t i = 0; path != NULL && i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t length = strlen(schemes[i].scheme);
        if (strncmp(path, schemes[i].scheme, length) == 0)
            return tw_arena_printf(arena, "%s%s", schemes[i].prefix,
                                   schemes[i].is_whole ? path : path + length);
    }
    return path;
}

char *tw_index_location(const struct tw_index_zoom *zoom, const struct tw_tile *tile)
{
    const char *base = zoom->spec->base_path != NULL ? zoom->spec->base_path : zoom->root;
    const char *name = tw_index_name(zoom, tile);
    size_t length = strlen(base);
    const char *slash = length > 0 && base[length - 1] != '/' ? "/" : "";
    char *path = name != NULL ? tw_arena_printf(zoom->arena, "%s%s%s", base, slash, name) : NULL;
    return zoom->spec->for_gdal ? for_gdal(zoom->arena, path) : path;
}

static char *path_of(const struct tw_index_zoom *zoom, const char *extension)
{
    return tw_arena_printf(zoom->arena, "%s/%d.%s", zoom->spec->folder, zoom->zoom, extension);
}

enum tw_status tw_index_save(const struct tw_index_zoom *zoom, const char *extension,
                             const struct tw_text *text, struct tw_error *err)
{
    char *path = path_of(zoom, extension);
    if (path == NULL || text->failed)
        return tw_error_nomem(err);
    return tw_file_write(path, tw_text_get(text), text->length, err);
}

enum tw_status tw_index_save_memory(const struct tw_index_zoom *zoom, const char *extension,
                                    const char *memory_path, struct tw_error *err)
{
    char *path = path_of(zoom, extension);
    vsi_l_offset size = 0;
    const GByte *bytes = VSIGetMemFileBuffer(memory_path, &size, FALSE);
    enum tw_status status = TW_OK;
    if (path == NULL)
        status = tw_error_nomem(err);
    else if (bytes == NULL || size == 0)
        status = tw_error_set(err, TW_ESTORAGE, "cannot make '%s': GDAL wrote nothing", path);
    else
        status = tw_file_write(path, bytes, (size_t)size, err);
    VSIUnlink(memory_path);
    return status;
}

static enum tw_status write_txt(const struct tw_index_zoom *zoom, struct tw_error *err)
{
    struct tw_text text = {0};
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < zoom->count; i++) {
        struct tw_arena_mark mark = tw_arena_mark(zoom->arena);
        const char *location = tw_index_location(zoom, &zoom->tiles[i]);
        if (location == NULL)
            status = tw_error_nomem(err);
        else
            tw_text_printf(&text, "%s\n", location);
        tw_arena_release(zoom->arena, mark);
    }
    if (status == TW_OK)
        status = tw_index_save(zoom, "txt", &text, err);
    tw_text_free(&text);
    return status;
}

static enum tw_status write_format(const struct tw_index_zoom *zoom, enum tw_index_format format,
                                   struct tw_error *err)
{
    switch (format) {
    case TW_INDEX_TXT:
        return write_txt(zoom, err);
    case TW_INDEX_VRT:
        return tw_index_vrt(zoom, err);
    case TW_INDEX_TIF:
        return tw_index_tif(zoom, err);
    default:
        return tw_index_vector(zoom, format, err);
    }
}

/* The listing as it goes on: the tiles of the zoom that it is at. */
struct collecting {
    const struct tw_index_spec *spec;
    struct tw_index_result *result;
    struct tw_arena *arena;
    const char *root;
    struct tw_tile *tiles;
    size_t count, capacity;
};

static int by_place(const void *one, const void *other)
{
    const struct tw_tile *a = one, *b = other;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return (a->col > b->col) - (a->col < b->col);
}

static struct tw_tile_range range_of(const struct tw_tile *tiles, size_t count)
{
    struct tw_tile_range range = {tiles->zoom, tiles->row, tiles[count - 1].row, tiles->col, tiles->col};
    for (size_t i = 0; i < count; i++) {
        range.first_col = tiles[i].col < range.first_col ? tiles[i].col : range.first_col;
        range.last_col = tiles[i].col > range.last_col ? tiles[i].col : range.last_col;
    }
    return range;
}

static enum tw_status write_zoom(struct collecting *collecting, struct tw_error *err)
{
    if (collecting->count == 0)
        return TW_OK;
    qsort(collecting->tiles, collecting->count, sizeof(*collecting->tiles), by_place);
    const struct tw_index_zoom zoom = {.spec = collecting->spec,
                                       .arena = collecting->arena,
                                       .zoom = collecting->tiles->zoom,
                                       .tiles = collecting->tiles,
                                       .count = collecting->count,
                                       .range = range_of(collecting->tiles, collecting->count),
                                       .root = collecting->root};
    struct tw_index_result *result = collecting->result;
    if (result->tiles == 0)
        result->min_zoom = zoom.zoom;
    result->max_zoom = zoom.zoom;
    result->tiles += zoom.count;
    collecting->count = 0;
    for (int i = 0; i < TW_NUM_INDEX_FORMATS; i++) {
        struct tw_arena_mark mark = tw_arena_mark(collecting->arena);
        bool wanted = collecting->spec->formats[i];
        enum tw_status status = wanted ? write_format(&zoom, (enum tw_index_format)i, err) : TW_OK;
        tw_arena_release(collecting->arena, mark);
        if (status != TW_OK)
            return status;
        result->files += wanted;
    }
    return TW_OK;
}

static enum tw_status take_tile(void *context, const struct tw_stored_tile *stored, struct tw_error *err)
{
    struct collecting *collecting = context;
    const volatile int *cancel = collecting->spec->cancel;
    if (cancel != NULL && *cancel != 0)
        return tw_error_set(err, TW_ECANCELLED, "cancelled");
    if (collecting->count > 0 && collecting->tiles->zoom != stored->tile.zoom) {
        enum tw_status status = write_zoom(collecting, err);
        if (status != TW_OK)
            return status;
    }
    if (collecting->count == collecting->capacity) {
        size_t capacity = 2 * collecting->capacity + 256;
        struct tw_tile *more = realloc(collecting->tiles, capacity * sizeof(*more));
        if (more == NULL)
            return tw_error_nomem(err);
        collecting->tiles = more;
        collecting->capacity = capacity;
    }
    collecting->tiles[collecting->count++] = stored->tile;
    return TW_OK;
}

enum tw_status tw_index_write(const struct tw_index_spec *spec, struct tw_index_result *result,
                              struct tw_error *err)
{
    struct collecting collecting = {.spec = spec, .result = result, .arena = tw_arena_new(0)};
    const struct tw_tile_listing listing = {.output = spec->output,
                                            .min_zoom = spec->min_zoom,
                                            .max_zoom = spec->max_zoom,
                                            .area = spec->area,
                                            .tile = take_tile,
                                            .context = &collecting};
    *result = (struct tw_index_result){0};
    enum tw_status status = tw_index_check(spec, err);
    if (collecting.arena == NULL ||
        (collecting.root = tw_path_real(collecting.arena, spec->output->folder)) == NULL)
        status = tw_error_nomem(err);
    if (status == TW_OK)
        status = tw_index_make_folder(spec->folder, err);
    if (status == TW_OK)
        status = tw_tile_output_list(&listing, err);
    if (status == TW_OK)
        status = write_zoom(&collecting, err);
    free(collecting.tiles);
    tw_arena_free(collecting.arena);
    return status;
}
