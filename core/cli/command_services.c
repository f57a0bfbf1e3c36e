/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "label_options.h"
#include "report.h"
#include "run_options.h"
#include "tile_request.h"

#include "service_output.h"

#include <stdio.h>

#define USAGE "tilewright services TILEDIR [OPTIONS]"

static const char help[] =
    "usage: " USAGE "\n\n"
    "Writes the files that make the folder TILEDIR (or the output of a configuration) a map service "
    "wherever\n"
    "it is served as it is, from a bucket say. Files of an earlier call are replaced; tiles stay as they "
    "are.\n\n"
    "which files (default: all that can describe the tiles):\n"
    "      --tilejson                 tilejson.json, for MapLibre, OpenLayers, Leaflet\n"
    "      --wmts                     WMTSCapabilities.xml, for QGIS, GDAL, ArcGIS\n"
    "      --viewer                   index.html, a page that shows the map\n"
    "      --arcgis                   MapServer.json and its kin, conf.xml, conf.cdi, for ArcGIS\n\n"
    "what they say:\n"
    "      --base-url URL             where the folder will be served; links are relative without it\n"
    "      --title TEXT               (default: the folder's name)\n"
    "      --attribution TEXT\n\n"
    "in object storage:\n" TW_LABEL_HELP "\n"
    "what to show:\n" TW_SHOW_HELP "\n"
    "examples:\n"
    "  tilewright services tiles --base-url https://maps.example.org/tiles\n"
    "  tilewright services cloudless.yaml --viewer --title 'Cloudless 2023'\n";

enum { BASE_URL = TW_NUM_SERVICE_KINDS, TITLE, ATTRIBUTION, ACL, CACHE_CONTROL, NUM_KEYS };
static const struct tw_option options[NUM_KEYS] = {[TW_SERVICE_TILEJSON] = {0, "tilejson", 0},
                                                   [TW_SERVICE_WMTS] = {0, "wmts", 0},
                                                   [TW_SERVICE_VIEWER] = {0, "viewer", 0},
                                                   [TW_SERVICE_ARCGIS] = {0, "arcgis", 0},
                                                   [BASE_URL] = {0, "base-url", 1},
                                                   [TITLE] = {0, "title", 1},
                                                   [ATTRIBUTION] = {0, "attribution", 1},
                                                   [ACL] = TW_LABEL_ACL,
                                                   [CACHE_CONTROL] = TW_LABEL_CONTROL};

struct request {
    struct tw_tile_request tiles;
    struct tw_service_request service;
    const char *url;
    struct tw_bucket_labels labels;
};

static enum tw_status take_own(void *context, const struct tw_given *given, struct tw_error *err)
{
    struct request *request = context;
    size_t key = (size_t)(given->option - options);
    if (key == ACL)
        return tw_label_acl(&request->labels, given->values[0], err);
    if (key == CACHE_CONTROL)
        return tw_label_control(&request->labels, given->values[0], err);
    if (key < TW_NUM_SERVICE_KINDS)
        request->service.kinds[key] = true;
    else if (key == BASE_URL)
        request->url = given->values[0];
    else if (!tw_is_utf8(given->values[0]))
        return tw_error_set(err, TW_EUSAGE, "--%s must be UTF-8", given->option->name);
    else if (key == TITLE)
        request->service.title = given->values[0];
    else
        request->service.attribution = given->values[0];
    return TW_OK;
}

static void report(const struct request *request, const struct tw_map_service *service,
                   const bool chosen[TW_NUM_SERVICE_KINDS])
{
    enum tw_progress_mode mode = request->tiles.run.progress;
    struct tw_text names = {0};
    const char *quote = mode == TW_PROGRESS_JSON ? "\"" : "";
    for (int i = 0; i < TW_NUM_SERVICE_KINDS; i++)
        if (chosen[i])
            tw_text_printf(&names, "%s%s%s%s", names.length > 0 ? ", " : "", quote, tw_service_names[i],
                           quote);
    if (mode == TW_PROGRESS_JSON)
        printf("{\"event\": \"summary\", \"services\": [%s]}\n", tw_text_get(&names));
    else if (mode != TW_PROGRESS_QUIET)
        printf("%s: %s of zooms %d to %d\n", request->tiles.operands[0], tw_text_get(&names),
               service->min_zoom, service->max_zoom);
    bool links = chosen[TW_SERVICE_TILEJSON] || chosen[TW_SERVICE_WMTS];
    if (mode != TW_PROGRESS_QUIET && links && service->base_url == NULL)
        fprintf(stderr,
                "tilewright: the links are relative, which not all readers follow: --base-url makes them "
                "absolute\n");
    tw_text_free(&names);
}

static enum tw_status choose(struct request *request, const struct tw_tile_output *output,
                             struct tw_arena *arena, struct tw_map_service *service,
                             bool chosen[TW_NUM_SERVICE_KINDS], struct tw_error *err)
{
    struct tw_service_request *asked = &request->service;
    if (request->url != NULL && (asked->base_url = tw_service_url(request->url, arena)) == NULL)
        return tw_error_set(
            err, TW_EUSAGE,
            "--base-url must be the URL of the folder, such as https://maps.example.org/tiles, "
            "not '%s'",
            request->url);
    asked->all = true;
    for (int i = 0; i < TW_NUM_SERVICE_KINDS; i++)
        asked->all = asked->all && !asked->kinds[i];
    enum tw_status status = tw_labels_check(&request->labels, output->folder, err);
    if (status == TW_OK)
        status = tw_map_service_of(output, arena, service, err);
    service->labels = &request->labels;
    return status == TW_OK ? tw_service_choose(asked, service, chosen, err) : status;
}

static int write_services(void *context, const struct tw_tile_output *output)
{
    struct request *request = context;
    struct tw_map_service service;
    bool chosen[TW_NUM_SERVICE_KINDS];
    struct tw_error err = {0};
    struct tw_arena *arena = tw_arena_new(0);
    enum tw_status status =
        arena != NULL ? choose(request, output, arena, &service, chosen, &err) : tw_error_nomem(&err);
    if (status == TW_OK)
        status = tw_services_write(&service, chosen, output->folder, &err);
    if (status == TW_OK)
        report(request, &service, chosen);
    tw_arena_free(arena);
    return status == TW_OK ? TW_EXIT_DONE : tw_report_error(&err);
}

static int run(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    struct request request = {0};
    const struct tw_tile_request_spec spec = {"which folder?", USAGE,    1,       options,
                                              NUM_KEYS,        take_own, &request};
    struct tw_error err = {0};
    if (tw_tile_request_read(&request.tiles, &spec, argc, argv, &err) != TW_OK)
        return tw_report_error(&err);
    return tw_tile_request_run(&request.tiles, write_services, &request);
}

const struct tw_command tw_command_services = {"services", "make a folder of tiles a map service of files",
                                               help, run};
