/* SPDX-License-Identifier: MIT */
#include "pixel_space.h"

#include "dataset.h"
#include "shape.h"

#include <cpl_error.h>

#include <stdio.h>

GDALDatasetH tw_pixel_dataset(void *pixels, const struct tw_window *window, GDALDataType type)
{
    double pixels_themselves[6] = {0, 1, 0, 0, 0, 1};
    char pointer[64];
    snprintf(pointer, sizeof(pointer), "DATAPOINTER=%p", pixels);
    const char *const options[] = {pointer, NULL};
    GDALDatasetH dataset =
        GDALCreate(GDALGetDriverByName("MEM"), "", window->width_px, window->height_px, 0, type, NULL);
    if (dataset != NULL && GDALAddBand(dataset, type, (char **)options) == CE_None &&
        GDALSetGeoTransform(dataset, pixels_themselves) == CE_None)
        return dataset;
    if (dataset != NULL)
        GDALClose(dataset);
    return NULL;
}

OGRLayerH tw_pixel_layer(GDALDatasetH *dataset, OGRFieldType type)
{
    GDALDriverH driver = GDALGetDriverByName("Memory");
    if (driver == NULL) /* newer versions of GDAL have one driver for both */
        driver = GDALGetDriverByName("MEM");
    *dataset = GDALCreate(driver, "", 0, 0, 0, GDT_Unknown, NULL);
    OGRLayerH layer =
        *dataset != NULL ? GDALDatasetCreateLayer(*dataset, "pixels", NULL, wkbUnknown, NULL) : NULL;
    OGRFieldDefnH field = OGR_Fld_Create("value", type);
    bool made = layer != NULL && OGR_L_CreateField(layer, field, TRUE) == OGRERR_NONE;
    OGR_Fld_Destroy(field);
    if (made)
        return layer;
    if (*dataset != NULL)
        GDALClose(*dataset);
    *dataset = NULL;
    return NULL;
}

int CPL_STDCALL tw_pixel_progress(double share, const char *message, void *conversion)
{
    const volatile int *cancel = ((const struct tw_conversion *)conversion)->cancel;
    (void)share;
    (void)message;
    return cancel == NULL || __atomic_load_n(cancel, __ATOMIC_RELAXED) == 0;
}

enum tw_status tw_pixel_result(const struct tw_conversion *conversion, bool failed, const char *verb,
                               struct tw_error *err)
{
    if (!failed && CPLGetLastErrorType() < CE_Failure)
        return TW_OK;
    if (!tw_pixel_progress(0, NULL, (void *)conversion))
        return tw_error_set(err, TW_ECANCELLED, "cancelled");
    return tw_error_set(err, TW_ESCRIPT, "cannot %s: %s", verb, tw_gdal_reason());
}

enum tw_status tw_pixel_budget_error(struct tw_error *err)
{
    return tw_error_set(err, TW_EBUDGET, "no memory left for features; raise --memory");
}

static bool to_window(void *context, double *x, double *y)
{
    const struct tw_window *window = context;
    *x = tw_window_x(window, (double)window->col_px + *x);
    *y = tw_window_y(window, (double)window->row_px + *y);
    return true;
}

/* The map `{value: number}`. */
static const struct tw_value *property(struct tw_arena *arena, double number)
{
    struct tw_value *map = tw_arena_calloc(arena, 1, sizeof(*map));
    struct tw_member *member = tw_arena_calloc(arena, 1, sizeof(*member));
    const char *text = tw_arena_printf(arena, "%.17g", number);
    if (map == NULL || member == NULL || text == NULL)
        return NULL;
    *member =
        (struct tw_member){.key = "value", .value = {.kind = TW_NUMBER, .text = text, .number = number}};
    *map = (struct tw_value){.kind = TW_MAP, .text = "", .count = 1, .members = member};
    return map;
}

static enum tw_status take(const struct tw_pixel_features *source, OGRFeatureH feature,
                           struct tw_features *features, struct tw_error *err)
{
    const struct tw_conversion *conversion = source->conversion;
    OGRGeometryH shape = OGR_F_StealGeometry(feature);
    double number = OGR_F_GetFieldAsDouble(feature, 0);
    if (shape != NULL && source->repair)
        shape = tw_shape_repair(shape);
    if (shape == NULL)
        return TW_OK;
    struct tw_window window = *conversion->window;
    tw_shape_map(shape, to_window, &window);
    struct tw_feature *taken = &features->items[features->count];
    enum tw_status status = tw_shape_to_feature(shape, conversion->arena, taken, err);
    OGR_G_DestroyGeometry(shape);
    if (status != TW_OK)
        return status;
    taken->properties =
        property(conversion->arena, source->values != NULL ? source->values[(size_t)number] : number);
    features->count++;
    return taken->properties != NULL ? TW_OK : tw_pixel_budget_error(err);
}

enum tw_status tw_pixel_features_take(const struct tw_pixel_features *source, struct tw_features *features,
                                      struct tw_error *err)
{
    size_t count = (size_t)OGR_L_GetFeatureCount(source->layer, TRUE);
    *features = (struct tw_features){0};
    features->items = tw_arena_calloc(source->conversion->arena, count + 1, sizeof(*features->items));
    if (features->items == NULL)
        return tw_pixel_budget_error(err);
    enum tw_status status = TW_OK;
    OGR_L_ResetReading(source->layer);
    for (OGRFeatureH feature; status == TW_OK && (feature = OGR_L_GetNextFeature(source->layer)) != NULL;) {
        status = take(source, feature, features, err);
        OGR_F_Destroy(feature);
    }
    return status;
}
