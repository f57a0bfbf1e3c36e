/* SPDX-License-Identifier: MIT */
#include "encoder_driver.h"

#include <cpl_vsi.h>

#include <stdio.h>
#include <string.h>

enum tw_status tw_budget_error(const struct tw_arena *arena, struct tw_error *err)
{
    return tw_error_set(err, TW_EBUDGET,
                        "the memory budget of %zu MB is used up; raise --memory, or lower metatiling "
                        "or --workers",
                        tw_arena_budget(arena) >> 20);
}

enum tw_status tw_stored_alloc(const struct tw_encoder *encoder, int32_t width_px, int32_t height_px,
                               struct tw_arena *arena, struct tw_raster *stored, struct tw_error *err)
{
    size_t count = (size_t)encoder->num_bands;
    struct tw_array *bands = tw_arena_calloc(arena, count, sizeof(*bands));
    if (bands == NULL)
        return tw_budget_error(arena, err);
    for (size_t i = 0; i < count; i++) {
        bands[i] = (struct tw_array){NULL, NULL, width_px, height_px, (int32_t)encoder->dtype};
        if (!tw_array_alloc(arena, &bands[i], false))
            return tw_budget_error(arena, err);
    }
    *stored = (struct tw_raster){count, bands, encoder->names, NULL};
    return TW_OK;
}

double tw_encoder_empty_value(const struct tw_encoder *encoder)
{
    return encoder->has_alpha ? 0 : encoder->nodata;
}

bool tw_nodata_check(const struct tw_output_spec *spec, enum tw_dtype dtype, double nodata,
                     struct tw_problems *problems)
{
    if (tw_dtype_holds(dtype, nodata))
        return true;
    const struct tw_value *place = tw_output_place(spec, "nodata");
    if (tw_dtype_is_float(dtype))
        tw_problems_add(problems, place, "nodata %.15g does not fit %s", nodata, tw_dtype_name(dtype));
    else
        tw_problems_add(problems, place, "nodata %.15g does not fit %s (%.0f to %.0f)", nodata,
                        tw_dtype_name(dtype), tw_dtype_min(dtype), tw_dtype_max(dtype));
    return false;
}

const char *tw_output_text(const struct tw_output_spec *spec, const char *key, const char *fallback,
                           struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(spec->options, key);
    if (value == NULL || value->kind == TW_NULL)
        return fallback;
    if (value->kind == TW_STRING || value->kind == TW_NUMBER || value->kind == TW_BOOL)
        return value->text;
    tw_problems_add(problems, value, "output.%s must be a string or a number, not %s", key,
                    tw_value_kind_name(value->kind));
    return fallback;
}

bool tw_output_bool(const struct tw_output_spec *spec, const char *key, bool fallback,
                    struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(spec->options, key);
    if (value == NULL || value->kind == TW_NULL)
        return fallback;
    if (value->kind == TW_BOOL)
        return value->boolean;
    tw_problems_add(problems, value, "output.%s must be true or false, not %s", key,
                    tw_value_kind_name(value->kind));
    return fallback;
}

int tw_output_int(const struct tw_output_spec *spec, const char *key, int fallback, const int range[2],
                  struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(spec->options, key);
    long long number;
    if (value == NULL || value->kind == TW_NULL)
        return fallback;
    if (tw_value_is_int(value, &number) && number >= range[0] && number <= range[1])
        return (int)number;
    char wanted[100];
    snprintf(wanted, sizeof(wanted), "output.%s must be a whole number from %d to %d", key, range[0],
             range[1]);
    tw_output_wrong(problems, value, wanted);
    return fallback;
}

const struct tw_value *tw_output_place(const struct tw_output_spec *spec, const char *key)
{
    const struct tw_value *value = tw_value_get(spec->options, key);
    return value != NULL ? value : spec->options;
}

enum tw_status tw_decoded_check(const struct tw_encoder *encoder, const struct tw_window *window,
                                const int shape[3], struct tw_error *err)
{
    if (shape[0] != window->width_px || shape[1] != window->height_px)
        return tw_error_set(err, TW_ESTORAGE, "the tile has %d x %d pixels, not %d x %d", shape[0], shape[1],
                            window->width_px, window->height_px);
    if (shape[2] != encoder->num_bands)
        return tw_error_set(err, TW_ESTORAGE, "the tile has %d bands, not %d", shape[2], encoder->num_bands);
    return TW_OK;
}

void tw_output_wrong(struct tw_problems *problems, const struct tw_value *value, const char *wanted)
{
    const char *quote = value->kind == TW_STRING ? "'" : "";
    bool has_text = value->kind == TW_STRING || value->kind == TW_NUMBER || value->kind == TW_BOOL;
    tw_problems_add(problems, value, "%s, not %s%.60s%s", wanted, quote,
                    has_text ? value->text : tw_value_kind_name(value->kind), quote);
}

enum tw_status tw_bytes_take(const char *path, struct tw_bytes *bytes, struct tw_error *err)
{
    vsi_l_offset size = 0;
    GByte *data = VSIGetMemFileBuffer(path, &size, TRUE);
    if (data == NULL)
        return tw_error_set(err, TW_ESTORAGE, "cannot encode a tile: no bytes were written");
    bool reserved = tw_bytes_reserve(bytes, (size_t)size);
    if (reserved)
        memcpy(bytes->data, data, bytes->size = (size_t)size);
    VSIFree(data);
    return reserved ? TW_OK : tw_error_nomem(err);
}
