/* SPDX-License-Identifier: MIT */
#include "constants.h"
#include "make.h"

/* Whether the run computes a zoom of the variant. */
static bool is_needed(const struct tw_plan *plan, size_t variant)
{
    for (int zoom = plan->min_zoom; zoom <= plan->max_zoom; zoom++)
        if (tw_plan_is_base(plan, zoom) && tw_plan_zoom(plan, zoom)->variant == variant)
            return true;
    return false;
}

static void prepare_all(struct tw_engine *engine, struct tw_worker *worker)
{
    struct tw_plan *plan = engine->plan;
    struct tw_error err = {0};
    const struct tw_value **prepared = tw_arena_calloc(plan->arena, plan->num_variants, sizeof(*prepared));
    enum tw_status status = prepared != NULL ? TW_OK : tw_error_nomem(&err);
    for (size_t i = 0; status == TW_OK && i < plan->num_variants; i++)
        if (is_needed(plan, i))
            status = tw_make_constant(worker, i, plan->arena, &prepared[i], &err);
    engine->prepared = prepared;
    if (status != TW_OK)
        tw_engine_fail(engine, &err);
}

void tw_constants_prepare(struct tw_engine *engine, const struct tw_worker_spec *spec)
{
    struct tw_error err = {0};
    struct tw_worker *worker = NULL;
    if (!engine->plan->declaration->has_prepare)
        return;
    tw_post_enter(spec->post);
    if (tw_worker_new(engine->plan, spec, &worker, &err) == TW_OK)
        prepare_all(engine, worker);
    else
        tw_engine_fail(engine, &err);
    tw_worker_free(worker);
    tw_post_leave(spec->post);
}

void tw_constants_setup(struct tw_engine *engine, struct tw_worker *worker)
{
    const struct tw_plan *plan = engine->plan;
    struct tw_error err = {0};
    enum tw_status status = TW_OK;
    if (!plan->declaration->has_setup || tw_engine_is_cancelled(engine))
        return;
    tw_post_enter(worker->post);
    for (size_t i = 0; status == TW_OK && i < plan->num_variants; i++)
        if (is_needed(plan, i))
            status = tw_make_constant(worker, i, NULL, NULL, &err);
    if (status != TW_OK)
        tw_engine_fail(engine, &err);
    tw_post_leave(worker->post);
}
