/* SPDX-License-Identifier: MIT */
#include "crs_pairs.h"

#include "dataset.h"

#include <stdlib.h>
#include <string.h>

static void pair_free(struct tw_crs_pair *pair)
{
    if (pair == NULL)
        return;
    if (pair->to_file != NULL)
        OCTDestroyCoordinateTransformation(pair->to_file);
    if (pair->to_grid != NULL)
        OCTDestroyCoordinateTransformation(pair->to_grid);
    if (pair->crs != NULL)
        OSRRelease(pair->crs);
    free(pair->text);
    free(pair);
}

void tw_crs_pairs_free(struct tw_crs_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++)
        pair_free(pairs->pairs[i]);
    free(pairs->pairs);
    if (pairs->grid_crs != NULL)
        OSRRelease(pairs->grid_crs);
    *pairs = (struct tw_crs_pairs){0};
}

enum tw_status tw_crs_pairs_use(struct tw_crs_pairs *pairs, const struct tw_grid *grid, struct tw_error *err)
{
    if (pairs->grid == grid)
        return TW_OK;
    tw_crs_pairs_free(pairs);
    enum tw_status status = tw_crs_parse(grid->crs, &pairs->grid_crs, err);
    if (status == TW_OK)
        pairs->grid = grid;
    return status;
}

static enum tw_status connect(const struct tw_crs_pairs *pairs, struct tw_crs_pair *pair,
                              struct tw_error *err)
{
    OSRSetAxisMappingStrategy(pair->crs, OAMS_TRADITIONAL_GIS_ORDER);
    if (tw_crs_is_same(pair->crs, pairs->grid_crs))
        return TW_OK;
    pair->to_file = tw_crs_transformation(pairs->grid_crs, pair->crs);
    pair->to_grid = tw_crs_transformation(pair->crs, pairs->grid_crs);
    if (pair->to_file != NULL && pair->to_grid != NULL)
        return TW_OK;
    return tw_error_set(err, TW_EINPUT, "no transformation is known between its CRS and %s: %s",
                        pairs->grid->crs, tw_gdal_reason());
}

static bool append(struct tw_crs_pairs *pairs, struct tw_crs_pair *pair)
{
    struct tw_crs_pair **grown = realloc(pairs->pairs, (pairs->count + 1) * sizeof(struct tw_crs_pair *));
    if (grown == NULL)
        return false;
    pairs->pairs = grown;
    pairs->pairs[pairs->count++] = pair;
    return true;
}

static enum tw_status add(struct tw_crs_pairs *pairs, OGRSpatialReferenceH crs, const char *text,
                          const struct tw_crs_pair **result, struct tw_error *err)
{
    struct tw_crs_pair *pair = calloc(1, sizeof(*pair));
    if (pair == NULL)
        return tw_error_nomem(err);
    pair->crs = OSRClone(crs);
    pair->text = text != NULL ? strdup(text) : NULL;
    enum tw_status status = TW_OK;
    if (pair->crs == NULL || (text != NULL && pair->text == NULL))
        status = tw_error_nomem(err);
    if (status == TW_OK)
        status = connect(pairs, pair, err);
    if (status == TW_OK && !append(pairs, pair))
        status = tw_error_nomem(err);
    if (status != TW_OK)
        pair_free(pair);
    else
        *result = pair;
    return status;
}

enum tw_status tw_crs_pairs_get(struct tw_crs_pairs *pairs, OGRSpatialReferenceH crs,
                                const struct tw_crs_pair **pair, struct tw_error *err)
{
    for (size_t i = 0; i < pairs->count; i++) {
        *pair = pairs->pairs[i];
        if (OSRIsSame((*pair)->crs, crs))
            return TW_OK;
    }
    return add(pairs, crs, NULL, pair, err);
}

enum tw_status tw_crs_pairs_find(struct tw_crs_pairs *pairs, const char *text,
                                 const struct tw_crs_pair **pair, struct tw_error *err)
{
    for (size_t i = 0; i < pairs->count; i++) {
        *pair = pairs->pairs[i];
        if ((*pair)->text != NULL && strcmp((*pair)->text, text) == 0)
            return TW_OK;
    }
    OGRSpatialReferenceH crs = NULL;
    enum tw_status status = tw_crs_parse(text, &crs, err);
    if (status == TW_OK) {
        status = add(pairs, crs, text, pair, err);
        OSRRelease(crs);
    }
    return status;
}
