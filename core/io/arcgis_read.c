/* SPDX-License-Identifier: MIT */
#include "arcgis_read.h"

#include "arcgis.h"
#include "crs.h"
#include "file.h"
#include "path.h"

#include <cpl_minixml.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 24, MOST_LEVELS = TW_MAX_ZOOM + 1, MOST_CELLS = 1 << 24 };

struct cache {
    const char *path; /* of conf.xml */
    struct tw_tile_output *output;
    struct tw_arena *arena;
    struct tw_error *err;
    const CPLXMLNode *info; /* TileCacheInfo */
    double resolutions[MOST_LEVELS];
    int first_level, num_levels;
    double origin[2];
};

static const char *text_of(const struct cache *cache, const char *path)
{
    return CPLGetXMLValue(cache->info, path, "");
}

static enum tw_status wrong(const struct cache *cache, const char *what)
{
    return tw_error_set(cache->err, TW_EUSAGE, "'%s': %s", cache->path, what);
}

static enum tw_status read_number(const struct cache *cache, const char *path, double *number)
{
    if (tw_parse_number(text_of(cache, path), number) && isfinite(*number))
        return TW_OK;
    return tw_error_set(cache->err, TW_EUSAGE, "'%s': TileCacheInfo/%s is no number", cache->path, path);
}

/* 102100 and its kin are web mercator by other names. */
static const char *crs_of_code(const char *code, struct tw_arena *arena)
{
    static const char *const mercator[] = {"102100", "102113", "3785", "900913"};
    for (size_t i = 0; i < sizeof(mercator) / sizeof(mercator[0]); i++)
        if (strcmp(code, mercator[i]) == 0)
            return "EPSG:3857";
    double number;
    bool is_esri = tw_parse_number(code, &number) && number > 32767;
    return tw_arena_printf(arena, "%s:%s", is_esri ? "ESRI" : "EPSG", code);
}

static const char *read_crs(const struct cache *cache)
{
    static const char *const paths[] = {"SpatialReference.LatestWKID", "SpatialReference.WKID"};
    struct tw_error ignored;
    OGRSpatialReferenceH crs = NULL;
    for (int i = 0; i < 2; i++) {
        const char *code = text_of(cache, paths[i]);
        const char *name = code[0] != '\0' ? crs_of_code(code, cache->arena) : NULL;
        if (name == NULL || tw_crs_parse(name, &crs, &ignored) != TW_OK)
            continue;
        OSRRelease(crs);
        return name;
    }
    const char *wkt = text_of(cache, "SpatialReference.WKT");
    return wkt[0] != '\0' ? tw_arena_strdup(cache->arena, wkt) : NULL;
}

static enum tw_status read_level(struct cache *cache, const CPLXMLNode *level)
{
    double id, resolution;
    if (!tw_parse_number(CPLGetXMLValue(level, "LevelID", ""), &id) ||
        !tw_parse_number(CPLGetXMLValue(level, "Resolution", ""), &resolution) || !(resolution > 0))
        return wrong(cache, "a LODInfo has no LevelID or no Resolution");
    if (!(id >= 0 && id <= TW_MAX_ZOOM))
        return tw_error_set(cache->err, TW_EUSAGE, "'%s': levels go from 0 to %d, and there is one of %g",
                            cache->path, TW_MAX_ZOOM, id);
    if (cache->num_levels == 0)
        cache->first_level = (int)id;
    if (id != cache->first_level + cache->num_levels || cache->first_level < 0)
        return wrong(cache, "levels do not count up from 0 or more");
    if (cache->num_levels > 0 && fabs(cache->resolutions[cache->num_levels - 1] / resolution - 2) > 1e-6)
        return tw_error_set(cache->err, TW_EUSAGE,
                            "'%s': the resolution of level %d is not half of that of level %d, so that its "
                            "levels are no zooms of a pyramid",
                            cache->path, (int)id, (int)id - 1);
    cache->resolutions[cache->num_levels++] = resolution;
    return TW_OK;
}

static enum tw_status read_levels(struct cache *cache)
{
    const CPLXMLNode *levels = CPLGetXMLNode((CPLXMLNode *)cache->info, "LODInfos");
    enum tw_status status = TW_OK;
    for (const CPLXMLNode *level = levels != NULL ? levels->psChild : NULL; level != NULL && status == TW_OK;
         level = level->psNext)
        if (strcmp(level->pszValue, "LODInfo") == 0 && cache->num_levels < MOST_LEVELS)
            status = read_level(cache, level);
    return status == TW_OK && cache->num_levels == 0 ? wrong(cache, "it lists no levels (LODInfos)") : status;
}

/* conf.cdi, when it is there and says so. */
static void read_envelope(const struct cache *cache)
{
    static const char *const names[] = {"XMin", "YMin", "XMax", "YMax"};
    char *path = tw_arena_printf(cache->arena, "%s/conf.cdi", cache->output->folder), *bytes;
    size_t size;
    struct tw_error ignored;
    double edges[4];
    if (path == NULL || tw_file_read(cache->arena, path, MOST_BYTES, &bytes, &size, &ignored) != TW_OK)
        return;
    CPLXMLNode *root = CPLParseXMLString(bytes);
    const CPLXMLNode *envelope = root != NULL ? CPLGetXMLNode(root, "=EnvelopeN") : NULL;
    bool known = envelope != NULL;
    for (int i = 0; known && i < 4; i++)
        known = tw_parse_number(CPLGetXMLValue(envelope, names[i], ""), &edges[i]);
    CPLDestroyXMLNode(root);
    if (!known || !(edges[0] < edges[2]) || !(edges[1] < edges[3]))
        return;
    cache->output->has_bounds = true;
    cache->output->bounds = (struct tw_box){edges[0], edges[1], edges[2], edges[3]};
}

/* Whether levels are the zooms of a grid that has a name, to a thousandth of a pixel of the deepest. */
static bool is_named(const struct cache *cache, const struct tw_grid *grid, const char *crs)
{
    int size = cache->output->pyramid.tile_size_px, last = cache->first_level + cache->num_levels - 1;
    double near = 1e-3 * cache->resolutions[cache->num_levels - 1];
    double width = tw_grid_pixel_width(grid, last, size);
    return strcmp(grid->crs, crs) == 0 && fabs(cache->origin[0] - grid->extent.left) < near + 0.01 * width &&
           fabs(cache->origin[1] - grid->extent.top) < near + 0.01 * width &&
           fabs(width / cache->resolutions[cache->num_levels - 1] - 1) < 1e-6;
}

/* From the origin as far as the envelope reaches; the whole earth's worth of cells without one. */
static const struct tw_grid *own_grid(const struct cache *cache, const char *crs)
{
    struct tw_grid *grid = tw_arena_calloc(cache->arena, 1, sizeof(*grid));
    if (grid == NULL)
        return NULL;
    double cell = cache->resolutions[0] * cache->output->pyramid.tile_size_px;
    const struct tw_box *box = &cache->output->bounds;
    double cols = ceil((box->right - cache->origin[0]) / cell - 1e-9);
    double rows = ceil((cache->origin[1] - box->bottom) / cell - 1e-9);
    if (!cache->output->has_bounds || !(cols >= 1) || !(rows >= 1) || cols > MOST_CELLS || rows > MOST_CELLS)
        return NULL;
    *grid = (struct tw_grid){.name = "custom",
                             .crs = crs,
                             .cols = (int64_t)cols,
                             .rows = (int64_t)rows,
                             .first_zoom = cache->first_level,
                             .num_zooms = cache->first_level > 0 ? cache->num_levels : 0};
    grid->extent = (struct tw_box){cache->origin[0], cache->origin[1] - rows * cell,
                                   cache->origin[0] + cols * cell, cache->origin[1]};
    return grid;
}

static enum tw_status read_grid(struct cache *cache)
{
    static const char *const names[] = {"mercator", "geodetic"};
    struct tw_pyramid *pyramid = &cache->output->pyramid;
    const char *crs = read_crs(cache);
    if (crs == NULL)
        return wrong(cache, "it says no SpatialReference that is known");
    for (int i = 0; i < 2 && pyramid->grid == NULL; i++)
        if (is_named(cache, tw_grid_named(names[i]), crs))
            pyramid->grid = tw_grid_named(names[i]);
    if (pyramid->grid == NULL)
        pyramid->grid = own_grid(cache, crs);
    return pyramid->grid != NULL ? TW_OK : wrong(cache, "conf.cdi does not say where its tiles lie");
}

/* Those that have a folder. */
static void read_zooms(const struct cache *cache)
{
    struct tw_tile_output *output = cache->output;
    for (int level = cache->first_level; level < cache->first_level + cache->num_levels; level++) {
        char *path = tw_arena_printf(cache->arena, "%s/_alllayers/L%02d", output->folder, level);
        if (path == NULL || !tw_is_folder(path))
            continue;
        output->min_zoom = output->has_zooms ? output->min_zoom : level;
        output->max_zoom = level;
        output->has_zooms = true;
    }
}

static enum tw_status read_kind(const struct cache *cache, const CPLXMLNode *root)
{
    const char *storage = CPLGetXMLValue(root, "CacheStorageInfo.StorageFormat", "");
    const char *format = CPLGetXMLValue(root, "TileImageInfo.CacheTileFormat", "");
    bool is_compact = strcmp(storage, "esriMapCacheStorageModeCompactV2") == 0;
    struct tw_tile_output *output = cache->output;
    if (!is_compact && strcmp(storage, "esriMapCacheStorageModeExploded") != 0)
        return tw_error_set(
            cache->err, TW_EUSAGE,
            "'%s': caches of the kind '%s' cannot be read; exploded ones and those of bundles "
            "(esriMapCacheStorageModeCompactV2) can",
            cache->path, storage);
    if (strcmp(format, "JPEG") != 0 && strncmp(format, "PNG", 3) != 0 && strcmp(format, "MIXED") != 0)
        return tw_error_set(cache->err, TW_EUSAGE, "'%s': tiles of '%s' cannot be read; PNG and JPEG can",
                            cache->path, format);
    bool is_jpeg = strcmp(format, "JPEG") == 0 || (strcmp(format, "MIXED") == 0 && !is_compact);
    output->format = is_jpeg ? "JPEG" : strcmp(format, "PNG8") == 0 ? "PNG8" : "PNG";
    output->extension = is_jpeg ? "jpg" : "png";
    output->schema = is_compact ? tw_path_bundled : tw_path_exploded;
    return TW_OK;
}

static enum tw_status read_info(struct cache *cache, CPLXMLNode *root)
{
    double size[2];
    cache->info = CPLGetXMLNode(root, "TileCacheInfo");
    if (cache->info == NULL)
        return wrong(cache, "it has no TileCacheInfo");
    enum tw_status status = read_kind(cache, root);
    if (status == TW_OK)
        status = read_number(cache, "TileOrigin.X", &cache->origin[0]);
    if (status == TW_OK)
        status = read_number(cache, "TileOrigin.Y", &cache->origin[1]);
    if (status == TW_OK)
        status = read_number(cache, "TileCols", &size[0]);
    if (status == TW_OK)
        status = read_number(cache, "TileRows", &size[1]);
    if (status == TW_OK &&
        (size[0] != size[1] || !(size[0] >= 1 && size[0] <= 16384) || size[0] != floor(size[0])))
        status = wrong(cache, "tiles must be square, of 1 to 16384 pixels");
    if (status != TW_OK)
        return status;
    cache->output->pyramid = (struct tw_pyramid){NULL, (int)size[0], 1, 0};
    status = read_levels(cache);
    read_envelope(cache);
    if (status == TW_OK)
        status = read_grid(cache);
    read_zooms(cache);
    return status;
}

enum tw_status tw_arcgis_cache_read(struct tw_tile_output *output, struct tw_arena *arena, bool *found,
                                    struct tw_error *err)
{
    char *path = tw_arena_printf(arena, "%s/conf.xml", output->folder), *bytes = NULL;
    size_t size;
    *found = false;
    if (path == NULL)
        return tw_error_nomem(err);
    if (!tw_file_exists(path))
        return TW_OK;
    enum tw_status status = tw_file_read(arena, path, MOST_BYTES, &bytes, &size, err);
    if (status != TW_OK)
        return status;
    struct cache cache = {.path = path, .output = output, .arena = arena, .err = err};
    CPLXMLNode *root = CPLParseXMLString(bytes);
    CPLXMLNode *info = root != NULL ? CPLGetXMLNode(root, "=CacheInfo") : NULL;
    *found = info != NULL;
    if (info != NULL)
        status = read_info(&cache, info);
    CPLDestroyXMLNode(root);
    return status;
}

char *tw_arcgis_cache_mark(const char *folder, struct tw_arena *arena)
{
    char *path = tw_arena_printf(arena, "%s/conf.xml", folder), *bytes;
    size_t size;
    struct tw_error ignored;
    if (path == NULL || tw_file_read(arena, path, MOST_BYTES, &bytes, &size, &ignored) != TW_OK)
        return NULL;
    char *begin = strstr(bytes, tw_arcgis_mark), *end = begin != NULL ? strstr(begin, " -->") : NULL;
    if (end == NULL)
        return NULL;
    begin += strlen(tw_arcgis_mark);
    return tw_arena_strndup(arena, begin, (size_t)(end - begin));
}
