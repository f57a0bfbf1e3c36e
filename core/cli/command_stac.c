/* SPDX-License-Identifier: MIT */
#include "report.h"
#include "stac_options.h"

#include "dataset_pool.h"
#include "file.h"
#include "path.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define USAGE "tilewright stac create-item TARGET [OPTIONS]"

static const char help[] =
    "usage: " USAGE "\n\n"
    "Writes a STAC item (1.0.0, tiled assets) that describes the folder of tiles TARGET, or the output of "
    "the\n"
    "configuration TARGET. GDAL opens it as one raster with overviews (driver STACTA).\n\n"
    "what it says:\n"
    "  -i, --item-id ID               (default: the folder's name)\n"
    "  -m, --item-metadata FILE       YAML with datetime, properties, eo:bands, links ...\n"
    "      --datetime TIME            of the data: 2023-08-15, or START/END (default: when the tiles were "
    "begun)\n" TW_STAC_HELP "\n"
    "where it goes:\n"
    "  -p, --item-path PATH           `-` for standard output (default: TARGET/ID.json)\n"
    "      --asset-basepath BASE      folder or URL that tiles are found under (default: TARGET)\n"
    "      --relative-paths           tiles are found from where the item lies\n"
    "      --indent N                 (default: 4; 0: all on one line)\n"
    "  -f, --force                    replace an item that says something else\n\n"
    "examples:\n"
    "  tilewright stac create-item tiles --datetime 2023-05-01/2023-09-30\n"
    "  tilewright stac create-item cloudless.yaml -i cloudless-2023 -m about.yaml -p -\n"
    "  gdalinfo tiles/tiles.json\n";

enum { ITEM_ID, ITEM_METADATA, DATETIME, ITEM_PATH, BASE, RELATIVE, INDENT, NUM_KEYS };

static const struct tw_option options[NUM_KEYS] = {
    [ITEM_ID] = {'i', "item-id", 1},   [ITEM_METADATA] = {'m', "item-metadata", 1},
    [DATETIME] = {0, "datetime", 1},   [ITEM_PATH] = {'p', "item-path", 1},
    [BASE] = {0, "asset-basepath", 1}, [RELATIVE] = {0, "relative-paths", 0},
    [INDENT] = {0, "indent", 1}};

struct given_item {
    const char *id, *metadata, *datetime, *path, *base;
    bool is_relative;
    int indent; /* -1: not said */
};

static enum tw_status take_indent(const struct tw_given *given, int *indent, struct tw_error *err)
{
    long long number;
    enum tw_status status = tw_option_whole(given, 0, 0, &number, err);
    if (status == TW_OK && number > 31)
        return tw_error_set(err, TW_EUSAGE, "--indent must be a whole number from 0 to 31, not '%s'",
                            given->values[0]);
    *indent = (int)number;
    return status;
}

static enum tw_status take_id(const char *id, struct given_item *item, struct tw_error *err)
{
    item->id = id;
    if (*id != '\0' && strchr(id, '/') == NULL)
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE, "--item-id must be a name without '/', not '%s'", id);
}

static enum tw_status take_time(const char *text, struct given_item *item, struct tw_error *err)
{
    struct tw_stac_times times;
    item->datetime = text;
    if (tw_stac_times_read(text, &times))
        return TW_OK;
    return tw_error_set(
        err, TW_EUSAGE,
        "--datetime must be a time such as 2023-08-15 or 2023-08-15T10:00:00Z, or START/END, not "
        "'%s'",
        text);
}

static enum tw_status take(void *context, const struct tw_given *given, struct tw_error *err)
{
    struct given_item *item = context;
    const char *value = given->option->num_values > 0 ? given->values[0] : NULL;
    switch (given->option - options) {
    case ITEM_ID:
        return take_id(value, item, err);
    case ITEM_METADATA:
        item->metadata = value;
        return TW_OK;
    case DATETIME:
        return take_time(value, item, err);
    case ITEM_PATH:
        item->path = value;
        return TW_OK;
    case BASE:
        item->base = value;
        return TW_OK;
    case INDENT:
        return take_indent(given, &item->indent, err);
    default:
        item->is_relative = true;
        return TW_OK;
    }
}

/* What the command line says, over what the configuration does. */
static enum tw_status overlay(const struct given_item *given, struct tw_arena *arena,
                              struct tw_stac_request *request, struct tw_problems *problems)
{
    bool nomem = false;
    request->id = given->id;
    request->path = given->path != NULL ? given->path : request->path;
    request->base = given->base != NULL ? given->base : request->base;
    request->is_relative = request->is_relative || given->is_relative;
    request->indent = given->indent >= 0 ? given->indent : request->indent;
    if (given->metadata != NULL) {
        const struct tw_value *more = tw_stac_metadata_file(given->metadata, NULL, arena, problems);
        request->metadata = tw_stac_metadata_merge(request->metadata, more, arena, &nomem);
    }
    if (given->datetime != NULL && !nomem) {
        const struct tw_value *time = tw_value_string(arena, given->datetime);
        request->metadata = time != NULL ? tw_value_with(arena, request->metadata, "datetime", time) : NULL;
        nomem = request->metadata == NULL;
    }
    return nomem ? TW_ENOMEM : problems->count > 0 ? TW_EUSAGE : TW_OK;
}

/* The tile that GDAL's driver opens. */
static void look_for_first(const struct tw_stac_item *item, const char *target)
{
    const struct tw_tile_output *output = item->tiles.output;
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_tile_range range = tw_stac_tiles_range(&item->tiles, item->tiles.min_zoom);
    const struct tw_tile first = {item->tiles.min_zoom, range.first_row, range.first_col};
    const struct tw_path_schema schema = {output->schema, output->extension, &output->pyramid};
    char *name = arena != NULL ? tw_tile_path(arena, &schema, &first) : NULL;
    char *path = name != NULL ? tw_arena_printf(arena, "%s/%s", output->folder, name) : NULL;
    if (path != NULL && output->num_bands > 0 && !tw_file_exists(path))
        fprintf(stderr,
                "tilewright: there is no tile '%s', which GDAL's STACTA driver opens first: 'tilewright stac "
                "create-prototype-files %s' writes an empty one\n",
                path, target);
    tw_arena_free(arena);
}

static enum tw_status print(const struct tw_stac_item *item, struct tw_error *err)
{
    struct tw_text text = {0};
    enum tw_status status = tw_stac_tiles_text(&item->tiles, &text, err);
    if (status == TW_OK && (fwrite(text.chars, 1, text.length, stdout) != text.length || fflush(stdout) != 0))
        status = tw_error_set(err, TW_ESTORAGE, "cannot write to standard output");
    tw_text_free(&text);
    return status;
}

static int write_item(const struct tw_stac_target *target, const struct tw_tile_output *output,
                      const struct tw_stac_request *request, struct tw_arena *arena)
{
    struct tw_error err = {0};
    struct tw_stac_item item;
    enum tw_status status = tw_stac_make(output, request, arena, &item, &err);
    if (status == TW_OK)
        status = item.path == NULL ? print(&item, &err) : tw_stac_write(&item, target->force, &err);
    if (status != TW_OK)
        return tw_report_error(&err);
    if (item.path != NULL)
        printf("%s: STAC item '%s' of zooms %d to %d\n", item.path, item.tiles.id, item.tiles.min_zoom,
               item.tiles.max_zoom);
    tw_stac_tiles_warn(&item.tiles);
    look_for_first(&item, target->name);
    return TW_EXIT_DONE;
}

static int make(struct tw_stac_target *target, const struct given_item *given, struct tw_arena *arena)
{
    struct tw_tile_output output;
    struct tw_stac_request request;
    struct tw_problems problems = {0};
    enum tw_status status = tw_stac_target_open(target, arena, &output, &request, &problems);
    if (status == TW_OK)
        status = overlay(given, arena, &request, &problems);
    int code = status == TW_OK ? write_item(target, &output, &request, arena) : tw_report_problems(&problems);
    tw_problems_free(&problems);
    return code;
}

static int create_item(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    struct tw_stac_target target;
    struct given_item given = {.indent = -1};
    struct tw_error err = {0};
    const struct tw_stac_command own = {USAGE, options, NUM_KEYS, take, &given};
    if (tw_stac_target_read(&target, &own, argc, argv, &err) != TW_OK)
        return tw_report_error(&err);
    tw_gdal_init(0);
    struct tw_arena *arena = tw_arena_new(0);
    int code = arena != NULL ? make(&target, &given, arena) : TW_EXIT_SYSTEM;
    tw_stac_target_close(&target);
    tw_arena_free(arena);
    return code;
}

const struct tw_command tw_stac_create_item = {"create-item", "write a STAC item that describes tiles", help,
                                               create_item};

static const char group_help[] =
    "usage: tilewright stac create-item TARGET [OPTIONS]\n"
    "       tilewright stac create-prototype-files TARGET [OPTIONS]\n\n"
    "  create-item             write a STAC item that describes tiles\n"
    "  create-prototype-files  write the empty tiles that GDAL's STACTA driver asks for\n\n"
    "examples:\n"
    "  tilewright stac create-item tiles\n"
    "  tilewright stac create-item --help      explain one of them\n";

static const struct tw_command *const parts[] = {&tw_stac_create_item, &tw_stac_create_prototypes};
enum { NUM_PARTS = sizeof(parts) / sizeof(parts[0]) };

/* Without a second word that is known. */
static int run(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    const char *names[NUM_PARTS];
    for (int i = 0; i < NUM_PARTS; i++)
        names[i] = parts[i]->name;
    struct tw_text text = {0};
    if (argc < 2) {
        fprintf(stderr, "tilewright: stac what? create-item or create-prototype-files\n");
        return TW_EXIT_USAGE;
    }
    tw_text_printf(&text, "unknown command 'stac %s'", argv[1]);
    tw_text_add_known(&text, argv[1], names, NUM_PARTS);
    fprintf(stderr, "tilewright: %s\n", tw_text_get(&text));
    tw_text_free(&text);
    return TW_EXIT_USAGE;
}

const struct tw_command tw_command_stac = {"stac", "describe tiles as a STAC item", group_help, run};
const struct tw_command_parts tw_command_stac_parts = {&tw_command_stac, parts, NUM_PARTS};
