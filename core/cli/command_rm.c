/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "report.h"
#include "run_options.h"
#include "selection_options.h"
#include "tile_request.h"

#include "tile_remove.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: tilewright rm TILEDIR --zoom Z or MIN,MAX [OPTIONS]\n"
    "       tilewright rm TILEDIR --all [OPTIONS]\n\n"
    "Deletes tiles of the folder TILEDIR (or of the output of a configuration), after a question. A later "
    "run "
    "makes\n"
    "them anew. What is no tile stays, symbolic links too.\n\n"
    "which tiles:\n" TW_STORED_SELECTION_HELP "      --all                      tiles of all zoom levels\n\n"
    "how:\n"
    "  -f, --force                    do not ask\n"
    "  -w, --workers N                threads (default: one for each processor)\n\n"
    "what to show:\n" TW_SHOW_HELP "\n"
    "examples:\n"
    "  tilewright rm tiles --zoom 12\n"
    "  tilewright rm cloudless.yaml -z 8,10 -b 15.3 45.4 16.1 46.5 --bounds-crs EPSG:4326 -f\n";

enum { FORCE, ALL, NUM_KEYS };
static const struct tw_option options[NUM_KEYS] = {[FORCE] = {'f', "force", 0}, [ALL] = {0, "all", 0}};

struct request {
    struct tw_tile_request tiles;
    bool force, all;
};

static enum tw_status take_own(void *context, const struct tw_given *given, struct tw_error *err)
{
    (void)err;
    struct request *request = context;
    *(given->option == &options[FORCE] ? &request->force : &request->all) = true;
    return TW_OK;
}

static enum tw_status check(const struct request *request, struct tw_error *err)
{
    const struct tw_selection *selection = &request->tiles.selection;
    bool has_zooms = selection->has_zooms || selection->has_tile;
    if (!has_zooms && !request->all)
        return tw_error_set(err, TW_EUSAGE,
                            "tiles of which zooms? --zoom Z or MIN,MAX; --all for those of every zoom");
    if (has_zooms && request->all)
        return tw_error_set(err, TW_EUSAGE, "--all means every zoom; it goes with no --zoom and no --tile");
    if (!request->force && isatty(STDIN_FILENO) != 1)
        return tw_error_set(
            err, TW_EUSAGE,
            "nothing was deleted: there is no terminal to ask on; --force deletes without asking");
    return TW_OK;
}

/* `3`, or `3 to 5`. */
static bool is_confirmed(const struct tw_tile_removal_count *count, const char *folder)
{
    char size[32];
    fprintf(stderr, "delete %" PRIu64 " tile%s (%s) of zoom", count->tiles, count->tiles == 1 ? "" : "s",
            tw_size_text((double)count->bytes, size));
    if (count->min_zoom == count->max_zoom)
        fprintf(stderr, " %d", count->min_zoom);
    else
        fprintf(stderr, "s %d to %d", count->min_zoom, count->max_zoom);
    fprintf(stderr, " below '%s'? [y/N] ", folder);
    return tw_is_yes();
}

static void print_summary(const struct request *request, const char *folder,
                          const struct tw_tile_removed *removed)
{
    char size[32];
    if (request->tiles.run.progress == TW_PROGRESS_JSON)
        printf("{\"event\": \"summary\", \"deleted\": %" PRIu64 ", \"bytes\": %" PRIu64
               ", \"seconds\": %.3f, \"signal\": %d}\n",
               removed->tiles.made, removed->bytes, removed->seconds, removed->tiles.signal);
    else if (request->tiles.run.progress == TW_PROGRESS_QUIET || removed->tiles.signal != 0)
        return;
    else if (removed->tiles.made == 0)
        printf("%s: nothing to delete, there is no tile where it was asked for\n", folder);
    else
        printf("%s: %" PRIu64 " tile%s deleted, %s, %.1f s\n", folder, removed->tiles.made,
               removed->tiles.made == 1 ? "" : "s", tw_size_text((double)removed->bytes, size),
               removed->seconds);
}

static int delete_tiles(const struct request *request, struct tw_tile_removal *removal, const char *folder)
{
    struct tw_tile_removed removed = {0};
    struct tw_error err = {0};
    enum tw_status status = tw_tile_removal_run(removal, &removed, &err);
    bool was_interrupted = status == TW_ECANCELLED && removed.tiles.signal != 0;
    if (status != TW_OK && !was_interrupted)
        return tw_report_error(&err);
    print_summary(request, folder, &removed);
    return was_interrupted ? tw_report_interrupted(&removed.tiles, request->tiles.run.progress)
                           : TW_EXIT_DONE;
}

static int ask_and_delete(const struct request *request, struct tw_tile_removal *removal, const char *folder)
{
    struct tw_tile_removal_count count;
    struct tw_error err = {0};
    if (request->force)
        return delete_tiles(request, removal, folder);
    if (tw_tile_removal_count(removal, &count, &err) != TW_OK)
        return tw_report_error(&err);
    if (count.tiles == 0 || is_confirmed(&count, folder))
        return delete_tiles(request, removal, folder);
    fprintf(stderr, "tilewright: nothing was deleted\n");
    return TW_EXIT_DONE;
}

static int remove_from(void *context, const struct tw_tile_output *output)
{
    const struct request *request = context;
    const struct tw_tile_removal_spec spec = {output, &request->tiles.selection, request->tiles.run.workers,
                                              request->tiles.run.progress};
    struct tw_tile_removal *removal = NULL;
    struct tw_error err = {0};
    if (tw_tile_removal_open(&spec, &removal, &err) != TW_OK)
        return tw_report_error(&err);
    int code = ask_and_delete(request, removal, output->folder);
    tw_tile_removal_close(removal);
    return code;
}

static int run(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    struct request request = {0};
    const struct tw_tile_request_spec spec = {
        "which folder?", "tilewright rm TILEDIR [OPTIONS]", 1, options, NUM_KEYS, take_own, &request};
    struct tw_error err = {0};
    if (tw_tile_request_read(&request.tiles, &spec, argc, argv, &err) != TW_OK ||
        check(&request, &err) != TW_OK)
        return tw_report_error(&err);
    return tw_tile_request_run(&request.tiles, remove_from, &request);
}

const struct tw_command tw_command_rm = {"rm", "delete tiles; a later run makes them anew", help, run};
