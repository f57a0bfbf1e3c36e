/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "execution.h"
#include "fault_text.h"
#include "report.h"
#include "run_options.h"
#include "selection_options.h"
#include "tile_request.h"

#include "dataset_pool.h"
#include "file.h"
#include "grid_read.h"
#include "repair.h"
#include "tile_records.h"
#include "stored_output.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: tilewright verify TARGET [OPTIONS]\n\n"
    "Reads and decodes every tile of the folder or archive TARGET (or of the output of the configuration "
    "TARGET), or\n"
    "every block of a GeoTIFF, and lists what is missing, broken or orphaned. Changes nothing unless it is "
    "told "
    "to. Exit\n"
    "code 0 when all is well, 1 when not.\n\n"
    "which tiles (default: all):\n" TW_STORED_SELECTION_HELP "\n"
    "how:\n"
    "      --repair                   make missing and broken tiles anew, with their overviews; TARGET is "
    "the\n"
    "                                 configuration\n"
    "      --remove-orphans           delete what belongs to no tile of the output, after a question\n"
    "  -f, --force                    do not ask\n" TW_RUN_HELP "\n"
    "what to show:\n" TW_SHOW_HELP "\n"
    "examples:\n"
    "  tilewright verify cloudless.yaml\n"
    "  tilewright verify out/tiles --zoom 11 --json\n"
    "  tilewright verify cloudless.yaml --repair\n";

enum { REPAIR, REMOVE_ORPHANS, FORCE, NUM_KEYS };
static const struct tw_option options[NUM_KEYS] = {
    [REPAIR] = {0, "repair", 0}, [REMOVE_ORPHANS] = {0, "remove-orphans", 0}, [FORCE] = {'f', "force", 0}};

struct request {
    struct tw_tile_request tiles;
    bool given[NUM_KEYS];
};

static enum tw_status take_own(void *context, const struct tw_given *given, struct tw_error *err)
{
    (void)err;
    struct request *request = context;
    request->given[given->option - options] = true;
    return TW_OK;
}

static enum tw_status check_options(const struct request *request, struct tw_error *err)
{
    const bool *given = request->given;
    if (given[FORCE] && !given[REMOVE_ORPHANS])
        return tw_error_set(err, TW_EUSAGE, "--force goes with --remove-orphans");
    if (given[REMOVE_ORPHANS] && !given[FORCE] && isatty(STDIN_FILENO) != 1)
        return tw_error_set(
            err, TW_EUSAGE,
            "nothing was deleted: there is no terminal to ask on; --force deletes without asking");
    return TW_OK;
}

/* An output that is looked through, and, for --repair, how it is made. */
struct subject {
    struct tw_tile_records *records; /* with the lock; NULL: nothing is locked */
    const struct request *request;
    struct tw_stored stored;
    struct tw_config *config;
    struct tw_plan *plan;
};

static bool has_selection(const struct tw_selection *s)
{
    return s->has_zooms || s->has_bounds || s->has_point || s->has_tile || s->area != NULL;
}

/* Tiles of `convert` have no configuration that could be named. */
static enum tw_status refuse_repair(const struct tw_stored *stored, struct tw_error *err)
{
    const char *process = stored->kind != TW_STORED_TILES ? NULL : stored->tiles.process;
    bool is_converted = process != NULL && strcmp(process, "convert") == 0;
    if (stored->kind == TW_STORED_ARCHIVE)
        return tw_error_set(
            err, TW_EUSAGE,
            "--repair makes what is broken anew, and '%s' does not say how: name the configuration instead, "
            "or make a new archive of what can be read with 'tilewright convert'",
            stored->path);
    return tw_error_set(
        err, TW_EUSAGE,
        "--repair makes tiles anew, and '%s' does not say how: name the configuration instead%s",
        stored->path,
        is_converted ? ", or delete what is damaged and call 'tilewright convert' as before: it makes "
                       "what is missing"
                     : "");
}

static enum tw_status check_subject(const struct subject *subject, struct tw_error *err)
{
    const struct request *request = subject->request;
    const struct tw_stored *stored = &subject->stored;
    bool is_file = stored->kind == TW_STORED_FILE;
    if (request->given[REPAIR] && stored->configuration == NULL)
        return refuse_repair(stored, err);
    if (is_file && has_selection(&request->tiles.selection))
        return tw_error_set(err, TW_EUSAGE, "'%s' is one file: all of it is read, not some tiles",
                            stored->path);
    if (stored->kind != TW_STORED_TILES && request->given[REMOVE_ORPHANS])
        return tw_error_set(err, TW_EUSAGE, "'%s' is one file: there are no orphans", stored->path);
    if (stored->kind != TW_STORED_TILES && stored->configuration != NULL && !request->given[REPAIR] &&
        !tw_file_exists(stored->path))
        return tw_error_set(err, TW_EUSAGE,
                            "there is no '%s' yet, the output of '%s': make it with 'tilewright execute %s'",
                            stored->path, stored->configuration, stored->configuration);
    return TW_OK;
}

/* Each kind of output has its own function. */
static enum tw_status look(const struct subject *subject, struct tw_verified *verified, struct tw_error *err)
{
    const struct tw_tile_request *tiles = &subject->request->tiles;
    const struct tw_verify verify = {.selection = &tiles->selection,
                                     .is_locked = subject->records != NULL,
                                     .skip_links = subject->request->given[REMOVE_ORPHANS],
                                     .workers = tiles->run.workers,
                                     .progress = tiles->run.progress};
    switch (subject->stored.kind) {
    case TW_STORED_FILE:
        return tw_verify_file(&verify, subject->stored.path, verified, err);
    case TW_STORED_ARCHIVE:
        return tw_verify_archive(&verify, subject->stored.path, verified, err);
    default:
        return tw_verify_tiles(&verify, &subject->stored.tiles, verified, err);
    }
}

static int tell_interrupted(const struct subject *subject, const struct tw_verified *verified)
{
    enum tw_progress_mode mode = subject->request->tiles.run.progress;
    if (mode != TW_PROGRESS_QUIET && mode != TW_PROGRESS_JSON)
        fprintf(stderr, "tilewright: interrupted after %" PRIu64 " tiles; what was found so far is above\n",
                verified->done.made);
    return 128 + verified->done.signal;
}

/* Looks, and tells. The faults are the caller's to free. */
static int verify(const struct subject *subject, struct tw_verified *verified)
{
    struct tw_error err = {0};
    const struct tw_fault_text text = {subject->stored.path, subject->stored.kind == TW_STORED_FILE,
                                       subject->request->tiles.run.progress};
    enum tw_status status = look(subject, verified, &err);
    bool was_interrupted = status == TW_ECANCELLED && verified->done.signal != 0;
    if (status != TW_OK && !was_interrupted)
        return tw_report_error(&err);
    tw_faults_print(&text, verified);
    if (was_interrupted)
        return tell_interrupted(subject, verified);
    return verified->faults.count > 0 ? TW_EXIT_SOME_FAILED : TW_EXIT_DONE;
}

static bool is_confirmed(const struct tw_faults *faults, const char *folder)
{
    uint64_t bytes = 0, files = tw_orphans_count(faults, &bytes);
    char size[32];
    fprintf(stderr, "delete %" PRIu64 " orphan%s (%s) below '%s'? [y/N] ", files, files == 1 ? "" : "s",
            tw_size_text((double)bytes, size), folder);
    return tw_is_yes();
}

static void tell_removed(const struct subject *subject, const struct tw_orphans_removed *removed)
{
    enum tw_progress_mode mode = subject->request->tiles.run.progress;
    char size[32];
    if (mode == TW_PROGRESS_JSON)
        printf("{\"event\": \"removed\", \"files\": %" PRIu64 ", \"bytes\": %" PRIu64 "}\n", removed->files,
               removed->bytes);
    else if (mode != TW_PROGRESS_QUIET)
        printf("%s: %" PRIu64 " file%s deleted, %s\n", subject->stored.path, removed->files,
               removed->files == 1 ? "" : "s", tw_size_text((double)removed->bytes, size));
}

/* *changed: something was done. */
static int remove_orphans(const struct subject *subject, const struct tw_faults *faults, bool *changed)
{
    const struct tw_tile_output *output = &subject->stored.tiles;
    struct tw_orphans_removed removed;
    struct tw_error err = {0};
    if (!subject->request->given[REMOVE_ORPHANS] || tw_orphans_count(faults, NULL) == 0)
        return TW_EXIT_DONE;
    if (!subject->request->given[FORCE] && !is_confirmed(faults, output->folder)) {
        fprintf(stderr, "tilewright: nothing was deleted\n");
        return TW_EXIT_DONE;
    }
    if (tw_orphans_remove(output, faults, &removed, &err) != TW_OK)
        return tw_report_error(&err);
    tell_removed(subject, &removed);
    *changed = true;
    return TW_EXIT_DONE;
}

/* A single file is made anew as a whole. */
static int repair(const struct subject *subject, const struct tw_faults *faults, bool *changed)
{
    struct tw_execution execution = {.run = subject->request->tiles.run};
    struct tw_repair tiles = {NULL, 0};
    struct tw_error err = {0};
    if (!subject->request->given[REPAIR])
        return TW_EXIT_DONE;
    bool is_file = subject->stored.kind != TW_STORED_TILES;
    if (!is_file && tw_repair_find(subject->config, faults, &tiles, &err) != TW_OK)
        return tw_report_error(&err);
    execution.run.overwrite = is_file;
    execution.run.repair = is_file ? NULL : &tiles;
    bool is_wanted = is_file || tiles.count > 0;
    int code = is_wanted ? tw_execution_run(subject->plan, &execution) : TW_EXIT_DONE;
    *changed = *changed || is_wanted;
    free(tiles.tiles);
    return code;
}

/* Who is going to delete what is found keeps others from changing it meanwhile. */
static enum tw_status lock(struct subject *subject, struct tw_error *err)
{
    bool is_folder = subject->stored.kind == TW_STORED_TILES;
    return subject->request->given[REMOVE_ORPHANS] && is_folder
               ? tw_tile_records_open(&subject->stored.tiles, &subject->records, err)
               : TW_OK;
}

static void unlock(struct subject *subject)
{
    tw_tile_records_close(subject->records);
    subject->records = NULL;
}

/* Puts right what was asked for, and looks again. */
static int put_right(struct subject *subject, const struct tw_faults *faults)
{
    bool changed = false;
    int code = remove_orphans(subject, faults, &changed);
    unlock(subject); /* a repair takes it itself */
    if (code == TW_EXIT_DONE)
        code = repair(subject, faults, &changed);
    if (code > TW_EXIT_SOME_FAILED)
        return code;
    if (!changed)
        return TW_EXIT_SOME_FAILED;
    struct tw_verified again = {.bytes = 0};
    int after = verify(subject, &again);
    tw_faults_free(&again.faults);
    return after > code ? after : code;
}

static int run_subject(struct subject *subject)
{
    struct tw_verified verified = {.bytes = 0};
    struct tw_error err = {0};
    if (lock(subject, &err) != TW_OK)
        return tw_report_error(&err);
    bool is_gone = subject->stored.kind != TW_STORED_TILES && !tw_path_is_remote(subject->stored.path) &&
                   !tw_file_exists(subject->stored.path);
    int code = is_gone ? TW_EXIT_SOME_FAILED : verify(subject, &verified);
    if (code == TW_EXIT_SOME_FAILED)
        code = put_right(subject, &verified.faults);
    unlock(subject);
    tw_faults_free(&verified.faults);
    return code;
}

/* Everything that --repair needs is checked before anything is read. */
static int open_and_run(const struct request *request, struct tw_arena *arena)
{
    struct subject subject = {.request = request};
    struct tw_problems problems = {0};
    struct tw_error err = {0};
    const struct tw_selection all = {
        .script = {.load_s = request->tiles.run.tile_timeout_s, .memory_bytes = TW_MOST_SCRIPT_BYTES}};
    enum tw_status status = tw_stored_open(request->tiles.operands[0], arena, &subject.stored, &problems);
    if (status == TW_OK && (status = check_subject(&subject, &err)) != TW_OK)
        return tw_report_error(&err);
    if (status == TW_OK && request->given[REPAIR])
        status = tw_config_load(subject.stored.configuration, tw_grid_read, &subject.config, &problems);
    if (status == TW_OK && request->given[REPAIR])
        status = tw_plan_make(subject.config, &all, &subject.plan, &problems);
    int code = status == TW_OK ? run_subject(&subject) : tw_report_problems(&problems);
    tw_plan_free(subject.plan);
    tw_config_free(subject.config);
    tw_problems_free(&problems);
    return code;
}

static int run(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    struct request request = {.given = {false}};
    const struct tw_tile_request_spec spec = {
        "what?", "tilewright verify TARGET [OPTIONS]", 1, options, NUM_KEYS, take_own, &request};
    struct tw_error err = {0};
    if (tw_tile_request_read(&request.tiles, &spec, argc, argv, &err) != TW_OK ||
        check_options(&request, &err) != TW_OK)
        return tw_report_error(&err);
    enum { CACHE_BYTES = 64 * 1024 * 1024 };
    tw_gdal_init(CACHE_BYTES);
    struct tw_arena *arena = tw_arena_new(0);
    if (arena == NULL)
        tw_error_nomem(&err);
    int code = arena != NULL ? open_and_run(&request, arena) : tw_report_error(&err);
    tw_arena_free(arena);
    return code;
}

const struct tw_command tw_command_verify = {"verify", "find tiles that are missing, broken or orphaned",
                                             help, run};
