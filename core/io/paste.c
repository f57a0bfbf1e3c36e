/* SPDX-License-Identifier: MIT */
#include "paste.h"

#include <string.h>

#define COPY_WHERE_NEW(type)                                                                                 \
    for (size_t i = 0; i < count; i++)                                                                       \
        if ((is_new == NULL || is_new[i] != 0) && is_old[i] == 0)                                            \
    ((type *)target)[i] = ((const type *)source)[i]

/* Pixels that are valid in the new arrays, and not yet in the target, go there. */
static void copy_valid(const struct tw_array *from, struct tw_array *to, size_t from_index, size_t to_index)
{
    size_t size = tw_dtype_size((enum tw_dtype)from->dtype), count = (size_t)from->width_px;
    const void *source = (const unsigned char *)from->pixels + from_index * size;
    void *target = (unsigned char *)to->pixels + to_index * size;
    const uint8_t *is_new = from->valid != NULL ? from->valid + from_index : NULL;
    const uint8_t *is_old = to->valid + to_index;
    if (memchr(is_old, TW_VALID, count) == NULL && (is_new == NULL || memchr(is_new, 0, count) == NULL)) {
        memcpy(target, source, count * size);
        return;
    }
    switch (size) {
    case 1:
        COPY_WHERE_NEW(uint8_t);
        break;
    case 2:
        COPY_WHERE_NEW(uint16_t);
        break;
    case 4:
        COPY_WHERE_NEW(uint32_t);
        break;
    default:
        COPY_WHERE_NEW(uint64_t);
    }
}
#undef COPY_WHERE_NEW

static void join_valid(const struct tw_array *from, struct tw_array *to, size_t from_index, size_t to_index)
{
    if (from->valid == NULL) {
        memset(to->valid + to_index, TW_VALID, (size_t)from->width_px);
        return;
    }
    for (size_t i = 0; i < (size_t)from->width_px; i++)
        to->valid[to_index + i] |= from->valid[from_index + i] != 0 ? TW_VALID : 0;
}

/* Validity is joined last: bands share it. */
void tw_paste(const struct tw_array *arrays, size_t count, struct tw_array *target, int32_t col_px,
              int32_t row_px)
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < count; i++) {
            struct tw_array *to = &target[i];
            for (int32_t row = 0; row < arrays[i].height_px; row++) {
                size_t from_index = (size_t)row * (size_t)arrays[i].width_px;
                size_t to_index = (size_t)(row_px + row) * (size_t)to->width_px + (size_t)col_px;
                if (pass == 0)
                    copy_valid(&arrays[i], to, from_index, to_index);
                else
                    join_valid(&arrays[i], to, from_index, to_index);
            }
        }
    }
}
