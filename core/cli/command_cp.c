/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "label_options.h"
#include "report.h"
#include "run_options.h"
#include "selection_options.h"
#include "tile_request.h"

#include "tile_copy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: tilewright cp SRC DST [OPTIONS]\n\n"
    "Copies tiles of the folder SRC (or of the output of the configuration SRC) into the folder DST, and "
    "metadata.json\n"
    "if DST has none. SRC and DST may lie in object storage: s3://BUCKET/PATH, az://CONTAINER/PATH. Tiles "
    "that DST has\n"
    "already are skipped: a copy that was stopped goes on where it was.\n\n"
    "which tiles (default: all):\n" TW_STORED_SELECTION_HELP
    "  -o, --overwrite                replace tiles that exist\n\n"
    "in object storage:\n" TW_LABEL_HELP "\n"
    "how:\n"
    "  -w, --workers N                threads (default: one for each processor)\n\n"
    "what to show:\n" TW_SHOW_HELP "\n"
    "examples:\n"
    "  tilewright cp tiles backup\n"
    "  tilewright cp tiles s3://maps/cloudless --acl public-read\n"
    "  tilewright cp cloudless.yaml excerpt -z 8,10 -b 15.3 45.4 16.1 46.5 --bounds-crs EPSG:4326\n";

enum { OVERWRITE, ACL, CACHE_CONTROL, NUM_KEYS };
static const struct tw_option options[NUM_KEYS] = {
    [OVERWRITE] = {'o', "overwrite", 0}, [ACL] = TW_LABEL_ACL, [CACHE_CONTROL] = TW_LABEL_CONTROL};

struct request {
    struct tw_tile_request tiles;
    bool overwrite;
    struct tw_bucket_labels labels;
};

static enum tw_status take_own(void *context, const struct tw_given *given, struct tw_error *err)
{
    struct request *request = context;
    if (given->option == &options[OVERWRITE])
        request->overwrite = true;
    else if (given->option == &options[ACL])
        return tw_label_acl(&request->labels, given->values[0], err);
    else
        return tw_label_control(&request->labels, given->values[0], err);
    return TW_OK;
}

static void print_json(const struct tw_tile_copied *copied)
{
    printf("{\"event\": \"summary\", \"copied\": %" PRIu64 ", \"skipped\": %" PRIu64 ", \"bytes\": %" PRIu64
           ", \"seconds\": %.3f, \"signal\": %d}\n",
           copied->tiles.made, copied->tiles.skipped, copied->bytes, copied->seconds, copied->tiles.signal);
}

static void print_words(const struct tw_tile_request *request, const struct tw_tile_copied *copied)
{
    const char *from = request->operands[0], *to = request->operands[1];
    char size[32];
    if (copied->tiles.made + copied->tiles.skipped == 0)
        printf("%s: nothing to copy, '%s' has no tile where it was asked for\n", to, from);
    else if (copied->tiles.made == 0)
        printf("%s: nothing to copy, all %" PRIu64 " tiles are there\n", to, copied->tiles.skipped);
    else if (copied->tiles.skipped == 0)
        printf("%s: %" PRIu64 " tiles copied, %s, %.1f s\n", to, copied->tiles.made,
               tw_size_text((double)copied->bytes, size), copied->seconds);
    else
        printf("%s: %" PRIu64 " tiles copied, %" PRIu64 " were there before; %s, %.1f s\n", to,
               copied->tiles.made, copied->tiles.skipped, tw_size_text((double)copied->bytes, size),
               copied->seconds);
}

static int copy(void *context, const struct tw_tile_output *source)
{
    const struct request *asked = context;
    const struct tw_tile_request *request = &asked->tiles;
    const struct tw_tile_copy job = {.source = source,
                                     .destination = request->operands[1],
                                     .selection = &request->selection,
                                     .overwrite = asked->overwrite,
                                     .labels = asked->labels,
                                     .workers = request->run.workers,
                                     .progress = request->run.progress};
    struct tw_tile_copied copied;
    struct tw_error err = {0};
    enum tw_status status = tw_tile_copy(&job, &copied, &err);
    bool was_interrupted = status == TW_ECANCELLED && copied.tiles.signal != 0;
    if (status != TW_OK && !was_interrupted)
        return tw_report_error(&err);
    if (job.progress == TW_PROGRESS_JSON)
        print_json(&copied);
    else if (!was_interrupted && job.progress != TW_PROGRESS_QUIET)
        print_words(request, &copied);
    return was_interrupted ? tw_report_interrupted(&copied.tiles, job.progress) : TW_EXIT_DONE;
}

static int run(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    struct request request = {.overwrite = false};
    const struct tw_tile_request_spec spec = {"from where to where?",
                                              "tilewright cp SRC DST [OPTIONS]",
                                              TW_MOST_OPERANDS,
                                              options,
                                              NUM_KEYS,
                                              take_own,
                                              &request};
    struct tw_error err = {0};
    if (tw_tile_request_read(&request.tiles, &spec, argc, argv, &err) != TW_OK ||
        tw_labels_check(&request.labels, request.tiles.operands[1], &err) != TW_OK)
        return tw_report_error(&err);
    return tw_tile_request_run(&request.tiles, copy, &request);
}

const struct tw_command tw_command_cp = {"cp", "copy tiles into another folder", help, run};
