/* Statistics of blocks of pixels, as though the array had larger pixels.
 *
 * SPDX-License-Identifier: MIT
 */
#include "functions_focal.h"
#include "rows.h"
#include "values.h"

struct work {
    const struct tw_array *array;
    int32_t size;
    int32_t offset_col, offset_row; /* of the array's corner within its first block */
    enum tw_block_statistic statistic;
    double *rows;    /* of one row of blocks: size rows, NaN is nodata */
    double *members; /* the valid pixels of a block */
    double *result;  /* of a row: each block's statistic for all of its pixels */
};

static double sum_of(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum;
}

static double extreme_of(const double *values, size_t count, bool is_max)
{
    double found = values[0];
    for (size_t i = 1; i < count; i++)
        if (is_max ? values[i] > found : values[i] < found)
            found = values[i];
    return found;
}

static double describe(enum tw_block_statistic statistic, double *values, size_t count)
{
    if (count == 0)
        return 0;
    if (statistic >= TW_BLOCK_MED)
        tw_values_sort(values, count);
    switch (statistic) {
    case TW_BLOCK_SUM:
        return sum_of(values, count);
    case TW_BLOCK_MIN:
    case TW_BLOCK_MAX:
        return extreme_of(values, count, statistic == TW_BLOCK_MAX);
    case TW_BLOCK_MED:
        return values[(count - 1) / 2];
    case TW_BLOCK_MODE:
        return tw_values_mode(values, count);
    default:
        return sum_of(values, count) / (double)count;
    }
}

/* Columns first to end - 1 of the rows of a block. */
static void describe_block(const struct work *work, int32_t num_rows, int32_t first, int32_t end)
{
    size_t count = 0;
    for (int32_t row = 0; row < num_rows; row++) {
        const double *values = work->rows + (size_t)row * (size_t)work->array->width_px;
        for (int32_t col = first; col < end; col++) {
            work->members[count] = values[col];
            count += values[col] == values[col];
        }
    }
    double value = describe(work->statistic, work->members, count);
    for (int32_t col = first; col < end; col++)
        work->result[col] = value;
}

/* Where the block that holds pixel `at` ends. */
static int32_t end_of_block(const struct work *work, int32_t offset, int32_t at, int32_t length)
{
    int32_t rest = work->size - (offset + at) % work->size;
    return length - at < rest ? length : at + rest;
}

/* Rows first to end - 1, which are one row of blocks. */
static void describe_rows(const struct work *work, int32_t first, int32_t end, struct tw_array *out)
{
    size_t width = (size_t)out->width_px;
    for (int32_t row = first; row < end; row++)
        tw_row_load(work->array, row, TW_FLOAT64, (double)__builtin_nan(""),
                    work->rows + (size_t)(row - first) * width);
    for (int32_t col = 0, next; col < out->width_px; col = next) {
        next = end_of_block(work, work->offset_col, col, out->width_px);
        describe_block(work, end - first, col, next);
    }
    for (int32_t row = first; row < end; row++)
        tw_pixels_convert(work->result, TW_FLOAT64, tw_row_at(out, row), (enum tw_dtype)out->dtype, width);
}

static int32_t offset_of(int64_t place_px, int32_t size)
{
    int64_t rest = place_px % size;
    return (int32_t)(rest < 0 ? rest + size : rest);
}

static int32_t work_init(struct tw_host *host, struct work *work)
{
    const struct tw_window *window = &host->job->window;
    size_t width = (size_t)work->array->width_px, size = (size_t)work->size;
    size_t height = (size_t)work->array->height_px;
    size_t rows = size < height ? size : height, cols = size < width ? size : width;
    work->offset_col = offset_of(window->col_px, work->size);
    work->offset_row = offset_of(window->row_px, work->size);
    work->rows = tw_host_alloc(host, rows * width * sizeof(*work->rows));
    work->members = tw_host_alloc(host, (rows * cols + 1) * sizeof(*work->members));
    work->result = tw_host_alloc(host, width * sizeof(*work->result));
    bool has_all = work->rows != NULL && work->members != NULL && work->result != NULL;
    return has_all ? TW_OK : (int32_t)host->err.status;
}

int32_t tw_kernel_blocks(struct tw_host *host, const struct tw_array *array, int32_t size, int32_t statistic,
                         struct tw_array *out)
{
    enum tw_dtype given = (enum tw_dtype)array->dtype;
    struct work work = {.array = array, .size = size, .statistic = (enum tw_block_statistic)statistic};
    bool owns_valid = false, keeps_type = statistic >= TW_BLOCK_MIN;
    int32_t status = tw_rows_result(host, array, keeps_type ? given : tw_dtype_arithmetic(given, given), out);
    if (status == TW_OK)
        status = work_init(host, &work);
    for (int32_t row = 0, end; status == TW_OK && row < out->height_px; row = end) {
        end = end_of_block(&work, work.offset_row, row, out->height_px);
        status = tw_host_is_cancelled(host);
        describe_rows(&work, row, end, out);
        for (int32_t i = row; status == TW_OK && i < end; i++)
            status = tw_row_drop_nan(host, out, i, work.result, TW_FLOAT64, &owns_valid);
    }
    return status;
}
