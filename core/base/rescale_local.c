/* Halving with kernels that stay inside the 2 x 2 block: typed loops for average and nearest, one general
 * loop for the rest.
 *
 * SPDX-License-Identifier: MIT
 */
#include "rescale.h"

#include "clones.h"

#include <math.h>
#include <string.h>

bool tw_resampling_is_local(enum tw_resampling resampling)
{
    return resampling == TW_NEAREST || resampling >= TW_AVERAGE;
}

/* The two source rows and the target row of one step. The validity of a full source is NULL. */
struct rows {
    const void *top, *bottom;
    const uint8_t *top_valid, *bottom_valid;
    void *out;
    uint8_t *out_valid;
    int32_t count;
};

/* The mean of integers, rounded half up; of floats as it is. `sum` is wide enough for four pixels. */
#define DEFINE_FULL(name, pixel, sum, divide)                                                                \
    TW_CLONES static void average_full_##name(const struct rows *r)                                          \
    {                                                                                                        \
        const pixel *restrict a = r->top, *restrict b = r->bottom;                                           \
        pixel *restrict out = r->out;                                                                        \
        for (int32_t i = 0; i < r->count; i++)                                                               \
            out[i] =                                                                                         \
                (pixel)divide((sum)a[2 * i] + (sum)a[2 * i + 1] + (sum)b[2 * i] + (sum)b[2 * i + 1], 4);     \
        memset(r->out_valid, TW_VALID, (size_t)r->count);                                                    \
    }

#define DEFINE_MASKED(name, pixel, sum, divide)                                                              \
    static void average_masked_##name(const struct rows *r)                                                  \
    {                                                                                                        \
        const pixel *a = r->top, *b = r->bottom;                                                             \
        const uint8_t *m = r->top_valid, *n = r->bottom_valid;                                               \
        pixel *out = r->out;                                                                                 \
        for (int32_t i = 0; i < r->count; i++) {                                                             \
            int valid = (m[2 * i] != 0) + (m[2 * i + 1] != 0) + (n[2 * i] != 0) + (n[2 * i + 1] != 0);       \
            sum total = (m[2 * i] != 0 ? (sum)a[2 * i] : (sum)0) +                                           \
                        (m[2 * i + 1] != 0 ? (sum)a[2 * i + 1] : (sum)0) +                                   \
                        (n[2 * i] != 0 ? (sum)b[2 * i] : (sum)0) +                                           \
                        (n[2 * i + 1] != 0 ? (sum)b[2 * i + 1] : (sum)0);                                    \
            out[i] = (pixel)(valid > 0 ? divide(total, valid) : 0);                                          \
            r->out_valid[i] = valid > 0 ? TW_VALID : 0;                                                      \
        }                                                                                                    \
    }

#define DIVIDE_UNSIGNED(total, n) (((total) + (n) / 2) / (n))
#define DIVIDE_FLOAT(total, n) ((total) / (n))
#define DIVIDE_SIGNED(total, n) floor_divide(2 * (total) + (n), 2 * (n))

static int64_t floor_divide(int64_t total, int64_t n)
{
    return total >= 0 ? total / n : -((-total + n - 1) / n);
}

DEFINE_FULL(u8, uint8_t, int32_t, DIVIDE_UNSIGNED)
DEFINE_FULL(i8, int8_t, int64_t, DIVIDE_SIGNED)
DEFINE_FULL(u16, uint16_t, int32_t, DIVIDE_UNSIGNED)
DEFINE_FULL(i16, int16_t, int64_t, DIVIDE_SIGNED)
DEFINE_FULL(u32, uint32_t, int64_t, DIVIDE_UNSIGNED)
DEFINE_FULL(i32, int32_t, int64_t, DIVIDE_SIGNED)
DEFINE_FULL(f32, float, double, DIVIDE_FLOAT)
DEFINE_FULL(f64, double, double, DIVIDE_FLOAT)
DEFINE_MASKED(i8, int8_t, int64_t, DIVIDE_SIGNED)
DEFINE_MASKED(u16, uint16_t, int32_t, DIVIDE_UNSIGNED)
DEFINE_MASKED(i16, int16_t, int64_t, DIVIDE_SIGNED)
DEFINE_MASKED(u32, uint32_t, int64_t, DIVIDE_UNSIGNED)
DEFINE_MASKED(i32, int32_t, int64_t, DIVIDE_SIGNED)
DEFINE_MASKED(f32, float, double, DIVIDE_FLOAT)
DEFINE_MASKED(f64, double, double, DIVIDE_FLOAT)

/* Without a division: the factor, a little more than 2^16 / n, gives the same quotient for all sums of four
 * bytes. */
TW_CLONES static void average_masked_u8(const struct rows *r)
{
    const uint8_t *restrict a = r->top, *restrict b = r->bottom;
    const uint8_t *restrict m = r->top_valid, *restrict n = r->bottom_valid;
    uint8_t *restrict out = r->out, *restrict out_valid = r->out_valid;
    for (int32_t i = 0; i < r->count; i++) {
        int32_t first = m[2 * i] != 0, second = m[2 * i + 1] != 0, third = n[2 * i] != 0,
                fourth = n[2 * i + 1] != 0;
        int32_t valid = first + second + third + fourth;
        int32_t total = a[2 * i] * first + a[2 * i + 1] * second + b[2 * i] * third + b[2 * i + 1] * fourth;
        int32_t factor = valid == 1 ? 65536 : valid == 2 ? 32768 : valid == 3 ? 21846 : 16384;
        out[i] = (uint8_t)(((total + valid / 2) * factor) >> 16);
        out_valid[i] = valid > 0 ? TW_VALID : 0;
    }
}

typedef void (*halve_rows)(const struct rows *rows);

static const halve_rows average_full[TW_NUM_DTYPES] = {average_full_u8,  average_full_i8,  average_full_u16,
                                                       average_full_i16, average_full_u32, average_full_i32,
                                                       average_full_f32, average_full_f64};
static const halve_rows average_masked[TW_NUM_DTYPES] = {
    average_masked_u8,  average_masked_i8,  average_masked_u16, average_masked_i16,
    average_masked_u32, average_masked_i32, average_masked_f32, average_masked_f64};

static void nearest_row(const struct rows *r, enum tw_dtype dtype)
{
    size_t size = tw_dtype_size(dtype);
    const unsigned char *from = r->bottom;
    unsigned char *out = r->out;
    for (int32_t i = 0; i < r->count; i++) {
        memcpy(out + (size_t)i * size, from + (size_t)(2 * i + 1) * size, size);
        r->out_valid[i] = r->bottom_valid == NULL ? TW_VALID : r->bottom_valid[2 * i + 1];
    }
}

static void sort4(double *values, int count)
{
    for (int i = 1; i < count; i++) {
        double value = values[i];
        int at = i;
        for (; at > 0 && values[at - 1] > value; at--)
            values[at] = values[at - 1];
        values[at] = value;
    }
}

/* The value that occurs most often; the first of those that occur equally often. */
static double mode4(const double *values, int count)
{
    int most = 0;
    double mode = values[0];
    for (int i = 0; i < count; i++) {
        int times = 0;
        for (int k = 0; k < count; k++)
            times += values[k] == values[i];
        if (times > most) {
            most = times;
            mode = values[i];
        }
    }
    return mode;
}

static double quantile4(double *values, int count, double share)
{
    sort4(values, count);
    int at = (int)ceil(count * share) - 1;
    return values[at < 0 ? 0 : at];
}

static double reduce4(double *values, int count, enum tw_resampling resampling)
{
    double sum = 0, squares = 0, least = values[0], most = values[0];
    for (int i = 0; i < count; i++) {
        sum += values[i];
        squares += values[i] * values[i];
        least = fmin(least, values[i]);
        most = fmax(most, values[i]);
    }
    switch (resampling) {
    case TW_MODE:
        return mode4(values, count);
    case TW_MIN:
        return least;
    case TW_MAX:
        return most;
    case TW_MED:
        return quantile4(values, count, 0.5);
    case TW_Q1:
        return quantile4(values, count, 0.25);
    case TW_Q3:
        return quantile4(values, count, 0.75);
    case TW_SUM:
        return sum;
    case TW_RMS:
        return sqrt(squares / count);
    default:
        return sum / count;
    }
}

static void general_row(const struct tw_array *from, int32_t row, enum tw_resampling resampling,
                        const struct rows *r)
{
    size_t width = (size_t)from->width_px;
    for (int32_t i = 0; i < r->count; i++) {
        double values[4];
        int count = 0;
        for (size_t k = 0; k < 4; k++) {
            size_t at = ((size_t)row * 2 + k / 2) * width + (size_t)i * 2 + k % 2;
            if (from->valid == NULL || from->valid[at] != 0)
                values[count++] = tw_array_get(from, at);
        }
        double value = count > 0 ? reduce4(values, count, resampling) : 0;
        size_t size = tw_dtype_size((enum tw_dtype)from->dtype);
        tw_pixels_convert(&value, TW_FLOAT64, (unsigned char *)r->out + (size_t)i * size,
                          (enum tw_dtype)from->dtype, 1);
        r->out_valid[i] = count > 0 ? TW_VALID : 0;
    }
}

static struct rows rows_at(const struct tw_array *from, int32_t row, const struct tw_array *to,
                           int32_t to_col, int32_t to_row)
{
    size_t size = tw_dtype_size((enum tw_dtype)from->dtype), width = (size_t)from->width_px;
    size_t top = (size_t)row * 2 * width, out = (size_t)to_row * (size_t)to->width_px + (size_t)to_col;
    const unsigned char *pixels = from->pixels;
    return (struct rows){
        .top = pixels + top * size,
        .bottom = pixels + (top + width) * size,
        .top_valid = from->valid != NULL ? from->valid + top : NULL,
        .bottom_valid = from->valid != NULL ? from->valid + top + width : NULL,
        .out = (unsigned char *)to->pixels + out * size,
        .out_valid = to->valid + out,
        .count = from->width_px / 2,
    };
}

/* Whether all of the pixels are valid that a row is made from. */
static bool is_full(const struct rows *rows)
{
    size_t count = 2 * (size_t)rows->count;
    return rows->top_valid == NULL ||
           (memchr(rows->top_valid, 0, count) == NULL && memchr(rows->bottom_valid, 0, count) == NULL);
}

void tw_halve_into(const struct tw_array *from, enum tw_resampling resampling, struct tw_array *to,
                   int32_t col, int32_t row)
{
    for (int32_t i = 0; i < from->height_px / 2; i++) {
        struct rows rows = rows_at(from, i, to, col, row + i);
        if (resampling == TW_AVERAGE)
            (is_full(&rows) ? average_full : average_masked)[from->dtype](&rows);
        else if (resampling == TW_NEAREST)
            nearest_row(&rows, (enum tw_dtype)from->dtype);
        else
            general_row(from, i, resampling, &rows);
    }
}
