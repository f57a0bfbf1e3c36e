/* SPDX-License-Identifier: MIT */
#include "report.h"
#include "stac_options.h"

#include "dataset_pool.h"
#include "tile_prototypes.h"

#include <stdio.h>

#define USAGE "tilewright stac create-prototype-files TARGET [OPTIONS]"

static const char help[] =
    "usage: " USAGE "\n\n"
    "Writes an empty tile at the north-west corner of each zoom level of the folder TARGET (or of the output "
    "of the\n"
    "configuration TARGET), if there is none: GDAL's STACTA driver opens the first of them to learn what the "
    "tiles are.\n"
    "They are placeholders: a run takes them away before it begins, and copies leave them out.\n\n"
    "which:\n" TW_STAC_HELP "  -f, --force                    nothing: as in mapchete, where it answers a "
    "question\n\n"
    "examples:\n"
    "  tilewright stac create-prototype-files tiles\n"
    "  tilewright stac create-prototype-files cloudless.yaml -z 5,12\n";

static enum tw_status take_none(void *context, const struct tw_given *given, struct tw_error *err)
{
    (void)context;
    (void)given;
    (void)err;
    return TW_OK;
}

static enum tw_status write_corners(const struct tw_tile_output *output,
                                    const struct tw_stac_request *request, struct tw_arena *arena,
                                    size_t *made, struct tw_error *err)
{
    struct tw_tile corners[TW_MAX_ZOOM + 1];
    struct tw_stac_item item;
    size_t count = 0;
    enum tw_status status = tw_stac_make(output, request, arena, &item, err);
    if (status != TW_OK)
        return status;
    for (int zoom = item.tiles.min_zoom; zoom <= item.tiles.max_zoom; zoom++) {
        struct tw_tile_range range = tw_stac_tiles_range(&item.tiles, zoom);
        if (range.first_row <= range.last_row && range.first_col <= range.last_col)
            corners[count++] = (struct tw_tile){zoom, range.first_row, range.first_col};
    }
    return tw_prototypes_write(output, corners, count, made, err);
}

static int make(struct tw_stac_target *target, struct tw_arena *arena)
{
    struct tw_tile_output output;
    struct tw_stac_request request;
    struct tw_problems problems = {0};
    struct tw_error err = {0};
    size_t made = 0;
    int code = TW_EXIT_DONE;
    if (tw_stac_target_open(target, arena, &output, &request, &problems) != TW_OK)
        code = tw_report_problems(&problems);
    else if (write_corners(&output, &request, arena, &made, &err) != TW_OK)
        code = tw_report_error(&err);
    else if (made == 0)
        printf("%s: no prototypes are needed, there are tiles\n", output.folder);
    else
        printf("%s: %zu empty tile%s written as prototype%s\n", output.folder, made, made == 1 ? "" : "s",
               made == 1 ? "" : "s");
    tw_problems_free(&problems);
    return code;
}

static int run(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    struct tw_stac_target target;
    struct tw_error err = {0};
    const struct tw_stac_command own = {.usage = USAGE, .take = take_none};
    if (tw_stac_target_read(&target, &own, argc, argv, &err) != TW_OK)
        return tw_report_error(&err);
    tw_gdal_init(0);
    struct tw_arena *arena = tw_arena_new(0);
    int code = arena != NULL ? make(&target, arena) : TW_EXIT_SYSTEM;
    tw_stac_target_close(&target);
    tw_arena_free(arena);
    return code;
}

const struct tw_command tw_stac_create_prototypes = {
    "create-prototype-files", "write the empty tiles that GDAL's STACTA driver asks for", help, run};
