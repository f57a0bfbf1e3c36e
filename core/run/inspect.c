/* SPDX-License-Identifier: MIT */
#include "inspect.h"

#include "file.h"

/* A list that cannot be read is no obstacle to a run: it would be written anew. */
uint64_t tw_failed_count(const char *path)
{
    struct tw_failures failed = {0};
    struct tw_error ignored;
    if (path == NULL || !tw_file_exists(path))
        return 0;
    tw_failures_read(&failed, path, &ignored);
    uint64_t count = failed.total;
    tw_failures_free(&failed);
    return count;
}

enum tw_status tw_inspect(const struct tw_plan *plan, const struct tw_run_options *options,
                          struct tw_inspection *inspection, struct tw_problems *problems)
{
    size_t before = problems->count;
    struct tw_error err = {0};
    *inspection = (struct tw_inspection){.num_failed = tw_failed_count(tw_plan_failures_path(plan))};
    const struct tw_sink_begin begin = {.fingerprint = plan->fingerprint,
                                        .settings = plan->settings,
                                        .update = options->update,
                                        .has_failed = inspection->num_failed > 0};
    if (tw_memory_share(plan, options, &inspection->shares, &err) != TW_OK)
        tw_problems_add_error(problems, &err);
    if (tw_sink_look(plan->sink, &begin, &inspection->found, problems) != TW_OK)
        return TW_ENOMEM;
    return problems->count > before ? TW_EUSAGE : TW_OK;
}
