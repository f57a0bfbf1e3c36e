/* SPDX-License-Identifier: MIT */
#include "pixel_space.h"

#include "text.h"

#include <cpl_error.h>
#include <cpl_string.h>
#include <gdal_alg.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LEVELS = 10000 };

/* The values as float64 with NaN for nodata, which GDAL draws no line at. Sets the range; false when the
 * budget is used up. */
static bool copy_values(const struct tw_array *array, struct tw_arena *arena, double **values,
                        double range[2])
{
    size_t count = tw_array_num_pixels(array);
    *values = tw_arena_calloc(arena, count, sizeof(**values));
    range[0] = HUGE_VAL;
    range[1] = -HUGE_VAL;
    for (size_t i = 0; *values != NULL && i < count; i++) {
        double value = tw_array_get(array, i);
        bool counts = (array->valid == NULL || array->valid[i] != 0) && isfinite(value);
        (*values)[i] = counts ? value : NAN;
        range[0] = counts ? fmin(range[0], value) : range[0];
        range[1] = counts ? fmax(range[1], value) : range[1];
    }
    return *values != NULL;
}

static enum tw_status check_interval(const struct tw_levels *levels, const double range[2],
                                     struct tw_error *err)
{
    if (levels->count > 0 || range[0] > range[1])
        return TW_OK;
    if (!(levels->interval > 0) || !isfinite(levels->interval) || !isfinite(levels->base))
        return tw_error_set(err, TW_ESCRIPT, "the interval of contours must be more than 0, not %.15g",
                            levels->interval);
    double count = (range[1] - range[0]) / levels->interval;
    if (count <= MAX_LEVELS)
        return TW_OK;
    return tw_error_set(err, TW_ESCRIPT,
                        "an interval of %.15g makes %.0f levels between %.15g and %.15g; at most %d are "
                        "drawn, so make it larger",
                        levels->interval, count, range[0], range[1], MAX_LEVELS);
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* `FIXED_LEVELS=1,2.5`, ascending and each once, as GDAL wants them. */
static bool add_levels(const struct tw_levels *levels, char ***options)
{
    struct tw_text text = {0};
    double *sorted = malloc(levels->count * sizeof(*sorted));
    if (sorted == NULL)
        return false;
    memcpy(sorted, levels->levels, levels->count * sizeof(*sorted));
    qsort(sorted, levels->count, sizeof(*sorted), compare);
    for (size_t i = 0; i < levels->count; i++)
        if (i == 0 || sorted[i] != sorted[i - 1])
            tw_text_printf(&text, "%s%.17g", i > 0 ? "," : "", sorted[i]);
    free(sorted);
    *options = CSLSetNameValue(*options, "FIXED_LEVELS", tw_text_get(&text));
    bool ok = !text.failed;
    tw_text_free(&text);
    return ok;
}

static char **make_options(const struct tw_levels *levels)
{
    char **options = CSLSetNameValue(NULL, "ELEV_FIELD", "0");
    if (levels->count > 0) {
        if (add_levels(levels, &options))
            return options;
        CSLDestroy(options);
        return NULL;
    }
    options = CSLSetNameValue(options, "LEVEL_INTERVAL", CPLSPrintf("%.17g", levels->interval));
    return CSLSetNameValue(options, "LEVEL_BASE", CPLSPrintf("%.17g", levels->base));
}

static enum tw_status draw(const struct tw_conversion *conversion, double *values,
                           const struct tw_levels *levels, OGRLayerH layer, struct tw_error *err)
{
    char **options = make_options(levels);
    GDALDatasetH pixels = tw_pixel_dataset(values, conversion->window, GDT_Float64);
    enum tw_status status;
    if (options != NULL && pixels != NULL) {
        CPLErrorReset();
        CPLErr result = GDALContourGenerateEx(GDALGetRasterBand(pixels, 1), layer, options, tw_pixel_progress,
                                              (void *)conversion);
        status = tw_pixel_result(conversion, result != CE_None, "draw contours", err);
    } else {
        status = tw_error_nomem(err);
    }
    CSLDestroy(options);
    if (pixels != NULL)
        GDALClose(pixels);
    return status;
}

enum tw_status tw_contours(const struct tw_conversion *conversion, const struct tw_array *array,
                           const struct tw_levels *levels, struct tw_features *features, struct tw_error *err)
{
    double *values, range[2];
    if (!copy_values(array, conversion->arena, &values, range))
        return tw_pixel_budget_error(err);
    enum tw_status status = check_interval(levels, range, err);
    if (status != TW_OK)
        return status;
    GDALDatasetH dataset = NULL;
    OGRLayerH layer = tw_pixel_layer(&dataset, OFTReal);
    if (layer == NULL)
        return tw_error_nomem(err);
    status = draw(conversion, values, levels, layer, err);
    const struct tw_pixel_features source = {.conversion = conversion, .layer = layer};
    if (status == TW_OK)
        status = tw_pixel_features_take(&source, features, err);
    GDALClose(dataset);
    return status;
}
