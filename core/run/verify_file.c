/* SPDX-License-Identifier: MIT */
#include "verify.h"
#include "file.h"

#include "clock.h"
#include "file_check.h"

#include <omp.h>
#include <sys/stat.h>

struct work {
    const struct tw_verify *spec;
    const char *path;
    struct tw_verified *verified;
    uint64_t num_parts;
    struct tw_counts counts;
    atomic_bool stops;
    struct tw_error failure;
};

static void stop(void *context)
{
    atomic_store(&((struct work *)context)->stops, true);
}

/* The part keeps the faults in order. */
static void add_broken(struct work *work, uint64_t part, const char *reason)
{
    const struct tw_fault fault = {.kind = TW_FAULT_BROKEN,
                                   .path = work->path,
                                   .tile = {-1, -1, -1},
                                   .metatile = {-1, (int64_t)part, -1},
                                   .reason = reason,
                                   .count = 1};
#pragma omp critical(tw_verify_file_fault)
    if (tw_faults_add(&work->verified->faults, &fault, &work->failure) != TW_OK)
        atomic_store(&work->stops, true);
}

static void check_part(struct work *work, const struct tw_file_check *check, uint64_t part)
{
    struct tw_reason reason = {""};
    if (check == NULL || atomic_load(&work->stops))
        return;
    if (!tw_file_check_part(check, part, &reason))
        add_broken(work, part, reason.text);
    atomic_fetch_add(&work->counts.made, 1);
}

static struct tw_file_check *open_check(struct work *work)
{
    struct tw_file_check *check = NULL;
    struct tw_error err = {0};
    if (tw_file_check_open(work->path, &check, &err) == TW_OK)
        return check;
    atomic_store(&work->stops, true);
#pragma omp critical(tw_verify_file_fault)
    work->failure = err;
    return NULL;
}

static void check_parts(struct work *work)
{
    int workers = work->spec->workers > 0 ? work->spec->workers : omp_get_num_procs();
#pragma omp parallel num_threads(workers)
    {
        struct tw_file_check *check = open_check(work);
#pragma omp for schedule(dynamic, 1)
        for (uint64_t part = 0; part < work->num_parts; part++)
            check_part(work, check, part);
        tw_file_check_close(check);
    }
}

static void run(struct work *work)
{
    const struct tw_monitored monitored = {&work->counts, work->spec->progress, "rows of blocks", stop, work,
                                           NULL};
    work->counts.total = work->num_parts;
    struct tw_monitor *monitor = tw_monitor_start(&monitored);
    check_parts(work);
    int signal_number = tw_monitor_stop(monitor);
    uint64_t done = atomic_load(&work->counts.made);
    work->verified->done = (struct tw_tile_batches_result){
        .made = done, .signal = done < work->num_parts && work->failure.status == TW_OK ? signal_number : 0};
}

enum tw_status tw_verify_file(const struct tw_verify *verify, const char *path, struct tw_verified *verified,
                              struct tw_error *err)
{
    struct work work = {.spec = verify, .path = path, .verified = verified};
    struct tw_file_check *check = NULL;
    double begun_s = tw_clock_s();
    *verified = (struct tw_verified){.bytes = 0};
    enum tw_status status = tw_file_check_open(path, &check, err);
    if (status != TW_OK)
        return status;
    work.num_parts = tw_file_check_parts(check);
    tw_file_check_close(check);
    run(&work);
    tw_faults_sort(&verified->faults);
    verified->bytes = tw_file_size(path);
    verified->seconds = tw_clock_s() - begun_s;
    if (work.failure.status != TW_OK) {
        *err = work.failure;
        return err->status;
    }
    return verified->done.signal != 0 ? tw_error_set(err, TW_ECANCELLED, "interrupted") : TW_OK;
}
