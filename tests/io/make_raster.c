/* SPDX-License-Identifier: MIT */
#include "make_raster.h"

#include <cpl_string.h>
#include <ogr_srs_api.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>

static void set_crs(GDALDatasetH dataset, const char *crs)
{
    OGRSpatialReferenceH reference = OSRNewSpatialReference(NULL);
    assert_int_equal(OSRSetFromUserInput(reference, crs), OGRERR_NONE);
    OSRSetAxisMappingStrategy(reference, OAMS_TRADITIONAL_GIS_ORDER);
    GDALSetSpatialRef(dataset, reference);
    OSRRelease(reference);
}

static GDALDatasetH create(const struct made_raster *made)
{
    GDALAllRegister();
    char **options = made->options != NULL ? CSLTokenizeString2(made->options, ",", 0) : NULL;
    GDALDatasetH dataset = GDALCreate(GDALGetDriverByName("GTiff"), made->path, made->width_px,
                                      made->height_px, made->num_bands, made->type, options);
    CSLDestroy(options);
    assert_non_null(dataset);
    double geotransform[6];
    for (int i = 0; i < 6; i++)
        geotransform[i] = made->geotransform[i];
    if (geotransform[1] != 0 || geotransform[2] != 0)
        GDALSetGeoTransform(dataset, geotransform);
    if (made->crs != NULL)
        set_crs(dataset, made->crs);
    return dataset;
}

static void write_band(GDALDatasetH dataset, int band, const double *pixels)
{
    int width = GDALGetRasterXSize(dataset), height = GDALGetRasterYSize(dataset);
    assert_int_equal(GDALRasterIO(GDALGetRasterBand(dataset, band), GF_Write, 0, 0, width, height,
                                  (void *)(uintptr_t)pixels, width, height, GDT_Float64, 0, 0),
                     CE_None);
}

GDALDatasetH raster_make(const struct made_raster *made, double first)
{
    GDALDatasetH dataset = create(made);
    size_t count = (size_t)made->width_px * (size_t)made->height_px;
    double *pixels = calloc(count, sizeof(*pixels));
    for (int band = 1; band <= made->num_bands; band++) {
        for (size_t i = 0; i < count; i++)
            pixels[i] = first + (double)i + 100 * (band - 1);
        write_band(dataset, band, pixels);
    }
    free(pixels);
    return dataset;
}

GDALDatasetH raster_make_from(const struct made_raster *made, const double *pixels)
{
    GDALDatasetH dataset = create(made);
    write_band(dataset, 1, pixels);
    return dataset;
}

void raster_make_plain(const struct made_raster *made, double first)
{
    GDALClose(raster_make(made, first));
}
