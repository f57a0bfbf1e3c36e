/* SPDX-License-Identifier: MIT */
#include "array.h"
#include "uniform.h"

#include "clones.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* The loops are generated, one function for each pair of types, so that the compiler vectorises each of them;
 * a table picks the function once per call. */
typedef void convert_function(const void *from, void *to, size_t count);

/* Within what both types hold; limits are those of the target. */
static inline int32_t clamp_signed(int32_t value, int64_t min, int64_t max)
{
    int32_t low = min > INT32_MIN ? (int32_t)min : INT32_MIN;
    int32_t high = max < INT32_MAX ? (int32_t)max : INT32_MAX;
    return value < low ? low : value > high ? high : value;
}

static inline uint32_t clamp_unsigned(uint32_t value, int64_t max)
{
    uint32_t high = (uint32_t)max;
    return value > high ? high : value;
}

/* Adding and subtracting 1.5 times two to the power of the mantissa's length rounds to nearest, ties to even,
 * with plain additions that vectorise everywhere (rint() does not before SSE 4.1). Holds for |value| < 2^22;
 * NaN becomes 0. */
static inline float round_float(float value, float min, float max)
{
    float number = value == value ? value : 0.0F;
    float raised = number < min ? min : number;
    float clamped = raised > max ? max : raised;
    return (clamped + 12582912.0F) - 12582912.0F;
}

/* The same for |value| < 2^51. */
static inline double round_double(double value, double min, double max)
{
    double number = value == value ? value : 0.0;
    double raised = number < min ? min : number;
    double clamped = raised > max ? max : raised;
    return (clamped + 6755399441055744.0) - 6755399441055744.0;
}

/* Finite values stay finite; infinities and NaN are kept. */
static inline float double_to_float(double value)
{
    double size = fabs(value) > (double)FLT_MAX ? (double)FLT_MAX : fabs(value);
    return (float)copysign(fabs(value) > DBL_MAX ? fabs(value) : size, value);
}

/* The limits come out of a function on purpose: when the compiler knows them it turns the comparisons of
 * floating-point numbers into branches, and a loop with branches is not vectorised. */
#define CONVERT(FROM, FROM_T, TO, TO_T, LIMITS, EXPRESSION)                                                  \
    TW_CLONES static void FROM##_to_##TO(const void *from, void *to, size_t count)                           \
    {                                                                                                        \
        const FROM_T *restrict in = from;                                                                    \
        TO_T *restrict out = to;                                                                             \
        LIMITS                                                                                               \
        for (size_t i = 0; i < count; i++)                                                                   \
            out[i] = (TO_T)(EXPRESSION);                                                                     \
    }
#define LIMITS_OF(TYPE, DTYPE) const TYPE min = (TYPE)tw_dtype_min(DTYPE), max = (TYPE)tw_dtype_max(DTYPE);

#define SIGNED_TO(FROM, TO, DTYPE, MIN, MAX)                                                                 \
    CONVERT(FROM, FROM##_t, TO, TO##_t, , clamp_signed((int32_t)in[i], MIN, MAX))
#define UNSIGNED_TO(FROM, TO, DTYPE, MIN, MAX)                                                               \
    CONVERT(FROM, FROM##_t, TO, TO##_t, , clamp_unsigned((uint32_t)in[i], MAX))
#define FLOAT_TO(FROM, TO, DTYPE, MIN, MAX)                                                                  \
    CONVERT(FROM, float, TO, TO##_t, LIMITS_OF(float, DTYPE), round_float(in[i], min, max))
#define WIDE_FLOAT_TO(FROM, TO, DTYPE, MIN, MAX)                                                             \
    CONVERT(FROM, float, TO, TO##_t, LIMITS_OF(double, DTYPE), round_double((double)in[i], min, max))
#define DOUBLE_TO(FROM, TO, DTYPE, MIN, MAX)                                                                 \
    CONVERT(FROM, double, TO, TO##_t, LIMITS_OF(double, DTYPE), round_double(in[i], min, max))

#define EACH_SMALL_INTEGER(MAKE, FROM)                                                                       \
    MAKE(FROM, uint8, TW_UINT8, 0, UINT8_MAX)                                                                \
    MAKE(FROM, int8, TW_INT8, INT8_MIN, INT8_MAX)                                                            \
    MAKE(FROM, uint16, TW_UINT16, 0, UINT16_MAX)                                                             \
    MAKE(FROM, int16, TW_INT16, INT16_MIN, INT16_MAX)
#define EACH_LARGE_INTEGER(MAKE, FROM)                                                                       \
    MAKE(FROM, uint32, TW_UINT32, 0, UINT32_MAX)                                                             \
    MAKE(FROM, int32, TW_INT32, INT32_MIN, INT32_MAX)
#define INTEGER_TO_ALL(MAKE, FROM)                                                                           \
    EACH_SMALL_INTEGER(MAKE, FROM)                                                                           \
    EACH_LARGE_INTEGER(MAKE, FROM)                                                                           \
    CONVERT(FROM, FROM##_t, float32, float, , in[i])                                                         \
    CONVERT(FROM, FROM##_t, float64, double, , in[i])

INTEGER_TO_ALL(UNSIGNED_TO, uint8)
INTEGER_TO_ALL(SIGNED_TO, int8)
INTEGER_TO_ALL(UNSIGNED_TO, uint16)
INTEGER_TO_ALL(SIGNED_TO, int16)
INTEGER_TO_ALL(UNSIGNED_TO, uint32)
INTEGER_TO_ALL(SIGNED_TO, int32)

EACH_SMALL_INTEGER(FLOAT_TO, float32)
EACH_LARGE_INTEGER(WIDE_FLOAT_TO, float32)
CONVERT(float32, float, float32, float, , in[i])
CONVERT(float32, float, float64, double, , in[i])

EACH_SMALL_INTEGER(DOUBLE_TO, float64)
EACH_LARGE_INTEGER(DOUBLE_TO, float64)
CONVERT(float64, double, float32, float, , double_to_float(in[i]))
CONVERT(float64, double, float64, double, , in[i])

#define ROW(FROM)                                                                                            \
    {                                                                                                        \
        FROM##_to_uint8, FROM##_to_int8, FROM##_to_uint16, FROM##_to_int16, FROM##_to_uint32,                \
            FROM##_to_int32, FROM##_to_float32, FROM##_to_float64                                            \
    }
static convert_function *const conversions[TW_NUM_DTYPES][TW_NUM_DTYPES] = {
    ROW(uint8), ROW(int8), ROW(uint16), ROW(int16), ROW(uint32), ROW(int32), ROW(float32), ROW(float64),
};

void tw_pixels_convert(const void *from, enum tw_dtype from_dtype, void *to, enum tw_dtype to_dtype,
                       size_t count)
{
    if (from_dtype != to_dtype)
        conversions[from_dtype][to_dtype](from, to, count);
    else if (count > 0)
        memmove(to, from, count * tw_dtype_size(to_dtype));
}

/* Loops that only move pixels go by the size of the type. */
#define FILL(BITS)                                                                                           \
    static void fill##BITS(uint##BITS##_t *pixels, uint##BITS##_t value, size_t count)                       \
    {                                                                                                        \
        for (size_t i = 0; i < count; i++)                                                                   \
            pixels[i] = value;                                                                               \
    }                                                                                                        \
    static void burn##BITS(uint##BITS##_t *restrict pixels, const uint8_t *restrict valid,                   \
                           uint##BITS##_t value, size_t count)                                               \
    {                                                                                                        \
        for (size_t i = 0; i < count; i++)                                                                   \
            pixels[i] = valid[i] != 0 ? pixels[i] : value;                                                   \
    }
FILL(8)
FILL(16)
FILL(32)
FILL(64)

/* A value in the pixels' own type, to be used by size. */
union pixel {
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    float f32;
    double f64;
    int8_t i8;
    int16_t i16;
    int32_t i32;
};

static union pixel pixel_of(enum tw_dtype dtype, double value)
{
    union pixel pixel = {0};
    tw_pixels_convert(&value, TW_FLOAT64, &pixel, dtype, 1);
    return pixel;
}

void tw_pixels_fill(void *pixels, enum tw_dtype dtype, size_t count, double value)
{
    union pixel pixel = pixel_of(dtype, value);
    switch (tw_dtype_size(dtype)) {
    case 1:
        fill8(pixels, pixel.u8, count);
        break;
    case 2:
        fill16(pixels, pixel.u16, count);
        break;
    case 4:
        fill32(pixels, pixel.u32, count);
        break;
    default:
        fill64(pixels, pixel.u64, count);
    }
}

void tw_pixels_burn_nodata(void *pixels, enum tw_dtype dtype, const uint8_t *valid, size_t count,
                           double value)
{
    if (valid == NULL)
        return;
    union pixel pixel = pixel_of(dtype, value);
    switch (tw_dtype_size(dtype)) {
    case 1:
        burn8(pixels, valid, pixel.u8, count);
        break;
    case 2:
        burn16(pixels, valid, pixel.u16, count);
        break;
    case 4:
        burn32(pixels, valid, pixel.u32, count);
        break;
    default:
        burn64(pixels, valid, pixel.u64, count);
    }
}

#define MASK(NAME, TYPE, IS_NODATA)                                                                          \
    static void mask_##NAME(const TYPE *restrict pixels, TYPE nodata, size_t count, uint8_t *restrict valid) \
    {                                                                                                        \
        (void)nodata;                                                                                        \
        for (size_t i = 0; i < count; i++)                                                                   \
            valid[i] = (IS_NODATA) ? 0 : valid[i];                                                           \
    }
MASK(u8, uint8_t, pixels[i] == nodata)
MASK(u16, uint16_t, pixels[i] == nodata)
MASK(u32, uint32_t, pixels[i] == nodata)
MASK(f32, float, pixels[i] == nodata)
MASK(f64, double, pixels[i] == nodata)
MASK(f32_nan, float, pixels[i] != pixels[i])
MASK(f64_nan, double, pixels[i] != pixels[i])

static void mask_integers(const void *pixels, enum tw_dtype dtype, size_t count, double nodata,
                          uint8_t *valid)
{
    if (!tw_dtype_holds(dtype, nodata))
        return;
    union pixel pixel = pixel_of(dtype, nodata);
    switch (tw_dtype_size(dtype)) {
    case 1:
        mask_u8(pixels, pixel.u8, count, valid);
        break;
    case 2:
        mask_u16(pixels, pixel.u16, count, valid);
        break;
    default:
        mask_u32(pixels, pixel.u32, count, valid);
    }
}

/* Files name float32's smallest and largest value with few digits: what rounds to them is meant to be them.
 */
static void mask_float32(const float *pixels, size_t count, double nodata, uint8_t *valid)
{
    static const double rounds_to_infinity = 0x1.ffffffp127;
    if (isnan(nodata))
        mask_f32_nan(pixels, 0, count, valid);
    else if (isinf(nodata) || fabs(nodata) < rounds_to_infinity)
        mask_f32(pixels, double_to_float(nodata), count, valid);
}

void tw_pixels_mask_nodata(const void *pixels, enum tw_dtype dtype, size_t count, double nodata,
                           uint8_t *valid)
{
    if (dtype == TW_FLOAT32)
        mask_float32(pixels, count, nodata, valid);
    else if (dtype != TW_FLOAT64)
        mask_integers(pixels, dtype, count, nodata, valid);
    else if (isnan(nodata))
        mask_f64_nan(pixels, 0, count, valid);
    else
        mask_f64(pixels, nodata, count, valid);
}

size_t tw_array_num_pixels(const struct tw_array *array)
{
    return (size_t)array->width_px * (size_t)array->height_px;
}

bool tw_array_alloc(struct tw_arena *arena, struct tw_array *array, bool with_validity)
{
    size_t count = tw_array_num_pixels(array);
    size_t size = tw_dtype_size((enum tw_dtype)array->dtype);
    array->pixels = NULL;
    array->valid = NULL;
    if (count > SIZE_MAX / size)
        return false;
    array->pixels = tw_arena_alloc(arena, count * size);
    if (array->pixels != NULL && with_validity)
        array->valid = tw_arena_alloc(arena, count);
    return array->pixels != NULL && (array->valid != NULL || !with_validity);
}

bool tw_array_is_empty(const struct tw_array *array)
{
    size_t count = tw_array_num_pixels(array);
    if (array->valid == NULL || count == 0)
        return count == 0;
    return memchr(array->valid, TW_VALID, count) == NULL;
}

bool tw_array_is_full(const struct tw_array *array)
{
    size_t count = tw_array_num_pixels(array);
    return array->valid == NULL || count == 0 || memchr(array->valid, 0, count) == NULL;
}

static unsigned char *pixel_at(const struct tw_array *array, size_t index)
{
    return (unsigned char *)array->pixels + index * tw_dtype_size((enum tw_dtype)array->dtype);
}

double tw_array_get(const struct tw_array *array, size_t index)
{
    double value = 0;
    tw_pixels_convert(pixel_at(array, index), (enum tw_dtype)array->dtype, &value, TW_FLOAT64, 1);
    return value;
}

void tw_array_set(struct tw_array *array, size_t index, double value)
{
    tw_pixels_convert(&value, TW_FLOAT64, pixel_at(array, index), (enum tw_dtype)array->dtype, 1);
}

bool tw_array_crop(struct tw_arena *arena, const struct tw_array *array, const int32_t rectangle[4],
                   struct tw_array *cropped)
{
    size_t col = (size_t)rectangle[0], row = (size_t)rectangle[1];
    struct tw_array made = {.width_px = rectangle[2], .height_px = rectangle[3], .dtype = array->dtype};
    if (tw_uniform_is(arena, array)) {
        made.pixels = array->pixels;
        *cropped = made;
        return true;
    }
    if (!tw_array_alloc(arena, &made, array->valid != NULL))
        return false;
    size_t width = (size_t)made.width_px, size = tw_dtype_size((enum tw_dtype)array->dtype);
    for (size_t y = 0; y < (size_t)made.height_px && width > 0; y++) {
        size_t from = (row + y) * (size_t)array->width_px + col;
        memcpy(pixel_at(&made, y * width), pixel_at(array, from), width * size);
        if (made.valid != NULL)
            memcpy(made.valid + y * width, array->valid + from, width);
    }
    *cropped = made;
    return true;
}
