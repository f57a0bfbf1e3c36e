/* SPDX-License-Identifier: MIT */
#include "area_project.h"

#include "dataset.h"

#include <math.h>

enum { SEGMENTS = 128 };

static void set_range(struct tw_projection *projection, OGRSpatialReferenceH from, OGRSpatialReferenceH to,
                      const struct tw_grid *grid)
{
    projection->turn = tw_crs_turn(from);
    projection->grid_turn = tw_crs_turn(to);
    projection->bottom = -HUGE_VAL;
    projection->top = HUGE_VAL;
    if (projection->grid_turn <= 0) /* only there a parallel is a row: around a pole it is a circle */
        return;
    OGRCoordinateTransformationH back = tw_crs_transformation(to, from);
    if (back == NULL)
        return;
    double x = (grid->extent.left + grid->extent.right) / 2, y = grid->extent.bottom;
    if (tw_crs_move_point(back, &x, &y))
        projection->bottom = y;
    x = (grid->extent.left + grid->extent.right) / 2;
    y = grid->extent.top;
    if (tw_crs_move_point(back, &x, &y))
        projection->top = y;
    OCTDestroyCoordinateTransformation(back);
}

static enum tw_status connect(struct tw_projection *projection, OGRSpatialReferenceH from,
                              const struct tw_grid *grid, struct tw_error *err)
{
    OGRSpatialReferenceH to = NULL;
    enum tw_status status = tw_crs_parse(grid->crs, &to, err);
    if (status != TW_OK)
        return status;
    if (!tw_crs_is_same(from, to)) {
        projection->to_grid = tw_crs_transformation(from, to);
        if (projection->to_grid == NULL)
            status = tw_error_set(err, TW_EUSAGE, "no transformation is known to %s: %s", grid->crs,
                                  tw_gdal_reason());
        else
            set_range(projection, from, to, grid);
    }
    OSRRelease(to);
    return status;
}

enum tw_status tw_projection_init(struct tw_projection *projection, const char *crs, OGRSpatialReferenceH own,
                                  const struct tw_grid *grid, struct tw_error *err)
{
    *projection = (struct tw_projection){0};
    OGRSpatialReferenceH from = NULL;
    enum tw_status status = TW_OK;
    if (crs != NULL)
        status = tw_crs_parse(crs, &from, err);
    else if (own != NULL)
        from = OSRClone(own);
    else
        return TW_OK;
    if (status != TW_OK)
        return status;
    if (from == NULL)
        return tw_error_nomem(err);
    OSRSetAxisMappingStrategy(from, OAMS_TRADITIONAL_GIS_ORDER);
    status = connect(projection, from, grid, err);
    OSRRelease(from);
    return status;
}

void tw_projection_free(struct tw_projection *projection)
{
    if (projection->to_grid != NULL)
        OCTDestroyCoordinateTransformation(projection->to_grid);
    *projection = (struct tw_projection){0};
}

/* The points of a ring that can be projected, as a new ring. Without turns in the CRS that they come from, a
 * jump of more than half a turn is one over the antimeridian. */
static OGRGeometryH move_ring(const struct tw_projection *projection, OGRGeometryH ring, double shift,
                              double grid_shift)
{
    OGRGeometryH moved = OGR_G_CreateGeometry(wkbLinearRing);
    bool unwraps = projection->turn <= 0 && projection->grid_turn > 0;
    double first_x = NAN;
    for (int i = 0; i < OGR_G_GetPointCount(ring); i++) {
        double x = OGR_G_GetX(ring, i) - shift, y = OGR_G_GetY(ring, i);
        if (!tw_crs_move_point(projection->to_grid, &x, &y))
            continue;
        if (isnan(first_x))
            first_x = x;
        if (unwraps)
            x -= projection->grid_turn * nearbyint((x - first_x) / projection->grid_turn);
        OGR_G_AddPoint_2D(moved, x + grid_shift, y);
    }
    OGR_G_CloseRings(moved);
    return moved;
}

static OGRGeometryH move_polygon(const struct tw_projection *projection, OGRGeometryH polygon, double shift,
                                 double grid_shift)
{
    OGRGeometryH moved = OGR_G_CreateGeometry(wkbPolygon);
    for (int i = 0; i < OGR_G_GetGeometryCount(polygon); i++) {
        OGRGeometryH ring = move_ring(projection, OGR_G_GetGeometryRef(polygon, i), shift, grid_shift);
        if (OGR_G_GetPointCount(ring) >= 4)
            OGR_G_AddGeometryDirectly(moved, ring);
        else
            OGR_G_DestroyGeometry(ring);
    }
    return moved;
}

/* Adds the moved polygons of a geometry (a polygon, or a collection with some) to a multipolygon. */
static void add_moved(const struct tw_projection *projection, OGRGeometryH geometry, double turns,
                      OGRGeometryH result)
{
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_G_GetGeometryType(geometry));
    if (type == wkbPolygon) {
        OGRGeometryH moved =
            move_polygon(projection, geometry, turns * projection->turn, turns * projection->grid_turn);
        if (!OGR_G_IsEmpty(moved))
            OGR_G_AddGeometry(result, moved);
        OGR_G_DestroyGeometry(moved);
        return;
    }
    for (int i = 0; type != wkbLineString && type != wkbPoint && i < OGR_G_GetGeometryCount(geometry); i++)
        add_moved(projection, OGR_G_GetGeometryRef(geometry, i), turns, result);
}

static OGRGeometryH box_geometry(double left, double bottom, double right, double top)
{
    OGRGeometryH ring = OGR_G_CreateGeometry(wkbLinearRing), box = OGR_G_CreateGeometry(wkbPolygon);
    OGR_G_AddPoint_2D(ring, left, bottom);
    OGR_G_AddPoint_2D(ring, right, bottom);
    OGR_G_AddPoint_2D(ring, right, top);
    OGR_G_AddPoint_2D(ring, left, top);
    OGR_G_AddPoint_2D(ring, left, bottom);
    OGR_G_AddGeometryDirectly(box, ring);
    return box;
}

/* One strip, a turn wide, of a geometry in a CRS that goes round; cut off where the grid ends. */
static OGRGeometryH cut_strip(const struct tw_projection *projection, OGRGeometryH geometry, int turns)
{
    OGREnvelope envelope;
    OGR_G_GetEnvelope(geometry, &envelope);
    double left = (turns - 0.5) * projection->turn, right = left + projection->turn;
    double bottom = fmax(projection->bottom, envelope.MinY - 1),
           top = fmin(projection->top, envelope.MaxY + 1);
    if (envelope.MaxX <= left || envelope.MinX >= right || envelope.MaxY <= bottom || envelope.MinY >= top)
        return NULL;
    OGRGeometryH box = box_geometry(left, bottom, right, top);
    OGRGeometryH valid = OGR_G_MakeValid(geometry);
    OGRGeometryH cut = OGR_G_Intersection(valid != NULL ? valid : geometry, box);
    OGR_G_DestroyGeometry(box);
    if (valid != NULL)
        OGR_G_DestroyGeometry(valid);
    return cut;
}

OGRGeometryH tw_projection_apply(const struct tw_projection *projection, OGRGeometryH polygon)
{
    if (projection->to_grid == NULL)
        return OGR_G_Clone(polygon);
    OGREnvelope envelope;
    OGR_G_GetEnvelope(polygon, &envelope);
    double length = fmax(envelope.MaxX - envelope.MinX, envelope.MaxY - envelope.MinY) / SEGMENTS;
    OGRGeometryH dense = OGR_G_Clone(polygon), result = OGR_G_CreateGeometry(wkbMultiPolygon);
    if (projection->turn <= 0) {
        OGR_G_Segmentize(dense, length);
        add_moved(projection, dense, 0, result);
    }
    for (int turns = -1; projection->turn > 0 && turns <= 1; turns++) {
        OGRGeometryH strip = cut_strip(projection, dense, turns);
        if (strip == NULL)
            continue;
        OGR_G_Segmentize(strip, length);
        add_moved(projection, strip, turns, result);
        OGR_G_DestroyGeometry(strip);
    }
    OGR_G_DestroyGeometry(dense);
    if (OGR_G_IsEmpty(result)) {
        OGR_G_DestroyGeometry(result);
        return NULL;
    }
    return result;
}
