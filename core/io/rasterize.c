/* SPDX-License-Identifier: MIT */
#include "pixel_space.h"

#include "shape.h"

#include <cpl_error.h>
#include <gdal_alg.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK_BYTES = 16 * 1024 * 1024 };

/* Every feature's shape; those that were made are freed by the caller, also on failure. */
static enum tw_status make_shapes(const struct tw_features *features, OGRGeometryH *shapes,
                                  struct tw_error *err)
{
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < features->count; i++)
        status = tw_shape_from_feature(&features->items[i], &shapes[i], err);
    return status;
}

static enum tw_status burn(const struct tw_conversion *conversion, const struct tw_features *features,
                           OGRGeometryH *shapes, const double *values, bool all_touched,
                           const struct tw_array *array)
{
    const int band = 1;
    char chunk[64];
    int rows = CHUNK_BYTES / (int)sizeof(double) / array->width_px;
    snprintf(chunk, sizeof(chunk), "CHUNKYSIZE=%d", rows > 1 ? rows : 1);
    const char *const options[] = {chunk, "OPTIM=RASTER", all_touched ? "ALL_TOUCHED=TRUE" : NULL, NULL};
    double geotransform[6];
    GDALDatasetH dataset = tw_pixel_dataset(array->pixels, conversion->window, GDT_Float64);
    if (dataset == NULL)
        return TW_ENOMEM;
    tw_window_geotransform(conversion->window, geotransform);
    GDALSetGeoTransform(dataset, geotransform);
    CPLErrorReset();
    CPLErr result = GDALRasterizeGeometries(dataset, 1, &band, (int)features->count, shapes, NULL, NULL,
                                            values, (char **)options, tw_pixel_progress, (void *)conversion);
    GDALClose(dataset);
    return result == CE_None ? TW_OK : TW_ESCRIPT;
}

/* NaN, which nothing burns, stands for nodata meanwhile. */
enum tw_status tw_rasterize(const struct tw_conversion *conversion, const struct tw_features *features,
                            const double *values, bool all_touched, struct tw_array *array,
                            struct tw_error *err)
{
    double *pixels = array->pixels;
    size_t count = tw_array_num_pixels(array);
    OGRGeometryH *shapes = calloc(features->count + 1, sizeof(*shapes));
    if (shapes == NULL)
        return tw_error_nomem(err);
    for (size_t i = 0; i < count; i++)
        pixels[i] = NAN;
    enum tw_status status = make_shapes(features, shapes, err);
    if (status == TW_OK && features->count > 0) {
        enum tw_status burnt = burn(conversion, features, shapes, values, all_touched, array);
        status = burnt == TW_ENOMEM
                     ? tw_error_nomem(err)
                     : tw_pixel_result(conversion, burnt != TW_OK, "rasterize the features", err);
    }
    for (size_t i = 0; i < features->count; i++)
        if (shapes[i] != NULL)
            OGR_G_DestroyGeometry(shapes[i]);
    free(shapes);
    for (size_t i = 0; i < count; i++) {
        array->valid[i] = isnan(pixels[i]) ? 0 : TW_VALID;
        pixels[i] = isnan(pixels[i]) ? 0 : pixels[i];
    }
    return status;
}
