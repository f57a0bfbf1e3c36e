/* SPDX-License-Identifier: MIT */
#include "tile_memo.h"
#include "uniform.h"

#include <stdlib.h>
#include <string.h>

/* A file is kept when it has at most an eighth of the bytes of its pixels. */
enum { MOST_KEPT = 4, LEAST_SHRINKING = 8, MOST_BANDS = 4, MOST_PIXEL_BYTES = 1 << 20 };

/* Pixels and validity of all bands, one after the other, and the file. */
struct kept {
    unsigned char *copy;
    size_t num_bands;
    bool is_uniform[MOST_BANDS];
    struct tw_array bands[MOST_BANDS]; /* in the copy */
    struct tw_bytes file;
};

struct tw_tile_memo {
    struct kept kept[MOST_KEPT];
    int next;
};

struct tw_tile_memo *tw_tile_memo_new(void)
{
    return calloc(1, sizeof(struct tw_tile_memo));
}

static void forget(struct kept *kept)
{
    free(kept->copy);
    tw_bytes_free(&kept->file);
    *kept = (struct kept){0};
}

void tw_tile_memo_free(struct tw_tile_memo *memo)
{
    if (memo == NULL)
        return;
    for (int i = 0; i < MOST_KEPT; i++)
        forget(&memo->kept[i]);
    free(memo);
}

static size_t band_bytes(const struct tw_array *band)
{
    return tw_array_num_pixels(band) * tw_dtype_size((enum tw_dtype)band->dtype);
}

static bool is_same_band(const struct tw_array *a, const struct tw_array *b)
{
    if (a->width_px != b->width_px || a->height_px != b->height_px || a->dtype != b->dtype ||
        (a->valid == NULL) != (b->valid == NULL))
        return false;
    return memcmp(a->pixels, b->pixels, band_bytes(a)) == 0 &&
           (a->valid == NULL || memcmp(a->valid, b->valid, tw_array_num_pixels(a)) == 0);
}

/* Of two uniform bands the first pixel says all. */
static bool is_same_uniform(const struct tw_array *a, const struct tw_array *b)
{
    return a->width_px == b->width_px && a->height_px == b->height_px && a->dtype == b->dtype &&
           memcmp(a->pixels, b->pixels, tw_dtype_size((enum tw_dtype)a->dtype)) == 0;
}

static bool is_same(const struct kept *kept, const struct tw_raster *stored, const struct tw_arena *arena)
{
    if (kept->copy == NULL || kept->num_bands != stored->num_bands)
        return false;
    for (size_t i = 0; i < stored->num_bands; i++)
        if (!(kept->is_uniform[i] && tw_uniform_is(arena, &stored->bands[i])
                  ? is_same_uniform(&kept->bands[i], &stored->bands[i])
                  : is_same_band(&kept->bands[i], &stored->bands[i])))
            return false;
    return true;
}

static bool copy_bytes(const struct tw_bytes *from, struct tw_bytes *to)
{
    if (!tw_bytes_reserve(to, from->size))
        return false;
    memcpy(to->data, from->data, from->size);
    to->size = from->size;
    return true;
}

/* What equals bands that are known to be uniform is so itself: next time a pixel is enough. */
static void note_uniform(struct kept *kept, const struct tw_raster *stored, const struct tw_arena *arena)
{
    for (size_t i = 0; i < stored->num_bands; i++)
        kept->is_uniform[i] = kept->is_uniform[i] || tw_uniform_is(arena, &stored->bands[i]);
}

bool tw_tile_memo_find(struct tw_tile_memo *memo, const struct tw_raster *stored,
                       const struct tw_arena *arena, struct tw_bytes *bytes)
{
    for (int i = 0; i < MOST_KEPT; i++)
        if (is_same(&memo->kept[i], stored, arena)) {
            note_uniform(&memo->kept[i], stored, arena);
            return copy_bytes(&memo->kept[i].file, bytes);
        }
    return false;
}

static size_t all_bytes(const struct tw_raster *stored)
{
    size_t bytes = 0;
    for (size_t i = 0; i < stored->num_bands; i++)
        bytes += band_bytes(&stored->bands[i]) +
                 (stored->bands[i].valid != NULL ? tw_array_num_pixels(&stored->bands[i]) : 0);
    return bytes;
}

static unsigned char *put(unsigned char *at, const void *bytes, size_t size)
{
    memcpy(at, bytes, size);
    return at + size;
}

static void copy_bands(struct kept *kept, const struct tw_raster *stored)
{
    unsigned char *at = kept->copy;
    kept->num_bands = stored->num_bands;
    for (size_t i = 0; i < stored->num_bands; i++) {
        const struct tw_array *from = &stored->bands[i];
        struct tw_array *to = &kept->bands[i];
        *to = *from;
        to->pixels = at;
        at = put(at, from->pixels, band_bytes(from));
        if (from->valid == NULL)
            continue;
        to->valid = at;
        at = put(at, from->valid, tw_array_num_pixels(from));
    }
}

void tw_tile_memo_keep(struct tw_tile_memo *memo, const struct tw_raster *stored,
                       const struct tw_arena *arena, const struct tw_bytes *bytes)
{
    size_t size = all_bytes(stored);
    if (stored->num_bands > MOST_BANDS || size > MOST_PIXEL_BYTES || bytes->size > size / LEAST_SHRINKING)
        return;
    struct kept *kept = &memo->kept[memo->next];
    forget(kept);
    kept->copy = malloc(size);
    if (kept->copy == NULL || !copy_bytes(bytes, &kept->file)) {
        forget(kept);
        return;
    }
    copy_bands(kept, stored);
    for (size_t i = 0; i < stored->num_bands; i++)
        kept->is_uniform[i] = tw_uniform_is(arena, &stored->bands[i]);
    memo->next = (memo->next + 1) % MOST_KEPT;
}
