/* SPDX-License-Identifier: MIT */
#include "block.h"
#include "host.h"

int32_t tw_kernel_drop_nan(struct tw_host *host, const struct tw_array *array, struct tw_array *out)
{
    size_t total = tw_array_num_pixels(array);
    bool own = false;
    *out = *array;
    for (size_t first = 0; tw_dtype_is_float((enum tw_dtype)array->dtype) && first < total;
         first += TW_BLOCK) {
        size_t count = tw_block_count(total, first);
        if (tw_block_drop_nan(host, out, first, count, &own) != TW_OK)
            return (int32_t)host->err.status;
    }
    return TW_OK;
}

int32_t tw_kernel_common_validity(struct tw_host *host, const struct tw_array *const *arrays, int32_t count,
                                  uint8_t **valid)
{
    *valid = NULL;
    for (int32_t i = 0; i < count; i++)
        if (tw_host_combine(host, *valid, arrays[i]->valid, tw_array_num_pixels(arrays[i]), valid) != TW_OK)
            return (int32_t)host->err.status;
    return TW_OK;
}
