/* SPDX-License-Identifier: MIT */
#include "block_check.h"

#include "dataset.h"
#include "encode_gtiff.h"

#include <math.h>
#include <string.h>

struct check {
    const struct tw_tile_output *output;
    const char *path;
    struct tw_window window; /* with the pixelbuffer */
    GDALDatasetH dataset;
    struct tw_reason *reason;
};

static bool check_size(const struct check *check)
{
    int width = GDALGetRasterXSize(check->dataset), height = GDALGetRasterYSize(check->dataset);
    if (width == check->window.width_px && height == check->window.height_px)
        return true;
    return tw_reason_set(check->reason, "it has %d x %d pixels, not %d x %d", width, height,
                         (int)check->window.width_px, (int)check->window.height_px);
}

/* WebP leaves an alpha band away where all is opaque, and a palette makes several bands of one. What other
 * programs say of their bands may not be what their pictures have. */
static bool check_bands(const struct check *check)
{
    int count = GDALGetRasterCount(check->dataset), wanted = check->output->num_bands;
    bool is_webp = strcmp(check->output->extension, "webp") == 0;
    bool has_palette =
        count == 1 && wanted > 2 && GDALGetRasterColorTable(GDALGetRasterBand(check->dataset, 1)) != NULL;
    if (wanted == 0 || count == wanted || has_palette || (is_webp && wanted == 4 && count == 3) ||
        check->output->version == NULL)
        return true;
    return tw_reason_set(check->reason, "it has %d band%s, not %d", count, count == 1 ? "" : "s", wanted);
}

static bool check_type(const struct check *check)
{
    GDALDataType type = GDALGetRasterDataType(GDALGetRasterBand(check->dataset, 1));
    if (!check->output->has_dtype || check->output->version == NULL ||
        type == tw_gtiff_data_type(check->output->dtype))
        return true;
    return tw_reason_set(check->reason, "its pixels are of type %s, not %s", GDALGetDataTypeName(type),
                         tw_dtype_name(check->output->dtype));
}

/* To a thousandth of a pixel. */
static bool check_place(const struct check *check)
{
    const struct tw_pyramid *pyramid = &check->output->pyramid;
    double affine[6];
    if (GDALGetGeoTransform(check->dataset, affine) != CE_None)
        return true;
    double width = tw_grid_pixel_width(pyramid->grid, check->window.zoom, pyramid->tile_size_px);
    double height = tw_grid_pixel_height(pyramid->grid, check->window.zoom, pyramid->tile_size_px);
    double x = pyramid->grid->extent.left + (double)check->window.col_px * width;
    double y = pyramid->grid->extent.top - (double)check->window.row_px * height;
    if (fabs(affine[0] - x) < 1e-3 * width && fabs(affine[3] - y) < 1e-3 * height &&
        fabs(affine[1] - width) < 1e-6 * width)
        return true;
    return tw_reason_set(check->reason, "it lies at %.10g %.10g, not at %.10g %.10g", affine[0], affine[3], x,
                         y);
}

static bool check_dataset(const struct check *check)
{
    if (GDALGetRasterCount(check->dataset) == 0)
        return tw_reason_set(check->reason, "it has no bands");
    if (!check_size(check) || !check_bands(check) || !check_type(check) || !check_place(check))
        return false;
    return tw_blocks_check(check->dataset, check->path, check->reason);
}

bool tw_pixels_check(const struct tw_tile_output *output, const struct tw_tile *tile, const char *path,
                     const char *driver, struct tw_reason *reason)
{
    const char *const allowed[] = {driver, NULL};
    static const char *const alone[] = {"", NULL}; /* no side-car files */
    struct check check = {output, path,
                          tw_tile_window_buffered(&output->pyramid, tile, output->pyramid.pixelbuffer_px),
                          GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR,
                                     driver != NULL ? allowed : NULL, NULL, alone),
                          reason};
    if (check.dataset == NULL)
        return tw_reason_set(reason, "it cannot be opened: %s", tw_gdal_reason_for(path));
    bool is_well = check_dataset(&check);
    GDALClose(check.dataset);
    return is_well;
}
