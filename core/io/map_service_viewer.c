/* A page that shows the tiles: one file that asks for nothing but them, also where it is opened as a file.
 *
 * SPDX-License-Identifier: MIT
 */
#include "map_service.h"

#include "crs_text.h"
#include "viewer.h"

#include <stdlib.h>
#include <string.h>

static const char place_of_settings[] = "{\"settings\": null}";

static json_t *box_json(const struct tw_box *box)
{
    return json_pack("[f, f, f, f]", box->left, box->bottom, box->right, box->top);
}

static json_t *settings_json(const struct tw_map_service *service, const struct tw_crs_names *names)
{
    const struct tw_pyramid *pyramid = service->pyramid;
    const struct tw_grid *grid = pyramid->grid;
    bool is_mercator = tw_grid_equals(grid, tw_grid_named("mercator"));
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:i, s:i, s:i, s:I, s:I, s:i, s:i, s:b, s:b}", "title",
        service->title, "attribution", service->attribution, "template", service->schema, "extension",
        service->extension, "crs", names->code != NULL ? names->code : grid->name, "extent",
        box_json(&grid->extent), "bounds", box_json(&service->bounds), "minZoom", service->min_zoom,
        "maxZoom", service->max_zoom, "firstZoom", grid->first_zoom, "cols", (json_int_t)grid->cols, "rows",
        (json_int_t)grid->rows, "tileSize", pyramid->tile_size_px, "metatiling", pyramid->metatiling,
        "isMercator", (int)is_mercator, "isDegrees", (int)names->is_geographic);
}

/* Inside of a script element nothing may look like its end. */
static void add_settings(struct tw_text *text, const char *settings)
{
    for (; *settings != '\0'; settings++)
        if (*settings == '<')
            tw_text_add(text, "\\u003c");
        else
            tw_text_add_bytes(text, settings, 1);
}

static enum tw_status add_page(struct tw_text *text, const char *settings, const char *title,
                               struct tw_error *err)
{
    static const char place_of_title[] = "<title>Map</title>";
    const char *page = tw_viewer_files[0].bytes;
    const char *head = strstr(page, place_of_title), *place = strstr(page, place_of_settings);
    if (head == NULL || place == NULL)
        return tw_error_set(err, TW_ESTORAGE, "the viewer is not whole");
    tw_text_add_bytes(text, page, (size_t)(head - page));
    tw_text_add(text, "<title>");
    tw_text_add_xml(text, title);
    tw_text_add(text, "</title>");
    head += strlen(place_of_title);
    tw_text_add_bytes(text, head, (size_t)(place - head));
    add_settings(text, settings);
    tw_text_add(text, place + strlen(place_of_settings));
    return text->failed ? tw_error_nomem(err) : TW_OK;
}

enum tw_status tw_service_viewer(const struct tw_map_service *service, struct tw_text *text,
                                 struct tw_error *err)
{
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_crs_names names;
    if (arena == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_crs_names(service->pyramid->grid->crs, arena, &names, err);
    if (status == TW_OK) {
        json_t *json = settings_json(service, &names);
        char *settings = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
        status = settings != NULL ? add_page(text, settings, service->title, err) : tw_error_nomem(err);
        free(settings);
        json_decref(json);
    }
    tw_arena_free(arena);
    return status;
}
