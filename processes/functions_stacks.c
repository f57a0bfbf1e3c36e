/* SPDX-License-Identifier: MIT */
#include "functions_stacks.h"

#include "host.h"

#include <math.h>
#include <string.h>

static void mark(struct tw_host *host, struct tw_arena_mark *place)
{
    *place = tw_arena_mark(host->job->arena);
}

/* What is remembered by its address is forgotten, because other arrays may come to stand there. */
static void release(struct tw_host *host, const struct tw_arena_mark *place)
{
    tw_arena_release(host->job->arena, *place);
    memset(host->combined, 0, sizeof(host->combined));
}

static double room_bytes(struct tw_host *host)
{
    size_t budget = tw_arena_budget(host->job->arena);
    return budget > 0 ? (double)(budget - tw_arena_used(host->job->arena)) : (double)INFINITY;
}

const struct tw_stack_functions tw_stack_functions = {
    .size_bytes = (int32_t)sizeof(struct tw_stack_functions),
    .fold = tw_stack_fold,
    .percentile = tw_stack_percentile,
    .best = tw_stack_best,
    .medoid = tw_stack_medoid,
    .trend = tw_stack_trend,
    .fill_gaps = tw_stack_fill_gaps,
    .mark = mark,
    .release = release,
    .room_bytes = room_bytes,
};
