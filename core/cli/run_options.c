/* SPDX-License-Identifier: MIT */
#include "run_options.h"

#include "log.h"

/* Longer than any sound tile takes, short enough for a job that nobody looks at. */
static const double TILE_TIMEOUT_S = 3600;

enum key {
    WORKERS,
    MEMORY,
    TILE_TIMEOUT,
    NO_PBAR,
    JSON,
    QUIET,
    /* mapchete's */
    MULTI,
    CONCURRENCY,
    DASK_SCHEDULER,
    DASK_NO_TASK_GRAPH,
    PROFILING,
    VERBOSE,
    DEBUG,
    LOGFILE,
    SRC_FS_OPTS,
    DST_FS_OPTS,
    FS_OPTS,
    NUM_KEYS
};

static const struct tw_option options[NUM_KEYS] = {
    [WORKERS] = {'w', "workers", 1},
    [MEMORY] = {0, "memory", 1},
    [TILE_TIMEOUT] = {0, "tile-timeout", 1},
    [NO_PBAR] = {0, "no-pbar", 0},
    [JSON] = {0, "json", 0},
    [QUIET] = {'q', "quiet", 0},
    [MULTI] = {'m', "multi", 1},
    [CONCURRENCY] = {0, "concurrency", 1},
    [DASK_SCHEDULER] = {0, "dask-scheduler", 1},
    [DASK_NO_TASK_GRAPH] = {0, "dask-no-task-graph", 0},
    [PROFILING] = {0, "profiling", 0},
    [VERBOSE] = {'v', "verbose", 0},
    [DEBUG] = {'d', "debug", 0},
    [LOGFILE] = {'l', "logfile", 1},
    [SRC_FS_OPTS] = {0, "src-fs-opts", 1},
    [DST_FS_OPTS] = {0, "dst-fs-opts", 1},
    [FS_OPTS] = {0, "fs-opts", 1},
};

const struct tw_option_list tw_run_options_list = {options, NUM_KEYS};

/* Why an option of mapchete's has no meaning here; NULL: nothing is missed. */
static const char *const without_meaning[NUM_KEYS] = {
    [CONCURRENCY] = "all work is done by threads of one process, see --workers",
    [DASK_SCHEDULER] = "all work is done on this machine, see --workers",
    [DASK_NO_TASK_GRAPH] = "all work is done on this machine, see --workers",
    [PROFILING] = "profile the program with perf or valgrind",
    [LOGFILE] = "messages go to standard error: 2> FILE keeps them",
    [SRC_FS_OPTS] = "GDAL's environment variables say how remote files are reached",
    [DST_FS_OPTS] = "GDAL's environment variables say how remote files are reached",
    [FS_OPTS] = "GDAL's environment variables say how remote files are reached",
};

struct tw_run_options tw_run_options_default(void)
{
    return (struct tw_run_options){.tile_timeout_s = TILE_TIMEOUT_S};
}

static enum tw_status take_workers(struct tw_run_options *run, const struct tw_given *given,
                                   struct tw_error *err)
{
    long long number;
    enum tw_status status = tw_option_whole(given, 0, 1, &number, err);
    if (status == TW_OK && number > 1024)
        return tw_error_set(err, TW_EUSAGE, "--workers must be at most 1024, not '%s'", given->values[0]);
    if (status == TW_OK)
        run->workers = (int)number;
    return status;
}

static enum tw_status take_timeout(struct tw_run_options *run, const struct tw_given *given,
                                   struct tw_error *err)
{
    enum tw_status status = tw_option_number(given, 0, &run->tile_timeout_s, err);
    if (status == TW_OK && (run->tile_timeout_s < 0 || run->tile_timeout_s > 1e9))
        status = TW_EUSAGE;
    if (status == TW_OK)
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE, "--tile-timeout takes seconds, or 0 for no limit, not '%s'",
                        given->values[0]);
}

enum tw_status tw_run_options_take(struct tw_run_options *run, const struct tw_given *given,
                                   struct tw_error *err)
{
    enum key key = (enum key)(given->option - options);
    switch (key) {
    case WORKERS:
    case MULTI:
        return take_workers(run, given, err);
    case MEMORY:
        return tw_option_bytes(given, &run->memory_bytes, err);
    case TILE_TIMEOUT:
        return take_timeout(run, given, err);
    case NO_PBAR:
        run->progress = TW_PROGRESS_LINES;
        return TW_OK;
    case JSON:
        run->progress = TW_PROGRESS_JSON;
        return TW_OK;
    case QUIET:
        run->progress = TW_PROGRESS_QUIET;
        return TW_OK;
    default:
        if (without_meaning[key] != NULL)
            tw_log_warn("--%s has no meaning here: %s", options[key].name, without_meaning[key]);
        return TW_OK;
    }
}
