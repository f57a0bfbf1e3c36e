/* SPDX-License-Identifier: MIT */
#include "shapes.h"

#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void *checked(void *made, const struct tw_error *err)
{
    if (made == NULL) {
        fprintf(stderr, "%s\n", err->message);
        abort();
    }
    return made;
}

struct tw_area *area_of_wkt(const struct tw_grid *grid, const char *wkt)
{
    struct tw_error err = {0};
    struct tw_geometry *geometry = NULL;
    struct tw_area *area = NULL;
    tw_geometry_from_wkt(wkt, &geometry, &err);
    tw_area_from_geometry(grid, checked(geometry, &err), &area, &err);
    return checked(area, &err);
}

struct tw_area *area_of_box(const struct tw_grid *grid, double left, double bottom, double right, double top)
{
    struct tw_error err = {0};
    struct tw_area *area = NULL;
    tw_area_from_box(grid, &(struct tw_box){left, bottom, right, top}, &area, &err);
    return checked(area, &err);
}

struct tw_area *star(const struct tw_grid *grid, int points)
{
    struct tw_text wkt = {0};
    tw_text_add(&wkt, "POLYGON((");
    for (int i = 0; i <= 2 * points; i++) {
        double angle = 3.14159265358979 * (i % (2 * points)) / points;
        double radius = i % 2 == 0 ? 40 : 20;
        tw_text_printf(&wkt, "%s%.9f %.9f", i > 0 ? "," : "", 10 + radius * cos(angle),
                       10 + radius * sin(angle));
    }
    tw_text_add(&wkt, "))");
    struct tw_area *area = area_of_wkt(grid, tw_text_get(&wkt));
    tw_text_free(&wkt);
    return area;
}

uint64_t brute_count(const struct tw_area *area, const struct tw_pyramid *pyramid, int zoom)
{
    uint64_t count = 0;
    for (int64_t row = 0; row < tw_pyramid_rows(pyramid, zoom); row++) {
        for (int64_t col = 0; col < tw_pyramid_cols(pyramid, zoom); col++) {
            struct tw_box box = tw_tile_bounds(pyramid, &(struct tw_tile){zoom, row, col});
            count += tw_area_relation(area, &box) != TW_OUTSIDE;
        }
    }
    return count;
}
