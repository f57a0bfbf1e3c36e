/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <stdlib.h>

static enum tw_status make_readers(struct tw_worker *worker, struct tw_error *err)
{
    const struct tw_plan *plan = worker->plan;
    worker->readers = calloc(plan->num_sources + 1, sizeof(struct tw_reader *));
    if (worker->readers == NULL)
        return tw_error_nomem(err);
    for (size_t i = 0; i < plan->num_sources; i++) {
        worker->readers[i] = tw_reader_new(plan->sources[i], worker->pool);
        if (worker->readers[i] == NULL)
            return tw_error_nomem(err);
    }
    return TW_OK;
}

enum tw_status tw_worker_new(const struct tw_plan *plan, const struct tw_worker_spec *spec,
                             struct tw_worker **worker, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    struct tw_worker *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return tw_error_nomem(err);
    made->plan = plan;
    made->post = spec->post;
    made->prepared = spec->prepared;
    made->cancel = spec->post != NULL ? tw_post_cancelled(spec->post) : NULL;
    made->arena = tw_arena_new(spec->budget_bytes);
    made->pool = tw_dataset_pool_new(spec->max_open);
    made->writer = tw_writer_new(plan->sink);
    if (made->arena == NULL || made->pool == NULL || made->writer == NULL) {
        status = tw_error_nomem(err);
        goto fail;
    }
    if ((status = make_readers(made, err)) != TW_OK)
        goto fail;
    made->script = tw_script_new(plan->program, &spec->script, err);
    if (made->script == NULL) {
        status = err->status;
        goto fail;
    }
    *worker = made;
    return TW_OK;

fail:
    tw_worker_free(made);
    return status;
}

void tw_worker_free(struct tw_worker *worker)
{
    if (worker == NULL)
        return;
    tw_script_free(worker->script);
    for (size_t i = 0; worker->readers != NULL && i < worker->plan->num_sources; i++)
        tw_reader_free(worker->readers[i]);
    free(worker->readers);
    tw_writer_free(worker->writer);
    tw_lonlat_free(worker->lonlat);
    tw_dataset_pool_free(worker->pool);
    tw_arena_free(worker->arena);
    free(worker);
}
