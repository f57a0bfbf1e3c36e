/* SPDX-License-Identifier: MIT */
#include "dtype.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

static const char *const names[TW_NUM_DTYPES] = {"uint8",  "int8",  "uint16",  "int16",
                                                 "uint32", "int32", "float32", "float64"};

static const struct {
    size_t size;
    double min, max;
} properties[TW_NUM_DTYPES] = {
    {1, 0, UINT8_MAX},  {1, INT8_MIN, INT8_MAX},   {2, 0, UINT16_MAX},     {2, INT16_MIN, INT16_MAX},
    {4, 0, UINT32_MAX}, {4, INT32_MIN, INT32_MAX}, {4, -FLT_MAX, FLT_MAX}, {8, -DBL_MAX, DBL_MAX},
};

const char *tw_dtype_name(enum tw_dtype dtype)
{
    return names[dtype];
}

bool tw_dtype_parse(const char *name, enum tw_dtype *dtype)
{
    for (int i = 0; i < TW_NUM_DTYPES; i++) {
        if (strcmp(names[i], name) == 0) {
            *dtype = (enum tw_dtype)i;
            return true;
        }
    }
    return false;
}

const char *tw_dtype_names(void)
{
    return "uint8, int8, uint16, int16, uint32, int32, float32, float64";
}

const char *const *tw_dtype_list(void)
{
    return names;
}

size_t tw_dtype_size(enum tw_dtype dtype)
{
    return properties[dtype].size;
}

bool tw_dtype_is_float(enum tw_dtype dtype)
{
    return dtype == TW_FLOAT32 || dtype == TW_FLOAT64;
}

double tw_dtype_min(enum tw_dtype dtype)
{
    return properties[dtype].min;
}

double tw_dtype_max(enum tw_dtype dtype)
{
    return properties[dtype].max;
}

bool tw_dtype_holds(enum tw_dtype dtype, double value)
{
    if (dtype == TW_FLOAT64)
        return true;
    if (dtype == TW_FLOAT32)
        return !isfinite(value) || fabs(value) <= FLT_MAX;
    return value >= tw_dtype_min(dtype) && value <= tw_dtype_max(dtype) && value == floor(value);
}

static bool wants_float64(enum tw_dtype dtype)
{
    return dtype == TW_UINT32 || dtype == TW_INT32 || dtype == TW_FLOAT64;
}

enum tw_dtype tw_dtype_arithmetic(enum tw_dtype left, enum tw_dtype right)
{
    return wants_float64(left) || wants_float64(right) ? TW_FLOAT64 : TW_FLOAT32;
}

static bool contains(enum tw_dtype outer, enum tw_dtype inner)
{
    if (outer == inner || outer == TW_FLOAT64)
        return true;
    if (outer == TW_FLOAT32)
        return tw_dtype_size(inner) <= 2;
    return !tw_dtype_is_float(inner) && tw_dtype_min(outer) <= tw_dtype_min(inner) &&
           tw_dtype_max(outer) >= tw_dtype_max(inner);
}

enum tw_dtype tw_dtype_common(enum tw_dtype left, enum tw_dtype right)
{
    static const enum tw_dtype by_size[] = {TW_UINT8,  TW_INT8,  TW_UINT16,  TW_INT16,
                                            TW_UINT32, TW_INT32, TW_FLOAT32, TW_FLOAT64};
    for (size_t i = 0; i < sizeof(by_size) / sizeof(by_size[0]); i++)
        if (contains(by_size[i], left) && contains(by_size[i], right))
            return by_size[i];
    return TW_FLOAT64;
}
