/* Slope, aspect, hillshade, topographic position and roughness of a terrain, from 3 x 3 pixels.
 *
 * Gradients are Horn's (1981, Hill shading and the reflectance map). A neighbour without data is replaced by
 * the height that a straight line through the opposite neighbour and the centre has there, or by the centre's
 * where the opposite one has none either, so that a plane keeps its slope up to its edge. (gdaldem gives
 * nodata there, or with -compute_edges about the same.) Everything is computed as double.
 *
 * SPDX-License-Identifier: MIT
 */
#include "clones.h"
#include "functions_focal.h"
#include "rows.h"

#include <math.h>

/* Three rows of heights and of their mask, from the pixel west of the first on, and the gradients towards
 * east and north. */
struct strip {
    const double *heights[3], *mask[3];
    double *east, *north, *out;
    double per_width, per_height; /* gradient of a difference over eight pixel sides */
};

/* Returns the height, or what stands for it. */
static inline double pick(double height, double has_height, double opposite, double has_opposite,
                          double centre)
{
    double straight = 2 * centre - opposite;
    double made = has_opposite != 0 ? straight : centre;
    return has_height != 0 ? height : made;
}

#define HEIGHT(row, col) strip->heights[row][i + (col)]
#define HEIGHT_OR_LINE(row, col)                                                                             \
    pick(HEIGHT(row, col), strip->mask[row][i + (col)], HEIGHT(2 - (row), 2 - (col)),                        \
         strip->mask[2 - (row)][i + 2 - (col)], HEIGHT(1, 1))

#define GRADIENTS(NAME, PICK)                                                                                \
    TW_CLONES static void gradients_##NAME(const struct strip *strip, size_t first, size_t end)              \
    {                                                                                                        \
        double *restrict east = strip->east;                                                                 \
        double *restrict north = strip->north;                                                               \
        double per_width = strip->per_width, per_height = strip->per_height;                                 \
        for (size_t i = first; i < end; i++) {                                                               \
            double nw = PICK(0, 0), n = PICK(0, 1), ne = PICK(0, 2), w = PICK(1, 0), e = PICK(1, 2),         \
                   sw = PICK(2, 0), s = PICK(2, 1), se = PICK(2, 2);                                         \
            east[i] = ((ne + e + e + se) - (nw + w + w + sw)) * per_width;                                   \
            north[i] = ((nw + n + n + ne) - (sw + s + s + se)) * per_height;                                 \
        }                                                                                                    \
    }
GRADIENTS(full, HEIGHT)
GRADIENTS(gaps, HEIGHT_OR_LINE)

/* For x >= 0. The method and the numbers of Moshier's Cephes library (1984, atan.c): the same bits on every
 * machine, and without a branch. */
static inline double arctan(double x)
{
    bool is_large = x > 2.41421356237309504880, is_small = x <= 0.66;
    double above = is_large ? -1 : is_small ? x : x - 1;
    double below = is_large ? x : is_small ? 1 : x + 1;
    double start = is_large ? M_PI_2 : is_small ? 0 : M_PI_4;
    double y = above / below, z = y * y;
    double p =
        (((-8.750608600031904122785e-1 * z - 1.615753718733365076637e1) * z - 7.500855792314704667340e1) * z -
         1.228866684490136173410e2) *
            z -
        6.485021904942025371773e1;
    double q =
        ((((z + 2.485846490142306297962e1) * z + 1.650270098316988542046e2) * z + 4.328810604912902668951e2) *
             z +
         4.853903996359136964868e2) *
            z +
        1.945506571482613964425e2;
    return start + (y * (z * p / q) + y);
}

TW_CLONES static void slope_degrees(const struct strip *strip, size_t width)
{
    const double *east = strip->east, *north = strip->north;
    double *restrict out = strip->out;
    for (size_t i = 0; i < width; i++)
        out[i] = arctan(sqrt(east[i] * east[i] + north[i] * north[i])) * (180 / M_PI);
}

TW_CLONES static void slope_percent(const struct strip *strip, size_t width)
{
    const double *east = strip->east, *north = strip->north;
    double *restrict out = strip->out;
    for (size_t i = 0; i < width; i++)
        out[i] = sqrt(east[i] * east[i] + north[i] * north[i]) * 100;
}

/* Where the slope faces: its gradient turned around, clockwise from north. NaN where it is flat. */
TW_CLONES static void aspect(const struct strip *strip, size_t width)
{
    const double *east = strip->east, *north = strip->north;
    double *restrict out = strip->out;
    for (size_t i = 0; i < width; i++) {
        double e = fabs(east[i]), n = fabs(north[i]);
        double angle = arctan(e / n) * (180 / M_PI); /* from the line south - north; 0 / 0 is NaN */
        double to_east = north[i] > 0 ? 180 - angle : angle;
        double around = east[i] > 0 ? 360 - to_east : to_east;
        out[i] = around == 360 ? 0 : around;
    }
}

/* The cosine between the light and the surface's normal, stretched and cut as by mapchete: 1 to 255. */
TW_CLONES static void shade(const struct strip *strip, const double light[3], size_t width)
{
    const double *east = strip->east, *north = strip->north;
    double *restrict out = strip->out;
    double from_east = light[0], from_north = light[1], up = light[2];
    for (size_t i = 0; i < width; i++) {
        double e = east[i], n = north[i];
        double value = (up - from_east * e - from_north * n) / sqrt(1 + e * e + n * n) * 255;
        out[i] = value < 1 ? 1 : value > 255 ? 255 : floor(value);
    }
}

/* The height above the mean of the neighbours; 0 without any. */
TW_CLONES static void position(const struct strip *strip, size_t width)
{
    const double *const *heights = strip->heights, *const *mask = strip->mask;
    double *restrict out = strip->out;
    for (size_t i = 0; i < width; i++) {
        double sum = heights[0][i] + heights[0][i + 1] + heights[0][i + 2] + heights[1][i] +
                     heights[1][i + 2] + heights[2][i] + heights[2][i + 1] + heights[2][i + 2];
        double count = mask[0][i] + mask[0][i + 1] + mask[0][i + 2] + mask[1][i] + mask[1][i + 2] +
                       mask[2][i] + mask[2][i + 1] + mask[2][i + 2];
        double mean = sum / count;
        out[i] = count > 0 ? heights[1][i + 1] - mean : 0;
    }
}

/* The largest height less the least one. */
TW_CLONES static void roughness(const struct strip *strip, size_t width)
{
    double *restrict out = strip->out;
    for (size_t i = 0; i < width; i++) {
        double centre = strip->heights[1][i + 1], least = centre, most = centre;
        for (size_t k = 0; k < 9; k++) {
            double height = strip->heights[k / 3][i + k % 3];
            height = strip->mask[k / 3][i + k % 3] != 0 ? height : centre;
            least = height < least ? height : least;
            most = height > most ? height : most;
        }
        out[i] = most - least;
    }
}

/* Sides of a pixel in metres, or in the units of the CRS. On the ellipsoid of WGS 84: a second of latitude is
 * M, one of longitude N cos(latitude); web mercator stretches both by 1 / cos(latitude). */
static void pixel_sides(const struct tw_host *host, const struct tw_terrain *terrain, int32_t row,
                        double sides[2])
{
    static const double radius = 6378137, flattening = 1 / 298.257223563;
    const struct tw_window *window = &host->job->window;
    sides[0] = terrain->pixel_width;
    sides[1] = terrain->pixel_height;
    if (terrain->ground == TW_GROUND_UNITS)
        return;
    bool in_degrees = terrain->ground == TW_GROUND_DEGREES;
    double y = tw_window_y(window, (double)(window->row_px + row) + 0.5);
    double latitude = in_degrees ? y * (M_PI / 180) : atan(sinh(y / radius));
    double squared = flattening * (2 - flattening), sine = sin(latitude), part = 1 - squared * sine * sine;
    double per_radian_east = radius / sqrt(part) * cos(latitude);
    double per_radian_north = radius * (1 - squared) / (part * sqrt(part));
    sides[0] *= in_degrees ? per_radian_east * (M_PI / 180) : per_radian_east / radius;
    sides[1] *= in_degrees ? per_radian_north * (M_PI / 180) : per_radian_north / radius * cos(latitude);
}

struct work {
    const struct tw_terrain *terrain;
    struct tw_rows heights, mask;
    struct strip strip;
    double light[3]; /* where it comes from: east, north, up */
};

static bool is_of_gradients(const struct tw_terrain *terrain)
{
    return terrain->relief <= TW_HILLSHADE;
}

static void find_gradients(struct work *work, const double sides[2], size_t width)
{
    struct strip *strip = &work->strip;
    bool is_full = tw_rows_are_full(&work->heights) && width > 1;
    strip->per_width = work->terrain->height_scale / (8 * sides[0]);
    strip->per_height = work->terrain->height_scale / (8 * sides[1]);
    if (!is_full) {
        gradients_gaps(strip, 0, width);
        return;
    }
    gradients_gaps(strip, 0, 1);
    gradients_full(strip, 1, width - 1);
    gradients_gaps(strip, width - 1, width);
}

static void describe_row(const struct work *work, size_t width)
{
    const struct strip *strip = &work->strip;
    switch ((enum tw_relief)work->terrain->relief) {
    case TW_SLOPE_DEGREES:
        slope_degrees(strip, width);
        break;
    case TW_SLOPE_PERCENT:
        slope_percent(strip, width);
        break;
    case TW_ASPECT:
        aspect(strip, width);
        break;
    case TW_HILLSHADE:
        shade(strip, work->light, width);
        break;
    case TW_TPI:
        position(strip, width);
        break;
    case TW_ROUGHNESS:
        roughness(strip, width);
        break;
    }
}

static void make_row(struct tw_host *host, struct work *work, int32_t row, struct tw_array *out)
{
    size_t width = (size_t)out->width_px;
    tw_rows_move(&work->heights, row);
    tw_rows_move(&work->mask, row);
    for (int32_t i = 0; i < 3; i++) {
        work->strip.heights[i] = tw_rows_at(&work->heights, row + i - 1);
        work->strip.mask[i] = tw_rows_at(&work->mask, row + i - 1);
    }
    if (is_of_gradients(work->terrain)) {
        double sides[2];
        pixel_sides(host, work->terrain, row, sides);
        find_gradients(work, sides, width);
    }
    describe_row(work, width);
    tw_pixels_convert(work->strip.out, TW_FLOAT64, tw_row_at(out, row), (enum tw_dtype)out->dtype, width);
}

static int32_t work_init(struct tw_host *host, struct work *work, size_t width)
{
    double azimuth = work->terrain->azimuth_deg * (M_PI / 180);
    double altitude = work->terrain->altitude_deg * (M_PI / 180);
    work->light[0] = sin(azimuth) * cos(altitude);
    work->light[1] = cos(azimuth) * cos(altitude);
    work->light[2] = sin(altitude);
    if (tw_rows_init(host, &work->heights) != TW_OK || tw_rows_init(host, &work->mask) != TW_OK)
        return (int32_t)host->err.status;
    double *room = tw_host_alloc(host, 3 * width * sizeof(*room));
    if (room == NULL)
        return (int32_t)host->err.status;
    work->strip.east = room;
    work->strip.north = room + width;
    work->strip.out = room + 2 * width;
    return TW_OK;
}

int32_t tw_kernel_terrain(struct tw_host *host, const struct tw_array *array,
                          const struct tw_terrain *terrain, struct tw_array *out)
{
    enum tw_dtype given = (enum tw_dtype)array->dtype, dtype = tw_dtype_arithmetic(given, given);
    struct work work = {
        .terrain = terrain,
        .heights = {.array = array, .dtype = TW_FLOAT64, .radius = 1, .outside = 0},
        .mask = {.array = array, .dtype = TW_FLOAT64, .radius = 1, .is_mask = true},
    };
    bool owns_valid = false;
    int32_t status = tw_rows_result(host, array, terrain->relief == TW_HILLSHADE ? TW_UINT8 : dtype, out);
    if (status == TW_OK)
        status = work_init(host, &work, (size_t)array->width_px);
    for (int32_t row = 0; status == TW_OK && row < out->height_px; row++) {
        status = tw_rows_check(host, row);
        make_row(host, &work, row, out);
        if (status == TW_OK)
            status = tw_row_drop_nan(host, out, row, work.strip.out, TW_FLOAT64, &owns_valid);
    }
    return status;
}
