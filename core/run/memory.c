/* How the memory budget is found and shared out.
 *
 * SPDX-License-Identifier: MIT
 */
#include "memory.h"
#include "overview.h"
#include "run.h"

#include "rescale.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <omp.h>

/* The number in a one-line file of the cgroup; 0 when there is none (`max`, or no such file). */
static size_t number_in(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[64] = "";
    if (file == NULL)
        return 0;
    if (fgets(line, sizeof(line), file) == NULL)
        line[0] = '\0';
    fclose(file);
    return strtoull(line, NULL, 10);
}

size_t tw_memory_available(void)
{
    static const char *const limits[] = {"/sys/fs/cgroup/memory.max",
                                         "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
    size_t machine = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGE_SIZE);
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        size_t limit = number_in(limits[i]);
        if (limit > 0 && limit < machine)
            machine = limit;
    }
    return machine;
}

enum { MEGABYTE = 1024 * 1024 };

static const size_t LARGEST_CACHE = (size_t)192 * MEGABYTE;
static const size_t LEAST_SCRIPT_BYTES = (size_t)16 * MEGABYTE;
static const size_t PROGRAM_BYTES = (size_t)48 * MEGABYTE; /* code, libraries, Lua states, open files */

static size_t window_bytes(const struct tw_plan *plan, enum tw_dtype dtype, size_t bands, int buffer_px)
{
    const struct tw_tile largest = {plan->max_zoom, 0, 0}; /* metatiles end where the grid does */
    const struct tw_window window = tw_tile_window(&plan->config->process_pyramid, &largest);
    size_t width = (size_t)window.width_px + 2 * (size_t)buffer_px,
           height = (size_t)window.height_px + 2 * (size_t)buffer_px;
    return width * height * (bands * tw_dtype_size(dtype) + 1);
}

/* What an overview takes that is made from storage: what is read of the zoom below (a quarter at a time, or
 * all of it for wide kernels), its half, and that as it is stored. */
static size_t stored_overview_bytes(const struct tw_plan *plan, size_t window)
{
    if (plan->min_zoom >= plan->config->base_min_zoom)
        return 0;
    return (tw_resampling_is_local(plan->config->lower) ? 3 : 6) * window;
}

/* The least that a metatile needs: one scene of its largest input as read, and the result. */
static size_t tile_bytes(const struct tw_plan *plan)
{
    const struct tw_encoder *encoder = tw_sink_encoder(plan->sink);
    const struct tw_pyramid *output = &plan->config->output_pyramid;
    size_t bands = (size_t)tw_encoder_num_bands(encoder), most = 0;
    for (size_t i = 0; i < plan->num_sources; i++) {
        bool is_stack = tw_source_kind(plan->sources[i]) == TW_SOURCE_STACK;
        size_t read = is_stack ? 1 : tw_source_num_bands(plan->sources[i]);
        size_t bytes =
            window_bytes(plan, tw_source_dtype(plan->sources[i]), read, plan->script_pyramid.pixelbuffer_px);
        most = bytes > most ? bytes : most;
    }
    size_t window = window_bytes(plan, tw_encoder_dtype(encoder), bands, output->pixelbuffer_px);
    size_t overview = stored_overview_bytes(plan, window);
    if (tw_encoder_is_lossy(encoder) || tw_sink_skips_partial(plan->sink)) /* and what is seen of it */
        window *= 2;
    return most + window > overview ? most + window : overview;
}

/* Overviews that can be in the making at once: one for each level in each worker, and those that the walk is
 * inside of. */
static size_t overview_bytes(const struct tw_plan *plan, int workers)
{
    const struct tw_config *config = plan->config;
    int levels = config->base_min_zoom - plan->min_zoom;
    bool gather = config->output_pyramid.pixelbuffer_px == 0;
    return levels > 0 && gather ? (size_t)levels * (size_t)(workers + 1) * tw_node_bytes(plan) : 0;
}

static size_t script_share(size_t bytes)
{
    return bytes < TW_MOST_SCRIPT_BYTES ? bytes : TW_MOST_SCRIPT_BYTES;
}

/* A worker's part of the memory is for pixels, but an eighth for what the script keeps in Lua. The first of
 * that are counted with the program. */
static void share_with_script(struct tw_memory_shares *shares, size_t worker_bytes)
{
    size_t script_bytes = script_share(worker_bytes / 8);
    shares->worker_bytes = worker_bytes - script_bytes;
    shares->script_bytes = script_bytes > LEAST_SCRIPT_BYTES ? script_bytes : LEAST_SCRIPT_BYTES;
}

int tw_run_workers(const struct tw_run_options *options)
{
    return options->workers > 0 ? options->workers : omp_get_num_procs();
}

enum tw_status tw_memory_share(const struct tw_plan *plan, const struct tw_run_options *options,
                               struct tw_memory_shares *shares, struct tw_error *err)
{
    size_t total = options->memory_bytes > 0 ? options->memory_bytes : tw_memory_available() / 4 * 3;
    int workers = tw_run_workers(options);
    *shares = (struct tw_memory_shares){.workers = workers, .total_bytes = total};
    shares->cache_bytes = total / 8 < LARGEST_CACHE ? total / 8 : LARGEST_CACHE;
    shares->overview_bytes = overview_bytes(plan, workers);
    shares->tile_bytes = tile_bytes(plan);
    size_t taken = shares->cache_bytes + shares->overview_bytes + PROGRAM_BYTES;
    size_t left = total > taken ? total - taken : 0;
    share_with_script(shares, left / (size_t)workers);
    if (shares->worker_bytes >= shares->tile_bytes)
        return TW_OK;
    size_t needed = taken + (shares->tile_bytes + script_share(shares->tile_bytes / 7)) * (size_t)workers;
    return tw_error_set(err, TW_EUSAGE,
                        "a metatile of %d x %d tiles needs at least %zu MB, %d workers need %zu MB, and the "
                        "budget is %zu MB: "
                        "lower pyramid.metatiling, use fewer --workers, or raise --memory",
                        plan->config->process_pyramid.metatiling, plan->config->process_pyramid.metatiling,
                        shares->tile_bytes / MEGABYTE + 1, workers, needed / MEGABYTE + 1, total / MEGABYTE);
}
