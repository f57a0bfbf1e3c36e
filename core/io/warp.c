/* SPDX-License-Identifier: MIT */
#include "warp.h"
#include "warp_direct.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <gdalwarper.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

int32_t tw_kernel_reach(const struct tw_kernel *kernel, double scale)
{
    static const int radius[TW_NUM_RESAMPLINGS] = {1, 1, 2, 2, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    double shrink = scale < 1 ? scale : 1;
    double reach = ceil(radius[kernel->resampling] / shrink) + 8;
    return reach < 1e9 ? (int32_t)reach : 1000000000;
}

static GDALResampleAlg algorithm(enum tw_resampling resampling)
{
    static const GDALResampleAlg algorithms[TW_NUM_RESAMPLINGS] = {GRA_NearestNeighbour,
                                                                   GRA_Bilinear,
                                                                   GRA_Cubic,
                                                                   GRA_CubicSpline,
                                                                   GRA_Lanczos,
                                                                   GRA_Average,
                                                                   GRA_Mode,
                                                                   GRA_Min,
                                                                   GRA_Max,
                                                                   GRA_Med,
                                                                   GRA_Q1,
                                                                   GRA_Q3,
                                                                   GRA_Sum,
                                                                   GRA_RMS};
    return algorithms[resampling];
}

/* A band of a MEM dataset that is our own memory. */
static CPLErr add_band(GDALDatasetH dataset, enum tw_dtype dtype, void *pixels)
{
    char pointer[64];
    int length = CPLPrintPointer(pointer, pixels, sizeof(pointer) - 1);
    pointer[length] = '\0';
    char **options = CSLSetNameValue(NULL, "DATAPOINTER", pointer);
    CPLErr failed = GDALAddBand(dataset, tw_gdal_type(dtype), options);
    CSLDestroy(options);
    return failed;
}

static GDALDatasetH memory_dataset(int32_t width_px, int32_t height_px)
{
    return GDALCreate(GDALGetDriverByName("MEM"), "", width_px, height_px, 0, GDT_Byte, NULL);
}

/* One or more bands of the same type that share their validity: they are warped together. */
struct group {
    const struct tw_array *from;
    struct tw_array *to;
    int count;
    unsigned char *pixels; /* of all of `to`, one after the other */
};

/* Validity goes in as a mask band: alpha would be treated differently where all of it happens to be opaque.
 */
static CPLErr add_mask(GDALDatasetH dataset, const struct tw_array *band)
{
    if (GDALCreateDatasetMaskBand(dataset, GMF_PER_DATASET) != CE_None)
        return CE_Failure;
    GDALRasterBandH mask = GDALGetMaskBand(GDALGetRasterBand(dataset, 1));
    return GDALRasterIO(mask, GF_Write, 0, 0, band->width_px, band->height_px, band->valid, band->width_px,
                        band->height_px, GDT_Byte, 0, 0);
}

static GDALDatasetH source_dataset(const struct group *group)
{
    GDALDatasetH dataset = memory_dataset(group->from->width_px, group->from->height_px);
    CPLErr failed = dataset == NULL ? CE_Failure : CE_None;
    for (int i = 0; failed == CE_None && i < group->count; i++)
        failed = add_band(dataset, (enum tw_dtype)group->from[i].dtype, group->from[i].pixels);
    if (failed == CE_None && group->from->valid != NULL)
        failed = add_mask(dataset, group->from);
    if (failed != CE_None && dataset != NULL) {
        GDALClose(dataset);
        dataset = NULL;
    }
    return dataset;
}

static GDALDatasetH target_dataset(const struct group *group)
{
    GDALDatasetH dataset = memory_dataset(group->to->width_px, group->to->height_px);
    CPLErr failed = dataset == NULL ? CE_Failure : CE_None;
    for (int i = 0; failed == CE_None && i < group->count; i++)
        failed = add_band(dataset, (enum tw_dtype)group->to[i].dtype, group->to[i].pixels);
    if (failed == CE_None)
        failed = add_band(dataset, TW_UINT8, group->to->valid);
    if (failed != CE_None && dataset != NULL) {
        GDALClose(dataset);
        dataset = NULL;
    }
    return dataset;
}

static void set_number(GDALWarpOptions *options, const char *key, double number)
{
    char text[64];
    snprintf(text, sizeof(text), "%.17g", number);
    options->papszWarpOptions = CSLSetNameValue(options->papszWarpOptions, key, text);
}

static GDALWarpOptions *warp_options(const struct group *group, const struct tw_kernel *kernel,
                                     struct tw_transform *transform)
{
    GDALWarpOptions *options = GDALCreateWarpOptions();
    options->eResampleAlg = algorithm(kernel->resampling);
    options->eWorkingDataType = tw_gdal_type((enum tw_dtype)group->from->dtype);
    options->nBandCount = group->count;
    options->panSrcBands = CPLMalloc(sizeof(int) * (size_t)group->count);
    options->panDstBands = CPLMalloc(sizeof(int) * (size_t)group->count);
    for (int i = 0; i < group->count; i++)
        options->panSrcBands[i] = options->panDstBands[i] = i + 1;
    options->nDstAlphaBand = group->count + 1;
    options->pfnTransformer = tw_transform_points;
    options->pTransformerArg = transform;
    options->papszWarpOptions = CSLSetNameValue(options->papszWarpOptions, "INIT_DEST", "0");
    options->papszWarpOptions = CSLSetNameValue(options->papszWarpOptions, "NUM_THREADS", "1");
    set_number(options, "XSCALE", kernel->scale_x);
    set_number(options, "YSCALE", kernel->scale_y);
    return options;
}

static CPLErr run_warp(const struct group *group, GDALWarpOptions *options)
{
    GDALWarpOperationH operation = GDALCreateWarpOperation(options);
    if (operation == NULL)
        return CE_Failure;
    CPLErr failed = GDALWarpRegionToBuffer(operation, 0, 0, group->to->width_px, group->to->height_px,
                                           group->pixels, options->eWorkingDataType, 0, 0,
                                           group->from->width_px, group->from->height_px);
    GDALDestroyWarpOperation(operation);
    return failed;
}

static enum tw_status warp_group(const struct group *group, const struct tw_kernel *kernel,
                                 struct tw_transform *transform, struct tw_error *err)
{
    CPLErrorReset();
    GDALDatasetH source = source_dataset(group);
    GDALDatasetH target = source != NULL ? target_dataset(group) : NULL;
    CPLErr failed = CE_Failure;
    if (target != NULL) {
        GDALWarpOptions *options = warp_options(group, kernel, transform);
        options->hSrcDS = source;
        options->hDstDS = target;
        failed = run_warp(group, options);
        GDALDestroyWarpOptions(options);
    }
    if (failed != CE_None)
        tw_error_set(err, TW_EINPUT, "cannot resample: %s", tw_gdal_reason());
    if (target != NULL)
        GDALClose(target);
    if (source != NULL)
        GDALClose(source);
    return failed == CE_None ? TW_OK : TW_EINPUT;
}

/* Memory for the results: the pixels of a group lie one after the other, as GDAL writes them. */
static bool group_alloc(struct group *group, struct tw_arena *arena)
{
    size_t count = tw_array_num_pixels(group->to);
    size_t band_bytes = count * tw_dtype_size((enum tw_dtype)group->to->dtype);
    group->pixels = tw_arena_calloc(arena, (size_t)group->count, band_bytes);
    uint8_t *valid = tw_arena_calloc(arena, count, 1);
    if (group->pixels == NULL || valid == NULL)
        return false;
    for (int i = 0; i < group->count; i++) {
        group->to[i].pixels = group->pixels + (size_t)i * band_bytes;
        group->to[i].valid = valid;
    }
    return true;
}

static int group_size(const struct tw_array *bands, size_t num_bands)
{
    int count = 1;
    while ((size_t)count < num_bands && bands[count].dtype == bands[0].dtype &&
           bands[count].valid == bands[0].valid)
        count++;
    return count;
}

/* by_gdal: also what could be done without. */
static enum tw_status warp_bands(const struct tw_warp *warp, bool by_gdal, struct tw_arena *arena,
                                 struct tw_array *target, struct tw_error *err)
{
    const struct tw_source_pixels *source = warp->source;
    struct tw_transform *transform = warp->transform;
    enum tw_status status = TW_OK;
    transform->origin_x = source->part.x;
    transform->origin_y = source->part.y;
    for (size_t i = 0; status == TW_OK && i < source->num_bands;) {
        struct group group = {&source->bands[i], &target[i], 0, NULL};
        group.count = group_size(group.from, source->num_bands - i);
        for (int k = 0; k < group.count; k++)
            target[i + (size_t)k] = (struct tw_array){.width_px = transform->window.width_px,
                                                      .height_px = transform->window.height_px,
                                                      .dtype = group.from[k].dtype};
        if (!group_alloc(&group, arena))
            return tw_error_set(err, TW_EBUDGET,
                                "not enough memory to resample; raise --memory, or lower the "
                                "metatiling");
        const struct tw_warp_bands bands = {group.from, group.to, group.count};
        status = !by_gdal && tw_warp_direct_suits(warp->kernel, (enum tw_dtype)group.from->dtype)
                     ? tw_warp_direct(&bands, warp->kernel, transform, arena, err)
                     : warp_group(&group, warp->kernel, transform, err);
        i += (size_t)group.count;
    }
    return status;
}

enum tw_status tw_warp(const struct tw_warp *warp, struct tw_arena *arena, struct tw_array *target,
                       struct tw_error *err)
{
    return warp_bands(warp, false, arena, target, err);
}

enum tw_status tw_warp_by_gdal(const struct tw_warp *warp, struct tw_arena *arena, struct tw_array *target,
                               struct tw_error *err)
{
    return warp_bands(warp, true, arena, target, err);
}
