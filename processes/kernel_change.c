/* SPDX-License-Identifier: MIT */
#include "block.h"
#include "host.h"

#include <string.h>

static int32_t copy_in_dtype(struct tw_host *host, const struct tw_array *array, enum tw_dtype dtype,
                             bool with_validity, struct tw_array *out)
{
    size_t total = tw_array_num_pixels(array);
    *out = *array;
    out->dtype = (int32_t)dtype;
    if (tw_host_is_cancelled(host) != TW_OK || tw_host_make(host, out, with_validity) != TW_OK)
        return (int32_t)host->err.status;
    tw_pixels_convert(array->pixels, (enum tw_dtype)array->dtype, out->pixels, dtype, total);
    if (with_validity && array->valid != NULL)
        memcpy(out->valid, array->valid, total);
    else if (with_validity)
        memset(out->valid, TW_VALID, total);
    return TW_OK;
}

int32_t tw_kernel_paste(struct tw_host *host, const struct tw_array *array, const struct tw_array *patch,
                        const int32_t *place, struct tw_array *out)
{
    enum tw_dtype dtype = tw_dtype_common((enum tw_dtype)array->dtype, (enum tw_dtype)patch->dtype);
    bool with_validity = array->valid != NULL || patch->valid != NULL;
    if (copy_in_dtype(host, array, dtype, with_validity, out) != TW_OK)
        return (int32_t)host->err.status;
    size_t width = (size_t)patch->width_px;
    for (size_t row = 0; row < (size_t)patch->height_px; row++) {
        size_t to = ((size_t)place[1] + row) * (size_t)array->width_px + (size_t)place[0];
        tw_pixels_convert(tw_block_at(patch, row * width), (enum tw_dtype)patch->dtype, tw_block_at(out, to),
                          dtype, width);
        if (patch->valid != NULL)
            memcpy(out->valid + to, patch->valid + row * width, width);
        else if (with_validity)
            memset(out->valid + to, TW_VALID, width);
    }
    return TW_OK;
}
