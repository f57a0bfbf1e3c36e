/* SPDX-License-Identifier: MIT */
#include "map_service.h"

#include "arcgis.h"
#include "crs_text.h"
#include "encoder.h"
#include "file.h"
#include "path.h"
#include "tile_matrix_write.h"

#include <stdlib.h>
#include <string.h>

const char *const tw_service_names[TW_NUM_SERVICE_KINDS] = {"tilejson", "wmts", "viewer", "arcgis"};

const char *tw_map_service_title(const char *folder, struct tw_arena *arena)
{
    const char *path = tw_path_resolve(arena, folder);
    char *title = path != NULL ? tw_arena_strdup(arena, tw_path_name(path)) : NULL;
    if (title != NULL)
        tw_make_utf8(title);
    return title;
}

enum tw_status tw_map_service_of(const struct tw_tile_output *output, struct tw_arena *arena,
                                 struct tw_map_service *service, struct tw_error *err)
{
    const char *title = tw_map_service_title(output->folder, arena);
    if (title == NULL)
        return tw_error_nomem(err);
    *service =
        (struct tw_map_service){.title = title,
                                .attribution = "",
                                .pyramid = &output->pyramid,
                                .min_zoom = output->min_zoom,
                                .max_zoom = output->max_zoom,
                                .bounds = output->has_bounds ? output->bounds : output->pyramid.grid->extent,
                                .schema = output->schema,
                                .format = output->format != NULL ? output->format : "",
                                .extension = output->extension,
                                .quality = output->quality > 0 ? output->quality : TW_SERVICE_QUALITY,
                                .is_retina = strstr(output->schema, "@2x") != NULL};
    if (output->has_zooms)
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE, "'%s/metadata.json' does not say which zooms there are",
                        output->folder);
}

char *tw_service_template(const struct tw_map_service *service, const char *const words[3],
                          struct tw_arena *arena)
{
    const char *const all[4] = {words[0], words[1], words[2], service->extension};
    return tw_path_template(arena, service->schema, all);
}

static bool is_picture(const struct tw_map_service *service)
{
    static const char *const extensions[] = {"png", "jpg", "jpeg", "webp"};
    for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
        if (strcmp(extensions[i], service->extension) == 0)
            return true;
    return false;
}

static bool is_even(const struct tw_map_service *service)
{
    for (int zoom = service->min_zoom; zoom <= service->max_zoom; zoom++)
        if (!tw_tile_matrix_is_even(service->pyramid, zoom))
            return false;
    return true;
}

static bool is_plain(const struct tw_map_service *service)
{
    static const char *const words[3] = {"z", "y", "x"};
    struct tw_arena *arena = tw_arena_new(0);
    bool plain = arena != NULL && tw_service_template(service, words, arena) != NULL;
    tw_arena_free(arena);
    return plain;
}

static bool is_tms(const struct tw_map_service *service)
{
    return strcmp(service->schema, "{zoom}/{col}/{-y}.{extension}") == 0;
}

static enum tw_status check_tilejson(const struct tw_map_service *service, struct tw_error *err)
{
    if (!tw_grid_equals(service->pyramid->grid, tw_grid_named("mercator")))
        return tw_error_set(
            err, TW_EUSAGE,
            "a TileJSON describes tiles in web mercator (pyramid.grid: mercator), and the grid "
            "is '%s'",
            service->pyramid->grid->name);
    if (service->pyramid->metatiling != 1)
        return tw_error_set(err, TW_EUSAGE,
                            "a TileJSON describes single tiles: output.metatiling must be 1, not %d",
                            service->pyramid->metatiling);
    if (is_plain(service) || is_tms(service))
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE,
                        "a TileJSON cannot say where tiles lie as '%s': use output.layout xyz, wmts or tms",
                        service->schema);
}

static enum tw_status check_wmts(const struct tw_map_service *service, struct tw_error *err)
{
    if (!is_plain(service))
        return tw_error_set(err, TW_EUSAGE,
                            "a WMTS cannot say where tiles lie as '%s': use output.layout wmts or xyz",
                            service->schema);
    if (!is_even(service))
        return tw_error_set(
            err, TW_EUSAGE,
            "the tiles of a WMTS have all one size, and output.metatiling %d cuts those at the "
            "grid's edge: use 1",
            service->pyramid->metatiling);
    return TW_OK;
}

static enum tw_status check_viewer(const struct tw_map_service *service, struct tw_error *err)
{
    if (!tw_path_is_bundled(service->schema))
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE, "browsers cannot open the tiles of a compact cache");
}

enum tw_status tw_map_service_check(const struct tw_map_service *service, enum tw_service_kind kind,
                                    struct tw_error *err)
{
    static enum tw_status (*const checks[])(const struct tw_map_service *, struct tw_error *) = {
        check_tilejson, check_wmts, check_viewer, tw_arcgis_check};
    if (!is_picture(service))
        return tw_error_set(err, TW_EUSAGE,
                            "map services have pictures that browsers show (PNG, JPEG, WebP), and the tiles "
                            "are %s",
                            service->format);
    if (service->pyramid->pixelbuffer_px > 0)
        return tw_error_set(err, TW_EUSAGE,
                            "the tiles of map services do not overlap: output.pixelbuffer must be 0, not %d",
                            service->pyramid->pixelbuffer_px);
    return checks[kind](service, err);
}

static const char *join_base(const struct tw_map_service *service, const char *path, struct tw_arena *arena)
{
    return service->base_url != NULL ? tw_arena_printf(arena, "%s/%s", service->base_url, path) : path;
}

static json_t *tilejson(const struct tw_map_service *service, const char *tiles)
{
    struct tw_box lonlat;
    if (!tw_box_to_lonlat(&service->bounds, service->pyramid->grid->crs, &lonlat))
        lonlat = (struct tw_box){-180, -85.05112877980659, 180, 85.05112877980659};
    int size = service->is_retina ? service->pyramid->tile_size_px / 2 : service->pyramid->tile_size_px;
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:[s], s:i, s:i, s:[f,f,f,f], s:s, s:i}", "tilejson", "3.0.0", "name",
                  service->title, "scheme", is_tms(service) ? "tms" : "xyz", "tiles", tiles, "minzoom",
                  service->min_zoom, "maxzoom", service->max_zoom, "bounds", lonlat.left, lonlat.bottom,
                  lonlat.right, lonlat.top, "format", service->extension, "tileSize", size);
    if (service->attribution[0] != '\0')
        json_object_set_new(json, "attribution", json_string(service->attribution));
    return json;
}

enum tw_status tw_service_tilejson(const struct tw_map_service *service, struct tw_text *text,
                                   struct tw_error *err)
{
    static const char *const words[3] = {"{z}", "{y}", "{x}"};
    struct tw_arena *arena = tw_arena_new(0);
    const char *path = NULL;
    if (arena != NULL)
        path = is_tms(service) ? tw_arena_printf(arena, "{z}/{x}/{y}.%s", service->extension)
                               : tw_service_template(service, words, arena);
    const char *tiles = path != NULL ? join_base(service, path, arena) : NULL;
    json_t *json = tiles != NULL ? tilejson(service, tiles) : NULL;
    char *made = json != NULL ? json_dumps(json, JSON_INDENT(2)) : NULL;
    if (made != NULL)
        tw_text_printf(text, "%s\n", made);
    enum tw_status status = made != NULL && !text->failed ? TW_OK : tw_error_nomem(err);
    free(made);
    json_decref(json);
    tw_arena_free(arena);
    return status;
}

enum tw_status tw_service_file_write(const struct tw_map_service *service, const char *folder,
                                     const char *name, const struct tw_text *text, struct tw_error *err)
{
    struct tw_arena *arena = tw_arena_new(0);
    char *path = arena != NULL ? tw_arena_printf(arena, "%s/%s", folder, name) : NULL, *old;
    size_t size;
    struct tw_error ignored;
    enum tw_status status = path != NULL && !text->failed ? TW_OK : tw_error_nomem(err);
    bool is_same = status == TW_OK && !tw_path_is_bucket(path) &&
                   tw_file_read(arena, path, 0, &old, &size, &ignored) == TW_OK && size == text->length &&
                   memcmp(old, tw_text_get(text), size) == 0;
    if (status == TW_OK && !is_same)
        status = tw_file_write_labelled(path, tw_text_get(text), text->length, service->labels, err);
    tw_arena_free(arena);
    return status;
}

enum tw_status tw_map_service_write(const struct tw_map_service *service, enum tw_service_kind kind,
                                    const char *folder, struct tw_error *err)
{
    static const struct {
        const char *name;
        enum tw_status (*make)(const struct tw_map_service *, struct tw_text *, struct tw_error *);
    } files[] = {{"tilejson.json", tw_service_tilejson},
                 {"WMTSCapabilities.xml", tw_service_wmts},
                 {"index.html", tw_service_viewer}};
    if (kind == TW_SERVICE_ARCGIS)
        return tw_service_arcgis_write(service, folder, err);
    struct tw_text text = {0};
    enum tw_status status = files[kind].make(service, &text, err);
    if (status == TW_OK)
        status = tw_service_file_write(service, folder, files[kind].name, &text, err);
    tw_text_free(&text);
    return status;
}
