/* SPDX-License-Identifier: MIT */
#include "file_check.h"
#include "source_driver.h"

#include "block_check.h"
#include "dataset.h"

#include <stdlib.h>

/* The file itself, one of its overviews, or the mask of one of them. */
struct level {
    int overview; /* -1: none */
    bool is_mask;
    int block_width_px, block_height_px, cols, rows; /* of blocks */
};

enum { MOST_LEVELS = 64 };

struct tw_file_check {
    struct tw_arena *arena; /* of the name */
    struct tw_dataset_pool *pool;
    const char *path; /* borrowed */
    GDALDatasetH dataset;
    int num_bands, num_levels;
    struct level levels[MOST_LEVELS];
};

static GDALRasterBandH band_of(const struct tw_file_check *check, const struct level *level, int number)
{
    GDALRasterBandH band = GDALGetRasterBand(check->dataset, number);
    if (level->overview >= 0)
        band = GDALGetOverview(band, level->overview);
    return band != NULL && level->is_mask ? GDALGetMaskBand(band) : band;
}

static void add_level(struct tw_file_check *check, int overview, bool is_mask)
{
    struct level *level = &check->levels[check->num_levels];
    *level = (struct level){.overview = overview, .is_mask = is_mask};
    GDALRasterBandH band = band_of(check, level, 1);
    if (band == NULL || check->num_levels == MOST_LEVELS - 1)
        return;
    GDALGetBlockSize(band, &level->block_width_px, &level->block_height_px);
    level->cols = (GDALGetRasterBandXSize(band) + level->block_width_px - 1) / level->block_width_px;
    level->rows = (GDALGetRasterBandYSize(band) + level->block_height_px - 1) / level->block_height_px;
    check->num_levels++;
}

/* A mask that is kept as pixels of its own. */
static void add_with_mask(struct tw_file_check *check, int overview)
{
    add_level(check, overview, false);
    const struct level *level = &check->levels[check->num_levels - 1];
    if (GDALGetMaskFlags(band_of(check, level, 1)) == GMF_PER_DATASET)
        add_level(check, overview, true);
}

enum tw_status tw_file_check_open(const char *path, struct tw_file_check **check, struct tw_error *err)
{
    struct tw_file_check *opened = calloc(1, sizeof(*opened));
    if (opened == NULL || (opened->pool = tw_dataset_pool_new(1)) == NULL ||
        (opened->arena = tw_arena_new(0)) == NULL) {
        tw_file_check_close(opened);
        return tw_error_nomem(err);
    }
    const char *name = tw_source_resolve(opened->arena, "", path);
    enum tw_status status =
        name != NULL ? tw_dataset_open(opened->pool, name, &opened->dataset, err) : tw_error_nomem(err);
    if (status != TW_OK) {
        tw_file_check_close(opened);
        return status;
    }
    opened->path = path;
    opened->num_bands = GDALGetRasterCount(opened->dataset);
    int overviews = GDALGetOverviewCount(GDALGetRasterBand(opened->dataset, 1));
    for (int i = -1; i < overviews; i++)
        add_with_mask(opened, i);
    *check = opened;
    return TW_OK;
}

void tw_file_check_close(struct tw_file_check *check)
{
    if (check == NULL)
        return;
    tw_dataset_pool_free(check->pool);
    tw_arena_free(check->arena);
    free(check);
}

uint64_t tw_file_check_parts(const struct tw_file_check *check)
{
    uint64_t parts = 0;
    for (int i = 0; i < check->num_levels; i++)
        parts += (uint64_t)check->levels[i].rows;
    return parts;
}

static bool tell(const struct level *level, int col, int row, const struct tw_reason *why,
                 struct tw_reason *reason)
{
    const char *mask = level->is_mask ? "the mask of " : "";
    if (level->overview >= 0)
        return tw_reason_set(reason, "block %d/%d of %soverview %d: %s", row, col, mask, level->overview + 1,
                             why->text);
    return tw_reason_set(reason, "block %d/%d%s: %s", row, col, level->is_mask ? " of the mask" : "",
                         why->text);
}

static bool check_block(const struct tw_file_check *check, const struct level *level, int col, int row,
                        struct tw_reason *reason)
{
    bool is_well = true;
    for (int i = 1; is_well && i <= (level->is_mask ? 1 : check->num_bands); i++) {
        struct tw_reason why = {""};
        GDALRasterBandH band = band_of(check, level, i);
        size_t pixel = (size_t)GDALGetDataTypeSizeBytes(GDALGetRasterDataType(band));
        void *pixels = malloc((size_t)level->block_width_px * (size_t)level->block_height_px * pixel);
        if (pixels == NULL)
            tw_reason_set(&why, "not enough memory to decode it");
        else
            tw_block_check(&(struct tw_block){band, check->path, col, row}, pixels, &why);
        free(pixels);
        if (why.text[0] != '\0')
            is_well = tell(level, col, row, &why, reason);
    }
    return is_well;
}

bool tw_file_check_part(const struct tw_file_check *check, uint64_t part, struct tw_reason *reason)
{
    const struct level *level = check->levels;
    while (part >= (uint64_t)level->rows)
        part -= (uint64_t)(level++)->rows;
    for (int col = 0; col < level->cols; col++)
        if (!check_block(check, level, col, (int)part, reason))
            return false;
    return true;
}
