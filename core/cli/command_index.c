/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "report.h"
#include "run_options.h"
#include "selection_options.h"
#include "tile_request.h"

#include "tile_index.h"

#include <inttypes.h>
#include <stdio.h>

static const char help[] =
    "usage: tilewright index TILEDIR --FORMAT... [OPTIONS]\n\n"
    "Writes which tiles the folder TILEDIR (or the output of a configuration) has, for GIS programs: one "
    "file for "
    "each\n"
    "zoom, 5.geojson say, in the folder itself. Files of an earlier index are replaced.\n\n"
    "formats, one or more:\n"
    "      --geojson --gpkg --shp --fgb\n"
    "                                 a rectangle for each tile, with its path\n"
    "      --txt                      paths, one on each line\n"
    "      --vrt                      all tiles of a zoom as one raster\n"
    "      --tif                      a raster with one pixel for each tile: 1 where there is one\n\n"
    "which tiles (default: all):\n" TW_STORED_SELECTION_HELP "\n"
    "how:\n"
    "      --idx-out-dir FOLDER       where the index goes (default: the folder of the tiles)\n"
    "      --fieldname NAME           the field with the paths (default: location)\n"
    "      --basepath PATH            paths begin with it, as with s3://bucket/tiles, instead of with where "
    "the "
    "tiles are now\n"
    "      --for-gdal                 write s3:// and https:// as GDAL has them: /vsis3/, /vsicurl/;\n"
    "                                 GeoJSON in the grid's CRS instead of in degrees\n\n"
    "what to show:\n" TW_SHOW_HELP "\n"
    "examples:\n"
    "  tilewright index tiles --vrt\n"
    "  tilewright index cloudless.yaml --gpkg --txt -z 11 --idx-out-dir index\n"
    "  tilewright index tiles --fgb --basepath s3://maps/cloudless --for-gdal\n";

enum { IDX_OUT_DIR = TW_NUM_INDEX_FORMATS, FIELDNAME, BASEPATH, FOR_GDAL, NUM_KEYS };
static const struct tw_option options[NUM_KEYS] = {
    [TW_INDEX_GEOJSON] = {0, "geojson", 0}, [TW_INDEX_GPKG] = {0, "gpkg", 0},
    [TW_INDEX_SHP] = {0, "shp", 0},         [TW_INDEX_FGB] = {0, "fgb", 0},
    [TW_INDEX_TXT] = {0, "txt", 0},         [TW_INDEX_VRT] = {0, "vrt", 0},
    [TW_INDEX_TIF] = {0, "tif", 0},         [IDX_OUT_DIR] = {0, "idx-out-dir", 1},
    [FIELDNAME] = {0, "fieldname", 1},      [BASEPATH] = {0, "basepath", 1},
    [FOR_GDAL] = {0, "for-gdal", 0}};

struct request {
    struct tw_tile_request tiles;
    struct tw_index_spec index;
};

static enum tw_status take_own(void *context, const struct tw_given *given, struct tw_error *err)
{
    struct tw_index_spec *index = &((struct request *)context)->index;
    size_t key = (size_t)(given->option - options);
    (void)err;
    if (key < TW_NUM_INDEX_FORMATS)
        index->formats[key] = true;
    else if (key == IDX_OUT_DIR)
        index->folder = given->values[0];
    else if (key == FIELDNAME)
        index->field = given->values[0];
    else if (key == BASEPATH)
        index->base_path = given->values[0];
    else
        index->for_gdal = true;
    return TW_OK;
}

static void report(const char *name, const struct tw_index_spec *spec, const struct tw_index_result *result,
                   enum tw_progress_mode mode)
{
    bool is_one = result->min_zoom == result->max_zoom;
    if (mode == TW_PROGRESS_JSON)
        printf("{\"event\": \"summary\", \"tiles\": %" PRIu64 ", \"files\": %" PRIu64 "}\n", result->tiles,
               result->files);
    else if (mode != TW_PROGRESS_QUIET && result->tiles == 0)
        printf("%s: nothing to index, there is no tile where it was asked for\n", name);
    else if (mode != TW_PROGRESS_QUIET && is_one)
        printf("%s: %" PRIu64 " tiles of zoom %d in %" PRIu64 " files in '%s'\n", name, result->tiles,
               result->min_zoom, result->files, spec->folder);
    else if (mode != TW_PROGRESS_QUIET)
        printf("%s: %" PRIu64 " tiles of zooms %d to %d in %" PRIu64 " files in '%s'\n", name, result->tiles,
               result->min_zoom, result->max_zoom, result->files, spec->folder);
}

static int write_index(void *context, const struct tw_tile_output *output)
{
    const struct tw_tile_request *request = &((struct request *)context)->tiles;
    struct tw_index_spec *spec = &((struct request *)context)->index;
    struct tw_error err = {0};
    struct tw_area *area = NULL;
    spec->output = output;
    spec->max_zoom = TW_MAX_ZOOM;
    spec->folder = spec->folder != NULL ? spec->folder : output->folder;
    tw_selection_zooms(&request->selection, &spec->min_zoom, &spec->max_zoom);
    enum tw_status status = tw_index_check(spec, &err);
    if (status == TW_OK)
        status = tw_selection_area(&request->selection, &output->pyramid,
                                   tw_grid_max_zoom(output->pyramid.grid), &area, &err);
    spec->area = area;
    struct tw_index_result result = {0};
    if (status == TW_OK)
        status = tw_index_write(spec, &result, &err);
    tw_area_free(area);
    if (status != TW_OK)
        return tw_report_error(&err);
    report(request->operands[0], spec, &result, request->run.progress);
    return TW_EXIT_DONE;
}

static int run(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    struct request request = {.index = {.field = "location"}};
    const struct tw_tile_request_spec spec = {
        "which folder?", "tilewright index TILEDIR --FORMAT... [OPTIONS]", 1, options, NUM_KEYS, take_own,
        &request};
    struct tw_error err = {0};
    if (tw_tile_request_read(&request.tiles, &spec, argc, argv, &err) != TW_OK)
        return tw_report_error(&err);
    return tw_tile_request_run(&request.tiles, write_index, &request);
}

const struct tw_command tw_command_index = {"index", "write which tiles there are, for GIS programs", help,
                                            run};
