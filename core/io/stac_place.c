/* SPDX-License-Identifier: MIT */
#include "stac_place.h"

#include "footprint.h"

#include <math.h>

enum { SEGMENTS = 16 };

/* To seven decimals, a centimetre. */
static double rounded(double degrees)
{
    double value = round(degrees * 1e7) / 1e7;
    return value == 0 ? 0 : value; /* no -0.0 */
}

static json_t *corner(double x, double y)
{
    return json_pack("[f, f]", rounded(x), rounded(y));
}

static json_t *ring_of_box(const struct tw_box *box)
{
    return json_pack("[o, o, o, o, o]", corner(box->left, box->bottom), corner(box->right, box->bottom),
                     corner(box->right, box->top), corner(box->left, box->top),
                     corner(box->left, box->bottom));
}

static json_t *polygon_of_box(const struct tw_box *box)
{
    return json_pack("{s:s, s:[o]}", "type", "Polygon", "coordinates", ring_of_box(box));
}

/* In two, at the antimeridian; box->left lies in -180..180. */
static json_t *cut_box(const struct tw_box *box)
{
    struct tw_box west = *box, east = *box;
    west.right = 180;
    east.left = -180;
    east.right = box->right - 360;
    return json_pack("{s:s, s:[[o], [o]]}", "type", "MultiPolygon", "coordinates", ring_of_box(&west),
                     ring_of_box(&east));
}

/* One edge, counterclockwise, without its last point. False when a point is not on the earth. */
static bool add_edge(json_t *ring, const struct tw_crs_pair *pair, const double from[2], const double to[2])
{
    for (int i = 0; i < SEGMENTS; i++) {
        double x = from[0] + (to[0] - from[0]) * i / SEGMENTS, y = from[1] + (to[1] - from[1]) * i / SEGMENTS;
        if (!tw_crs_move_point(pair->to_grid, &x, &y))
            return false;
        json_array_append_new(ring, corner(x, y));
    }
    return true;
}

/* The box with its edges as they run; NULL when that is no simple ring: near poles. */
static json_t *outline(const struct tw_crs_pair *pair, const struct tw_box *box)
{
    const double corners[5][2] = {{box->left, box->bottom},
                                  {box->right, box->bottom},
                                  {box->right, box->top},
                                  {box->left, box->top},
                                  {box->left, box->bottom}};
    json_t *ring = json_array();
    bool whole = ring != NULL;
    for (int i = 0; i < 4 && whole; i++)
        whole = add_edge(ring, pair, corners[i], corners[i + 1]);
    if (!whole) {
        json_decref(ring);
        return NULL;
    }
    json_array_append(ring, json_array_get(ring, 0));
    return json_pack("{s:s, s:[o]}", "type", "Polygon", "coordinates", ring);
}

/* At most one turn, from -180..180 on. */
static struct tw_box normalized(const struct tw_box *box)
{
    struct tw_box result = *box;
    result.bottom = fmax(result.bottom, -90);
    result.top = fmin(result.top, 90);
    if (result.right - result.left >= 360 - 1e-9) {
        result.left = -180;
        result.right = 180;
        return result;
    }
    double turns = floor((result.left + 180) / 360);
    if (result.left >= 180 - 1e-9 || turns < 0) {
        result.left -= 360 * turns;
        result.right -= 360 * turns;
    }
    return result;
}

static void set_place(struct tw_stac_place *place, const struct tw_crs_pair *pair, const struct tw_box *from,
                      const struct tw_box *degrees)
{
    bool is_cut = degrees->right > 180 + 1e-9;
    bool is_straight = tw_crs_turn(pair->crs) > 0;
    bool is_round = degrees->right - degrees->left >= 360 - 1e-9;
    place->geometry = is_cut                    ? cut_box(degrees)
                      : is_straight || is_round ? polygon_of_box(degrees)
                                                : outline(pair, from);
    if (place->geometry == NULL)
        place->geometry = polygon_of_box(degrees);
    place->bbox = json_pack("[f, f, f, f]", rounded(degrees->left), rounded(degrees->bottom),
                            rounded(is_cut ? degrees->right - 360 : degrees->right), rounded(degrees->top));
}

enum tw_status tw_stac_place_of(const struct tw_grid *grid, const struct tw_box *box,
                                struct tw_stac_place *place, struct tw_error *err)
{
    struct tw_crs_pairs pairs = {0};
    const struct tw_crs_pair *pair = NULL;
    struct tw_box degrees = *box;
    *place = (struct tw_stac_place){NULL, NULL};
    enum tw_status status = tw_crs_pairs_use(&pairs, tw_grid_named("geodetic"), err);
    if (status == TW_OK)
        status = tw_crs_pairs_find(&pairs, grid->crs, &pair, err);
    if (status == TW_OK && !tw_footprint_of_box(box, pair, tw_grid_named("geodetic"), &degrees))
        status = tw_error_set(err, TW_EUSAGE,
                              "the bounds cannot be brought from %s to longitude and latitude", grid->crs);
    if (status == TW_OK) {
        degrees = normalized(&degrees);
        set_place(place, pair, box, &degrees);
        if (place->bbox == NULL || place->geometry == NULL)
            status = tw_error_nomem(err);
    }
    tw_crs_pairs_free(&pairs);
    return status;
}
