/* SPDX-License-Identifier: MIT */
#include "host.h"

#include "functions_focal.h"
#include "functions_pixels.h"
#include "functions_stacks.h"

#include <string.h>

int32_t tw_host_nomem(struct tw_host *host)
{
    size_t budget = tw_arena_budget(host->job->arena);
    if (budget == 0)
        return (int32_t)tw_error_nomem(&host->err);
    bool in_mb = budget >= 1024 * 1024;
    return (int32_t)tw_error_set(
        &host->err, TW_EBUDGET,
        "the tile needs more than its %zu %s of memory: lower pyramid.metatiling or raise --memory",
        in_mb ? budget / (1024 * 1024) : budget / 1024, in_mb ? "MB" : "kB");
}

int32_t tw_host_make(struct tw_host *host, struct tw_array *array, bool with_validity)
{
    return tw_array_alloc(host->job->arena, array, with_validity) ? TW_OK : tw_host_nomem(host);
}

void *tw_host_alloc(struct tw_host *host, size_t size)
{
    void *bytes = tw_arena_alloc(host->job->arena, size);
    if (bytes == NULL)
        tw_host_nomem(host);
    return bytes;
}

static void and_bytes(const uint8_t *restrict a, const uint8_t *restrict b, uint8_t *restrict both,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        both[i] = a[i] & b[i];
}

/* What a and b were combined to before. A result combined with one of its parts is the result itself. */
static uint8_t *find_combined(const struct tw_host *host, const uint8_t *a, const uint8_t *b)
{
    for (size_t i = 0; i < sizeof(host->combined) / sizeof(host->combined[0]); i++) {
        const uint8_t *x = host->combined[i].a, *y = host->combined[i].b, *both = host->combined[i].both;
        bool known = both != NULL && ((a == x && b == y) || (a == y && b == x) ||
                                      (a == both && (b == x || b == y)) || (b == both && (a == x || a == y)));
        if (known)
            return host->combined[i].both;
    }
    return NULL;
}

int32_t tw_host_combine(struct tw_host *host, const uint8_t *a, const uint8_t *b, size_t count,
                        uint8_t **both)
{
    bool one_is_enough = a == NULL || b == NULL || a == b;
    /* Arrays are not changed once made: to share validity is safe. */
    *both = one_is_enough ? (uint8_t *)(a != NULL ? a : b) : find_combined(host, a, b);
    if (one_is_enough || *both != NULL)
        return TW_OK;
    *both = tw_host_alloc(host, count);
    if (*both == NULL)
        return (int32_t)host->err.status;
    and_bytes(a, b, *both, count);
    size_t slot = host->next_combined++ % (sizeof(host->combined) / sizeof(host->combined[0]));
    host->combined[slot].a = a;
    host->combined[slot].b = b;
    host->combined[slot].both = *both;
    return TW_OK;
}

int32_t tw_host_is_cancelled(struct tw_host *host)
{
    const volatile int *cancel = host->job->cancel;
    return cancel == NULL || __atomic_load_n(cancel, __ATOMIC_RELAXED) == 0
               ? TW_OK
               : (int32_t)tw_error_set(&host->err, TW_ECANCELLED, "cancelled");
}

static int32_t host_read(struct tw_host *host, const struct tw_read_request *request,
                         struct tw_raster *raster)
{
    const struct tw_script_input *input = &host->job->inputs[request->input];
    enum tw_resampling resampling = (enum tw_resampling)request->resampling;
    if (tw_host_is_cancelled(host) != TW_OK)
        return TW_ECANCELLED;
    const struct tw_script_read read = {(size_t)request->scene, request->bands, (size_t)request->num_bands,
                                        request->resampling < 0 ? NULL : &resampling};
    enum tw_status status = input->read(input->context, &read, raster, &host->err);
    if (status == TW_EBUDGET)
        return tw_host_nomem(host);
    if (status == TW_EUSAGE) /* a file that is wrong is this tile's; the run goes on */
        status = host->err.status = TW_EINPUT;
    if (status != TW_OK && host->err.status != status)
        return (int32_t)tw_error_set(&host->err, status, "cannot read input '%s'", input->name);
    return (int32_t)status;
}

static int32_t host_scenes(struct tw_host *host, int32_t index, struct tw_script_scene **scenes,
                           size_t *num_scenes)
{
    const struct tw_script_input *input = &host->job->inputs[index];
    return (int32_t)input->scenes(input->context, scenes, num_scenes, &host->err);
}

static const char *const *host_band_names(struct tw_host *host, int32_t index, size_t *count)
{
    const struct tw_script_input *input = &host->job->inputs[index];
    *count = 0;
    return input->band_names != NULL ? input->band_names(input->context, count) : NULL;
}

static int32_t host_add_result(struct tw_host *host, const char *name, const struct tw_array *array)
{
    if (host->result == NULL) {
        host->result = tw_host_alloc(host, TW_MAX_RESULT_BANDS * sizeof(*host->result));
        host->result_names = tw_host_alloc(host, TW_MAX_RESULT_BANDS * sizeof(*host->result_names));
    }
    char *copy = tw_arena_strdup(host->job->arena, name);
    if (host->result == NULL || host->result_names == NULL || copy == NULL)
        return tw_host_nomem(host);
    if (host->num_results == TW_MAX_RESULT_BANDS)
        return (int32_t)tw_error_set(&host->err, TW_ESCRIPT, "run returned more than %d bands",
                                     TW_MAX_RESULT_BANDS);
    host->result[host->num_results] = *array;
    host->result_names[host->num_results++] = copy;
    return TW_OK;
}

void tw_host_init(struct tw_host *host)
{
    *host = (struct tw_host){
        .size_bytes = (int32_t)offsetof(struct tw_host, job),
        .message = host->err.message,
        .pixels = &tw_pixel_functions,
        .focal = &tw_focal_functions,
        .stacks = &tw_stack_functions,
        .wrap_node = tw_node_wrap,
        .make_node = tw_node_make,
        .evaluate = tw_node_evaluate,
        .paste = tw_kernel_paste,
        .percentile = tw_kernel_percentile,
        .histogram = tw_kernel_histogram,
        .drop_nan = tw_kernel_drop_nan,
        .statistics = tw_kernel_statistics,
        .valid_pixels = tw_kernel_valid_pixels,
        .common_validity = tw_kernel_common_validity,
        .get = tw_array_get,
        .is_empty = tw_array_is_empty,
        .make = tw_host_make,
        .alloc = tw_host_alloc,
        .is_cancelled = tw_host_is_cancelled,
        .read = host_read,
        .scenes = host_scenes,
        .band_names = host_band_names,
        .add_result = host_add_result,
    };
}

void tw_host_begin(struct tw_host *host, const struct tw_script_job *job)
{
    host->tile_number++;
    host->job = job;
    host->width_px = job->window.width_px;
    host->height_px = job->window.height_px;
    host->err = (struct tw_error){0};
    host->result = NULL;
    host->result_names = NULL;
    host->num_results = 0;
    host->result_is_vector = false;
    memset(host->combined, 0, sizeof(host->combined));
    host->program = NULL;
    host->scratch = NULL;
    host->scratch_size = 0;
}
